"""Runs and shards: exactly once in effect, whoever dies and whoever comes twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import Mock

import pytest
import time_machine
from celery.exceptions import SoftTimeLimitExceeded
from django.db import InterfaceError, OperationalError
from django.utils import timezone

from accounts.models import Customer, CustomerPeriod, Ticket
from scoring import facts, loading
from scoring.leasing import MOST_ATTEMPTS, Fenced, give_back, take, take_in_turn
from scoring.models import CurrentScore, Failure, Purpose, Run, ScoreRecord, Shard, Stay
from scoring.past.backfilling import score_days
from scoring.past.rescoring import refresh_current, score_day
from scoring.running import complete, due_dates, open_run
from scoring.shards import work
from tests.cast import make_customer, make_row
from tests.digest import digest_of
from tests.scoring.builders import D, customer_with_tickets, noon, support_scorecard

pytestmark = pytest.mark.django_db


def night(on: Any = D) -> Run:
    return complete(open_run(on, Purpose.NIGHTLY, support_scorecard()))


def scores(run: Run) -> dict[int, float | None]:
    return dict(run.records.values_list("customer_id", "score"))


def test_a_night_scores_every_customer() -> None:
    one, two = customer_with_tickets(1), customer_with_tickets(5)
    run = night()
    assert scores(run) == {one.pk: 92.0, two.pk: 60.0}
    assert (run.scored, run.not_scored, run.failed) == (2, 0, 0)
    assert CurrentScore.objects.get(customer=two).role == "yellow"


def test_the_same_night_twice_changes_nothing() -> None:
    customer_with_tickets(2)
    night()
    before = digest_of()
    night()
    assert digest_of() == before


def test_prospects_and_churned_customers_are_left_out() -> None:
    make_customer(since=None)
    gone = customer_with_tickets(1)
    CustomerPeriod.objects.filter(customer=gone).update(ended_on=D)
    assert scores(night()) == {}
    assert scores(complete(open_run(D - timedelta(days=1), Purpose.NIGHTLY, support_scorecard()))) != {}


def test_a_customer_of_whom_only_silence_is_known_has_no_score() -> None:
    quiet = make_customer()
    customer_with_tickets(1)
    run = night()
    assert scores(run)[quiet.pk] is None
    assert (run.scored, run.not_scored) == (1, 1)


def poison(customer: Customer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nobody be scored together with this customer."""

    def load(ids: Any, *rest: Any) -> loading.Loaded:
        if customer.pk in ids:
            raise ZeroDivisionError("a poisoned number")
        return loading.load(ids, *rest)

    monkeypatch.setattr(facts, "load", load)


def test_one_customer_who_cannot_be_scored_is_named_and_the_others_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    fine, broken, also_fine = (customer_with_tickets(1) for _ in range(3))
    poison(broken, monkeypatch)
    run = night()
    assert set(scores(run)) == {fine.pk, also_fine.pk}
    assert Failure.objects.get().reason == "ZeroDivisionError: a poisoned number"
    assert (run.scored, run.failed) == (2, 1)


