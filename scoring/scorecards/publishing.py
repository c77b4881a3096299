"""Publishes scorecard versions and says which are live."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone

from accounts.business_days import today
from accounts.models import FeatureUsage, Subscription, User
from scoring.engine.version import definition_of, digest, parse_version
from scoring.metrics import METRICS
from scoring.metrics.attributes import word_fields
from scoring.models import Scorecard, ScorecardVersion
from scoring.models.scorecards import Status, Use
from scoring.presets import PRESET_KEYS, load_preset


class UnknownScorecard(ValueError):
    """No preset and no published scorecard has this key."""


class AlreadySaid(ValueError):
    """A draft says exactly what a published version says already."""


def publish(
    definition: Mapping[str, Any], *, note: str = "", by: User | None = None, draft: ScorecardVersion | None = None
) -> ScorecardVersion:
    """Publish a definition as the next version of its scorecard; the same definition again is the same version.

    Bounds that depend on the book are frozen into the version (X35). With a draft, that row becomes the version, and
    where another version says the same there is none. Raises InvalidScorecard or AlreadySaid; then nothing is written.
    """
    parse_version(definition, METRICS, word_fields())
    complete = definition_of(parse_version({**definition, "parameters": frozen_parameters(definition)}))
    digested = digest(complete)
    with transaction.atomic():
        scorecard, _ = Scorecard.objects.get_or_create(key=complete["key"], defaults={"title": complete["title"]})
        versions = Scorecard.objects.select_for_update().get(pk=scorecard.pk).versions
        same = versions.filter(digest=digested, status=Status.PUBLISHED).first()
        if same and draft:
            raise AlreadySaid(f"{same} says exactly the same; change something, or make {same} live instead")
        return same or _published(
            draft or ScorecardVersion(scorecard=scorecard),
            definition=complete,
            digest=digested,
            published_by=by,
            note=note,
        )


def _published(version: ScorecardVersion, **says: Any) -> ScorecardVersion:
    """Write a version that is not published yet. Numbers run in the order of publication."""
    others = ScorecardVersion.objects.filter(scorecard=version.scorecard).exclude(pk=version.pk)
    published = others.filter(status=Status.PUBLISHED).aggregate(last=Max("number"))["last"] or 0
    if version.pk is None or version.number <= published:
        version.number = next_number(version.scorecard)
    for name, value in says.items():
        setattr(version, name, value)
    version.status, version.published_at = Status.PUBLISHED, timezone.now()
    version.save()
    return version


def next_number(scorecard: Scorecard) -> int:
    """The number of the next version or draft of a scorecard."""
    return (scorecard.versions.aggregate(last=Max("number"))["last"] or 0) + 1


def frozen_parameters(definition: Mapping[str, Any], on: date | None = None) -> dict[str, float]:
    """What the definition leaves open: how many features and plan ranks were seen by now (presets, 1)."""
    seen = on or today()
    features = FeatureUsage.objects.filter(date__lte=seen, uses__gt=0).values("feature").distinct().count()
    ranks = Subscription.objects.aggregate(highest=Max("plan_rank"))["highest"]
    found = {"features_available": features, "plan_ranks": ranks}
    return {**{name: float(value) for name, value in found.items() if value}, **definition.get("parameters", {})}


def newest_version(key: str) -> ScorecardVersion:
    """The newest published version of a scorecard; a preset that was never used is published. UnknownScorecard."""
    published = ScorecardVersion.objects.filter(scorecard__key=key, status=Status.PUBLISHED).select_related("scorecard")
    newest = published.order_by("-number").first()
    if newest is not None:
        return newest
    if key not in PRESET_KEYS:
        known = sorted({*PRESET_KEYS, *Scorecard.objects.values_list("key", flat=True)})
        raise UnknownScorecard(f"there is no scorecard {key!r}; there are {', '.join(known)}")
    return publish(load_preset(key), note="Comes with the product")


def version_in_use(key: str) -> ScorecardVersion:
    """The live version of a scorecard, else its newest. Raises UnknownScorecard."""
    return next((live for live in live_versions() if live.scorecard.key == key), None) or newest_version(key)


def make_live(key: str, *, note: str = "", by: User | None = None) -> ScorecardVersion:
    """Make the newest version of a scorecard the one that scores its customers; the one before becomes idle."""
    with transaction.atomic():
        hold_scorecards()
        return make_version_live(newest_version(key), note=note)


def make_version_live(version: ScorecardVersion, *, note: str = "") -> ScorecardVersion:
    """Make a published version live from the next night on; nights that are open keep theirs.

    It takes the place of the live version of its scorecard and, where its scorecard has no rule and is for everybody,
    of the one that was for everybody; and its scorecard has its title from now on. Raises ValueError for a draft.
    """
    if version.status != Status.PUBLISHED:
        raise ValueError(f"{version} is a draft; publish it first")
    with transaction.atomic():
        hold_scorecards()
        replaced = Q(scorecard=version.scorecard)
        if version.scorecard.when is None:
            replaced |= Q(scorecard__when__isnull=True)
        ScorecardVersion.objects.filter(replaced, use=Use.LIVE).exclude(pk=version.pk).update(use=Use.IDLE)
        version.scorecard.title = version.definition["title"]
        version.scorecard.save(update_fields=["title"])
        version.use, version.shadow_since = Use.LIVE, None
        version.note = note or version.note
        version.save(update_fields=["use", "shadow_since", "note"])
    return version


def hold_scorecards() -> None:
    """Let nobody else publish or make a version live until the transaction ends: two at once would leave two live.

    All of them and in one order, so that two who wait never wait for each other.
    """
    list(Scorecard.objects.select_for_update().order_by("pk"))


def live_version() -> ScorecardVersion | None:
    """The version that scores everybody whom no rule gives another, None before the first is live."""
    return next(iter(live_versions()[::-1]), None)


def live_versions() -> list[ScorecardVersion]:
    """The live versions in the order in which their rules are asked; the one without a rule is last. One query."""
    live = ScorecardVersion.objects.filter(use=Use.LIVE).select_related("scorecard")
    return sorted(live, key=lambda one: (one.scorecard.when is None, one.scorecard.position, one.pk))
