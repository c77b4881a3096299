"""The fields that rules read, checked by hand on two customers."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Opportunity, Subscription, Ticket
from scoring.fields import is_field, label_of, load_fields
from scoring.models import Run
from tests.cast import make_customer, make_row
from tests.healthsite.pages.world import D, customer_at, live, score, supply
from tests.scoring.metrics.reading import at

pytestmark = pytest.mark.django_db
LOSS = {"field": "score", "op": "<=", "value": 10}


def ago(days: int) -> date:
    return D - timedelta(days=days)


def fields(*names: str, on: date = D) -> dict[str, list[float | None]]:
    """The fields of all customers of the run, by id; None = unknown."""
    run = Run.objects.get(as_of=on, purpose="nightly")
    ids = np.array(sorted(run.records.values_list("customer_id", flat=True)))
    found = load_fields(run, ids, names)
    return {name: [None if np.isnan(value) else value for value in found[name].tolist()] for name in names}


def test_the_score_and_what_it_says() -> None:
    live()
    customer_at(80)
    low = customer_at(10)
    low.metricvalue_set.filter(metric="goal_attainment").update(value=60)  # 10 x 0.6 + 60 x 0.4 = 30
    score(D)
    assert fields("score", "role", "churn_risk", "expansion", "emergency", "above_emergency") == {
        "score": [80.0, 30.0],
        "role": [2.0, 0.0],
        "churn_risk": [0.0, 1.0],
        "expansion": [1.0, 0.0],
        "emergency": [0.0, 0.0],
        "above_emergency": [60.0, 10.0],  # the cut of this scorecard is 20
    }


def test_components_have_points_and_a_colour() -> None:
    live()
    customer_at(80)
    low = customer_at(10)
    low.metricvalue_set.filter(metric="goal_attainment").update(value=60)
    score(D)
    assert fields("satisfaction", "satisfaction.role", "outcomes", "outcomes.role") == {
        "satisfaction": [80.0, 10.0],
        "satisfaction.role": [2.0, 0.0],
        "outcomes": [80.0, 60.0],
        "outcomes.role": [2.0, 1.0],
    }


def test_metrics_of_the_scorecard_come_from_the_record_and_others_from_the_facts() -> None:
    live()
    acme = customer_at(80)
    customer_at(10)
    make_row(Ticket, acme, opened_at=at(D), topic="login")
    score(D)
    supply(acme, ago(1), csat=1)  # arrived after the night
    acme.metricvalue_set.filter(metric="csat", date=D).delete()
    assert fields("csat", "open_tickets", "tenure_days", "days_past_due") == {
        "csat": [4.2, 1.4],
        "open_tickets": [1.0, 0.0],
        "tenure_days": [272.0, 272.0],
        "days_past_due": [None, None],
    }


def test_the_change_is_against_the_night_so_many_days_before() -> None:
    live()
    acme = customer_at(80, ago(7))
    supply(acme, D, csat=3.8, nps=40, goal_attainment=69)  # 70 x 0.6 + 69 x 0.4 = 69.6
    score(ago(7), D)
    customer_at(50)
    found = fields("score_change_7", "score_change_6")
    assert found["score_change_7"] == [pytest.approx(-10.4)]
    assert found["score_change_6"] == [None]


def test_the_colour_before_is_that_of_the_latest_earlier_night() -> None:
    live()
    acme = customer_at(80, ago(3))
    supply(acme, D, csat=3.4, nps=20, goal_attainment=60)
    score(ago(3), D)
    assert fields("role", "role_before") == {"role": [1.0], "role_before": [2.0]}


def test_each_has_the_colour_of_a_night_of_its_own() -> None:
    live()
    for _ in range(2):
        customer_at(80, ago(3))
    score(ago(3), ago(1), D)
    absent = Run.objects.get(as_of=ago(1)).records.order_by("-customer_id").first()
    assert absent
    type(absent).objects.filter(customer_id=absent.customer_id, run_id=absent.run_id).delete()
    assert fields("role_before")["role_before"] == [2.0, 2.0]


def test_nothing_is_compared_across_versions() -> None:
    live()
    customer_at(80, ago(1))
    score(ago(1))
    live(analysis_days=31)
    score(D)
    assert fields("score", "score_change_1", "role_before") == {
        "score": [80.0],
        "score_change_1": [None],
        "role_before": [None],
    }


def test_without_a_score_all_that_comes_from_it_is_unknown() -> None:
    live(min_coverage=1)
    acme = customer_at(80)
    acme.metricvalue_set.filter(metric="nps").delete()
    score(D)
    names = ("score", "role", "churn_risk", "emergency", "above_emergency", "outcomes", "outcomes.role", "I4", "I19")
    assert fields(*names) == {name: [None] for name in names}
    assert fields("goal_attainment", "tenure_days") == {"goal_attainment": [80.0], "tenure_days": [272.0]}


def test_indicators_are_open_for_one_night_more_than_they_hold() -> None:
    live()
    acme = customer_at(80, ago(9))
    for _ in range(3):
        make_row(Ticket, acme, opened_at=at(ago(30)), topic="login")
    make_row(Ticket, make_customer(), opened_at=at(ago(1)))
    score(ago(1), D)
    assert fields("I4", "I5")["I4"][0] == 1.0
    assert fields("I4", "I5")["I5"][0] == 0.0


def test_what_a_customer_is_worth() -> None:
    live()
    customer_at(80, arr=250_000, size="large", growth_potential="medium", is_reference=True)
    customer_at(80, arr=24_999, employees=49, is_reference=False)
    score(D)
    found = fields("arr", "size", "value_points")
    assert found["arr"] == [250_000.0, 24_999.0]
    assert found["size"] == [3.0, 1.0]
    assert found["value_points"] == [87.5, 12.0]  # 60 + 12.5 + 15; (60 x 15 %) / 75


def test_no_contract_at_all_is_the_lowest_for_the_value_score_alone() -> None:
    live()
    customer_at(80)
    customer_at(80, growth_potential="high")
    customer_at(80)
    score(D)
    found = fields("arr", "size", "value_points")
    assert found == {"arr": [None] * 3, "size": [None] * 3, "value_points": [15.0, 40.0, 15.0]}  # (60 x 15 + 2500) / 85


@pytest.mark.parametrize(
    ("subscription", "arr", "points"),
    [
        ({"mrr": None}, None, 100.0),  # a contract, and nobody says of how much: growth potential alone
        ({"mrr": 10, "currency": "CHF"}, None, 100.0),  # no exchange rate
        ({"mrr": None, "ended_on": ago(1)}, 0.0, 40.0),
        ({"mrr": 10, "kind": "one_time"}, None, 40.0),  # nothing that recurs
        ({"mrr": 10, "started_on": ago(-1)}, None, 40.0),  # not begun
        ({"mrr": 2_500}, 30_000.0, 61.2),  # (60 x 45 + 2500) / 85
    ],
)
def test_a_contract_whose_amount_is_unknown_is_left_out_of_the_value(
    subscription: dict[str, Any], arr: float | None, points: float
) -> None:
    live()
    acme = customer_at(80, growth_potential="high")
    make_row(Subscription, acme, **{"kind": "recurring", "started_on": ago(9), **subscription})
    score(D)
    found = fields("arr", "value_points")
    assert found == {"arr": [arr], "value_points": [pytest.approx(points, abs=0.1)]}


@pytest.mark.parametrize(
    ("closed", "kind", "decided"),
    [(0, "renewal", 1.0), (179, "renewal", 1.0), (180, "renewal", 0.0), (-1, "renewal", 0.0), (1, "upsell", 0.0)],
)
def test_a_renewal_is_decided_for_half_a_year(closed: int, kind: str, decided: float) -> None:
    live()
    acme = customer_at(80)
    make_row(Opportunity, acme, kind=kind, opened_on=ago(200), closed_on=ago(closed), won=False)
    score(D)
    assert fields("renewal_decided")["renewal_decided"] == [decided]


@pytest.mark.parametrize(("due", "decided"), [(80, 1.0), (81, 0.0), (180, 0.0), (181, 1.0)])
def test_a_renewal_decided_more_than_half_a_year_ahead_was_of_the_last_term(due: int, decided: float) -> None:
    live()
    acme = customer_at(80, renewal_on=ago(-due))
    make_row(Opportunity, acme, kind="renewal", opened_on=ago(200), closed_on=ago(100), won=False)
    score(D)
    assert fields("renewal_decided")["renewal_decided"] == [decided]


def test_the_emergency_cut_is_30_where_the_flag_is_no_plain_cut() -> None:
    flags = {**{name: {"field": "score", "op": "<", "value": 50} for name in ("churn_risk", "expansion")}}
    live(flags={**flags, "emergency": LOSS})
    customer_at(80)
    score(D)
    assert fields("above_emergency")["above_emergency"] == [50.0]


def test_customers_outside_the_run_and_names_of_other_scorecards_are_unknown() -> None:
    live()
    acme, stranger = customer_at(80), make_customer(since=None)
    score(D)
    found = load_fields(Run.objects.get(), np.array([acme.pk, stranger.pk]), ["score", "tenure_days", "usage.role"])
    assert np.isnan(found["score"]).tolist() == [False, True]
    assert np.isnan(found["tenure_days"]).tolist() == [False, True]
    assert np.isnan(found["usage.role"]).all()
    assert load_fields(Run.objects.get(), np.array([], np.int64), ["score"])["score"].shape == (0,)


def test_names_are_known_and_have_labels() -> None:
    live()
    known = {
        "csat": "CSAT",
        "satisfaction": "Satisfaction",
        "satisfaction.role": "Satisfaction, colour",
        "score_change_7": "Score change over 7 days",
        "score_change_365": "Score change over 365 days",
        "arr": "ARR",
        "I13": "Champion gone",
    }
    assert {name: label_of(name) for name in known} == known
    assert all(map(is_field, known))
    wrong = ("score_change_0", "score_change_366", "score_change_07", "I31", "I0", "usage", "usage.role", "", "CSAT")
    assert not any(map(is_field, wrong))


NAMES = (
    *("score", "role", "role_before", "churn_risk", "above_emergency", "score_change_7", "satisfaction.role", "I13"),
    *("I19", "arr", "size", "value_points", "renewal_decided", "usage_2w", "days_to_renewal", "milestones_overdue"),
)


def test_the_number_of_queries_does_not_grow_with_customers(django_assert_num_queries: Any) -> None:
    live()
    customers = [customer_at(80) for _ in range(6)]
    score(ago(7), ago(1), D)
    run = Run.objects.get(as_of=D)
    ids = np.array(sorted(customer.pk for customer in customers))
    load_fields(run, ids[:1], NAMES)  # what a process asks once and keeps
    with CaptureQueriesContext(connection) as few:
        load_fields(run, ids[:2], NAMES)  # facts of one alone take fewer
    with django_assert_num_queries(len(few)):
        load_fields(run, ids, NAMES)
