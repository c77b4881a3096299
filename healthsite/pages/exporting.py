"""The only CSV writer: streamed, and harmless in a spreadsheet."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from django.db.models import QuerySet
from django.http import StreamingHttpResponse

from accounts.models import Customer
from healthsite.pages import words
from scoring.models import CurrentScore, ScorecardVersion
from scoring.models.scorecards import Status

HEADERS: Final = (
    "customer_id", "name", "industry", "size", "region", "employees", "score", "band", "change_30_days", "coverage",
    "arr", "renewal_on", "csm",
)  # fmt: skip
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")
AT_ONCE: Final = 500


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


def safe_cell(value: Any) -> Any:
    """A text that a spreadsheet would run as a formula gets an apostrophe in front; numbers stay numbers (S8)."""
    if value is None:
        return ""
    return f"'{value}" if isinstance(value, str) and value.lstrip(" ").startswith(FORMULA) else value


def streamed_csv(name: str, rows: Iterable[Iterable[Any]]) -> StreamingHttpResponse:
    """An attachment of rows, the first of which is the header."""
    writer = csv.writer(_Echo())
    lines = (writer.writerow([safe_cell(cell) for cell in row]) for row in rows)
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers=headers)


def portfolio_csv(customers: QuerySet[Customer]) -> StreamingHttpResponse:
    """The portfolio as seen, whatever its length. Customers come with their current score and `csm_name`."""
    return streamed_csv("customers", _rows(customers))


def _rows(customers: QuerySet[Customer]) -> Iterator[Iterable[Any]]:
    yield HEADERS
    published = ScorecardVersion.objects.filter(status=Status.PUBLISHED)
    bands = {version.pk: [band.label for band in version.engine.bands] for version in published}
    for one in customers.iterator(chunk_size=AT_ONCE):
        current = getattr(one, "current_score", None)
        yield (
            *(one.external_id, one.name, one.industry, one.size, one.region, one.employees),
            *(_health(current, bands) if current else (None, "Not scored", None, None, None)),
            *(one.renewal_on, getattr(one, "csm_name", None)),
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
