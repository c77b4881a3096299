"""Numbers and dates as a person reads them; pure functions, tested without a database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from math import isnan
from typing import Final

from accounts.wording import MINUS, counted, trimmed
from scoring.engine.display import shown

DASH: Final = "–"
NO_BREAK: Final = "\u00a0"  # a number and its unit stay on one line
SIGNS: Final = {"EUR": "€", "USD": "$", "GBP": "£"}
SIZES: Final = ((1e9, "bn"), (1e6, "m"), (1e3, "k"))
PEOPLE: Final = {"people": "person"}


def known(number: float | None) -> bool:
    """Whether there is a number at all."""
    return number is not None and not isnan(number)


def signed(points: float | None) -> str:
    """+1.2, −3.4, 0.0; a dash where unknown."""
    if points is None or not known(points):
        return DASH
    rounded = round(points, 1)
    return f"{'+' if rounded > 0 else MINUS if rounded < 0 else ''}{abs(rounded):.1f}"


def money(amount: float | None, currency: str) -> str:
    """Short: €1.6m, €184k, €950; a dash where unknown."""
    if amount is None or not known(amount):
        return DASH
    sign = MINUS if amount < 0 else ""
    size, letter = next(((size, letter) for size, letter in SIZES if abs(amount) >= size), (1.0, ""))
    small = abs(amount) / size
    # Below ten of a unit one decimal still tells customers apart; 999,950 reads 1,000k and not 1m: it is below it.
    return f"{sign}{_sign(currency)}{trimmed(small, 1 if letter and small < 10 else 0)}{letter}"


def amount(value: float | None, currency: str) -> str:
    """In full: €184,000; a dash where unknown."""
    if value is None or not known(value):
        return DASH
    return f"{MINUS if value < 0 else ''}{_sign(currency)}{trimmed(abs(value), 0)}"


def _sign(currency: str) -> str:
    return SIGNS.get(currency, f"{currency} ")


def percent(share: float) -> str:
    """A share of one in whole percent; only nothing reads 0 % and only all of it reads 100 %."""
    whole = round(100 * share)
    return f"{min(max(whole, 1 if share > 0 else 0), 99 if share < 1 else 100)}{NO_BREAK}%"


def until(day: date | None, today: date) -> str:
    """in 62 days, today, 14 days ago; a dash where unknown."""
    if day is None:
        return DASH
    days = (day - today).days
    if days == 0:
        return "today"
    return f"in {counted(days, 'day')}" if days > 0 else f"{counted(-days, 'day')} ago"


def days_left(day: date | None, today: date) -> str:
    """62 d, today, 14 d ago; a dash where unknown."""
    return until(day, today).removeprefix("in ").replace(" days", f"{NO_BREAK}d").replace(" day", f"{NO_BREAK}d")


def raw(value: float | None, unit: str, currency: str) -> str:
    """A metric's value with its unit: 62 % of plan, 1 ticket, 1,204.5 hours, 4.2 of 5; a dash where unknown."""
    if value is None or not known(value):
        return DASH
    if unit == "reporting currency":
        return money(value, currency)
    number = plain(value, unit)
    if unit.startswith("%"):
        return f"{number}{unit.removeprefix('%')}"
    if unit.startswith("of "):
        return f"{number}{NO_BREAK}{unit}"
    if not unit.replace("-", "").isalpha() or unit in ("points", "count"):
        return number  # codes, scales from -1 to 1 and square roots have no unit to say
    one = PEOPLE.get(unit, unit.removesuffix("s"))
    return f"{number}{NO_BREAK}{one if value == 1 else unit}"


def plain(value: float, unit: str) -> str:
    """The number alone, shares with their percent sign: what stands after "was"."""
    number = trimmed(value, 2 if abs(value) < 10 else 1)
    return f"{number}{NO_BREAK}%" if unit.startswith("%") else number


def printed_score(score: float | None) -> float:
    """The score as it is shown, as a number; no score counts as none."""
    return 0.0 if score is None else float(shown(score))


def printed_change(score: float | None, change: float | None) -> float | None:
    """The difference of the two scores as they are shown, so that it is what a reader would subtract (X1)."""
    if score is None or change is None:
        return None
    return round(printed_score(score) - printed_score(score - change), 1)


def adding_up(parts: Sequence[float], total: float, decimals: int = 1) -> list[float]:
    """The parts rounded so that what is printed adds up to the printed total (X1).

    Largest remainders get the missing steps. `total` must be what is printed, already rounded.
    """
    step = 10.0**-decimals
    floors = [int(part // step) for part in parts]
    missing = round(total / step) - sum(floors)
    order = sorted(range(len(parts)), key=lambda i: floors[i] - parts[i] / step)
    for i in (order if missing > 0 else order[::-1])[: abs(missing)]:
        floors[i] += 1 if missing > 0 else -1
    return [round(floor * step, decimals) for floor in floors]
