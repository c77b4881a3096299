"""A rule in a form: conditions under "all of" or "any of", one level of groups beneath; it comes back as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, Final

from django.utils.datastructures import MultiValueDict

from healthsite.pages.rules.drawing import OPERATORS, Drawn, Item, Row, acted_on, drawn_from_data, drawn_from_rule
from healthsite.pages.rules.layout import NONE_OF, joined, laid_out
from healthsite.pages.rules.readable import Readable
from healthsite.pages.rules.values import Unreadable, one_of, several_of
from scoring.engine.rules import MAX_PARTS, Comparison, InvalidRule, parse_rule
from scoring.wording import rule_words

MOST_ROWS: Final = 200  # of one rule, those of its groups together
MOST_JSON: Final = 50_000  # characters


class RuleForm:
    """One rule in a form of a page; several stand side by side under prefixes of their own.

    Include "rules/_builder.html" with form=this. A valid form has `definition`, the JSON of the rule: None where
    nothing is said and nothing need be. A rule that does not fit rows is shown, and read, as JSON. Where `acted`, a
    button of the form was pressed that only changes how it looks: draw the page again and save nothing.
    """

    def __init__(
        self,
        data: MultiValueDict[str, str] | None = None,
        *,
        prefix: str,
        readable: Readable,
        initial: Mapping[str, Any] | None = None,
        required: bool = True,
        label: str = "Rule",
    ) -> None:
        self.prefix, self.readable, self.required, self.label = prefix, readable, required, label
        self.is_bound = data is not None
        self.initial = dict(initial) if initial is not None else None
        if data is None:
            self.drawn, self.act = drawn_from_rule(initial, readable), ""
        else:
            self.drawn, self.act = drawn_from_data(data, prefix, readable), data.get(f"{prefix}-act", "")
            acted_on(self.drawn, self.act)
        self.definition: dict[str, Any] | None = None
        self.errors: dict[str, str] = {}

    @property
    def acted(self) -> bool:
        """Whether a button asked for more or fewer rows."""
        return bool(self.act)

    def is_valid(self) -> bool:
        """Whether a rule was sent that can be read here; then `definition` is it."""
        if not self.is_bound or self.acted:
            return False
        self.errors, self.definition = {}, None
        try:
            self.definition = self._from_rows(self.drawn) if self.drawn.text is None else self._from_json()
            self._check()
        except (Unreadable, InvalidRule) as error:
            self.refuse(str(error))
        return not self.errors

    def errors_at(self) -> dict[str, str]:
        """Each message by its place: "Condition 3", or empty where it is about the whole rule."""
        return self.errors

    def refuse(self, message: str, place: str = "") -> None:
        """Show a message above the rule, such as what somebody else finds wrong with it."""
        self.errors[place] = message

    @property
    def message(self) -> str:
        """What is wrong with the rule as a whole."""
        return self.errors.get("", "")

    @property
    def items(self) -> list[Item]:
        """Rows and groups, to draw."""
        return self.drawn.items()

    @property
    def joiner(self) -> str:
        """How conditions and groups are joined: all or any."""
        return self.drawn.joiners.get("", "all")

    @cached_property
    def blank(self) -> Row:
        """An empty row, to draw new ones from."""
        return Row()

    @property
    def sentence(self) -> str:
        """The rule in words: as it was sent where that can be read, as it is stored before that; empty without one."""
        rule = self.definition if self.is_bound else self.initial
        return rule_words(parse_rule(rule, "rule"), self.readable.labels) if rule is not None else ""

    # -- reading -----------------------------------------------------------------------------------------------------

    def _from_rows(self, drawn: Drawn) -> dict[str, Any] | None:
        """The JSON of the rows that say something; each row that cannot be read is marked. Raises Unreadable."""
        if len(drawn.rows) > MOST_ROWS:
            raise Unreadable(f"{len(drawn.rows)} conditions are too many; give at most {MOST_ROWS}")
        parts = []
        for item in drawn.items():
            rows = [self._condition(place, row) for place, row in item.rows if not row.is_empty]
            if rows:
                _within(rows)
                parts.append(joined(item.joiner, rows))
        _within(parts)
        if parts and not self.errors:
            return self._as_stored(joined(drawn.joiners[""], parts))
        if self.required and not self.errors:
            raise Unreadable("There is no condition; choose a field, a comparison and a value")
        return None

    def _as_stored(self, found: dict[str, Any]) -> dict[str, Any]:
        """The stored rule where it has the same rows: what nobody changed stays as it was written."""
        stored = laid_out(parse_rule(self.initial, "rule")) if self.initial else None
        same = self.initial if stored and stored == laid_out(parse_rule(found, "rule")) else None
        return same or found

    def _condition(self, place: int, row: Row) -> dict[str, Any]:
        """The JSON of a row; what is wrong with it is noted at the row."""
        name = f"Condition {place + 1}"
        try:
            parse_rule(found := self._read(row), name)
        except (Unreadable, InvalidRule) as error:
            row.error = str(error).removeprefix(f"{name}.")
            self.refuse(row.error, name)
            return {}
        return found

    def _read(self, row: Row) -> dict[str, Any]:
        if row.known is None:
            said = f"{row.field[:40]!r} is nothing that a rule reads here" if row.field else "There is no field"
            raise Unreadable(f"{said}; choose one of the list")
        if row.op not in OPERATORS:
            raise Unreadable(f"{row.op[:10]!r} is no comparison; choose one of the list")
        if row.op not in ("in", NONE_OF):
            return {"field": row.field, "op": row.op, "value": one_of(row.known, row.value)}
        listed = {"field": row.field, "op": "in", "value": several_of(row.known, row.value)}
        return {"not": listed} if row.op == NONE_OF else listed

    def _from_json(self) -> dict[str, Any] | None:
        text = (self.drawn.text or "").strip()
        if not text and not self.required:
            return None
        return parse_rule(_json(text), "rule").definition()

    def _check(self) -> None:
        """What it reads is there, and is compared with what it holds. Raises Unreadable."""
        if self.definition is not None:
            for one in parse_rule(self.definition, "rule").comparisons():
                _check_comparison(one, self.readable)


def _check_comparison(one: Comparison, readable: Readable) -> None:
    field = readable.find(one.field)
    if field is None:
        raise Unreadable(f"{one.field[:40]!r} is nothing that a rule reads here; name a field of the list")
    wrong = [value for value in one.values if isinstance(value, str) != field.is_word]
    if wrong:
        holds = "words" if field.is_word else "numbers"
        raise Unreadable(f"{field.label} holds {holds}, so that it cannot be compared with {wrong[0]!r}")


def _within(parts: Sequence[Any]) -> None:
    if len(parts) > MAX_PARTS:
        raise Unreadable(f"{len(parts)} conditions under one heading are too many; give at most {MAX_PARTS}")


def _json(text: str) -> Any:
    """The JSON of a text; bottomless nesting and halves of a character are none. Raises Unreadable."""
    try:
        if len(text) > MOST_JSON:
            raise ValueError
        found = json.loads(text)
        json.dumps(found, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise Unreadable("This is no JSON that can be read") from error
    return found
