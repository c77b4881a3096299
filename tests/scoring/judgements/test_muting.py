"""A metric of which a change is expected says nothing, whichever it is."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Customer, Expectation
from scoring.engine.frame import State
from scoring.engine.scoring import score as score_block
from scoring.loading import load
from scoring.metrics.block import Block
from scoring.metrics.expectations import expected, noted, profile
from scoring.scorecards.publishing import live_version
from tests.cast import make_row
from tests.healthsite.pages.world import D, customer_at
from tests.scoring.metrics.reading import is_evidence, read

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def mute(customer: Customer, metric: str = "nps", from_on: date = D, **fields: Any) -> Expectation:
    return make_row(Expectation, customer, metric=metric, from_on=from_on, **fields)


def test_a_supplied_value_is_missing_while_it_is_muted(acme: Customer) -> None:
    mute(acme, until_on=D + DAY)
    assert read("nps", acme) == (None, State.MISSING)
    assert not is_evidence("nps", acme)


@pytest.mark.parametrize(
    "fields",
    [{"from_on": D + DAY}, {"from_on": D - DAY, "until_on": D}, {"expected": 5.0}, {"metric": "csat"}],
)
def test_a_note_that_does_not_hold_or_mute_leaves_it(acme: Customer, fields: dict[str, Any]) -> None:
    mute(acme, **fields)
    assert read("nps", acme)[0] == pytest.approx(20)


def test_a_later_value_speaks_again(acme: Customer) -> None:
    mute(acme, from_on=D - DAY)
    mute(acme, expected=5.0)
    assert read("nps", acme)[0] == pytest.approx(20)


def test_others_keep_theirs(acme: Customer) -> None:
    mute(acme)
    assert read("nps", customer_at(70))[0] == pytest.approx(40)


def test_it_is_left_out_of_the_score_and_the_range_widens(acme: Customer) -> None:
    version, ids = live_version(), np.array([acme.pk])
    assert version is not None
    before = score_block(load(ids, D, version.engine).frame, version.engine)
    mute(acme)
    after = score_block(load(ids, D, version.engine).frame, version.engine)
    assert (before.low[0], before.high[0]) == pytest.approx((45, 60))  # whether the cap at 45 holds is not known
    assert after.score[0] == pytest.approx(60)
    assert (after.low[0], after.high[0]) == pytest.approx((42, 72))  # 30 of 100 at worst, at best


def test_each_of_many_nights_has_the_notes_of_its_own_day(acme: Customer) -> None:
    day, other = D.toordinal(), customer_at(70)
    mute(acme, expected=3.0, from_on=D - 4 * DAY)
    mute(acme, from_on=D - 2 * DAY, until_on=D)
    block = Block(np.repeat([acme.pk, other.pk], 4), np.tile([day - 4, day - 2, day - 1, day], 2))
    nan = np.nan
    assert noted(block)["nps"].tolist() == [False, True, True, False, *[False] * 4]
    np.testing.assert_array_equal(expected(block, "nps"), [3, nan, nan, 3, *[nan] * 4])
    levels = [[nan, nan, 3], [3, 3, nan], [3, nan, nan], [nan, nan, 3], *[[nan] * 3] * 4]
    np.testing.assert_array_equal(profile(block, "nps", 3), levels)


def queries(ids: list[int]) -> int:
    version = live_version()
    assert version is not None
    with CaptureQueriesContext(
        connection,
    ) as captured:
        load(np.array(sorted(ids)), D, version.engine)
    return len(captured)


def test_muting_more_asks_no_more(acme: Customer) -> None:
    other, *more = [customer_at(50) for _ in range(6)]
    mute(acme)
    few = queries([acme.pk, other.pk])  # one customer alone is read in fewer
    for customer in more:
        mute(customer)
        mute(customer, "csat")
    assert queries([acme.pk, other.pk, *(customer.pk for customer in more)]) == few