@pytest.mark.parametrize("error", [SoftTimeLimitExceeded, OperationalError, InterfaceError])
def test_what_is_no_customers_fault_fails_nobody(error: type[Exception], monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole is to be tried again: the time of the worker is over, or the database does not answer."""
    customer_with_tickets(1), customer_with_tickets(2)
    with monkeypatch.context() as patch:
        patch.setattr(facts, "load", Mock(side_effect=error))
        with pytest.raises(error):
            night()
    Shard.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    run = night()
    assert (run.scored, run.failed) == (2, 0)


def test_who_cannot_be_scored_stays_in_the_stage_and_who_has_left_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    fine, poisoned, gone = (customer_with_tickets(n) for n in (1, 2, 3))
    complete(open_run(D - timedelta(days=1), Purpose.NIGHTLY, support_scorecard()))
    CustomerPeriod.objects.filter(customer=gone).update(ended_on=D)
    poison(poisoned, monkeypatch)
    assert night().failed == 1
    still = Stay.objects.filter(until_on=None).order_by("customer").values_list("customer", flat=True)
    assert list(still) == [fine.pk, poisoned.pk]
    assert Stay.objects.get(customer=gone).until_on == D


def test_shards_cut_the_customers_into_stretches(settings: Any) -> None:
    settings.SHARD_SIZE = 2
    customers = [customer_with_tickets(n) for n in range(1, 6)]
    run = night()
    assert run.shards.count() == 3
    assert len(scores(run)) == len(customers)


def test_a_leased_shard_is_nobody_elses_until_the_lease_ends() -> None:
    customer_with_tickets(1)
    shard = open_run(D, Purpose.NIGHTLY, support_scorecard()).shards.get()
    assert take(Shard, shard.pk) is not None
    assert take(Shard, shard.pk) is None
    Shard.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert take(Shard, shard.pk) is not None


def test_stretches_are_taken_in_turn_up_to_one_that_another_has(settings: Any) -> None:
    settings.SHARD_SIZE = 1
    for opened in range(4):
        customer_with_tickets(opened)
    shards = list(open_run(D, Purpose.NIGHTLY, support_scorecard()).shards.order_by("-pk").values_list("pk", flat=True))
    assert take(Shard, shards[2])
    taken = take_in_turn(Shard, shards)
    assert [shard.pk for shard in taken] == shards[:2]
    for shard in taken:
        known = Shard.objects.get(pk=shard.pk)
        assert (shard.state, shard.token, shard.attempts) == (known.state, known.token, known.attempts)
        work(shard)
    assert Shard.objects.filter(state=Shard.State.WAITING).get().pk == shards[3]
    assert take_in_turn(Shard, shards) == []


def test_nobody_was_lost_with_a_stretch_that_is_given_back() -> None:
    customer_with_tickets(1)
    shard = take(Shard, open_run(D, Purpose.NIGHTLY, support_scorecard()).shards.get().pk)
    assert shard
    give_back(shard)
    assert Shard.objects.values_list("state", "attempts", "lease_until").get() == (Shard.State.WAITING, 0, None)


def test_who_comes_back_after_losing_the_lease_is_fenced_off() -> None:
    customer_with_tickets(1)
    run = open_run(D, Purpose.NIGHTLY, support_scorecard())
    late = take(Shard, run.shards.get().pk)
    Shard.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    quick = take(Shard, run.shards.get().pk)
    assert late
    assert quick
    work(quick)
    after = digest_of()
    with pytest.raises(Exception, match="taken over|UNIQUE|unique"):
        work(late)
    assert digest_of() == after


def test_a_late_worker_without_rows_of_its_own_is_fenced_too() -> None:
    run = open_run(D, Purpose.NIGHTLY, support_scorecard())
    Shard.objects.create(run=run, first_customer=1, last_customer=1)
    late = take(Shard, run.shards.get().pk)
    Shard.objects.update(token=99)
    assert late
    with pytest.raises(Fenced):
        work(late)


def test_a_shard_that_keeps_ending_its_worker_is_cut_down_to_the_customer() -> None:
    customers = [customer_with_tickets(1) for _ in range(3)]
    run = open_run(D, Purpose.NIGHTLY, support_scorecard())
    poison = customers[1].pk
    for _ in range(40):
        shard_id = run.shards.exclude(state="done").values_list("pk", flat=True).first()
        if shard_id is None:
            break
        shard = take(Shard, shard_id)
        assert shard
        dies = shard.first_customer <= poison <= shard.last_customer and shard.attempts <= MOST_ATTEMPTS
        if dies:
            Shard.objects.filter(pk=shard_id).update(lease_until=timezone.now() - timedelta(seconds=1))
        else:
            work(shard)
    assert complete(run).failed == 1
    assert Failure.objects.get().customer_id == poison


def test_who_comes_too_late_cuts_nothing() -> None:
    """Its half would stand in the way of whoever has the whole by then."""
    customer_with_tickets(1), customer_with_tickets(2)
    run = open_run(D, Purpose.NIGHTLY, support_scorecard())
    Shard.objects.update(attempts=MOST_ATTEMPTS)
    late = take(Shard, run.shards.get().pk)
    Shard.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    quick = take(Shard, run.shards.get().pk)
    assert late
    assert quick
    with pytest.raises(Fenced):
        work(late)
    assert run.shards.count() == 1
    assert work(quick) is False
    assert complete(run).scored == 2


def test_a_night_uses_the_version_it_began_with() -> None:
    customer = customer_with_tickets(5)
    run = open_run(D, Purpose.NIGHTLY, support_scorecard())
    support_scorecard(clamp=[0, 50])
    assert scores(complete(run)) == {customer.pk: 60.0}


def test_a_past_day_without_a_night_gets_a_backfilled_record_and_then_a_restatement_beside_it() -> None:
    customer = customer_with_tickets(1)
    support_scorecard()
    first = score_day(D)
    assert (first.purpose, first.backfilled) == ("nightly", True)
    make_row(Ticket, customer, opened_at=noon(D))
    second = score_day(D)
    assert (second.purpose, scores(first), scores(second)) == ("restated", {customer.pk: 92.0}, {customer.pk: 84.0})


def test_a_backfilled_day_leaves_the_current_score_alone() -> None:
    customer = customer_with_tickets(1)
    support_scorecard()
    score_day(D)
    assert not CurrentScore.objects.exists()
    refresh_current(D)
    assert CurrentScore.objects.get(customer=customer).score == 92.0


def test_a_scorecard_that_is_not_live_is_kept_apart() -> None:
    customer_with_tickets(1)
    support_scorecard()
    run = score_day(D, "component-default")
    assert (run.purpose, run.scorecard) == ("trial", "component-default")
    assert not Run.objects.filter(purpose=Purpose.NIGHTLY).exists()


def test_a_range_is_scored_in_date_order() -> None:
    customer_with_tickets(1)
    support_scorecard()
    runs = list(score_days(D - timedelta(days=2), D))
    assert [run.as_of for run in runs] == [D - timedelta(days=2), D - timedelta(days=1), D]


def test_the_change_compares_with_the_record_thirty_days_earlier() -> None:
    customer = customer_with_tickets(5, on=D - timedelta(days=30))
    support_scorecard()
    score_day(D - timedelta(days=30))
    Ticket.objects.update(closed_at=noon(D - timedelta(days=2)))
    make_row(Ticket, make_customer(), opened_at=noon(D))
    make_row(Ticket, customer, opened_at=noon(D))
    refresh_current(D)
    current = CurrentScore.objects.get(customer=customer)
    assert (current.score, current.change_30) == (92.0, 32.0)


def test_who_left_has_no_current_score_after_the_next_night() -> None:
    customer = customer_with_tickets(1)
    night()
    CustomerPeriod.objects.filter(customer=customer).update(ended_on=D + timedelta(days=1))
    night(D + timedelta(days=1))
    assert not CurrentScore.objects.exists()
    assert ScoreRecord.objects.filter(customer=customer).count() == 1


@pytest.mark.parametrize(("hour", "newest"), [(1, D - timedelta(days=1)), (2, D), (23, D)])
def test_a_date_is_due_when_its_night_has_begun(hour: int, newest: Any) -> None:
    now = datetime(2025, 10, 1, hour, tzinfo=UTC)
    assert due_dates(now) == [newest]


def test_missed_nights_are_due_up_to_a_week_back() -> None:
    Run.objects.create(as_of=D - timedelta(days=30), purpose=Purpose.NIGHTLY, version=support_scorecard())
    due = due_dates(datetime(2025, 10, 1, 3, tzinfo=UTC))
    assert due == [D - timedelta(days=n) for n in range(6, -1, -1)]


@pytest.mark.parametrize("zone", ["Europe/London", "Australia/Lord_Howe", "Pacific/Apia"])
def test_every_date_of_a_year_is_due_once_whatever_the_clocks_do(settings: Any, zone: str) -> None:
    settings.TIME_ZONE = zone
    version = support_scorecard()
    seen = []
    for hours in range(0, 24 * 370, 5):
        for day in due_dates(datetime(2025, 1, 1, tzinfo=UTC) + timedelta(hours=hours)):
            Run.objects.create(as_of=day, purpose=Purpose.NIGHTLY, version=version)
            seen.append(day)
    assert len(seen) == len(set(seen)) >= 370
    assert (seen[-1] - seen[0]).days == len(seen) - 1


def test_the_clock_of_tests_does_not_matter() -> None:
    customer_with_tickets(1)
    with time_machine.travel(datetime(2030, 1, 1, tzinfo=UTC)):
        assert night().scored == 1
