"""The entries of each vocabulary, as the database has them."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from time import monotonic
from typing import Any, Final

from scoring.engine.rules import InvalidRule, Rule, parse_rule
from scoring.models import Definition

log = logging.getLogger(__name__)

KEPT_FOR: Final = 5.0  # seconds: so long another process may not see an edit


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: `body` as stored, and the rule under its key "rule", where it has one."""

    kind: str
    key: str
    number: int
    position: int
    title: str
    body: Mapping[str, Any]
    is_active: bool
    rule: Rule | None

    @property
    def bit(self) -> int:
        """A number with its bit alone set."""
        return 1 << self.number


_kept: dict[str, Any] = {}


def entries(kind: str) -> list[Entry]:
    """The active entries of a kind, in the order in which they are asked."""
    return [entry for entry in every_entry(kind) if entry.is_active]


def every_entry(kind: str) -> list[Entry]:
    """All entries of a kind, those that are switched off too: recorded nights may name them."""
    return [entry for entry in _all() if entry.kind == kind]


def title_of(kind: str, number: int) -> str:
    """What the entry with a number is called; empty for none."""
    return next((entry.title for entry in every_entry(kind) if entry.number == number), "")


def forget(**signal: Any) -> None:
    """Read anew the next time."""
    _kept.clear()


def _all() -> list[Entry]:
    """Every entry. One query, and none for some seconds after it."""
    if monotonic() >= _kept.get("until", 0.0):
        _kept["entries"] = [entry for row in Definition.objects.all() if (entry := _entry(row))]
        _kept["until"] = monotonic() + KEPT_FOR
    found: list[Entry] = _kept["entries"]
    return found


def _entry(row: Definition) -> Entry | None:
    """An entry; one whose rule cannot be read is left out, and the log names it."""
    try:
        rule = parse_rule(row.body["rule"], f"{row.key}.rule") if "rule" in row.body else None
    except InvalidRule as error:
        log.error("%s %s cannot be read and is left out: %s", row.get_kind_display(), row.key, error)
        return None
    return Entry(row.kind, row.key, row.number, row.position, row.title, row.body, row.is_active, rule)
