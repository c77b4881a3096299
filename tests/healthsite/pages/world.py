"""A small live scorecard fed by supplied values, so that a test can say what a customer's score is made of.

Satisfaction (60) = CSAT (1 is 0 points, 5 is 100) and NPS (-100 is 0, 100 is 100), half and half; Outcomes (40) = goal
attainment (0 % is 0, 100 % is 100). By hand: CSAT 4 (75), NPS 20 (60), goals 50 (50): 67.5 x 0.6 + 50 x 0.4 = 60.5.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from accounts.models import Customer, MetricValue
from scoring.models import ScorecardVersion
from scoring.past.rescoring import refresh_current, score_day
from scoring.scorecards.publishing import make_live, publish
from tests.cast import make_customer, make_source

D = date(2025, 9, 30)  # the last night
NOW = datetime(2025, 10, 1, 9, tzinfo=UTC)
MONTH_BEFORE = D - timedelta(days=30)


def definition(**changes: Any) -> dict[str, Any]:
    """The scorecard; three bands from 0, 50 and 75."""
    satisfaction = [
        {"metric": "csat", "weight": 50, "curve": [[1, 0], [5, 100]]},
        {"metric": "nps", "weight": 50, "curve": [[-100, 0], [100, 100]]},
    ]
    outcomes = [{"metric": "goal_attainment", "weight": 1, "curve": [[0, 0], [100, 100]]}]
    late = {"field": "days_past_due", "op": ">=", "value": 60}
    return {
        "key": "by-hand",
        "title": "By hand",
        "components": [
            {"key": "satisfaction", "label": "Satisfaction", "weight": 60, "measures": satisfaction},
            {"key": "outcomes", "label": "Outcomes", "weight": 40, "measures": outcomes},
        ],
        "bands": [
            {"label": "Poor", "role": "red", "lower": 0},
            {"label": "Fair", "role": "yellow", "lower": 50},
            {"label": "Good", "role": "green", "lower": 75},
        ],
        "flags": {
            "churn_risk": {"field": "score", "op": "<", "value": 50},
            "expansion": {"field": "score", "op": ">=", "value": 75},
            "emergency": {"field": "score", "op": "<", "value": 20},
        },
        "caps": [{"target": "score", "when": late, "at_most": 45, "label": "Two months overdue"}],
        "min_coverage": 0.3,
        **changes,
    }


def live(**changes: Any) -> ScorecardVersion:
    """The scorecard, published and live; with other changes its next version."""
    publish(definition(**changes))
    return make_live("by-hand", note="For the tests")


def replace_scorecard() -> ScorecardVersion:
    """Another scorecard in place of `live`: Install base, half CSAT and half the health of the lifecycle."""
    measures = [{"metric": "csat", "weight": 1, "curve": [[1, 0], [5, 100]]}]
    lifecycle = [{"metric": "lifecycle_health", "weight": 1, "curve": [[0, 0], [100, 100]]}]
    components = [
        {"key": "technology", "label": "Technology", "weight": 1, "measures": measures},
        {"key": "lifecycle", "label": "End-of-life risk", "weight": 1, "measures": lifecycle},
    ]
    publish(definition(key="install-base", title="Install base", components=components, caps=[]))
    return make_live("install-base", note="For the tests")


def supply(customer: Customer, on: date = D, /, **values: float) -> None:
    """Values of metrics by their keys."""
    MetricValue.objects.bulk_create(
        MetricValue(customer=customer, source=make_source(), date=on, metric=metric, value=value)
        for metric, value in values.items()
    )


def customer_at(points: float, on: date = D, **fields: Any) -> Customer:
    """A customer for whom every measure gives so many points."""
    customer = make_customer(**fields)
    values = {"csat": 1 + points / 25, "nps": 2 * points - 100, "goal_attainment": points}
    supply(customer, on, **values)
    return customer


def score(*days: date) -> None:
    """Score these nights, D when none is given, and bring the current scores up to D."""
    for day in days or (D,):
        score_day(day)
    refresh_current(D)
