"""What is odd but not wrong about rows that were applied."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from django.conf import settings

from accounts.ingestion.kinds.base import Kind, Values
from accounts.ingestion.rows import Record, Row
from accounts.kinds import KINDS
from accounts.models import ExchangeRate

ORDER = list(KINDS)


@dataclass
class Noticer:
    """Adds codes of NOTICES to rows of one kind."""

    kind: Kind
    rates: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.rates = {settings.REPORTING_CURRENCY, *ExchangeRate.objects.values_list("currency", flat=True).distinct()}

    def notice(self, rows: Sequence[Row]) -> None:
        """Look at applied rows; a row gets a code once, however many records it makes."""
        for row in rows:
            if row.problem or row.state in ("stale", "duplicate", "skipped"):
                continue
            row.notices += sorted({code for record in row.records for code in self._codes(record)})

    def _codes(self, record: Record) -> Iterator[str]:
        values = record.values
        if self.kind.notice and (code := self.kind.notice(values, record.party)):
            yield code
        if self.kind.undated and (code := self.kind.undated(self._told(record))):
            yield code
        # Customers and subscriptions are loaded before the rates that may come with them, so nothing is said of them.
        currency = values.get("currency")
        if currency and currency not in self.rates and ORDER.index(self.kind.name) > ORDER.index("exchange_rates"):
            yield "missing_rate"
        if values.get("manager") and not values.get("team_id"):
            yield "manager_without_team"

    def _told(self, record: Record) -> Values:
        """What a record says after the row: of one that was there already the row may have brought a part."""
        if record.instance is None:
            return record.values
        return {name: getattr(record.instance, name) for name in self.kind.undated_by.split()}
