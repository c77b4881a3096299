"""Numbers and lists in plain words, the same in every app; pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

MINUS: Final = "−"


def trimmed(number: float, decimals: int) -> str:
    """A number with thousands marked, a real minus sign, and no noughts after the point: 1,204.5, −8, 0."""
    text = f"{number:,.{decimals}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text.replace("-", MINUS)


def counted(number: int, one: str, many: str = "") -> str:
    """1 day, 2 days."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def listed(words: Sequence[str], most: int = 0) -> str:
    """a; a and b; a, b and c; with `most` the rest is counted: a, b and 4 more."""
    if most and len(words) > most:
        words = [*words[:most], f"{len(words) - most} more"]
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)
