"""Each measure against one window of its own earlier."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from accounts.models import Customer
from scoring.comparing.windows import Arrow, arrows
from scoring.explaining import explain
from tests.healthsite.pages.world import D, customer_at, definition, live, score, supply

pytestmark = pytest.mark.django_db
QUARTER = D - timedelta(days=90)  # the window of CSAT
YEAR = D - timedelta(days=365)  # of NPS and goal attainment


def found(customer: Customer) -> dict[str, Arrow]:
    return {arrow.metric: arrow for arrow in arrows(customer, explain(customer))}


def told(arrow: Arrow) -> tuple[str, date | None, float | None, float | None]:
    return arrow.direction, arrow.since, arrow.before, None if arrow.points is None else round(arrow.points, 6)


def test_each_measure_looks_one_window_of_its_own_back() -> None:
    live()
    customer = customer_at(80, on=QUARTER, since=date(2024, 1, 1))
    supply(customer, csat=3.2, nps=80)
    score(QUARTER, D - timedelta(days=30), D)
    csat, nps = (found(customer)[metric] for metric in ("csat", "nps"))
    assert told(csat) == ("worse", QUARTER, 4.2, -25)
    assert (nps.window, told(nps)) == (365, ("unknown", None, None, None))


def test_a_year_back_is_found_for_what_looks_at_a_year() -> None:
    live()
    customer = customer_at(50, on=YEAR, since=date(2024, 1, 1))
    supply(customer, nps=40)
    score(YEAR, D)
    assert told(found(customer)["nps"]) == ("better", YEAR, 0, 20)


def test_less_than_a_point_is_steady() -> None:
    live()
    customer = customer_at(50, on=QUARTER)
    supply(customer, csat=3.03)
    score(QUARTER, D)
    assert found(customer)["csat"].direction == "steady"


@pytest.mark.parametrize(("days", "direction"), [(7, "worse"), (8, "unknown")])
def test_a_record_a_week_older_serves_but_no_older_one(days: int, direction: str) -> None:
    live()
    night = QUARTER - timedelta(days=days)
    customer = customer_at(80, on=night)
    supply(customer, csat=2)
    score(night, D)
    assert found(customer)["csat"].direction == direction


def test_both_are_measured_on_todays_curve() -> None:
    live()
    customer = customer_at(50, on=QUARTER)
    supply(customer, csat=3)
    score(QUARTER)
    steep = definition()["components"]
    steep[0]["measures"][0]["curve"] = [[2, 0], [4, 100]]
    live(components=steep)
    score(D)
    assert told(found(customer)["csat"])[3] == 0


def test_another_window_then_is_no_comparison() -> None:
    live()
    customer = customer_at(80, on=QUARTER)
    supply(customer, csat=2)
    score(QUARTER)
    longer = definition()["components"]
    longer[0]["measures"][0]["window"] = 92
    live(components=longer)
    score(D)
    assert told(found(customer)["csat"]) == ("unknown", None, None, None)
