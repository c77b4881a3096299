"""When a stay is on track, behind or stuck."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from scoring.models import Stay
from scoring.vocabulary.pacing import pace
from scoring.vocabulary.stepping import GROWTH, MATURE, ONBOARDING, RENEWAL

pytestmark = pytest.mark.django_db
D = date(2025, 9, 30)
SMALL, MID_MARKET, ENTERPRISE, UNKNOWN = 1.0, 2.0, 3.0, float("nan")


def paced(stage: int, days: int = 10, size: float = UNKNOWN, **facts: float) -> str:
    return pace(Stay(stage=stage, from_on=D - timedelta(days=days)), size, D, facts)


@pytest.mark.parametrize(
    ("size", "expected", "most"),
    [(SMALL, 30, 45), (MID_MARKET, 90, 135), (ENTERPRISE, 120, 180), (UNKNOWN, 90, 135)],
)
def test_onboarding_is_behind_after_its_days_and_stuck_after_half_as_many_again(
    size: float, expected: int, most: int
) -> None:
    assert paced(ONBOARDING, expected, size) == "on track"
    assert paced(ONBOARDING, expected + 1, size) == paced(ONBOARDING, most, size) == "behind"
    assert paced(ONBOARDING, most + 1, size) == "stuck"


def test_growth_is_behind_after_a_year_and_maturity_never() -> None:
    assert [paced(GROWTH, days) for days in (365, 366, 5000)] == ["on track", "behind", "behind"]
    assert paced(MATURE, 5000) == "on track"


@pytest.mark.parametrize(
    ("left", "opened", "expected"), [(91, 0, "on track"), (90, 0, "behind"), (90, 1, "on track"), (1, 1, "on track")]
)
def test_a_renewal_without_an_opportunity_is_behind_at_90_days(left: float, opened: float, expected: str) -> None:
    assert paced(RENEWAL, days_to_renewal=left, renewal_open=opened, renewal_in_negotiation=0) == expected


@pytest.mark.parametrize(
    ("notice", "left", "negotiated", "expected"),
    [
        (1, 61, 0, "on track"),
        (0, 60, 0, "stuck"),
        (0, 60, 1, "on track"),
        (UNKNOWN, 1, 0, "on track"),
        (UNKNOWN, 0, 0, "stuck"),
    ],
)
def test_a_renewal_nobody_negotiates_is_stuck_at_the_notice_date(
    notice: float, left: float, negotiated: float, expected: str
) -> None:
    facts: dict[str, Any] = {"days_to_notice": notice, "days_to_renewal": left, "renewal_in_negotiation": negotiated}
    assert paced(RENEWAL, renewal_open=1, **facts) == expected


def test_a_stay_in_a_stage_that_is_gone_has_no_pace_of_its_own() -> None:
    assert paced(9) == "on track"
