"""How one field is filled: from a column, a constant, a template or a total; the right side of a mapping."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

TOTALS = ("count", "sum", "max", "distinct")
PLACE = re.compile(r"\{([^{}]+)\}")


@dataclass(frozen=True)
class Rule:
    """Where the text of one field comes from, and what is done to it before it is checked."""

    column: str = ""
    constant: str | None = None
    template: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    leaves: bool = False  # an empty cell leaves the field as it is
    scale: tuple[float, ...] = ()
    to: tuple[float, ...] = ()
    through: str = ""
    total: str = ""

    @property
    def headers(self) -> list[str]:
        """The columns of the file that the rule reads."""
        if self.template:
            return [name for name in PLACE.findall(self.template) if name != "line"]
        return [self.column] if self.column else []


class RuleError(ValueError):
    """A rule that cannot be understood, with the key at fault."""

    def __init__(self, message: str, key: str = "") -> None:
        super().__init__(message)
        self.key = key


def rule_from(written: Any) -> Rule:
    """The rule that a mapping writes as a column's name or as a table of options."""
    if isinstance(written, str):
        return Rule(column=written)
    if not isinstance(written, dict):
        raise RuleError("give a column's name in quotes, or a table such as { column = … }")
    for key in written:
        if key not in OPTIONS:
            raise RuleError(f"“{key}” is no option of a field; options are {', '.join(OPTIONS)}", key)
    options: dict[str, Any] = {OPTIONS[key]: READERS[key](key, value) for key, value in written.items()}
    rule = Rule(**options)
    _check_options(rule, written)
    return rule


def _check_options(rule: Rule, written: Mapping[str, Any]) -> None:
    origins = [key for key in ("column", "constant", "template") if key in written]
    if len(origins) > 1 or not (origins or rule.total == "count"):
        raise RuleError("give one of column, constant or template")
    if rule.total and origins and origins != ["column"]:
        raise RuleError("a total is made of a column", "total")
    if bool(rule.scale) != bool(rule.to) or (rule.scale and rule.scale[0] == rule.scale[1]):
        raise RuleError("scale and to belong together, as in scale = [0, 100], to = [1, 5]", "scale")


def _table(key: str, written: Any) -> dict[str, str]:
    if not isinstance(written, dict):
        raise RuleError('values is a table such as { urgent = "critical" }', key)
    return {str(old): text_from(key, new) for old, new in written.items()}


def text_from(key: str, written: Any) -> str:
    """A TOML value as the text of a cell."""
    if isinstance(written, bool):
        return "true" if written else "false"
    if isinstance(written, date | datetime):
        return written.isoformat()
    if isinstance(written, str | int | float):
        return str(written)
    raise RuleError(f"“{key}” needs a text, a number or a date", key)


def _words(key: str, written: Any) -> str:
    if isinstance(written, str) and written:
        return written
    raise RuleError(f"“{key}” needs a text in quotes", key)


def _ends(key: str, written: Any) -> tuple[float, ...]:
    if isinstance(written, list) and len(written) == 2 and all(type(end) in (int, float) for end in written):
        return tuple(written)
    raise RuleError(f"“{key}” needs two numbers such as [0, 100]", key)


def _leave(key: str, written: Any) -> bool:
    if written == "leave":
        return True
    raise RuleError("the only choice for if_missing is “leave”", key)


def _total(key: str, written: Any) -> str:
    if written in TOTALS:
        return str(written)
    raise RuleError(f"a total is one of {', '.join(TOTALS)}", key)


OPTIONS = {name: name for name in ("column", "constant", "template", "values", "scale", "to", "through", "total")}
OPTIONS["if_missing"] = "leaves"
READERS = {
    "column": _words,
    "constant": text_from,
    "template": _words,
    "values": _table,
    "if_missing": _leave,
    "scale": _ends,
    "to": _ends,
    "through": _words,
    "total": _total,
}
