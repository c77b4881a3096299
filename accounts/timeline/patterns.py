"""What the tickets of a customer have in common: how many are open, how bad, about what, how long they take."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median
from typing import Final

from django.db.models import Q
from django.db.models.functions import Coalesce

from accounts.business_days import end_of, start_of
from accounts.models import Ticket
from accounts.models.tickets import Severity

PATTERN_DAYS: Final = 90


@dataclass(frozen=True, slots=True)
class Patterns:
    """Tickets of the last 90 days up to a day. `hours` is the median time to resolve, None where none was resolved."""

    still_open: int
    severities: tuple[tuple[str, int], ...]  # of those opened, the worst first
    topic: str
    of_topic: int
    hours: float | None

    @property
    def opened(self) -> int:
        """How many were opened."""
        return sum(count for _, count in self.severities)


def patterns(customer: int, on: date) -> Patterns:
    """The patterns as they were at the end of a day. One query."""
    since, until = start_of(on - timedelta(days=PATTERN_DAYS - 1)), end_of(on)
    ended = Coalesce("resolved_at", "closed_at")
    rows = Ticket.objects.filter(customer=customer, opened_at__lt=until).annotate(ended=ended)
    rows = rows.filter(Q(opened_at__gte=since) | Q(ended__gte=since) | Q(ended=None) | Q(closed_at=None))
    columns = list(rows.values_list("opened_at", "ended", "closed_at", "severity", "topic"))
    lately = [(severity, topic) for opened, _, _, severity, topic in columns if opened >= since]
    times = [end - opened for opened, end, *_ in columns if end and since <= end < until]
    topics = Counter(topic for _, topic in lately if topic)
    topic, of_topic = min(topics.items(), key=lambda item: (-item[1], item[0]), default=("", 0))
    counts = Counter(severity for severity, _ in lately)
    return Patterns(
        still_open=sum(closed is None or closed >= until for _, _, closed, _, _ in columns),
        severities=tuple((str(label), counts[value]) for value, label in Severity.choices if counts[value]),
        topic=topic,
        of_topic=of_topic,
        hours=median(times).total_seconds() / 3600 if times else None,
    )
