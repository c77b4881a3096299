"""Drafts of scorecard versions: copied from a version, changed by hand, published once; and the way back."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.db import transaction
from django.db.models import QuerySet

from accounts.models import User
from scoring.describing import place_labels
from scoring.engine.version import InvalidScorecard, definition_of, digest, parse_version
from scoring.metrics import METRICS
from scoring.models import ScorecardVersion
from scoring.models.scorecards import Status, Use
from scoring.publishing import hold_scorecards, make_version_live, next_number, publish

MOST_NOTE = 2000  # characters


class Outdated(ValueError):
    """The draft is not what it was when it was opened."""


class NoReason(ValueError):
    """A decision without a note that says why."""


def make_draft(*, version: ScorecardVersion, by: User) -> ScorecardVersion:
    """Copy a version, or another draft, into a new draft of the same scorecard."""
    with transaction.atomic():
        hold_scorecards()
        scorecard = version.scorecard
        draft = scorecard.versions.create(number=next_number(scorecard), definition=deepcopy(version.definition))
        _log(by, draft, f"Copied from v{version.number}.", ADDITION)
    return draft


def editable(definition: Mapping[str, Any]) -> dict[str, Any]:
    """What a draft can be changed in, by the place at which the engine would name it: components[0].weight, …"""
    return {place: home[key] for place, (home, key) in _homes(definition).items()}


def change_draft(*, draft: ScorecardVersion, values: Mapping[str, Any], seen: str, by: User) -> ScorecardVersion:
    """Write weights, bands and minimum coverage into a draft, by place as in `editable`.

    `seen` is the digest of the definition that the person looked at. Raises Outdated where the draft has changed since
    or is published, and InvalidScorecard where the result would not hold; then nothing is written.
    """
    with transaction.atomic():
        current = _locked(draft).filter(pk=draft.pk, status=Status.DRAFT).first()
        if current is None:
            raise Outdated(f"{draft} is published or deleted by now; make another draft")
        if digest(current.definition) != seen:
            raise Outdated(f"{draft} was changed by somebody else meanwhile; look at it again before you change it")
        before, current.definition = current.definition, _revised(current.definition, values)
        current.save(update_fields=["definition"])
        _log(by, current, _difference(before, current.definition), CHANGE)
    return current


def publish_draft(*, draft: ScorecardVersion, note: str, by: User, go_live: bool = False) -> ScorecardVersion:
    """Publish a draft: it becomes that version, live where its scorecard is live or where asked for.

    Who comes second gets what the first published. Raises NoReason, InvalidScorecard, AlreadySaid where a published
    version says the same, and Outdated where the draft is deleted.
    """
    _needs(note, "publishing")
    with transaction.atomic():
        versions = _locked(draft)
        current = versions.filter(pk=draft.pk).first()
        if current is None:
            raise Outdated(f"{draft} is deleted by now; make another draft")
        if current.status == Status.PUBLISHED:
            return current
        published = publish(current.definition, note=note.strip(), by=by, draft=current)
        _log(by, published, f"Published: {published.note}", CHANGE)
        if go_live or versions.filter(use=Use.LIVE).exists():
            make_version_live(published)
            _log(by, published, "Made live.", CHANGE)
    return published


def restore(*, version: ScorecardVersion, note: str, by: User) -> ScorecardVersion:
    """Make a published version live again; what it says and the note of its publication stay. Raises NoReason."""
    _needs(note, "making a version live")
    with transaction.atomic():
        make_version_live(version)
        _log(by, version, f"Made live: {note.strip()}", CHANGE)
    return version


def _locked(draft: ScorecardVersion) -> QuerySet[ScorecardVersion]:
    """The versions of a draft's scorecard, held until the transaction ends."""
    hold_scorecards()
    return ScorecardVersion.objects.filter(scorecard=draft.scorecard_id).select_related("scorecard")


def _needs(note: str, what: str) -> None:
    if not note.strip():
        raise NoReason(f"The note is empty; {what} needs a note that says why")


def _revised(definition: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    revised = deepcopy(dict(definition))
    homes = _homes(revised)
    for place, value in values.items():
        if place not in homes:
            raise InvalidScorecard(f"{place} is no place of this draft; give one of {', '.join(homes)}")
        home, key = homes[place]
        home[key] = value
    return definition_of(parse_version(revised, METRICS))


def _homes(definition: Mapping[str, Any]) -> dict[str, tuple[Any, str]]:
    """For each editable place the object that holds it and under which key."""
    homes: dict[str, tuple[Any, str]] = {}
    for c, component in enumerate(definition["components"]):
        homes[f"components[{c}].weight"] = component, "weight"
        for m, measure in enumerate(component["measures"]):
            homes[f"components[{c}].measures[{m}].weight"] = measure, "weight"
    for b, band in enumerate(definition["bands"]):
        homes |= {f"bands[{b}].label": (band, "label"), f"bands[{b}].lower": (band, "lower")}
    return {**homes, "min_coverage": (definition, "min_coverage")}


def _difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    labels, was = place_labels(parse_version(before), METRICS), editable(before)
    changed = [(place, value) for place, value in editable(after).items() if value != was[place]]
    return "; ".join(f"{labels[place]}: {was[place]} to {value}" for place, value in changed) or "Nothing changed."


def _log(by: User, version: ScorecardVersion, message: str, flag: int) -> None:
    """Into the history that the admin shows."""
    versions = ScorecardVersion.objects.select_related("scorecard").filter(pk=version.pk)
    LogEntry.objects.log_actions(by.pk, versions, flag, message, single_object=True)
