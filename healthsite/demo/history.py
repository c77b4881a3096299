"""The past of the demo, night by night: every score written by the engine, every plan by the playbooks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from typing import Final

from django.db.models import F, Max, QuerySet

from healthsite.demo.judging import clear_desk, judge_ahead
from healthsite.demo.planning import Refused
from healthsite.demo.scorecards import prepare_scorecards, score_beside
from healthsite.demo.working import Team
from healthsite.demo.world import World
from playbooks.models import Mail, Reaction
from playbooks.running import react
from scoring.models import Purpose, Run
from scoring.past.backfilling import score_nights
from scoring.past.rescoring import refresh_current
from scoring.scorecards.publishing import live_version

Say = Callable[[str], None]

NIGHTS: Final = 120  # scored in a new workspace, where it is long enough
_FIRST_DAYS: Final = 40  # without scores: metrics need something to look back on


def score_history(world: World, *, say: Say) -> None:
    """Make the demo's scorecard live and live through, in date order, the nights that are still to come."""
    missing, team = _missing_nights(world), Team(world)
    if live_version() is None or world.after is None:
        prepare_scorecards(world, _first_night(world))
        judge_ahead(team)
    for number, run in enumerate(_scored(missing), 1):
        live_through(run, team)
        if 10 * number // len(missing) > 10 * (number - 1) // len(missing):  # ten lines, however many nights
            say(f"nights: {100 * number // len(missing)} % ({run.as_of})")
    score_beside()
    counts = refresh_current(world.until)
    clear_desk(team, world.until)
    Mail.objects.filter(sent_at=None).update(sent_at=F("created_at"))  # nobody wants mail about the past
    say(f"current scores: {counts.scored}, too little data: {counts.not_scored}")


def live_through(run: Run, team: Team) -> None:
    """Let people work on the day of a scored night, and react to the night that ends it.

    What they do changes no score, so that later nights may have been scored already. Nothing is done about a night
    older than the newest that was reacted to: plans never go back.
    """
    newest = Reaction.objects.aggregate(day=Max("run__as_of"))["day"]
    if newest is None or run.as_of >= newest:
        team.work(run.as_of)
        react(run, fires=True)


def _scored(nights: Sequence[date]) -> Iterator[Run]:
    """The runs of nights in date order; one that an earlier attempt finished is not scored again, to restate it."""
    there = {run.as_of: run for run in _finished().filter(as_of__in=nights)}
    others = score_nights([night for night in nights if night not in there], keeps=True)
    for night in nights:
        run = there.get(night) or next(others)
        if run.finished_at is None:
            raise Refused(f"Another process is scoring {night:%-d %B %Y}; start again in some minutes.")
        yield run


def _finished() -> QuerySet[Run]:
    return Run.objects.filter(purpose=Purpose.NIGHTLY, finished_at__isnull=False)


def _missing_nights(world: World) -> list[date]:
    first = _first_night(world)
    nights = [first + timedelta(days=n) for n in range((world.until - first).days + 1)]
    done = _finished().filter(as_of__in=nights, reaction__finished_at__isnull=False)
    there = set(done.values_list("as_of", flat=True))
    return [night for night in nights if night not in there]


def _first_night(world: World) -> date:
    return max(world.anchor - timedelta(days=NIGHTS - 1), world.first + timedelta(days=_FIRST_DAYS))
