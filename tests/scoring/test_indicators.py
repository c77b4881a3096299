"""Indicators in the record of a night: which conditions hold, what is open, and that a batch changes nothing."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Customer, Interaction, Ticket
from scoring.fields import load_fields
from scoring.indicators import indicators, open_indicators
from scoring.indicators.clearing import still_open
from scoring.indicators.remembering import NONE, Remembered, Told, bits_by_day, days_needed
from scoring.judging import judge
from scoring.loading import load
from scoring.models import CurrentScore, Definition, Purpose, Run, ScorecardVersion, ScoreRecord, Stay
from scoring.nights import night_before
from scoring.past.backfilling import score_nights
from scoring.past.rescoring import refresh_current, score_day
from scoring.running import complete, open_run
from tests.cast import make_customer, make_row
from tests.healthsite.pages.world import D, customer_at, definition, live, score, supply
from tests.scoring.metrics.reading import at

db = pytest.mark.django_db
FOUR_WEEKS_AGO = D - timedelta(days=28)
COPIED = ("run", "version", "outcome", "score", "band", "coverage", "low", "high", "inputs", "indicators")
THREE = ["I4", "I9", "I10", "I19"]


def ago(days: int) -> date:
    return D - timedelta(days=days)


def bits(*numbers: int) -> int:
    return sum(1 << number for number in numbers)


def repeat(customer: Customer, on: date = D, count: int = 3) -> None:
    """So many tickets about one topic on a day: I4 from three on."""
    for _ in range(count):
        make_row(Ticket, customer, opened_at=at(on), topic="login")


def skip_training(customer: Customer, on: date = D) -> None:
    make_row(Interaction, customer, kind="training", at=at(on), attended=False)


def attempt(customer: Customer) -> None:
    """Three e-mails without an answer: I9."""
    for days in (1, 2, 3):
        make_row(Interaction, customer, kind="email_out", at=at(ago(days)))


@db
def test_a_night_records_which_conditions_hold() -> None:
    live()
    acme, other = customer_at(60), customer_at(60)
    repeat(acme)
    skip_training(acme)
    score(D)
    recorded = dict(ScoreRecord.objects.values_list("customer_id", "indicators"))
    assert recorded == {acme.pk: bits(4, 10), other.pk: 0}
    assert dict(CurrentScore.objects.values_list("customer_id", "indicators")) == recorded


@db
def test_who_has_no_score_has_no_indicator() -> None:
    live(min_coverage=1)
    acme = customer_at(60)
    acme.metricvalue_set.filter(metric="nps").delete()
    repeat(acme)
    score(D)
    assert ScoreRecord.objects.get().indicators == 0


@db
def test_a_trial_records_the_same_as_the_night() -> None:
    live()
    acme = customer_at(60)
    repeat(acme)
    score(D)
    score_day(D)
    assert set(ScoreRecord.objects.values_list("run__purpose", "indicators")) == {
        (Purpose.NIGHTLY, bits(4)),
        (Purpose.RESTATED, bits(4)),
    }


@db
def test_an_indicator_clears_after_two_nights_without_its_condition() -> None:
    live()
    acme = customer_at(60, ago(3))
    supply(acme, D, csat=3, nps=20, goal_attainment=60)
    repeat(acme, ago(31))  # counts for thirty days, of which the day before yesterday was the last
    make_row(Ticket, make_customer(), opened_at=at(ago(2)))
    for days in (2, 1, 0):
        score_day(ago(days))
    assert [open_indicators([acme.pk], ago(days))[acme.pk] for days in (2, 1, 0)] == [["I4"], ["I4"], []]


@db
def test_the_live_score_stands_in_for_a_night_that_is_still_to_come() -> None:
    live()
    acme = customer_at(60)
    score_day(ago(1))
    repeat(acme)
    refresh_current(D)
    assert open_indicators([acme.pk], D) == {acme.pk: ["I4"]}
    assert open_indicators([acme.pk], ago(1)) == {acme.pk: []}


@db
def test_open_indicators_cost_the_same_for_many(django_assert_max_num_queries: Any) -> None:
    live()
    customers = [customer_at(60) for _ in range(5)]
    score(D)
    for ids in ([customers[0].pk], [customer.pk for customer in customers]):
        with django_assert_max_num_queries(3):
            open_indicators(ids, D)


def falling(count: int, by: float = 10) -> Customer:
    """A customer of whom so many measures (of three) have fallen by so many points in four weeks."""
    acme = customer_at(70, FOUR_WEEKS_AGO)
    points = [70 - by if place < count else 70 for place in range(3)]
    supply(acme, D, csat=1 + points[0] / 25, nps=2 * points[1] - 100, goal_attainment=points[2])
    return acme


@db
@pytest.mark.parametrize(("count", "by", "held"), [(3, 10, True), (2, 30, False), (3, 9.9, False)])
def test_three_measures_that_fell_ten_points_are_a_decline(count: int, by: float, held: bool) -> None:
    live()
    acme = falling(count, by)
    score(FOUR_WEEKS_AGO, D)
    assert ("I19" in open_indicators([acme.pk], D)[acme.pk]) is held
    Run.objects.all().delete()
    list(score_nights([FOUR_WEEKS_AGO, D]))  # the points of the first are remembered
    assert ("I19" in open_indicators([acme.pk], D)[acme.pk]) is held


@db
def test_a_fall_under_another_version_is_none() -> None:
    live()
    acme = falling(3)
    score_day(FOUR_WEEKS_AGO)
    live(analysis_days=31)
    score(D)
    assert open_indicators([acme.pk], D) == {acme.pk: []}


@db
def test_three_open_leading_indicators_are_a_decline() -> None:
    live()
    acme, other = customer_at(60), customer_at(60)
    for customer in (acme, other):
        repeat(customer, ago(25))  # outside the three weeks of I9, where a ticket would be a sign of life
        skip_training(customer)
    attempt(acme)
    repeat(make_customer(), D, 1)
    score(D)
    assert open_indicators([acme.pk, other.pk], D) == {acme.pk: THREE, other.pk: ["I4", "I10"]}


def world() -> tuple[ScorecardVersion, list[Customer]]:
    """Customers each with other troubles, one without any, one without a score."""
    version = live()
    customers = [falling(3), *(customer_at(60, size="enterprise") for _ in range(4)), make_customer()]
    repeat(customers[1])
    skip_training(customers[2])
    attempt(customers[3])
    repeat(customers[4], ago(25))
    score_day(FOUR_WEEKS_AGO)
    return version, customers


def judged(version: ScorecardVersion, customers: list[Customer]) -> dict[int, int]:
    ids = np.array(sorted(customer.pk for customer in customers))
    found = judge(load(ids, D, version.engine), version, D).indicators
    return dict(zip(ids.tolist(), found.tolist(), strict=True))


@db
def test_indicators_are_the_same_alone_as_in_any_batch() -> None:
    version, customers = world()
    together = judged(version, customers)
    alone = {pk: found for customer in customers for pk, found in judged(version, [customer]).items()}
    assert together == alone
    assert together == judged(version, customers[::2]) | judged(version, customers[1::2])
    assert len(set(together.values())) >= 4


@db
def test_the_number_of_queries_does_not_grow_with_customers(django_assert_max_num_queries: Any) -> None:
    version, customers = world()
    with CaptureQueriesContext(connection) as few:
        judged(version, customers[:2])
    with django_assert_max_num_queries(len(few)):
        judged(version, customers)


@db
def test_a_night_in_small_shards_says_the_same(settings: Any) -> None:
    version, _ = world()
    whole = dict(complete(open_run(D, Purpose.NIGHTLY, version)).records.values_list("customer_id", "indicators"))
    settings.SHARD_SIZE = 2
    cut = dict(score_day(D).records.values_list("customer_id", "indicators"))
    assert cut == whole


def test_the_small_scorecard_has_three_measures() -> None:
    assert sum(len(component["measures"]) for component in definition()["components"]) == 3


def at_capacity(*days: int) -> Customer:
    """A customer whose seats are full on these nights, each so many days before D."""
    acme = customer_at(60, ago(40))
    for back in days:
        supply(acme, ago(back), seat_utilisation=95)
    for back in range(max(days) + 1):
        if back not in days:
            supply(acme, ago(back), seat_utilisation=50)
    return acme


def recorded_nights(*held: bool) -> tuple[Customer, Run]:
    """A customer with a record of each night up to D, the latest first, on which I28 held or not."""
    version, acme = live(), customer_at(60)
    for back, holds in enumerate(held):
        run = Run.objects.create(as_of=ago(back), purpose=Purpose.NIGHTLY, version=version)
        numbers: dict[str, Any] = {"outcome": 0, "score": 60, "band": 1, "coverage": 1, "low": 60, "high": 60}
        bits_held = bits(28) if holds else 0
        ScoreRecord.objects.create(customer=acme, run=run, version=version, inputs=b"", indicators=bits_held, **numbers)
    return acme, Run.objects.get(as_of=D)


@db
@pytest.mark.parametrize(("count", "opened"), [(14, True), (13, False), (40, True)])
def test_what_takes_fourteen_nights_is_open_after_them(count: int, opened: bool) -> None:
    acme, run = recorded_nights(*[True] * count)
    assert ("I28" in open_indicators([acme.pk], D)[acme.pk]) is opened
    assert bool(load_fields(run, np.array([acme.pk]), ["I28"])["I28"][0]) is opened


@db
@pytest.mark.parametrize(("since", "opened"), [("-", True), ("--", False), ("x--", False)])
def test_what_took_fourteen_nights_clears_after_two(since: str, opened: bool) -> None:
    acme, run = recorded_nights(*[night == "x" for night in since + "x" * 14])
    assert ("I28" in open_indicators([acme.pk], D)[acme.pk]) is opened
    assert bool(load_fields(run, np.array([acme.pk]), ["I28"])["I28"][0]) is opened


@db
def test_each_that_takes_several_nights_counts_its_own() -> None:
    """I28 takes 14 of them, growing use 28, steady use 90: one long enough for each customer, the others one short."""
    needed = {28: 14, 41: 28, 42: 90}
    assert {one.number: one.nights for one in indicators().values() if one.nights > 1} == needed
    held = np.zeros((120, 3), np.int64)
    for place, long_enough in enumerate(needed):
        for number, nights in needed.items():
            held[: nights - (number != long_enough), place] |= bits(number)
    assert still_open(held).tolist() == [bits(28), bits(41), bits(42)]


@db
def test_a_night_that_was_missed_does_not_interrupt() -> None:
    acme, _ = recorded_nights(*[True] * 15)
    ScoreRecord.objects.filter(customer=acme, run__as_of=ago(6)).delete()
    assert open_indicators([acme.pk], D) == {acme.pk: ["I28"]}


@db
def test_who_remembers_nights_knows_the_same_and_reads_each_once(django_assert_num_queries: Any) -> None:
    stranger, (acme, _), beta = customer_at(60), recorded_nights(True, False, True), customer_at(60)
    ScoreRecord.objects.filter(customer=acme, run__as_of=ago(1)).update(customer=beta)
    ids, remembered = np.array([stranger.pk, acme.pk, beta.pk]), Remembered()
    for on in (ago(1), D):
        expected = bits_by_day(ids, on, 2)
        with django_assert_num_queries(2):  # the second time of D alone
            assert np.array_equal(remembered.bits_by_day(ids, on, 2), expected)
    with django_assert_num_queries(0):
        assert remembered.bits_by_day(ids[1:2], D, 2).tolist() == [[bits(28)], [NONE]]
    for on in (ago(1), D, D + timedelta(days=1)):
        assert np.array_equal(remembered.bits_before(ids, on), night_before(ids, on).indicators)


@db
def test_what_a_night_tells_is_not_read_again(django_assert_num_queries: Any) -> None:
    """Of two versions, each with points of its own; and nothing that is out of reach is kept."""
    live()
    indicators()
    remembered, ids = Remembered((1, 4)), np.array([1, 2, 3, 4])
    told = [
        Told(np.array([1, 3]), np.array([5, 7]), np.array([[10.0], [30.0]]), version=8),
        Told(np.array([2]), np.array([6]), np.array([[20.0, 21.0]]), version=9),
    ]
    remembered.tell(D, told)
    with django_assert_num_queries(0):
        assert remembered.bits_by_day(ids, D, 1).tolist() == [[5, 6, 7, NONE]]
        assert remembered.points_on(ids, ago(1), 8) is None
        points = [remembered.points_on(ids, D, version) for version in (8, 9, 10)]
    assert [(there.tolist(), rows.tolist()) for there, rows in filter(None, points)] == [
        ([True, False, True, False], [[10.0], [30.0]]),
        ([False, True, False, False], [[20.0, 21.0]]),
        ([False] * 4, []),
    ]
    remembered.tell(D + timedelta(days=days_needed() - 1), [])
    assert remembered.points_on(ids, D, 8) is not None
    remembered.tell(D + timedelta(days=days_needed()), [])
    assert remembered.points_on(ids, D, 8) is None


@db
def test_a_night_told_in_pieces_is_remembered_whole() -> None:
    """Where somebody cannot be scored the others are judged in halves; with scorecards by rule these interleave."""
    live()
    remembered, ids = Remembered(), np.array([1, 2, 3, 4, 5])
    halves = ([1, 4], [[10.0], [40.0]]), ([2, 5], [[20.0], [50.0]])
    remembered.tell(D, [Told(np.array(who), np.array(who), np.array(points), version=8) for who, points in halves])
    found = remembered.points_on(ids, D, 8)
    assert found
    assert (found[0].tolist(), found[1].tolist()) == ([True, True, False, True, True], [[10.0], [20.0], [40.0], [50.0]])


@db
def test_what_was_read_says_nothing_of_points() -> None:
    """Then they are made again from the record."""
    acme, _ = recorded_nights(True)
    remembered = Remembered()
    remembered.bits_by_day(np.array([acme.pk]), D, 1)
    assert remembered.points_on(np.array([acme.pk]), D, live().pk) is None


@db
def test_the_night_before_is_not_the_night_itself() -> None:
    acme, _ = recorded_nights(True, False)
    ids = np.array([acme.pk])
    nights = {on: Remembered().bits_before(ids, on).tolist() for on in (D, D + timedelta(days=1))}
    assert nights == {on: night_before(ids, on).indicators.tolist() for on in nights}
    assert nights[D] != nights[D + timedelta(days=1)]


@db
def test_looking_far_back_costs_the_same_for_many(django_assert_max_num_queries: Any) -> None:
    acme, run = recorded_nights(*[True] * 14)
    others = [customer_at(60) for _ in range(4)]
    for record in ScoreRecord.objects.filter(customer=acme):
        ScoreRecord.objects.bulk_create(
            ScoreRecord(customer=one, **{name: getattr(record, name) for name in COPIED}) for one in others
        )
    everybody = sorted([acme.pk, *(one.pk for one in others)])
    indicators()
    for ids in ([acme.pk], everybody):
        with django_assert_max_num_queries(6):
            assert open_indicators(ids, D) == {pk: ["I28"] for pk in ids}
    assert load_fields(run, np.array(everybody), ["I28"])["I28"].tolist() == [1.0] * 5


@db
def test_a_full_house_is_recorded_each_night_it_holds() -> None:
    live()
    acme = at_capacity(0, 2)
    score(ago(2), ago(1), D)
    held = ScoreRecord.objects.filter(customer=acme).order_by("run__as_of").values_list("indicators", flat=True)
    assert list(held) == [bits(28), 0, bits(28)]


@db
@pytest.mark.parametrize(("stage", "until", "stuck"), [(1, None, True), (2, None, False), (1, D, False)])
def test_onboarding_is_stuck_only_in_onboarding(stage: int, until: date | None, stuck: bool) -> None:
    live()
    acme = customer_at(60)
    supply(acme, onboarding_silent_days=14)
    Stay.objects.create(customer=acme, stage=stage, from_on=ago(30), until_on=until)
    score(D)
    assert ("I15" in open_indicators([acme.pk], D)[acme.pk]) is stuck


@db
@pytest.mark.parametrize(("points", "near"), [(74.9, True), (75, False)])
def test_a_notice_that_is_near_warns_unless_the_score_is_green(points: float, near: bool) -> None:
    live()
    acme = customer_at(points)
    supply(acme, days_to_notice=30)
    score(D)
    assert ("I17" in open_indicators([acme.pk], D)[acme.pk]) is near


@db
def test_what_the_score_says_can_be_asked() -> None:
    live()
    rule = {"all": [{"field": "satisfaction", "op": "<", "value": 50}, {"field": "churn_risk", "op": "==", "value": 1}]}
    body = {"type": "lagging", "rule": rule, "meaning": "Poor all round."}
    Definition.objects.create(kind="indicator", key="poor", number=62, position=999, title="Poor", body=body)
    acme, other = customer_at(49), customer_at(51)
    score(D)
    assert open_indicators([acme.pk, other.pk], D) == {acme.pk: ["poor"], other.pk: []}
