"""What a version would change, as a page and as CSV, with the form that publishes a draft beneath it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_POST, require_safe

from accounts.csv_writing import streamed_csv
from accounts.models import Customer
from scoring.administration.forms import NoteForm
from scoring.administration.pages import PAGES, REFUSED, address, admin_of, context, find
from scoring.engine.version import InvalidScorecard, digest
from scoring.models import ScorecardVersion
from scoring.models.scorecards import Status
from scoring.scorecards.drafting import NeedsSecondPerson, Outdated, propose, publish_draft
from scoring.scorecards.previewing import LOADED_AT_MOST, Preview, owners_today, preview
from scoring.scorecards.publishing import AlreadySaid

if TYPE_CHECKING:
    from scoring.administration.versions import ScorecardVersionAdmin

ROWS = 50  # a page
HEADERS = (
    "customer_id", "name", "csm", "score_before", "score_after", "band_before", "band_after", "arr",
)  # fmt: skip


@require_safe
def show(request: HttpRequest, pk: int, admin: ScorecardVersionAdmin) -> HttpResponse:
    """Who would change band, page by page."""
    return _page(admin, request, find(pk), NoteForm())


@require_safe
def download(request: HttpRequest, pk: int, admin: ScorecardVersionAdmin) -> HttpResponseBase:
    """Everybody who would change band, as CSV."""
    version = find(pk)
    return streamed_csv(f"preview-{version.scorecard.key}-v{version.number}", _lines(preview(version)))


@require_POST
def publish(request: HttpRequest, pk: int, admin: ScorecardVersionAdmin) -> HttpResponse:
    """Publish a draft with a note; where it moves too many, it is proposed to a second person."""
    version, form = find(pk), NoteForm(request.POST)
    if version.status != Status.DRAFT:
        messages.info(request, f"Published already: {version}.")
        return redirect(address("change", version))
    published = _published(request, version, form) if form.is_valid() else None
    if published is None:
        return _page(admin, request, version, form)
    if published.status == Status.DRAFT:
        return redirect("scorecard", version.pk)  # where a second person finds what was proposed
    live = "live: the next night scores by it" if published.use == "live" else "not live; nothing is scored by it yet"
    messages.success(request, f"Published {published}. It is {live}.")
    return redirect(address("change", published))


def _published(request: HttpRequest, draft: ScorecardVersion, form: NoteForm) -> ScorecardVersion | None:
    said = form.cleaned_data
    if said["seen"] not in ("", digest(draft.definition)):
        form.add_error(None, f"{draft} was changed by somebody else meanwhile; this is what it would change now")
        return None
    try:
        return publish_draft(draft=draft, note=said["note"], by=admin_of(request), go_live=said["go_live"] or None)
    except NeedsSecondPerson as share:
        propose(version=draft, note=said["note"], by=admin_of(request), go_live=said["go_live"])
        messages.warning(request, f"Proposed {draft}, not published yet: {share}.")
        return draft
    except (AlreadySaid, InvalidScorecard, Outdated) as error:
        form.add_error(None, str(error))
        return None


def _page(
    admin: ScorecardVersionAdmin, request: HttpRequest, version: ScorecardVersion, form: NoteForm
) -> HttpResponse:
    found = preview(version)
    order, owners = found.portfolio.order().tolist(), owners_today()
    page = Paginator(order, ROWS).get_page(request.GET.get("page", "1")[:9])
    moves = list(found.portfolio.moves(page))
    customers = Customer.objects.in_bulk([move.customer_id for move in moves])
    shown: dict[str, Any] = {
        **context(admin, request, version),
        "title": f"What {version} would change",
        "found": found,
        "seen": digest(version.definition),
        "limit": LOADED_AT_MOST,
        "rows": [(move, customers[move.customer_id], owners.get(move.customer_id, "")) for move in moves],
        "by_owner": found.portfolio.by_owner(owners),
        "page": page,
        "pages": page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1),
        "form": form,
    }
    request.current_app = admin.admin_site.name
    return TemplateResponse(request, f"{PAGES}/preview.html", shown, status=REFUSED if form.is_bound else 200)


def _lines(found: Preview) -> Iterator[tuple[Any, ...]]:
    """The header, then those who would move, the largest ARR first."""
    yield HEADERS
    known = Customer.objects.filter(current_score__isnull=False).values_list("pk", "external_id", "name")
    names = {pk: (external_id, name) for pk, external_id, name in known.iterator(chunk_size=5000)}
    owners, order = owners_today(), found.portfolio.order().tolist()
    for move in found.portfolio.moves(order):
        named = names.get(move.customer_id, ("", ""))
        scores = (move.before, move.after, move.was.label, move.will.label, move.arr)
        yield (*named, owners.get(move.customer_id), *scores)
