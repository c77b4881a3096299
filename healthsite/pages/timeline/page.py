"""The engagement timeline: all that happened with a customer on one line, newest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts.business_days import date_of, today
from accounts.models import Customer
from accounts.noting import may_log
from accounts.timeline import Entry, Look, contacts, milestones, pulses, surveys, tickets
from accounts.timeline.patterns import patterns
from healthsite.pages.filtering import complaints
from healthsite.pages.timeline.asking import GROUPS, PER_PAGE, TimelineForm, look_for, query, toggled
from healthsite.pages.timeline.scores import score_entries
from healthsite.pages.visitors import user_of
from playbooks.timeline import alerts, plans, task_events

SOURCES = (contacts, tickets, surveys, pulses, milestones, alerts, plans, task_events)


@dataclass(frozen=True, slots=True)
class Stretch:
    """One page of a timeline. `older` is where the next begins (None at the end), and how many lines to skip there."""

    entries: list[Entry]
    older: tuple[datetime, int] | None

    @property
    def days(self) -> list[tuple[date, list[Entry]]]:
        """The lines by day."""
        return [(day, list(lines)) for day, lines in groupby(self.entries, key=lambda entry: date_of(entry.at))]


@require_safe
def timeline(request: HttpRequest, pk: int) -> HttpResponse:
    """The page; out of scope is not there."""
    user = user_of(request)
    customer = get_object_or_404(Customer.objects.visible_to(user), pk=pk)
    form = TimelineForm(request.GET)
    chosen = form.chosen()
    stretch = read(customer, look_for(pk, chosen), chosen)
    context = {
        "customer": customer,
        "chosen": chosen,
        "stretch": stretch,
        "patterns": patterns(pk, chosen.get("as_of") or today()),
        "can_log": may_log(user),
        "complaints": complaints(form),
        **_addresses(chosen, stretch),
    }
    return render(request, "timeline/page.html", context)


def read(customer: Customer, look: Look, chosen: dict[str, Any]) -> Stretch:
    """A page of lines. A fixed number of queries, however long the timeline is."""
    found = look.newest([*score_entries(customer, look), *(line for source in SOURCES for line in source(look))])
    before, skip = chosen.get("before"), chosen.get("skip", 0)
    seen = sum(entry.at == before for entry in found[:skip])
    page, more = found[seen : seen + PER_PAGE], found[seen + PER_PAGE :]
    if not more:
        return Stretch(page, None)
    last = page[-1].at
    return Stretch(page, (last, sum(entry.at == last for entry in page) + (seen if last == before else 0)))


def _addresses(chosen: dict[str, Any], stretch: Stretch) -> dict[str, Any]:
    before, skip = stretch.older or (None, 0)
    chips = [(key, label, toggled(chosen, key), key in chosen.get("kind", ())) for key, label in GROUPS.items()]
    return {
        "chips": chips,
        "all_kinds": query(chosen, kind=[]),
        "older": query(chosen, before=before, skip=skip) if before else "",
        "newest": query(chosen) if chosen.get("before") else "",
    }
