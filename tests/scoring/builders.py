"""A small live scorecard on tickets and subscriptions, and customers that it scores."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from accounts.models import Customer, Ticket
from scoring.models import ScorecardVersion
from scoring.scorecards.publishing import make_live, publish
from tests.cast import make_customer, make_row

D = date(2025, 9, 30)


def noon(day: date) -> datetime:
    """Noon of a day, in UTC."""
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def definition(**changes: Any) -> dict[str, Any]:
    """One component: open tickets 60 (0 is 100, 10 is 0), tickets opened 40 (0 is 100, 20 is 0)."""
    measures = [
        {"metric": "open_tickets", "weight": 60, "curve": [[0, 100], [10, 0]]},
        {"metric": "tickets_opened", "weight": 40, "curve": [[0, 100], [20, 0]]},
    ]
    return {
        "key": "support-only",
        "title": "Support only",
        "components": [{"key": "support", "label": "Support", "weight": 1, "measures": measures}],
        "bands": [
            {"label": "Poor", "role": "red", "lower": 0},
            {"label": "Fair", "role": "yellow", "lower": 50},
            {"label": "Good", "role": "green", "lower": 80},
        ],
        "flags": {
            "churn_risk": {"field": "score", "op": "<", "value": 50},
            "expansion": {"field": "score", "op": ">=", "value": 80},
            "emergency": {"field": "score", "op": "<", "value": 30},
        },
        "caps": [],
        "min_coverage": 0.5,
        **changes,
    }


def support_scorecard(**changes: Any) -> ScorecardVersion:
    """The scorecard, published and live."""
    publish(definition(**changes))
    return make_live("support-only")


def customer_with_tickets(opened: int, on: date = D, **fields: Any) -> Customer:
    """A customer with so many tickets opened the day before and still open: 100 - 8 x opened points."""
    customer = make_customer(**fields)
    for _ in range(opened):
        make_row(Ticket, customer, opened_at=noon(on - timedelta(days=1)))
    return customer
