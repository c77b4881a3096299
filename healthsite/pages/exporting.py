"""The portfolio as CSV, whatever its length."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from django.db.models import QuerySet
from django.http import StreamingHttpResponse

from accounts.csv_writing import streamed_csv
from accounts.models import Customer
from healthsite.pages import words
from scoring.definitions import title_of
from scoring.models import CurrentScore, ScorecardVersion
from scoring.models.scorecards import Status

HEADERS: Final = (
    "customer_id", "name", "industry", "size", "region", "employees", "score", "band", "change_30_days", "coverage",
    "arr", "renewal_on", "csm", "automatic_score", "scorecard", "segment", "stage", "value_tier",
)  # fmt: skip
AT_ONCE: Final = 500


def portfolio_csv(customers: QuerySet[Customer]) -> StreamingHttpResponse:
    """The portfolio as seen, whatever its length. Customers come with their current score and `csm_name`."""
    return streamed_csv("customers", _rows(customers))


def _rows(customers: QuerySet[Customer]) -> Iterator[Iterable[Any]]:
    yield HEADERS
    published = ScorecardVersion.objects.filter(status=Status.PUBLISHED).select_related("scorecard")
    bands = {version.pk: [band.label for band in version.engine.bands] for version in published}
    cards = {version.pk: version.scorecard.key for version in published}
    for one in customers.iterator(chunk_size=AT_ONCE):
        current = getattr(one, "current_score", None)
        yield (
            *(one.external_id, one.name, one.industry, one.size, one.region, one.employees),
            *(_health(current, bands) if current else (None, "Not scored", None, None, None)),
            *(one.renewal_on, getattr(one, "csm_name", None)),
            *(_classed(current, cards) if current else (None,) * 5),
        )


def _health(current: CurrentScore, bands: Mapping[int, Sequence[str]]) -> tuple[Any, ...]:
    scored = current.score is not None
    return (
        words.printed_score(current.score) if scored else None,
        bands[current.version_id][current.band] if scored else "Not scored",
        words.printed_change(current.score, current.change_30),
        round(current.coverage, 4),
        None if current.arr is None else round(current.arr, 2),
    )


def _classed(current: CurrentScore, cards: Mapping[int, str]) -> tuple[Any, ...]:
    numbers = {"segment": current.segment, "stage": current.stage, "tier": current.tier}
    return (
        current.automatic,
        cards[current.version_id],
        *(title_of(kind, number) or None for kind, number in numbers.items()),
    )
