"""How a source writes its files: separators, dates, zone, and which texts mean nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Any, Literal
from zoneinfo import ZoneInfo

DateOrder = Literal["YMD", "DMY", "MDY"]
BLANKS = " \t\r\n\v\f\xa0\ufeff"  # not str.strip(): that also removes control characters, which are to be refused


@dataclass(frozen=True)
class Format:
    """The source's way of writing, and the moment before which the past lies."""

    now: datetime
    zone: ZoneInfo | None = None
    date_order: DateOrder = "YMD"
    decimal: str = "."
    missing: frozenset[str] = frozenset()

    @cached_property
    def today(self) -> date:
        """The date it is by now, here or in the source's zone: the later of them."""
        return max(self.now.astimezone(UTC).date(), self.now.astimezone(self.zone).date())

    def clean(self, cell: str) -> str:
        """The cell without blanks around it; empty when the source means nothing by it."""
        text = cell.strip(BLANKS)
        return "" if text in self.missing else text


Parser = Callable[[str, Format], Any]
