"""What a version would change before anybody publishes it: bands, ARR, whose customers, and the work it would cause."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from django import forms
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.csv_writing import streamed_csv
from accounts.models import Customer, User
from accounts.models.people import Role
from healthsite.pages.filtering import complaints
from healthsite.pages.scorecards.finding import may_edit, version_of
from healthsite.pages.scorecards.forms import PublishForm
from healthsite.pages.scorecards.overtaking import live_beside, overtaken
from healthsite.pages.visitors import user_of
from playbooks.foreseeing import foresee
from scoring.definitions import every_entry
from scoring.engine.version import digest
from scoring.models import Policy, ScorecardVersion
from scoring.models.scorecards import Status
from scoring.scorecards.previewing import LOADED_AT_MOST, Preview, owners_today, preview

ROWS: Final = 50  # a page
AT_ONCE: Final = 5000  # customers whose work is reckoned without being asked for; more take some seconds
MOST_PAGE: Final = 10_000_000
HEADERS: Final = (
    "customer_id", "name", "csm", "score_before", "score_after", "change", "band_before", "band_after", "set_by_hand",
    "arr",
)  # fmt: skip


class AskForm(forms.Form):
    """Whom to list, and whether the work of a large book is to be reckoned too."""

    who = forms.ChoiceField(
        required=False, choices=[("moved", "Change of band"), ("shifted", "More than 5 points")], label="List"
    )
    work = forms.BooleanField(required=False, label="Work")
    page = forms.IntegerField(required=False, min_value=1, max_value=MOST_PAGE, label="Page")

    def chosen(self) -> dict[str, Any]:
        """What is asked for and makes sense."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


def onlooker_of(request: HttpRequest) -> User:
    """Who asks, an admin or a manager. Raises PermissionDenied: what a scorecard would do names every customer."""
    user = user_of(request)
    if not may_edit(user) and user.role != Role.MANAGER:
        raise PermissionDenied
    return user


@require_safe
def scorecard_preview(request: HttpRequest, pk: int) -> HttpResponse:
    """What the version would change, with the form that publishes a draft beneath it."""
    user, version, form = onlooker_of(request), version_of(pk), AskForm(request.GET)
    found, chosen, owners = preview(version), form.chosen(), owners_today()
    context = {
        "version": version,
        "found": found,
        "portfolio": found.portfolio,
        "limit": LOADED_AT_MOST,
        "complaints": complaints(form),
        **_listed(found, chosen, user, owners),
        **_grouped(found),
        **_work(version, found, chosen, owners),
        **_deciding(version, found, user),
    }
    return render(request, "scorecards/preview.html", context)


@require_safe
def scorecard_preview_csv(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """Everybody who would change band or move by more than 5 points, of those whom the person may see."""
    user, version = onlooker_of(request), version_of(pk)
    name = f"preview-{version.scorecard.key}-v{version.number}"
    return streamed_csv(name, _lines(preview(version), user))


def _listed(found: Preview, chosen: dict[str, Any], user: User, owners: dict[int, str]) -> dict[str, Any]:
    """One page of movers; a manager sees the names of their own customers only, and how many others there are."""
    who = chosen.get("who", "moved")
    rows = found.portfolio.order(found.portfolio.shifted if who == "shifted" else found.portfolio.moved).tolist()
    mine = rows if may_edit(user) else _visible_rows(rows, found, user)
    page = Paginator(mine, ROWS).get_page(chosen.get("page", 1))
    moves = list(found.portfolio.moves(page))
    customers = Customer.objects.in_bulk([move.customer_id for move in moves])
    return {
        "who": who,
        "rows": [(move, customers[move.customer_id], owners.get(move.customer_id, "")) for move in moves],
        "others": len(rows) - len(mine),
        "shifted": int(found.portfolio.shifted.sum()),
        "by_owner": found.portfolio.by_owner(owners),
        "page": page,
        "pages": page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1),
    }


def _visible_rows(rows: list[int], found: Preview, user: User) -> list[int]:
    mine = set(Customer.objects.visible_to(user).order_by().values_list("pk", flat=True))
    return [row for row in rows if int(found.portfolio.ids[row]) in mine]


def _grouped(found: Preview) -> dict[str, Any]:
    titles = {kind: {one.number: one.title for one in every_entry(kind)} for kind in ("segment", "tier")}
    by_segment, by_tier = found.portfolio.by_segment(titles["segment"]), found.portfolio.by_tier(titles["tier"])
    return {"groups": [("By segment", "Segment", by_segment), ("By value tier", "Tier", by_tier)]}


def _work(version: ScorecardVersion, found: Preview, chosen: dict[str, Any], owners: dict[int, str]) -> dict[str, Any]:
    if len(found.portfolio.ids) > AT_ONCE and "work" not in chosen:
        return {"foreseen": None}
    foreseen = foresee(version, found)
    return {"foreseen": foreseen, "work_by_owner": foreseen.by_owner(owners)}


def _deciding(version: ScorecardVersion, found: Preview, user: User) -> dict[str, Any]:
    """What the form needs that publishes a draft; nothing for who may not, and for what is published."""
    share, most = found.portfolio.moved_share, Policy.current().second_person_share
    live = live_beside(version)
    form = PublishForm(initial={"seen": digest(version.definition), "go_live": live is not None})
    is_offered = version.status == Status.DRAFT and may_edit(user)
    return {
        "share": share,
        "most_share": most,
        "needs_second": share > most,
        "overtaken": overtaken(version, live),
        "publish_form": form if is_offered else None,
    }


def _lines(found: Preview, user: User) -> Iterator[tuple[Any, ...]]:
    """The header, then those who would move, the largest ARR first."""
    yield HEADERS
    book = found.portfolio
    known = Customer.objects.visible_to(user).values_list("pk", "external_id", "name")
    names = {pk: (external_id, name) for pk, external_id, name in known.iterator(chunk_size=5000)}
    owners, order = owners_today(), book.order(book.moved | book.shifted).tolist()
    for row, move in zip(order, book.moves(order), strict=True):
        if move.customer_id in names:
            scores = (move.before, move.after, move.change, move.was.label, move.will.label)
            by_hand = "yes" if book.overridden[row] else "no"
            yield (*names[move.customer_id], owners.get(move.customer_id), *scores, by_hand, move.arr)
