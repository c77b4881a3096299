"""Where the points of a score come from."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import Customer
from healthsite.pages.making_up import MakeUp, make_up, points_view
from healthsite.pages.moving import move
from scoring.explaining import explain
from tests.cast import make_customer
from tests.healthsite.pages.world import (
    MONTH_BEFORE,
    D,
    customer_at,
    definition,
    live,
    replace_scorecard,
    score,
    supply,
)

pytestmark = pytest.mark.django_db


def made_up(customer: Customer) -> MakeUp:
    return make_up(explain(customer), None)


def printed_sum(found: MakeUp) -> float:
    return round(sum(line.printed for line in found.components) + sum(line.printed for line in found.limits), 1)


def test_weight_times_score_is_points_line_by_line() -> None:
    live()
    customer = make_customer()
    supply(customer, csat=4, nps=20, goal_attainment=50)
    score()
    found = made_up(customer)
    lines = [(line.label, round(line.weight, 4), line.score, line.printed) for line in found.components]
    assert lines == [("Satisfaction", 0.6, 67.5, 40.5), ("Outcomes", 0.4, 50.0, 20.0)]
    assert found.total == 60.5


def test_measures_add_up_to_their_component_as_printed() -> None:
    live()
    customer = make_customer()
    supply(customer, csat=3.137, nps=21.7, goal_attainment=63.21)
    score()
    for line in made_up(customer).components:
        assert round(sum(measure.printed for measure in line.measures), 1) == line.printed


@pytest.mark.parametrize("points", [0, 3.33, 33.37, 49.99, 66.66, 74.95, 99.96, 100])
def test_components_add_up_to_the_score_as_printed(points: float) -> None:
    live()
    customer = customer_at(points)
    score()
    found = made_up(customer)
    assert printed_sum(found) == found.total


def test_a_cap_is_a_line_of_its_own() -> None:
    live()
    customer = customer_at(80)
    supply(customer, days_past_due=61)
    score()
    found = made_up(customer)
    assert [(line.label, line.printed) for line in found.limits] == [("Two months overdue", -35.0)]
    assert (found.total, printed_sum(found)) == (45.0, 45.0)


def test_a_capped_component_still_shows_weight_times_score() -> None:
    cap = {
        "target": "outcomes",
        "when": {"field": "nps", "op": ">", "value": 0},
        "at_most": 30,
        "label": "Pleased only",
    }
    live(caps=[cap])
    customer = customer_at(80)
    score()
    found = made_up(customer)
    assert [(line.score, line.printed) for line in found.components] == [(80.0, 48.0), (80.0, 32.0)]
    assert [(line.label, line.printed) for line in found.limits] == [("Pleased only", -20.0)]


def test_the_end_of_the_scale_is_a_line_with_a_name() -> None:
    live(clamp=[0, 70])
    customer = customer_at(80)
    score()
    assert [(line.label, line.printed) for line in made_up(customer).limits] == [("End of the scale", -10.0)]


def test_a_missing_measure_says_so_and_its_weight_goes_to_the_others() -> None:
    live()
    customer = make_customer()
    supply(customer, csat=4, goal_attainment=50)
    score()
    csat, nps = made_up(customer).components[0].measures
    assert (nps.state, nps.raw, nps.points, nps.weight, nps.printed) == ("missing, left out", "–", None, 0.0, 0.0)
    assert (csat.state, round(csat.weight, 4), csat.printed) == ("supplied ready-made", 0.6, 45.0)


def test_a_measure_shows_its_curve_and_its_meaning() -> None:
    live()
    customer = customer_at(50)
    score()
    csat = made_up(customer).components[0].measures[0]
    assert csat.curve == "1 → 0, 5 → 100"
    assert csat.meaning


def test_the_change_column_adds_up_to_the_change() -> None:
    live()
    customer = customer_at(80, on=MONTH_BEFORE)
    supply(customer, csat=2, days_past_due=70)
    score(MONTH_BEFORE, D)
    found = make_up(explain(customer), move(explain(customer, MONTH_BEFORE), explain(customer)))
    moved = [line.moved for line in found.components] + [line.moved for line in found.limits]
    assert None not in moved
    assert round(sum(filter(None, moved)), 1) == found.moved == -35.0


def test_a_cap_that_no_longer_bites_keeps_its_part_of_the_change() -> None:
    live()
    customer = customer_at(80, on=MONTH_BEFORE)
    supply(customer, MONTH_BEFORE, days_past_due=70)
    supply(customer, days_past_due=0)
    score(MONTH_BEFORE, D)
    found = make_up(explain(customer), move(explain(customer, MONTH_BEFORE), explain(customer)))
    assert [(line.label, line.printed, line.moved) for line in found.limits] == [("Two months overdue", 0.0, 35.0)]


def test_what_only_the_earlier_scorecard_has_keeps_its_name() -> None:
    live()
    customer = make_customer()
    supply(customer, MONTH_BEFORE, csat=5, nps=100, goal_attainment=50, lifecycle_health=40)
    score(MONTH_BEFORE)
    replace_scorecard()
    score(D)
    found = make_up(explain(customer), move(explain(customer, MONTH_BEFORE), explain(customer)))
    assert [(line.label, line.printed, line.moved) for line in found.limits] == [
        ("Satisfaction", 0.0, -30.0),  # its CSAT counts in Technology now
        ("Outcomes", 0.0, -20.0),
    ]


def with_pars(par: float) -> list[dict[str, Any]]:
    components = definition()["components"]
    for component in components:
        component["measures"] = [{**measure, "par": par} for measure in component["measures"]]
    return components


def test_the_points_view_leads_from_the_base_to_the_score() -> None:
    live(components=with_pars(70))
    customer = make_customer()
    supply(customer, csat=4, nps=20, goal_attainment=50)
    score()
    steps = [(step.label, step.printed, step.height) for step in points_view(explain(customer))]
    assert steps == [
        ("Base", 70.0, 70.0),
        ("CSAT", 1.5, 71.5),  # 0.3 x (75 - 70)
        ("NPS", -3.0, 68.5),  # 0.3 x (60 - 70)
        ("Goal attainment", -8.0, 60.5),  # 0.4 x (50 - 70)
    ]


def test_there_is_no_points_view_without_pars() -> None:
    live()
    customer = customer_at(50)
    score()
    assert points_view(explain(customer)) == ()
