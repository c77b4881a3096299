"""The entries of each vocabulary, as the database has them."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any, Final

from scoring.engine.rules import InvalidRule, Rule, parse_rule
from scoring.models import Definition

log = logging.getLogger(__name__)

KEPT_FOR: Final = 5.0  # seconds: so long another process may not see an edit
RULES: Final = ("rule", "tag_when", "enter", "leave", "behind", "stuck")  # where a body may hold a rule


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: `body` as stored, and the rules in it that can be read, by their keys."""

    kind: str
    key: str
    number: int
    position: int
    title: str
    body: Mapping[str, Any]
    is_active: bool
    rules: Mapping[str, Rule]

    @property
    def rule(self) -> Rule | None:
        """The rule by which the entry holds, where it has one."""
        return self.rules.get("rule")

    def fields(self) -> frozenset[str]:
        """Every field that the rules read."""
        return frozenset().union(*(rule.fields() for rule in self.rules.values()))

    @property
    def bit(self) -> int:
        """A number with its bit alone set."""
        return 1 << self.number


ByKind = Mapping[str, Sequence[Entry]]
_kept: dict[str, Any] = {}


def entries(kind: str) -> Sequence[Entry]:
    """The active entries of a kind, in the order in which they are asked; the same object until they are read anew."""
    return _all()[1].get(kind, ())


def every_entry(kind: str) -> Sequence[Entry]:
    """All entries of a kind, those that are switched off too: recorded nights may name them."""
    return _all()[0].get(kind, ())


def title_of(kind: str, number: int) -> str:
    """What the entry with a number is called; empty for none."""
    return next((entry.title for entry in every_entry(kind) if entry.number == number), "")


def forget(**signal: Any) -> None:
    """Read anew the next time."""
    _kept.clear()


def _all() -> tuple[ByKind, ByKind]:
    """Every entry, and the active ones. One query, and none for some seconds after it."""
    if monotonic() >= _kept.get("until", 0.0):
        every = [entry for row in Definition.objects.all() if (entry := _entry(row))]
        _kept["entries"] = _by_kind(every), _by_kind([entry for entry in every if entry.is_active])
        _kept["until"] = monotonic() + KEPT_FOR
    found: tuple[ByKind, ByKind] = _kept["entries"]
    return found


def _by_kind(every: Sequence[Entry]) -> ByKind:
    return {kind: tuple(one for one in every if one.kind == kind) for kind in {one.kind for one in every}}


def _entry(row: Definition) -> Entry | None:
    """An entry; one whose rule cannot be read is left out, and the log names it."""
    found = {key: _rule(row, key) for key in RULES if row.body.get(key) is not None}
    rules = {key: rule for key, rule in found.items() if rule}
    if "rule" in row.body and "rule" not in rules:
        return None
    return Entry(row.kind, row.key, row.number, row.position, row.title, row.body, row.is_active, rules)


def _rule(row: Definition, key: str) -> Rule | None:
    try:
        return parse_rule(row.body[key], f"{row.key}.{key}")
    except InvalidRule as error:
        log.error("%s %s cannot be read and is left out: %s", row.get_kind_display(), row.key, error)
        return None
