"""What somebody typed as a value of a condition, read by what its column holds."""

from __future__ import annotations

from math import isfinite
from typing import Any, Final

from scoring.metrics.custom.tables import Holds

YES_NO: Final = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}


class Unreadable(ValueError):
    """A value that the column cannot hold; the message says what would be right."""


def typed(value: str, holds: Holds, op: str) -> Any:
    """A number, yes or no, a word, or with "in" several words between commas. Raises Unreadable."""
    if holds is Holds.YES_NO:
        if value.strip().lower() not in YES_NO:
            raise Unreadable(f"{value[:40]!r} is neither; give yes or no")
        return YES_NO[value.strip().lower()]
    if holds in (Holds.WORD, Holds.THING):
        words = [one.strip() for one in value.split(",")] if op == "in" else [value.strip()]
        if not all(words):
            raise Unreadable("There is no value; give a word, or several between commas")
        return words if op == "in" else words[0]
    return _number(value, "days, such as -30 for thirty days before" if holds is Holds.DAY else "a number")


def _number(value: str, right: str) -> float:
    try:
        found = float(value)
    except ValueError:
        found = float("nan")
    if not isfinite(found):
        raise Unreadable(f"{value[:40]!r} is no number; give {right}")
    return found
