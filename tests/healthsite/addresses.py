"""Every address of the site with its name, made from the resolver, so that a new one cannot be forgotten."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, Final

from django.apps import apps
from django.db.models import QuerySet
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse

from accounts.models import Expectation, Interaction
from playbooks.models import Play, Playbook, Task
from scoring.models import Backfill, CustomMetric, Override, Run, Scorecard, ScorecardVersion
from scoring.presets import PRESET_KEYS

Patterns = list[URLPattern | URLResolver]
# Pages about something that belongs to a customer.
BELONGING: Final = {
    **dict.fromkeys(("task", "task-act"), Task),
    **dict.fromkeys(("play", "play-close"), Play),
    "log-undo": Interaction,
    "override-end": Override,
    "expectation-end": Expectation,
}
OF_DRAFTS: Final = {f"admin:scoring_scorecardversion_{page}" for page in ("preview", "moves", "publish")}
OF_IDLE: Final = {"scorecard-restore", "scorecard-shadow", "scorecard-shadow-csv", "scorecard-shadow-run"}
OTHERS: Final = {"backfill-stop": Backfill, "run-retry": Run}
VOCABULARY: Final = ["segment", "strategic"]
# What stands behind the question mark where an address says nothing without it.
ASKED: Final = {"rule-say": "?rule=rule&on=segment", "metric-new": "?source=growth"}


def names() -> list[str]:
    """The name of every pattern, with its namespace; a pattern without a name goes by its route."""
    return sorted(set(_names(get_resolver().url_patterns, "")))


def _names(patterns: Patterns, space: str) -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from _names(pattern.url_patterns, inner)
        else:
            yield f"{space}{pattern.name}" if pattern.name else str(pattern.pattern)


def address(name: str, pk: int) -> str:
    """The address of a name, about a customer or what belongs to it; in the admin about the first object."""
    for arguments in ([], _subject(name, pk)):
        with suppress(NoReverseMatch):
            return reverse(name, args=arguments) + ASKED.get(name, "")
    # What the admin keeps for old links, or catches: any address below it.
    return {"admin:view_on_site": "/admin/r/1/1/", "admin:app_list": "/admin/accounts/"}.get(name, "/admin/nothing")


def _subject(name: str, pk: int) -> list[int | str]:
    """What a page is about: by its key, 0 where there is none; the customer where nothing else is said."""
    if name in BELONGING:
        return [_first(BELONGING[name]._default_manager.filter(customer=pk))]
    if name in OTHERS:
        return [_first(OTHERS[name]._default_manager.all())]
    if name.startswith("vocabulary"):
        return [*VOCABULARY[: 1 if name == "vocabulary-new" else 2]]
    return [_key(name) or _of_scorecards(name) or _of_the_admin(name, pk)]


def _key(name: str) -> str:
    if name == "playbook":
        return Playbook.objects.order_by("pk").values_list("key", flat=True)[0]
    if name == "scorecard-choice":
        return Scorecard.objects.order_by("pk").values_list("key", flat=True)[0]
    if name == "metric-retire":
        return CustomMetric.objects.order_by("pk").values_list("key", flat=True)[0]
    return {"preset-draft": PRESET_KEYS[0], "metric": "nps"}.get(name, "")


def _of_scorecards(name: str) -> int:
    """The draft, or for what is about published versions one that is idle."""
    if name in OF_IDLE:
        return _first(ScorecardVersion.objects.filter(status="published", use="idle"))
    is_about = name in OF_DRAFTS or name.startswith("scorecard")
    return _first(ScorecardVersion.objects.filter(status="draft")) if is_about else 0


def _of_the_admin(name: str, pk: int) -> int:
    # Django names one page of users after its own model of them.
    named = name.replace("auth_user_password", "accounts_user")
    found = re.fullmatch(r"admin:(accounts|axes|playbooks|scoring)_([a-z]+)_[a-z]+", named)
    return _first(apps.get_model(found[1], found[2])._default_manager.all()) if found else pk


def _first(objects: QuerySet[Any]) -> int:
    return objects.order_by("pk").values_list("pk", flat=True).first() or 0
