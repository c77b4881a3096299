"""Dates and moments from the text of a cell, in the order and the zone that the source declares."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, timezone

from accounts.ingestion.formats import Format
from accounts.ingestion.problems import Bad, shown

MOMENT = re.compile(
    r"([0-9]{1,4})([-./])([0-9]{1,2})\2([0-9]{1,4})"
    r"(?:[T ]([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]{1,9}))?)?\s?(Z|[+-][0-9]{2}:?[0-9]{2})?)?",
    re.IGNORECASE,
)


def day(cell: str, format: Format) -> date:
    """A date; a moment gives its date in the source's zone."""
    found = MOMENT.fullmatch(cell)
    if not found:
        raise Bad("not_a_date", f"“{shown(cell)}” is not a date such as {example(format)}")
    if found[5]:
        return moment(cell, format).astimezone(format.zone).date()
    return _not_before_1970(_date(found, format, "not_a_date"))


def moment(cell: str, format: Format) -> datetime:
    """A moment in UTC; without a zone it is in the source's, and a date alone is its first moment there."""
    found = MOMENT.fullmatch(cell)
    if not found:
        raise Bad("not_a_moment", f"“{shown(cell)}” is not a moment such as {example(format)} 09:30")
    at = datetime.combine(_date(found, format, "not_a_moment"), _time(found), _offset(found) or format.zone)
    _not_before_1970(at.date())
    try:
        return at.astimezone(UTC)
    except OverflowError:
        raise Bad("out_of_range", f"“{shown(cell)}” is past the last year") from None


def example(format: Format) -> str:
    """A date in the order that the source declares."""
    return {"YMD": "2026-03-01", "DMY": "01.03.2026", "MDY": "03/01/2026"}[format.date_order]


def _date(found: re.Match[str], format: Format, code: str) -> date:
    parts = (found[1], found[3], found[4])
    # A four-digit year in front can only be the ISO order, whatever is declared; nothing else is ever guessed.
    order = "YMD" if len(found[1]) == 4 else format.date_order
    try:
        if len(parts[order.index("Y")]) != 4:
            raise ValueError
        return date(*(int(parts[order.index(part)]) for part in "YMD"))
    except ValueError:
        raise Bad(code, f"“{shown(found[0])}” is not a date such as {example(format)}") from None


def _time(found: re.Match[str]) -> time:
    fraction = (found[8] or "").ljust(6, "0")[:6]
    try:
        return time(int(found[5] or 0), int(found[6] or 0), int(found[7] or 0), int(fraction))
    except ValueError:
        raise Bad("not_a_moment", f"“{shown(found[0])}” has no such time of day") from None


def _offset(found: re.Match[str]) -> timezone | None:
    zone = found[9]
    if not zone:
        return None
    if zone in "Zz":
        return UTC
    minutes = int(zone[1:3]) * 60 + int(zone[-2:])
    if minutes >= 24 * 60:
        raise Bad("not_a_moment", f"“{shown(found[0])}” has no such offset from UTC")
    return timezone(timedelta(minutes=-minutes if zone[0] == "-" else minutes))


def _not_before_1970(value: date) -> date:
    if value.year < 1970:
        raise Bad("past_1970", f"{value} is before 1970")
    return value
