"""Publishes scorecard versions and says which one is live."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from accounts.business_days import today
from accounts.models import FeatureUsage, Subscription, User
from scoring.engine.version import definition_of, digest, parse_version
from scoring.metrics import METRICS
from scoring.models import Scorecard, ScorecardVersion
from scoring.models.scorecards import Status, Use
from scoring.presets import PRESET_KEYS, load_preset


class UnknownScorecard(ValueError):
    """No preset and no published scorecard has this key."""


def publish(definition: Mapping[str, Any], *, note: str = "", by: User | None = None) -> ScorecardVersion:
    """Publish a definition as the next version of its scorecard; the same definition again is the same version.

    Bounds that depend on the book are frozen into the version (X35). Raises InvalidScorecard; then nothing is written.
    """
    parse_version(definition, METRICS)
    complete = definition_of(parse_version({**definition, "parameters": frozen_parameters(definition)}))
    digested = digest(complete)
    with transaction.atomic():
        scorecard, _ = Scorecard.objects.get_or_create(key=complete["key"], defaults={"title": complete["title"]})
        versions = Scorecard.objects.select_for_update().get(pk=scorecard.pk).versions
        same = versions.filter(digest=digested, status=Status.PUBLISHED).first()
        return same or versions.create(
            number=(versions.aggregate(last=Max("number"))["last"] or 0) + 1,
            definition=complete,
            digest=digested,
            status=Status.PUBLISHED,
            published_at=timezone.now(),
            published_by=by,
            note=note,
        )


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
    live = live_version()
    return live if live and live.scorecard.key == key else newest_version(key)


def make_live(key: str, *, note: str = "", by: User | None = None) -> ScorecardVersion:
    """Make the newest version of a scorecard the one that scores customers; the one before becomes idle."""
    with transaction.atomic():
        version = newest_version(key)
        ScorecardVersion.objects.filter(use=Use.LIVE).exclude(pk=version.pk).update(use=Use.IDLE)
        version.use = Use.LIVE
        version.note = note or version.note
        version.save(update_fields=["use", "note"])
    return version


def live_version() -> ScorecardVersion | None:
    """The version that scores customers, None before the first is live."""
    return ScorecardVersion.objects.filter(use=Use.LIVE).select_related("scorecard").first()
