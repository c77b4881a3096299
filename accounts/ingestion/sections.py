"""A section says which file, and which of its columns, fill the fields of one kind."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from accounts.ingestion.kinds import DECLARED
from accounts.ingestion.kinds.base import Kind
from accounts.ingestion.rules import Rule, RuleError, rule_from, text_from

# Where a customer may be looked up through; the record needs a customer and an external id of its own.
THROUGH = ("subscriptions", "contacts", "assets", "opportunities", "tickets")


@dataclass(frozen=True)
class Section:
    """One kind read from one file. `rules` are by column name; `declared` is the section as it was written."""

    kind: Kind
    file: str
    rules: Mapping[str, Rule]
    where: Mapping[str, frozenset[str]] = field(default_factory=dict)
    attributes: Mapping[str, str] = field(default_factory=dict)
    unpivot: Mapping[str, str] = field(default_factory=dict)
    declared: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_grouped(self) -> bool:
        """Whether many rows become one record."""
        return any(rule.total for rule in self.rules.values())

    @property
    def through(self) -> str:
        """The kind through whose records the customer is found; empty when named directly."""
        rule = self.rules.get("customer")
        return rule.through.partition(".")[0] if rule else ""

    @property
    def headers(self) -> set[str]:
        """Every column of the file that the section reads."""
        named = {name for rule in self.rules.values() for name in rule.headers}
        return named | set(self.where) | set(self.attributes.values()) | set(self.unpivot.values())


def canonical_section(kind: Kind, file: str, header: Iterable[str] = ()) -> Section:
    """A file of the import format itself: every column is its own field."""
    return Section(kind, file, {name: Rule(column=name) for name in header if name in kind.column})


def section_from(name: str, declared: Mapping[str, Any]) -> Section:
    """The section that a mapping declares, checked; raises RuleError with the key at fault."""
    kind = DECLARED[name]
    rules = {key: _field(kind, key, value) for key, value in declared.items() if key not in OPTIONS}
    options: dict[str, Any] = {key: read(key, declared[key]) for key, read in OPTIONS.items() if key in declared}
    if "file" not in options:
        raise RuleError("the section needs file = …")
    section = Section(kind=kind, rules=rules, declared=declared, **options)
    _check(section)
    return section


def snake(header: str) -> str:
    """A header in lower snake case, as it names an attribute or a metric."""
    parted = re.sub(r"([a-z0-9])([A-Z])|([A-Z]+)(?=[A-Z][a-z])", r"\1\3_\2", header)
    return re.sub(r"[^a-z0-9]+", "_", parted.lower()).strip("_")


def _field(kind: Kind, key: str, written: Any) -> Rule:
    if key not in kind.column:
        raise RuleError(f"“{key}” is neither a field of {kind.name} nor an option", key)
    try:
        rule = rule_from(written)
    except RuleError as error:
        raise RuleError(str(error), error.key or key) from None
    if rule.through and (key != "customer" or rule.through not in {f"{name}.external_id" for name in THROUGH}):
        raise RuleError(f"only a customer is found through one of {', '.join(THROUGH)}, as “….external_id”", "through")
    return rule


def _check(section: Section) -> None:
    """A record can only be told apart when its identity is filled; totals and wide tables exclude each other."""
    kind = section.kind
    if section.unpivot and not kind.unpivots:
        raise RuleError(f"{kind.name} cannot be read from a wide table", "unpivot")
    if section.attributes and not ({"customer"} & set(kind.column) or kind.name == "customers"):
        raise RuleError(f"{kind.name} has no customer whose attributes could be kept", "attributes")
    if section.is_grouped and (section.unpivot or section.attributes):
        raise RuleError("rows that are totalled have no attributes and are no wide table", "total")
    missing = missing_identity(section)
    if missing:
        raise RuleError(f"{', '.join(missing)} must be mapped: it tells one record from another")


def missing_identity(section: Section) -> list[str]:
    """The columns without which rows of the section have no identity."""
    filled = set(section.rules) | set(section.kind.unpivots or () if section.unpivot else ())
    optional = {column.name for column in section.kind.column.values()} - set(section.kind.required.split())
    ways = [
        [name for name in names.split() if name not in filled and name not in optional]
        for names in section.kind.identity
    ]
    if section.kind.name == "assets" and "serial" in filled:
        return []
    return min(ways, key=len)


def _file(key: str, written: Any) -> str:
    if isinstance(written, str) and written and "/" not in written and "\\" not in written:
        return written
    raise RuleError("file is the name of a file beside the others, in quotes", key)


def _where(key: str, written: Any) -> dict[str, frozenset[str]]:
    if not isinstance(written, dict):
        raise RuleError('where is a table such as { Environment = ["production"] }', key)
    each = {column: texts if isinstance(texts, list) else [texts] for column, texts in written.items()}
    return {column: frozenset(text_from(key, text) for text in texts) for column, texts in each.items()}


def _named_headers(key: str, written: Any) -> dict[str, str]:
    if isinstance(written, list) and all(isinstance(header, str) for header in written):
        return {snake(header): header for header in written}
    if isinstance(written, dict) and all(isinstance(header, str) for header in written.values()):
        return dict(written)
    raise RuleError(f'{key} is a list of headers, or a table such as {{ region = "Region" }}', key)


OPTIONS = {"file": _file, "where": _where, "attributes": _named_headers, "unpivot": _named_headers}
