"""One generator per kind of record, in the order in which they are written: a kind may look at those before it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from healthsite.demo.kinds.assets import assets
from healthsite.demo.kinds.assignments import assignments
from healthsite.demo.kinds.churn_events import churn_events
from healthsite.demo.kinds.contacts import contacts
from healthsite.demo.kinds.expectations import expectations
from healthsite.demo.kinds.feature_usage import feature_usage
from healthsite.demo.kinds.goals import goal_readings, goals
from healthsite.demo.kinds.interactions import interactions
from healthsite.demo.kinds.invoices import invoices
from healthsite.demo.kinds.opportunities import opportunities
from healthsite.demo.kinds.pulses import pulses
from healthsite.demo.kinds.subscriptions import subscriptions
from healthsite.demo.kinds.surveys import surveys
from healthsite.demo.kinds.tickets import tickets
from healthsite.demo.kinds.usage import usage
from healthsite.demo.lives import Life
from healthsite.demo.rows import Row

GENERATORS: Final[dict[str, Callable[[Life], Iterator[Row]]]] = {
    "assignments": assignments,
    "contacts": contacts,
    "subscriptions": subscriptions,
    "assets": assets,
    "opportunities": opportunities,
    "goals": goals,
    "expectations": expectations,
    "usage": usage,
    "feature_usage": feature_usage,
    "tickets": tickets,
    "interactions": interactions,
    "surveys": surveys,
    "pulses": pulses,
    "invoices": invoices,
    "goal_readings": goal_readings,
    "churn_events": churn_events,
}
