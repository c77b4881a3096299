"""Values of comparisons as text in an input, and back: numbers, words, words for codes, and lists of them."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from typing import Final

from healthsite.pages.rules.readable import Field
from scoring.engine.rules import Comparison

MOST_TEXT: Final = 6000  # characters of one input: fifty long words
NUMBER: Final = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?", re.IGNORECASE | re.ASCII)
CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f]")


class Unreadable(ValueError):
    """A text that gives no value; the message says what would be right."""


def text_of(field: Field | None, rule: Comparison) -> str:
    """The values as a person would type them: a list has commas, and a word in it that has one stands in quotes."""
    if rule.op != "in":
        return _typed(field, rule.values[0])
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow([_typed(field, value) for value in rule.values])
    return out.getvalue()


def one_of(field: Field | None, text: str) -> float | str:
    """The one value of a text. Raises Unreadable."""
    return _value(field, _whole(text).strip())


def several_of(field: Field | None, text: str) -> list[float | str]:
    """The values of a text with commas. Raises Unreadable."""
    try:
        parts = next(csv.reader([_whole(text)], skipinitialspace=True, strict=True), [])
    except csv.Error as error:
        raise Unreadable(f"{_brief(text)} has an odd quotation mark; separate values by commas") from error
    return [_value(field, part.strip()) for part in parts]


def can_be_typed(values: Sequence[float | str]) -> bool:
    """Whether words pass through an input and come back as they were."""
    return not any(isinstance(value, str) and (CONTROLS.search(value) or not _encodes(value)) for value in values)


def _whole(text: str) -> str:
    if CONTROLS.search(text) or len(text) > MOST_TEXT:
        raise Unreadable(f"{_brief(text)} cannot be read; give at most {MOST_TEXT:,} letters on one line")
    return text


def _value(field: Field | None, text: str) -> float | str:
    if not text:
        raise Unreadable(f"the value is empty; {_right(field)}")
    if field is not None and field.is_word:
        return text
    codes = {word.casefold(): float(code) for code, word in field.codes.items()} if field else {}
    plain = text.replace("−", "-").removesuffix("%").strip()
    if text.casefold() in codes:
        return codes[text.casefold()]
    if NUMBER.fullmatch(plain):
        return float(plain)
    raise Unreadable(f"{_brief(text)} is no number; {_right(field)}")


def _right(field: Field | None) -> str:
    if field is not None and field.codes:
        return f"give one of {', '.join(field.codes.values())}"
    return "give a word" if field is not None and field.is_word else "give a number, such as 20 or -0.5"


def _typed(field: Field | None, value: float | str) -> str:
    if isinstance(value, str):
        return value
    if field is not None and value in field.codes:
        return field.codes[int(value)]
    return str(int(value)) if value.is_integer() else repr(value)


def _encodes(word: str) -> bool:
    return word.encode(errors="replace").decode() == word


def _brief(text: str) -> str:
    return repr(text if len(text) <= 40 else f"{text[:37]}...")
