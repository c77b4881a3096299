"""The value score of library 5 by hand: steps at each cut, words, what is unknown, and parts of one's own."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from accounts.models import Customer, Ticket
from scoring.definitions import forget
from scoring.metrics.block import Block
from scoring.metrics.worth import value_points
from scoring.models import Definition
from tests.cast import make_customer, make_row
from tests.scoring.metrics.reading import D, at

pytestmark = pytest.mark.django_db


def points(customer: Customer) -> float | None:
    value = float(value_points(Block(np.array([customer.pk]), D))[0])
    return None if np.isnan(value) else value


def parts(*given: dict[str, Any]) -> None:
    Definition.objects.filter(kind="value").update(body={"parts": list(given)})
    forget()


@pytest.mark.parametrize(
    ("arr", "expected"),
    [(250_000, 100), (249_999, 75), (100_000, 75), (99_999, 45), (25_000, 45), (24_999, 15), (0, 15)],
)
def test_the_contract_counts_in_steps(arr: int, expected: float) -> None:
    assert points(make_customer(arr=arr)) == expected


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"arr": 250_000, "growth_potential": "medium", "is_reference": True}, 87.5),  # 60 + 12.5 + 15
        ({"arr": 100_000, "growth_potential": "high", "is_reference": False}, 70.0),  # 45 + 25 + 0
        ({"arr": 24_999, "is_reference": False}, 12.0),  # 60 x 15 / 75
        ({"arr": 250_000, "growth_potential": "low"}, 60 / 0.85),  # 60 of the 85 that are known
        ({"arr": 100_000, "currency": "CHF", "growth_potential": "high", "is_reference": False}, 62.5),  # 25 / 40
        ({"arr": 100_000, "currency": "CHF", "is_reference": True}, 100.0),  # no exchange rate
        ({"arr": 100_000, "currency": "CHF"}, None),
    ],
)
def test_what_is_unknown_is_left_out_and_the_rest_weighs_more(fields: dict[str, Any], expected: float | None) -> None:
    assert points(make_customer(**fields)) == (None if expected is None else pytest.approx(expected))


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"growth_potential": "high", "is_reference": False}, 34.0),  # 9 + 25 + 0
        ({"is_reference": True}, 32.0),  # (60 x 15 + 15 x 100) / 75
        ({}, 15.0),
    ],
)
def test_without_any_contract_the_lowest_step_counts(fields: dict[str, Any], expected: float) -> None:
    assert points(make_customer(**fields)) == expected


def test_an_admin_can_weigh_other_things() -> None:
    acme = make_customer(size="mid_market", industry=" Retail ", is_reference=True)
    parts(
        {"field": "size", "weight": 3, "steps": [[1, 0], [2, 50], [3, 100]]},
        {"field": "industry", "weight": 1, "words": {"retail": 90}},
        {"field": "is_reference", "weight": 0, "curve": [[0, 0], [1, 100]]},
    )
    assert points(acme) == 60.0  # (3 x 50 + 90) / 4
    assert points(make_customer(industry="Banking")) is None


def test_a_part_may_read_any_metric() -> None:
    acme = make_customer()
    make_row(Ticket, acme, opened_at=at(D))
    parts({"field": "open_tickets", "weight": 1, "curve": [[0, 100], [4, 0]]})
    assert points(acme) == 75.0


def test_switched_off_it_is_unknown_for_everybody() -> None:
    Definition.objects.filter(kind="value").update(is_active=False)
    forget()
    assert points(make_customer(arr=250_000)) is None
