"""Scores the past of the demo, every score written by the engine."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Final

from healthsite.demo.world import World
from scoring.models import Purpose, Run
from scoring.publishing import live_version, make_live
from scoring.rescoring import refresh_current, score_day

Say = Callable[[str], None]

SCORECARD: Final = "framework-002"
NIGHTS: Final = 180  # scored in a new workspace, where it is long enough
_FIRST_DAYS: Final = 40  # without scores: metrics need something to look back on


def score_history(world: World, *, say: Say) -> None:
    """Make the demo's scorecard live and score, in date order, the nights that have no score yet."""
    if live_version() is None or world.after is None:
        make_live(SCORECARD, note="The demo's scorecard")
    missing = _missing_nights(world)
    for number, day in enumerate(missing, 1):
        score_day(day)
        if 10 * number // len(missing) > 10 * (number - 1) // len(missing):  # ten lines, however many nights
            say(f"scores: {100 * number // len(missing)} % ({day})")
    counts = refresh_current(world.until)
    say(f"current scores: {counts.scored}, too little data: {counts.not_scored}")


def _missing_nights(world: World) -> list[date]:
    first = max(world.anchor - timedelta(days=NIGHTS - 1), world.first + timedelta(days=_FIRST_DAYS))
    nights = [first + timedelta(days=n) for n in range((world.until - first).days + 1)]
    finished = Run.objects.filter(purpose=Purpose.NIGHTLY, finished_at__isnull=False)
    there = set(finished.filter(as_of__in=nights).values_list("as_of", flat=True))
    return [night for night in nights if night not in there]
