"""A past date as known then and as now known: what came late, was corrected or changed afterwards counts only now."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from accounts.business_days import end_of
from accounts.changes import Observation, corrections
from accounts.models import Batch, Change, Customer, Subscription, Ticket
from scoring.explaining import NotScored, explain
from scoring.judging import Judged, judge
from scoring.loading import Loaded
from scoring.models import Failure, Purpose, Run, ScoreRecord
from scoring.past.recalling import compare_known, recall, recall_day
from scoring.past.rescoring import score_day
from tests.cast import make_customer, make_row, make_source
from tests.digest import digest_of
from tests.scoring.builders import D, customer_with_tickets, noon, support_scorecard

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
IN_TIME, LATE = end_of(D) - timedelta(hours=3), end_of(D) + 4 * DAY


def known(customer: Customer) -> tuple[float | None, float | None]:
    """The scores of D as known then and as now known."""
    then, now, _ = compare_known(customer, D)
    return then.stored.score, now.stored.score


@pytest.fixture
def acme() -> Customer:
    """Two tickets opened the day before D and known by then: 84 points."""
    support_scorecard()
    customer = customer_with_tickets(2)
    Ticket.objects.update(known_at=IN_TIME)
    return customer


def correct(ticket: Ticket, **news: object) -> None:
    """What a later delivery does: the log keeps what the fact said."""
    for entry in corrections("tickets", ticket, news, Observation(D)):
        entry.known_at = LATE
        entry.save()
    Ticket.objects.filter(pk=ticket.pk).update(**news)


def test_with_nothing_new_both_are_the_record(acme: Customer) -> None:
    score_day(D)
    assert known(acme) == (84, 84)
    assert explain(acme, D).stored.score == 84
    assert compare_known(acme, D)[2] == []


def test_a_fact_that_came_late_counts_only_now(acme: Customer) -> None:
    make_row(Ticket, acme, opened_at=noon(D - DAY), known_at=LATE)
    then, now, changes = compare_known(acme, D)
    assert (then.stored.score, now.stored.score) == (84, 76)
    assert sum(change.points for change in changes) == pytest.approx(-8, abs=1e-9)
    assert {change.measure for change in changes} == {"open_tickets", "tickets_opened"}


@pytest.mark.parametrize(("seconds", "then"), [(-1, 76), (0, 84)])
def test_the_last_moment_of_the_date_counts_and_the_first_after_it_does_not(
    seconds: int, then: float, acme: Customer
) -> None:
    make_row(Ticket, acme, opened_at=noon(D - DAY), known_at=end_of(D) + timedelta(seconds=seconds))
    assert known(acme) == (then, 76)


def test_what_a_fact_said_before_it_was_corrected_counts_then(acme: Customer) -> None:
    ticket = Ticket.objects.earliest("pk")
    correct(ticket, opened_at=noon(D - 90 * DAY))
    before = digest_of()
    assert known(acme) == (84, 86)  # one opened in the window, two open: 80 x 0.6 + 95 x 0.4
    assert digest_of() == before


def test_a_correction_that_was_known_in_time_counts_both_times(acme: Customer) -> None:
    correct(Ticket.objects.earliest("pk"), opened_at=noon(D - 90 * DAY))
    Change.objects.update(known_at=IN_TIME)
    assert known(acme) == (86, 86)


def test_of_two_corrections_the_first_one_tells_what_was_said_then(acme: Customer) -> None:
    ticket = Ticket.objects.earliest("pk")
    correct(ticket, opened_at=noon(D - 60 * DAY))
    ticket.refresh_from_db()
    correct(ticket, opened_at=noon(D - 90 * DAY))
    assert known(acme) == (84, 86)


def test_a_fact_that_went_to_another_customer_was_the_first_ones_then(acme: Customer) -> None:
    other = customer_with_tickets(1)
    Ticket.objects.update(known_at=IN_TIME)
    correct(Ticket.objects.filter(customer=acme).earliest("pk"), customer_id=other.pk)
    assert known(acme) == (84, 92)
    assert known(other) == (92, 84)
    assert Ticket.objects.filter(customer=other).count() == 2


def test_nothing_dated_after_the_date_changes_either(acme: Customer) -> None:
    make_row(Ticket, acme, opened_at=noon(D + DAY), known_at=IN_TIME)
    make_row(Ticket, acme, opened_at=noon(D + 2 * DAY), known_at=LATE)
    assert known(acme) == (84, 84)


def test_silence_is_judged_by_the_deliveries_of_then() -> None:
    support_scorecard()
    customer = make_customer()
    make_row(Subscription, customer, started_on=D - 300 * DAY, mrr=100, known_at=IN_TIME)
    Batch.objects.create(source=make_source(), kind="tickets", received_at=LATE, status="done")
    make_row(Ticket, customer, opened_at=noon(D - 200 * DAY), closed_at=noon(D - 199 * DAY), known_at=LATE)
    then = recall(customer, D, known="then").scored
    assert then.reason[0] != 0
    assert set(then.states[0].tolist()) == {4}


def test_who_was_no_customer_on_the_date_has_no_score_of_it(acme: Customer) -> None:
    with pytest.raises(NotScored, match="was no customer on"):
        recall(make_customer(since=None), D, known="now")


def test_the_nights_version_scores_it_though_another_is_live_now(acme: Customer) -> None:
    score_day(D)
    support_scorecard(min_coverage=0.9)
    assert recall(acme, D, known="now").version == explain(acme, D).version


def test_a_whole_date_as_known_then_stands_beside_the_nightly_record(acme: Customer) -> None:
    make_row(Ticket, acme, opened_at=noon(D - DAY), known_at=LATE)
    score_day(D)
    recalled = recall_day(D)
    assert (recalled.purpose, recalled.scored, recalled.failed) == (Purpose.RECALLED, 1, 0)
    scores = dict(ScoreRecord.objects.values_list("run__purpose", "score"))
    assert scores == {"nightly": 76, "recalled": 84}


def test_twice_is_once(acme: Customer) -> None:
    recall_day(D)
    first = list(ScoreRecord.objects.values_list("customer", "score", "inputs"))
    recall_day(D)
    assert list(ScoreRecord.objects.values_list("customer", "score", "inputs")) == first
    assert Run.objects.count() == 1


def test_a_customer_who_cannot_be_scored_is_one_named_failure(acme: Customer, monkeypatch: pytest.MonkeyPatch) -> None:
    bad = customer_with_tickets(1)

    def judging(loaded: Loaded, *rest: Any) -> Judged:
        if bad.pk in loaded.frame.ids.tolist():
            raise ZeroDivisionError("nothing to divide by")
        return judge(loaded, *rest)

    monkeypatch.setattr("scoring.past.recalling.judge", judging)
    run = recall_day(D)
    assert (run.scored, run.failed) == (1, 1)
    assert Failure.objects.get().reason == "ZeroDivisionError: nothing to divide by"
