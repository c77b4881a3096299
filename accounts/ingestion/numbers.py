"""Numbers from the text of a cell: exact first, in the source's notation, then checked against the column."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_EVEN, Decimal

from accounts.ingestion.formats import Format, Parser
from accounts.ingestion.problems import Bad, shown

NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")


def number(cell: str, format: Format) -> Decimal:
    """An exact number in the source's notation; thousands separators are refused, not guessed."""
    plain = cell
    if format.decimal != ".":
        plain = cell.replace(".", "?").replace(format.decimal, ".")
    if not NUMBER.fullmatch(plain):
        raise Bad("not_a_number", f"“{shown(cell)}” is not a number written with “{format.decimal}” as decimal mark")
    return Decimal(plain)


def whole(low: int, high: int) -> Parser:
    """A whole number within bounds; `4.0` is whole."""

    def parse(cell: str, format: Format) -> int:
        exact = int(cell) if cell.isdigit() and cell.isascii() and len(cell) < 20 else number(cell, format)
        if not low <= exact <= high:
            raise Bad("out_of_range", f"{shown(cell)} is not between {low} and {high}")
        if exact != int(exact):
            raise Bad("not_a_number", f"{shown(cell)} is not a whole number")
        return int(exact)

    return parse


def real(low: float | None, high: float | None) -> Parser:
    """A finite number, within bounds where there are any."""

    def parse(cell: str, format: Format) -> float:
        # float() reads a plain number as Decimal would, and most of a feed is plain numbers.
        value = float(cell if format.decimal == "." and NUMBER.fullmatch(cell) else number(cell, format))
        if value in (float("inf"), float("-inf")) or not within(value, low, high):
            raise Bad("out_of_range", f"{shown(cell)} is not {bounds_in_words(low, high)}")
        return value

    return parse


def decimal(digits: int, places: int, low: float | None, high: float | None) -> Parser:
    """An exact amount, rounded half to even at the column's last place."""
    unit, limit = Decimal(1).scaleb(-places), Decimal(10) ** (digits - places)

    def parse(cell: str, format: Format) -> Decimal:
        exact = number(cell, format)
        if abs(exact) >= limit - unit:
            raise Bad("out_of_range", f"{shown(cell)} has more than {digits - places} digits before the decimal mark")
        value = exact.quantize(unit, ROUND_HALF_EVEN)
        if not within(value, low, high):
            raise Bad("out_of_range", f"{shown(cell)} is not {bounds_in_words(low, high)}")
        return value

    return parse


def within(value: float | Decimal, low: float | None, high: float | None) -> bool:
    """Whether a number lies within bounds, both included."""
    return (low is None or value >= low) and (high is None or value <= high)


def bounds_in_words(low: float | None, high: float | None) -> str:
    """The bounds as they stand in a message."""
    if low is None and high is None:
        return "a number that can be stored"
    if high is None:
        return f"at least {low:g}"
    return f"at most {high:g}" if low is None else f"between {low:g} and {high:g}"
