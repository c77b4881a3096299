"""What a rule form shows and what comes back from it: rows in groups, or JSON where a rule does not fit rows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any, Final

from django.utils.datastructures import MultiValueDict

from healthsite.pages.rules.layout import NONE_OF, Joiner, Laid, laid_out, negated_list, together
from healthsite.pages.rules.readable import Field, Readable
from healthsite.pages.rules.values import text_of
from scoring.engine.rules import WORDS, Comparison, Group, Rule, parse_rule

OPERATORS: Final = {**WORDS, NONE_OF: "is none of"}
USUAL: Final = ">="
JOINERS: Final[dict[str, Joiner]] = {"all": "all", "any": "any"}


@dataclass(slots=True)
class Row:
    """A condition as it stands in the form; `group` is empty at the top. `known` is its field, None = nothing known."""

    field: str = ""
    op: str = USUAL
    value: str = ""
    group: str = ""
    known: Field | None = None
    error: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing has been said in it."""
        return not self.field and not self.value.strip()

    @property
    def operators(self) -> list[tuple[str, str, bool]]:
        """Each comparison with its words, and whether it is the chosen one."""
        return [(op, words, op == self.op) for op, words in OPERATORS.items()]


@dataclass(slots=True)
class Item:
    """A row at the top, or with a `group` the rows of one, and their places among all rows."""

    rows: list[tuple[int, Row]]
    group: str = ""
    joiner: str = "any"


@dataclass(slots=True)
class Drawn:
    """Rows and joiners by group ("" = the top), or JSON where `text` is not None."""

    rows: list[Row] = field(default_factory=list)
    joiners: dict[str, Joiner] = field(default_factory=dict)
    text: str | None = None

    def items(self) -> list[Item]:
        """The rows by what is one part of the rule, in the order in which the parts begin."""
        found = []
        for places in together([row.group for row in self.rows]):
            rows = [(place, self.rows[place]) for place in places]
            group = rows[0][1].group
            found.append(Item(rows, group, self.joiners.get(group, "any")))
        return found


def drawn_from_rule(definition: Mapping[str, Any] | None, readable: Readable) -> Drawn:
    """How a stored rule is shown; an empty row where there is none."""
    if definition is None:
        return Drawn([Row()], {"": "all"})
    laid = laid_out(parse_rule(definition, "rule"))
    if laid is None:
        return Drawn(text=json.dumps(definition, indent=2, ensure_ascii=False))
    return _of_laid(laid, readable)


def drawn_from_data(data: MultiValueDict[str, str], prefix: str, readable: Readable) -> Drawn:
    """What was sent. Every row has one of each of its inputs; what is no joiner is "all" and, in a group, "any"."""
    if f"{prefix}-json" in data:
        return Drawn(text=str(data[f"{prefix}-json"]))
    columns = [data.getlist(f"{prefix}-{name}") for name in ("field", "op", "value", "group")]
    rows = [
        Row(key, op, value, group, readable.find(key)) for key, op, value, group in zip_longest(*columns, fillvalue="")
    ]
    groups = {row.group for row in rows} | {""}
    joiners: dict[str, Joiner] = {one: _joiner(data.get(f"{prefix}-join-{one}", ""), one) for one in groups}
    return Drawn(rows, joiners)


def acted_on(drawn: Drawn, act: str) -> None:
    """Do what a button without script asks for: "add" or "add:GROUP" a row, "group" for a new one, "drop:ROW"."""
    what, _, which = act.partition(":")
    if drawn.text is not None:
        return
    if what == "drop" and which.isascii() and which.isdecimal() and int(which[:6]) < len(drawn.rows):
        del drawn.rows[int(which[:6])]
    elif what == "group":
        new = str(len(drawn.joiners))
        while new in drawn.joiners:
            new += "0"
        drawn.joiners[new] = "any" if drawn.joiners[""] == "all" else "all"
        drawn.rows += [Row(group=new), Row(group=new)]
    elif what == "add":
        drawn.rows.append(Row(group=which if which in drawn.joiners else ""))


def _of_laid(laid: Laid, readable: Readable) -> Drawn:
    drawn = Drawn([], {"": laid.joiner})
    for place, part in enumerate(laid.parts, start=1):
        if isinstance(part, Group):
            drawn.joiners[str(place)] = part.kind
            drawn.rows += [_row(one, readable, str(place)) for one in part.parts]
        else:
            drawn.rows.append(_row(part, readable))
    return drawn


def _row(rule: Rule, readable: Readable, group: str = "") -> Row:
    listed = negated_list(rule)
    one = listed or rule
    assert isinstance(one, Comparison)
    known = readable.find(one.field)
    return Row(one.field, NONE_OF if listed else one.op, text_of(known, one), group, known)


def _joiner(said: str, group: str) -> Joiner:
    return JOINERS.get(said, JOINERS["any" if group else "all"])
