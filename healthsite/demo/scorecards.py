"""The demo's scorecards: one live, a draft of it, one that ran beside it for a month, and one that waits."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final

from django.contrib.admin.models import LogEntry
from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Replace

from accounts.models import User
from healthsite.demo.dating import dated
from healthsite.demo.logins import DEMO_LOGINS
from healthsite.demo.world import World, moment
from scoring.engine.version import digest
from scoring.models import Purpose, Run, ScorecardVersion
from scoring.models.scorecards import Use
from scoring.running import complete, open_run
from scoring.scorecards.allotting import set_choice
from scoring.scorecards.drafting import change_draft, make_draft
from scoring.scorecards.publishing import make_live, newest_version
from scoring.scorecards.shadowing import ENOUGH, start_shadow

SCORECARD: Final = "framework-002"
SHADOW: Final = "component-default"
PREPARED: Final = "install-base"
_NOON: Final = 12.0
_WEIGHTS: Final = {"components[0].weight": 36, "components[4].weight": 4}  # usage and finance, 30 and 10 before
_WEIGHS: Final = "Use says more than invoices about who stays; not tried on enough customers yet."
_BESIDE: Final = "Would the components tell us about support earlier? Compare for a month."
_WAITS: Final = "For those with hardware, as soon as the list of units is complete."
_WITH_UNITS: Final = {"field": "business_areas", "op": ">=", "value": 1}


@transaction.atomic
def prepare_scorecards(world: World, first_night: date) -> None:
    """Make the demo's scorecard live before the first night, and the others what they are at the end."""
    by = User.objects.get(email=dict(DEMO_LOGINS)["Admin"])
    with dated(moment(first_night, _NOON)):
        live = make_live(SCORECARD, note="The demo's scorecard")
    since = max(first_night, world.until - timedelta(days=ENOUGH - 1))
    with dated(moment(since, _NOON)):
        _start_beside(since, by)
    with dated(moment(world.day(-5), _NOON)):
        _draft(live, by)
        waiting = newest_version(PREPARED).scorecard
        set_choice(scorecard=waiting, when=_WITH_UNITS, position=10, note=_WAITS, by=by)


def _start_beside(since: date, by: User) -> None:
    """Start the shadow, and let it and its history say the day since when it runs."""
    shadow = start_shadow(version=newest_version(SHADOW), by=by, note=_BESIDE)
    began = Value(str(shadow.shadow_since)), Value(str(since))
    LogEntry.objects.filter(object_id=str(shadow.pk), user=by).update(change_message=Replace("change_message", *began))
    ScorecardVersion.objects.filter(pk=shadow.pk).update(shadow_since=since)


def _draft(live: ScorecardVersion, by: User) -> None:
    draft = make_draft(version=live, by=by)
    values: dict[str, Any] = {place: float(weight) for place, weight in _WEIGHTS.items()}
    draft = change_draft(draft=draft, values=values, seen=digest(draft.definition), by=by)
    draft.note = _WEIGHS
    draft.save(update_fields=["note"])


def score_beside() -> None:
    """Score the shadow's nights that are still to come, in date order; one that an earlier attempt finished stays."""
    version = ScorecardVersion.objects.filter(use=Use.SHADOW, scorecard__key=SHADOW).select_related("scorecard").first()
    nights = _missing_nights(version) if version else []
    if version and nights:
        for night in nights:
            complete(open_run(night, Purpose.SHADOW, version, backfilled=True))


def _missing_nights(version: ScorecardVersion) -> list[date]:
    finished = Run.objects.filter(as_of__gte=version.shadow_since, finished_at__isnull=False).order_by("as_of")
    there = set(finished.filter(purpose=Purpose.SHADOW, version=version).values_list("as_of", flat=True))
    nightly = finished.filter(purpose=Purpose.NIGHTLY).values_list("as_of", flat=True)
    return [night for night in nightly if night not in there]
