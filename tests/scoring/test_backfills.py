"""Backfills: asked for once, done in date order by one process at a time, and resumed where they stopped."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from accounts.business_days import today
from scoring.models import Backfill, Purpose, Run, ScoreRecord
from scoring.past import backfilling, backfills
from scoring.past.backfills import LEASE, NotAsked, Overtaken, advance, ask_backfill, due, rush, stop, take
from scoring.past.rescoring import begin_days, score_day
from scoring.scorecards.publishing import UnknownScorecard
from scoring.tasks import backfill as backfill_task
from scoring.tasks import tick
from tests.digest import digest_of
from tests.scoring.builders import D, customer_with_tickets, noon, support_scorecard

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
FIRST = D - 4 * DAY


class Killed(BaseException):
    """What a process is not asked about."""


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(noon(D + DAY), tick=False) as clock:
        yield clock


@pytest.fixture(autouse=True)
def _customers() -> None:
    support_scorecard()
    for opened in range(3):
        customer_with_tickets(opened, on=D - opened * DAY)


def records() -> list[Any]:
    rows = ScoreRecord.objects.order_by("run__as_of", "run__purpose", "customer")
    return list(rows.values_list("run__as_of", "run__purpose", "customer", "score", "inputs"))


def killed_at(monkeypatch: pytest.MonkeyPatch, day: date) -> None:
    """Let the process die before it scores the day."""

    def dying(days: Sequence[date], *options: Any) -> list[Run]:
        if day in days:
            raise Killed
        return begin_days(days, *options)

    monkeypatch.setattr(backfilling, "begin_days", dying)


def ask(first: date = FIRST, last: date = D, **said: Any) -> Backfill:
    return ask_backfill(first=first, last=last, **said)


def test_it_does_every_date_in_order_and_is_done() -> None:
    assert advance(ask())
    asked = Backfill.objects.get()
    assert (asked.state, asked.next_on, asked.lease_until) == ("done", D + DAY, None)
    assert [run.as_of for run in Run.objects.order_by("pk")] == [FIRST + n * DAY for n in range(5)]


def test_a_killed_one_resumes_and_ends_as_an_undisturbed_one(
    monkeypatch: pytest.MonkeyPatch, clock: time_machine.Traveller
) -> None:
    advance(ask())
    undisturbed = records()
    Run.objects.all().delete()
    killed_at(monkeypatch, D - DAY)
    with pytest.raises(Killed):
        advance(ask())
    monkeypatch.undo()
    assert Backfill.objects.latest("pk").next_on == D - DAY
    clock.shift(LEASE)
    assert advance(Backfill.objects.latest("pk"))
    assert records() == undisturbed


def test_what_ran_ahead_of_a_killed_one_is_not_scored_again(clock: time_machine.Traveller) -> None:
    asked = ask()
    clock.shift(DAY)
    for day in (FIRST, FIRST + 2 * DAY):
        score_day(day)
    assert [run.as_of for run in rush(asked)] == [FIRST + n * DAY for n in range(5)]
    assert set(Run.objects.values_list("purpose", flat=True)) == {Purpose.NIGHTLY}


def test_while_one_is_at_work_another_does_nothing(clock: time_machine.Traveller) -> None:
    asked = ask()
    assert take(asked) is not None
    assert not advance(asked)
    assert not Run.objects.exists()
    assert due() is None
    clock.shift(LEASE)
    assert due() == asked


def test_who_was_overtaken_ends_early() -> None:
    asked = ask()
    slow = rush(asked)
    next(slow)
    assert take(asked, by_force=True) is not None
    with pytest.raises(Overtaken, match="another process goes on with it"):
        next(slow)
    assert Backfill.objects.get().next_on == FIRST + DAY


def test_a_slice_ends_with_the_date_at_which_time_is_up() -> None:
    asked = ask()
    assert not advance(asked, until=timezone.now())
    asked.refresh_from_db()
    assert (asked.next_on, asked.state, asked.lease_until) == (FIRST + DAY, "running", None)


def test_stopped_it_stays_stopped_with_what_is_scored() -> None:
    asked = ask()
    advance(asked, until=timezone.now())
    assert stop(backfill=asked)
    assert (stop(backfill=asked), advance(asked), due()) == (False, False, None)
    assert Run.objects.count() == 1


def test_an_error_is_kept_and_it_rests_before_the_next_attempt(
    monkeypatch: pytest.MonkeyPatch, clock: time_machine.Traveller
) -> None:
    def failing(*options: Any) -> list[Run]:
        raise ZeroDivisionError("nothing to divide by")

    monkeypatch.setattr(backfilling, "begin_days", failing)
    with pytest.raises(ZeroDivisionError):
        advance(ask())
    assert Backfill.objects.get().error == f"{FIRST}: ZeroDivisionError: nothing to divide by"
    assert due() is None
    monkeypatch.undo()
    clock.shift(LEASE)
    assert advance(Backfill.objects.get())
    assert Backfill.objects.get().error == ""


def test_a_run_that_a_worker_still_has_a_part_of_is_not_passed_over(clock: time_machine.Traveller) -> None:
    score_day(FIRST)
    clock.shift(DAY)
    mine = take(ask())
    assert mine
    runs = backfills.follow(mine, lambda days: (Run(as_of=day, purpose=Purpose.RESTATED) for day in days))
    assert [run.as_of for run in runs] == [FIRST]
    assert Backfill.objects.get().next_on == FIRST


def test_the_nightly_record_is_never_rewritten(clock: time_machine.Traveller) -> None:
    score_day(D)
    nightly = ScoreRecord.objects.filter(run__purpose="nightly", run__as_of=D).values_list("pk", "score", "inputs")
    before = list(nightly)
    customer_with_tickets(1)
    clock.shift(DAY)
    advance(ask())
    assert list(nightly.all()) == before
    assert Run.objects.get(as_of=D, purpose="restated").scored == 1 + Run.objects.get(as_of=D, purpose="nightly").scored


def test_as_known_then_makes_recalled_runs() -> None:
    advance(ask(known="then"))
    assert set(Run.objects.values_list("purpose", flat=True)) == {Purpose.RECALLED}


def test_asked_twice_it_is_one() -> None:
    assert ask() == ask()
    assert Backfill.objects.count() == 1


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"last": FIRST - DAY}, "is after the last date"),
        ({"last": D + DAY}, "the night of 2025-10-01 has not begun; the latest date that can be scored is 2025-09-30"),
        ({"last": D + 2 * DAY, "scorecard": "component-default"}, "the latest date that can be scored is 2025-10-01"),
        ({"first": D - timedelta(days=1900)}, "more than five years"),
        ({"known": "soon"}, "'soon' is no way to know; say now or then"),
        ({"known": "then", "scorecard": "support-only"}, "leave the scorecard out"),
        ({"first": FIRST + DAY}, "2025-09-26 to 2025-09-30 is being scored already"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_written(said: dict[str, Any], message: str) -> None:
    ask()
    before = digest_of()
    with pytest.raises(NotAsked, match=message):
        ask(**said)
    assert digest_of() == before


def test_an_unknown_scorecard_is_refused() -> None:
    with pytest.raises(UnknownScorecard):
        ask(scorecard="horoscope")


def test_five_years_are_possible_and_of_a_trial_today() -> None:
    assert ask(D - backfills.LONGEST, D).state == "waiting"
    assert ask(today(), today(), scorecard="component-default").state == "waiting"


def test_the_tick_hands_out_the_oldest_and_the_task_does_it(monkeypatch: pytest.MonkeyPatch) -> None:
    score_day(D)
    asked, _ = ask(), ask(FIRST - 9 * DAY, FIRST - 5 * DAY)
    handed: list[int] = []
    monkeypatch.setattr(backfill_task, "delay", handed.append)
    tick()
    assert handed == [asked.pk]
    assert backfill_task(asked.pk)
    before = digest_of()
    assert not backfill_task(asked.pk)
    assert digest_of() == before


def test_a_task_about_a_backfill_that_is_gone_does_nothing() -> None:
    assert not backfill_task(4711)
