"""The library of playbooks: what starts each, and what came of it."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts.models import User
from healthsite.pages.visitors import user_of
from playbooks import definitions
from playbooks.describing import condition_words, exit_words, step_words, trigger_words, wait_words, who
from playbooks.models import Play, Playbook
from playbooks.parsing import InvalidPlaybook, parse_playbook
from scoring.fields import is_field

PLANS_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Entry:
    """A playbook with its definition as read, None with the reason where it cannot be, and its plans by outcome."""

    playbook: Playbook
    plan: definitions.Playbook | None
    problem: str = ""
    outcomes: dict[str, int] = field(default_factory=dict)

    @property
    def trigger(self) -> str:
        """When it starts."""
        return trigger_words(self.plan) if self.plan else self.problem

    @property
    def condition(self) -> str:
        """The condition alone, for a column that says what it is."""
        return condition_words(self.plan) if self.plan else self.problem

    @property
    def open(self) -> int:
        """How many plans of it run."""
        return self.outcomes.get("", 0)

    @property
    def closed(self) -> list[tuple[str, int]]:
        """How many ended how, in the order of the outcomes."""
        return [(one.label, self.outcomes[one.value]) for one in Play.Outcome if self.outcomes.get(one.value)]

    @property
    def sentences(self) -> list[str]:
        """All but the steps, in sentences."""
        return [self.trigger, exit_words(self.plan.exit), wait_words(self.plan)] if self.plan else [self.problem]

    @property
    def steps(self) -> list[tuple[str, str, str, str]]:
        """Each step's title, who does it, the rest of it in words, and its details."""
        steps = self.plan.steps if self.plan else ()
        return [(step.title, who(step), step_words(step), step.details) for step in steps]


def entries(user: User | None = None) -> list[Entry]:
    """All playbooks; for a user with how many plans they may see by outcome. Two queries, one without a user."""
    counts = outcomes(user) if user else {}
    return [entry_of(one, counts.get(one.pk, {})) for one in sorted(Playbook.objects.all(), key=_numbered)]


def _numbered(playbook: Playbook) -> tuple[list[int], str]:
    """PB-2 comes before PB-12."""
    return [int(number) for number in re.findall(r"\d+", playbook.key)], playbook.key


def entry_of(playbook: Playbook, counts: dict[str, int]) -> Entry:
    """A playbook read; a definition that cannot be is named, not an error of the page."""
    try:
        return Entry(playbook, parse_playbook(playbook.definition, is_field), "", counts)
    except InvalidPlaybook as error:
        return Entry(playbook, None, f"The definition cannot be read: {error}", counts)


def outcomes(user: User) -> dict[int, dict[str, int]]:
    """Plans that a person may see, by playbook and outcome, "" = open. One query."""
    found: dict[int, dict[str, int]] = defaultdict(dict)
    groups = Play.objects.visible_to(user).order_by().values_list("playbook_id", "outcome")
    for playbook_id, outcome, count in groups.annotate(count=Count("pk")):
        found[playbook_id][outcome] = count
    return found


@require_safe
def playbooks(request: HttpRequest) -> HttpResponse:
    """The library as a page."""
    return render(request, "playbooks/library.html", {"entries": entries(user_of(request))})


@require_safe
def playbook(request: HttpRequest, key: str) -> HttpResponse:
    """One playbook: its definition in sentences, and its open plans."""
    user = user_of(request)
    found = get_object_or_404(Playbook, key=key)
    running = Play.objects.visible_to(user).open().filter(playbook=found).select_related("customer")
    context = {
        "entry": entry_of(found, outcomes(user).get(found.pk, {})),
        "plays": running.order_by("-started_at", "-pk")[:PLANS_SHOWN],
    }
    return render(request, "playbooks/playbook.html", context)
