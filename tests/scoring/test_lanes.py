"""A stretch of nights, in one process or in several, says what its nights say one by one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from accounts.models import Customer, CustomerPeriod, Goal
from healthsite.demo.building import build
from healthsite.demo.world import World
from scoring import shards
from scoring.fields import load_fields
from scoring.indicators import indicators
from scoring.models import Run, ScoreRecord, Stay
from scoring.past import ahead, backfilling
from scoring.past.backfilling import score_nights
from scoring.past.rescoring import score_day
from scoring.scorecards.publishing import make_live
from scoring.vocabulary import staying
from scoring.vocabulary.staying import Said
from scoring.vocabulary.stepping import stage_fields
from tests.cast import make_row, make_user
from tests.scoring.builders import D
from tests.scoring.judgements.cast import stored_override

NIGHTS = [D - timedelta(days=back) for back in range(44, -1, -1)]
CUSTOMERS = 14
OVERRIDDEN, SINCE = 3.25, datetime(2025, 1, 1, tzinfo=UTC)


def workspace() -> None:
    """Customers of the demo; three are stuck in Onboarding at first, one leaves for a while, and one comes.

    Of a fourth somebody sets the score for some nights.
    """
    build(World(seed=1, customers=CUSTOMERS, days=120, anchor=D, until=D), say=lambda line: None)
    make_live("framework-002")
    first, *_, last = Customer.objects.order_by("pk")
    CustomerPeriod.objects.filter(customer=first).update(ended_on=NIGHTS[9])
    CustomerPeriod.objects.create(customer=first, started_on=NIGHTS[30])
    CustomerPeriod.objects.filter(customer=last).update(started_on=NIGHTS[20])
    stored_override(
        Customer.objects.order_by("pk")[4], make_user("Bob"), NIGHTS[12], NIGHTS[33], score=OVERRIDDEN, at=SINCE
    )
    for nth, done in ((2, NIGHTS[13]), (7, NIGHTS[25]), (11, NIGHTS[26])):
        stuck = Customer.objects.order_by("pk")[nth]
        make_row(Goal, stuck, name="Go live", kind="onboarding_step", started_on=D - timedelta(90), achieved_on=done)


def found() -> tuple[list[Any], list[Any], Any]:
    """Records but for their numbers, stays, and the numbers, all in one order."""
    records = ScoreRecord.objects.order_by("run__as_of", "customer")
    said = records.values_list("run__as_of", "customer", "band", "outcome", "indicators", "segment", "tags")
    stays = Stay.objects.order_by("customer", "from_on", "pk").values_list("customer", "stage", "from_on", "until_on")
    numbers = records.values_list("score", "coverage", "low", "high")
    return list(said), list(stays), np.array(list(numbers), np.float64)


def again(nights: Iterator[Run] | list[Run]) -> tuple[list[Any], list[Any], Any]:
    Stay.objects.all().delete()
    Run.objects.all().delete()
    assert [run.as_of for run in nights] == NIGHTS
    return found()


@pytest.mark.process
@pytest.mark.django_db(transaction=True)
def test_nights_say_the_same_one_by_one_read_ahead_and_side_by_side(monkeypatch: pytest.MonkeyPatch) -> None:
    """With stages that move between, an indicator that asks for the stage, and one that looks four weeks back."""
    workspace()
    one_by_one = again(score_day(night) for night in NIGHTS)
    monkeypatch.setattr(backfilling, "WORTH_IT", 1000)
    monkeypatch.setattr(ahead, "PAIRS", 100)  # several times on the way, for other customers
    read_ahead = again(score_nights(NIGHTS))
    monkeypatch.setattr(backfilling, "PART", 5)
    in_parts = again(score_nights(NIGHTS))
    monkeypatch.setattr(backfilling, "WORTH_IT", 10)
    side_by_side = again(score_nights(NIGHTS))
    for other in (read_ahead, in_parts, side_by_side):
        assert other[0] == one_by_one[0]
        assert other[1] == one_by_one[1]
        np.testing.assert_allclose(other[2], one_by_one[2], rtol=1e-12, atol=1e-9)
    assert_it_was_put_to_the_test(*one_by_one[:2])
    assert (one_by_one[2][:, 0] == OVERRIDDEN).sum() == 21


@pytest.mark.django_db
def test_what_rules_of_stages_read_of_a_night_is_what_it_records(monkeypatch: pytest.MonkeyPatch) -> None:
    """They read it before it is written, from nights that are remembered; the rules that react to it, afterwards."""
    workspace()
    names = [*stage_fields(), *indicators(), *NAMES]
    read: dict[date, Said] = {}

    def settle(on: date, stays: Any, active: Any, said: list[Said]) -> int:
        (read[on],) = said
        return staying.settle(on, stays, active, said)

    monkeypatch.setattr(staying, "stage_fields", lambda: names)
    monkeypatch.setattr(shards, "settle", settle)
    for run in score_nights(NIGHTS):
        ids, fields = read[run.as_of]
        recorded = load_fields(run, ids, names)
        for name in names:
            np.testing.assert_allclose(fields[name], recorded[name], rtol=1e-12, atol=1e-9, err_msg=f"{run} {name}")


NAMES = (
    *("score", "role", "role_before", "churn_risk", "expansion", "coverage", "above_emergency", "score_change_7"),
    *("segment", "segment_before", "tier", "revenue_tier", "tag:expired_base", "usage", "usage.role"),
)


def assert_it_was_put_to_the_test(records: list[Any], stays: list[Any]) -> None:
    """Customers moved, one came back, and what asks for the stage and for four weeks ago held now and then."""
    assert len({customer for customer, _, _, until in stays if until in NIGHTS[1:]}) >= 3
    assert NIGHTS[9] in {until for _, _, _, until in stays}
    for key in ("I15", "I19"):
        held = {bool(bits & indicators()[key].bit) for _, _, _, outcome, bits, _, _ in records if outcome == 0}
        assert held == {True, False}
