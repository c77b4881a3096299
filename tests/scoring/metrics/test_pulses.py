"""How the account team feels."""

from __future__ import annotations

from datetime import timedelta

import pytest

from accounts.models import Customer, Pulse
from scoring.engine.frame import State
from tests.cast import make_customer, make_source, make_user
from tests.scoring.metrics.reading import D, at, is_evidence, read

pytestmark = pytest.mark.django_db


@pytest.fixture
def acme() -> Customer:
    return make_customer()


def feel(customer: Customer, days: int, band: str, name: str = "Bob", hour: int = 12) -> None:
    Pulse.objects.create(
        customer=customer,
        source=make_source(),
        at=at(D - timedelta(days=days), hour),
        author=make_user(f"{name}{days}{hour}"),
        band=band,
    )


@pytest.mark.parametrize(("band", "code"), [("green", 2.0), ("yellow", 1.0), ("red", 0.0)])
def test_a_pulse_is_a_code(acme: Customer, band: str, code: float) -> None:
    feel(acme, 3, band)
    assert read("pulse", acme) == (code, State.FRESH)


def test_the_latest_pulse_counts_whoever_set_it(acme: Customer) -> None:
    feel(acme, 3, "green", "Bob")
    feel(acme, 2, "red", "Alice", 15)
    feel(acme, 2, "yellow", "Charlie", 9)
    assert read("pulse", acme) == (0.0, State.FRESH)
    assert read("pulse", acme, D - timedelta(days=3)) == (2.0, State.FRESH)


def test_a_pulse_is_good_for_ninety_days(acme: Customer) -> None:
    feel(acme, 89, "red")
    feel(make_customer(), 0, "green", "Alice")
    assert read("pulse", acme)[0] == 0.0
    assert read("pulse", acme, D + timedelta(days=1))[0] is None


def test_nobody_felt_anything(acme: Customer) -> None:
    feel(make_customer(), 3, "red")
    assert read("pulse", acme) == (None, State.MISSING)


def test_a_feeling_is_no_evidence(acme: Customer) -> None:
    feel(acme, 3, "red")
    assert not is_evidence("pulse", acme)
