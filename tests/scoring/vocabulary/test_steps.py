"""Every way from one lifecycle stage to another, each with a near miss (library 4)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from scoring.definitions import forget
from scoring.models import Definition
from scoring.vocabulary.stepping import (
    GROWTH,
    MATURE,
    ONBOARDING,
    RENEWAL,
    Stages,
    first_stage,
    stage_fields,
    step,
)
from tests.scoring.vocabulary.staging import column, of_one

pytestmark = pytest.mark.django_db
SMALL, MID_MARKET, ENTERPRISE = 1, 2, 3
DUE = {"renewal_won": 0, "days_to_renewal": 30}


def after(stage: int, days: float = 10, before: int = GROWTH, **facts: Any) -> int:
    """The stage after a night of somebody who has been in one for so many days."""
    stages = Stages()
    fields = of_one(**{"size": None, "renewal_won": 0, **facts})
    of_stay = stages.of_stay(np.array([stage]), np.array([float(days)]), fields["size"])
    return int(step(np.array([stage]), np.array([before]), {**fields, **of_stay}, stages)[0])


@pytest.mark.parametrize(
    ("facts", "leaves"),
    [
        ({"onboarding_known": 1, "onboarding_open_steps": 0}, True),
        ({"onboarding_known": 1, "onboarding_open_steps": 1}, False),
        ({"onboarding_known": 1, "first_value_done": 1, "tenure_days": 31}, True),
        ({"onboarding_known": 1, "first_value_done": 1, "tenure_days": 30}, False),
        ({"onboarding_known": 1, "first_value_done": 0, "tenure_days": 31}, False),
        ({"onboarding_known": 1, "onboarding_open_steps": 2, "first_value_done": 1, "tenure_days": 31}, True),
        ({"onboarding_known": 1}, False),
        ({}, False),
    ],
)
def test_onboarding_ends_with_its_steps_or_its_first_value(facts: dict[str, Any], leaves: bool) -> None:
    assert after(ONBOARDING, days=500, **facts) == (GROWTH if leaves else ONBOARDING)


@pytest.mark.parametrize(("size", "expected"), [(SMALL, 30), (MID_MARKET, 90), (ENTERPRISE, 120), (None, 90)])
def test_without_any_goal_onboarding_ends_after_the_days_it_is_expected_to_take(
    size: int | None, expected: int
) -> None:
    assert after(ONBOARDING, expected, onboarding_known=0, size=size) == ONBOARDING
    assert after(ONBOARDING, expected + 1, onboarding_known=0, size=size) == GROWTH


@pytest.mark.parametrize(
    ("steady", "tenure", "leaves"), [(1, 181, True), (1, 180, False), (0, 181, False), (None, 181, False)]
)
def test_growth_becomes_mature_when_use_is_steady(steady: int | None, tenure: int, leaves: bool) -> None:
    assert after(GROWTH, usage_steady_90=steady, tenure_days=tenure) == (MATURE if leaves else GROWTH)


@pytest.mark.parametrize(
    ("facts", "grows"),
    [
        ({"usage_growing_28": 1}, True),
        ({"usage_growing_28": 0}, False),
        ({"mrr_change_90": 10}, True),
        ({"mrr_change_90": 9.99}, False),
        ({}, False),
    ],
)
def test_a_mature_customer_grows_again(facts: dict[str, Any], grows: bool) -> None:
    assert after(MATURE, **facts) == (GROWTH if grows else MATURE)


def test_who_grows_in_revenue_while_use_is_steady_stays_in_growth() -> None:
    facts = {"mrr_change_90": 12, "usage_steady_90": 1, "tenure_days": 400}
    assert after(GROWTH, **facts) == after(MATURE, **facts) == GROWTH


@pytest.mark.parametrize("stage", [GROWTH, MATURE])
@pytest.mark.parametrize(("size", "days"), [(ENTERPRISE, 180), (MID_MARKET, 120), (SMALL, 90), (None, 90)])
def test_the_renewal_begins_by_size(stage: int, size: int | None, days: int) -> None:
    assert after(stage, size=size, days_to_renewal=days) == RENEWAL
    assert after(stage, size=size, days_to_renewal=days + 1) == stage


def test_the_renewal_begins_a_month_before_the_notice_where_that_is_earlier() -> None:
    assert after(GROWTH, size=SMALL, days_to_renewal=210, days_to_notice=30) == RENEWAL
    assert after(GROWTH, size=SMALL, days_to_renewal=211, days_to_notice=31) == GROWTH


def test_without_a_renewal_date_nobody_enters_renewal() -> None:
    assert after(MATURE, size=ENTERPRISE) == MATURE


def test_onboarding_goes_before_the_renewal() -> None:
    assert after(ONBOARDING, onboarding_known=1, **DUE) == ONBOARDING


@pytest.mark.parametrize("before", [GROWTH, MATURE])
def test_a_renewal_that_is_won_leads_back(before: int) -> None:
    assert after(RENEWAL, before=before, days_to_renewal=30, renewal_won=1) == before
    assert after(before, days_to_renewal=30, renewal_won=1) == before  # and does not begin again at once
    assert after(RENEWAL, before=before, days_to_renewal=30, renewal_won=0) == RENEWAL


@pytest.mark.parametrize(
    ("size", "days", "leaves"),
    [
        (ENTERPRISE, 181, True),
        (ENTERPRISE, 180, False),
        (MID_MARKET, 121, True),
        (MID_MARKET, 120, False),
        (SMALL, 91, True),
        (SMALL, 90, False),
        (None, 181, True),
        (None, 180, False),
    ],
)
def test_a_renewal_that_has_moved_leads_back(size: int | None, days: int, leaves: bool) -> None:
    assert after(RENEWAL, before=MATURE, size=size, days_to_renewal=days) == (MATURE if leaves else RENEWAL)


def test_a_renewal_that_the_notice_keeps_is_not_left() -> None:
    assert after(RENEWAL, size=SMALL, days_to_renewal=200, days_to_notice=20) == RENEWAL
    assert after(RENEWAL, size=SMALL, days_to_renewal=200, days_to_notice=40) == GROWTH


def test_a_stage_that_is_switched_off_is_left_and_not_entered() -> None:
    Definition.objects.filter(kind="stage", key="renewal").update(is_active=False)
    forget()
    assert after(GROWTH, **DUE) == GROWTH
    assert after(RENEWAL, before=MATURE, **DUE) == MATURE


def test_who_was_never_placed_goes_as_far_as_the_rules_lead() -> None:
    stages = Stages()
    facts = {
        "onboarding_open_steps": column(1, 0, 0, 0),
        "onboarding_known": column(1, 1, 1, 1),
        "usage_steady_90": column(1, 0, 1, 1),
        "tenure_days": column(400, 400, 400, 400),
        "renewal_won": column(0, 0, 0, 0),
        "days_to_renewal": column(10, 400, 400, 20),
    }
    assert first_stage(facts, stages).tolist() == [ONBOARDING, GROWTH, MATURE, RENEWAL]


def test_the_fields_of_the_stay_itself_are_not_read_from_the_night() -> None:
    read = stage_fields()
    assert {"size", "tenure_days", "onboarding_open_steps", "days_to_renewal", "renewal_open"} <= read
    assert not read & {"days_in_stage", "days_over", "share_over"}
