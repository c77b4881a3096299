"""A shadow version beside the live one: how far they agree, who differs, and how still and how well fed both are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.csv_writing import streamed_csv
from accounts.models import Customer, User
from healthsite.pages.scorecards.finding import may_edit, version_of
from healthsite.pages.scorecards.forms import WhyForm
from healthsite.pages.scorecards.preview import onlooker_of
from healthsite.pages.visitors import user_of
from scoring.models import ScorecardVersion
from scoring.models.scorecards import Use
from scoring.scorecards.previewing import owners_today
from scoring.scorecards.publishing import live_version
from scoring.scorecards.shadowing import ENOUGH, Comparison, Line, compare
from scoring.scorecards.shifting import Move, Portfolio
from scoring.scorecards.stability import Stability, by_week

ROWS: Final = 50  # those who differ, the largest ARR first; the rest is in the CSV
HEADERS: Final = (
    "customer_id", "name", "csm", "score_live", "score_shadow", "difference", "band_live", "band_shadow", "arr",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Drawing:
    """The line of mean differences within its band of spread, as SVG writes points; x 0-100, y 0-40, 20 = no points."""

    mean: str
    spread: str
    most: float  # points at the upper end


@require_safe
def scorecard_shadow(request: HttpRequest, pk: int) -> HttpResponse:
    """The comparison as a page."""
    user, version = onlooker_of(request), version_of(pk)
    found, live = compare(version), live_of(version)
    context = {
        "version": version,
        "live": live,
        "found": found,
        "enough": ENOUGH,
        "drawing": drawing(found.lines),
        "stabilities": _stabilities(version, live, found),
        "rows": _rows(found.newest, user) if found.newest else [],
        "form": WhyForm() if version.use == Use.SHADOW and may_edit(user) else None,
    }
    return render(request, "scorecards/shadow.html", context)


@require_safe
def scorecard_shadow_csv(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """Everybody of the newest night whom the person may see, with both scores."""
    onlooker_of(request)
    version = version_of(pk)
    name = f"shadow-{version.scorecard.key}-v{version.number}"
    return streamed_csv(name, _lines(compare(version), user_of(request)))


def live_of(version: ScorecardVersion) -> ScorecardVersion | None:
    """What it is held against: the live version of its scorecard, else the scorecard of everybody else."""
    own = version.scorecard.versions.filter(use=Use.LIVE).select_related("scorecard").first()
    return own or live_version()


def drawing(lines: Sequence[Line]) -> Drawing | None:
    """The nights from the oldest to the newest; None where there is no line to draw."""
    known = [(line.mean, line.spread) for line in reversed(lines) if line.mean is not None and line.spread is not None]
    if len(known) < 2:
        return None
    most = max(max(abs(mean) + spread for mean, spread in known), 1.0)
    places = [100 * n / (len(known) - 1) for n in range(len(known))]
    upper = [_point(x, mean + spread, most) for x, (mean, spread) in zip(places, known, strict=True)]
    lower = [_point(x, mean - spread, most) for x, (mean, spread) in zip(places, known, strict=True)]
    middle = [_point(x, mean, most) for x, (mean, _) in zip(places, known, strict=True)]
    return Drawing(" ".join(middle), " ".join([*upper, *reversed(lower)]), most)


def _point(x: float, points: float, most: float) -> str:
    return f"{x:.2f},{20 - 19 * points / most:.2f}"


def _stabilities(
    version: ScorecardVersion, live: ScorecardVersion | None, found: Comparison
) -> list[tuple[ScorecardVersion, list[Stability]]]:
    """The last eight weeks of both up to the newest night."""
    both = [version] if live is None or live.pk == version.pk else [version, live]
    weeks = by_week(both, found.lines[0].on) if found.lines else {}
    return [(one, weeks[one.pk]) for one in both if weeks]


def _rows(book: Portfolio, user: User) -> list[tuple[Move, Customer, str]]:
    """Who differs in band, of those whom the person may see."""
    moves = {move.customer_id: move for move in book.moves(book.order().tolist())}
    visible = Customer.objects.visible_to(user)
    seen = moves if may_edit(user) else set(visible.order_by().values_list("pk", flat=True))
    first = [pk for pk in moves if pk in seen][:ROWS]
    customers, owners = visible.in_bulk(first), owners_today()
    return [(moves[pk], customers[pk], owners.get(pk, "")) for pk in first if pk in customers]


def _lines(found: Comparison, user: User) -> Iterator[tuple[Any, ...]]:
    yield HEADERS
    known = Customer.objects.visible_to(user).values_list("pk", "external_id", "name")
    names = {pk: (external_id, name) for pk, external_id, name in known.iterator(chunk_size=5000)}
    owners, book = owners_today(), found.newest
    for move in book.moves(range(len(book.ids))) if book else ():
        if move.customer_id in names:
            scores = (move.before, move.after, move.change, move.was.label, move.will.label, move.arr)
            yield (*names[move.customer_id], owners.get(move.customer_id), *scores)
