"""Metrics of how often and how long the product is used."""

from __future__ import annotations

from typing import Literal

import numpy as np

from scoring.engine.frame import Bools, Floats
from scoring.metrics.block import Block
from scoring.metrics.covering import last_heard
from scoring.metrics.daily import Figure
from scoring.metrics.feature_usage import RECENT, covered, features_in, last_use, measured
from scoring.metrics.metric import Quiet, Reading, declare
from scoring.metrics.periods import customer_since
from scoring.metrics.usage import any_row, ever, figure, given, known, last_row, row_days, users

DAYS_OF_WEEK = 7


@declare(
    "active_days",
    label="Active days",
    unit="days",
    better="up",
    meaning="Days in the window on which anybody used the product.",
    kinds=("usage", "feature_usage"),
    window=30,
    follows_period=True,
    quiet=Quiet.ZERO,
    validity=7,
    cite="S004-9, S004-10, S004-15",
)
def active_days(block: Block, window: int) -> Reading:
    """Distinct dates with active users, logins or sessions; where usage rows tell of none of them, with uses.

    A weekly or monthly row shows one active day of its period: a lower bound.
    """
    counted, found = figure(block, "sum", "active_day", window), block.once(features_in(window))
    named = np.isnan(counted) & measured(found)
    days = np.where(named, found["use_days"], counted)
    sample = np.where(named, np.nan_to_num(found["rows"]), ~np.isnan(counted))
    possible = known(block, "sum", "active_day", window) | (named & covered(block))
    return Reading(days, sample, possible=possible, lower_bound=(row_days(block) > 1) & ~named)


@declare(
    "days_since_login",
    label="Days since last login",
    unit="days",
    better="down",
    meaning="Days since anybody at the customer last logged in.",
    kinds=("usage", "feature_usage", "contacts"),
    window=0,
    quiet=Quiet.COUNTS,
    validity=7,
    cite="S004-9, S004-15",
)
def days_since_login(block: Block, window: int) -> Reading:
    """Days since the latest login, of usage rows or of a contact; since the latest use where no login ever arrived.

    It counts from the day the customer came where nothing came after it. Unknown where rows arrive that never say
    whether anybody came. A contact's login is no evidence, as no field of a contact is.
    """
    login, contact, use = block.once(last_login), block.once(last_contact_login), block.once(last_use)
    counted = given(block, "sum", "login_day") | ~np.isnan(login)
    arrived = counted | ~np.isnan(contact)
    latest: Floats = np.where(arrived, np.fmax(login, contact), use)
    latest = np.fmax(latest, block.once(customer_since))
    sample = counted | (~arrived & ~np.isnan(use))
    return Reading(
        block.days - latest, sample.astype(np.float64), possible=arrived | ~np.isnan(use) | _is_silent(block)
    )


def _is_silent(block: Block) -> Bools:
    """Where a source covers the customer and rows have said nothing, or that nothing was used."""
    named = covered(block) & measured(block.once(features_in(RECENT)))
    return named | (~np.isnan(last_heard(block, "usage")) & ~any_row(block))


def last_login(block: Block) -> Floats:
    """The latest day on which usage rows say that somebody came."""
    login = Figure("max", "login_on")
    recent = figure(block, *login, 30)
    return np.fmax(recent, ever(block, {"last": login}, np.isnan(recent))["last"])


def last_contact_login(block: Block) -> Floats:
    """The latest day on which a contact known by then logged in, of those who have left as well."""
    rows = block.records("contacts", ["since", "last_login_at"])
    rows = rows[~(rows["since"] > rows.day) & (rows["last_login_at_day"] <= rows.day)]
    return block.reduce(rows, "last_login_at_day", "max")


def _ratio(part: Floats, whole: Floats) -> Floats:
    """part / whole, NaN where the whole is nought or unknown."""
    return np.divide(part, whole, out=np.full(len(part), np.nan), where=whole > 0)


def _per_user_week(block: Block, column: Literal["logins", "minutes"], window: int) -> Reading:
    """The sum of a column per user and week; 0 where the sum is, whoever the users are."""
    amount, people = figure(block, "sum", column, window), users(block, window)[0]
    rate = np.where(amount > 0, _ratio(amount, people) / (window / DAYS_OF_WEEK), amount)
    possible = known(block, "sum", column, window) & ~((amount > 0) & np.isnan(rate))
    return Reading(rate, (~np.isnan(amount)).astype(np.float64), possible=possible)


@declare(
    "logins_per_user_week",
    label="Logins per user and week",
    unit="logins",
    better="up",
    meaning="How often a user logs in per week.",
    kinds=("usage",),
    window=28,
    quiet=Quiet.ZERO,
    validity=7,
    cite="S003-1, S004-9, S004-15",
)
def logins_per_user_week(block: Block, window: int) -> Reading:
    """Logins / weeks / users."""
    return _per_user_week(block, "logins", window)


@declare(
    "minutes_per_user_week",
    label="Minutes per user and week",
    unit="minutes",
    better="up",
    meaning="How long a user spends in the product per week.",
    kinds=("usage",),
    window=28,
    quiet=Quiet.ZERO,
    validity=14,
    cite="S003-1",
)
def minutes_per_user_week(block: Block, window: int) -> Reading:
    """Minutes / weeks / users."""
    return _per_user_week(block, "minutes", window)


def _per_session(block: Block, column: Literal["minutes", "actions"], window: int) -> Reading:
    sessions = figure(block, "sum", "sessions", window)
    return Reading(_ratio(figure(block, "sum", column, window), sessions), np.nan_to_num(sessions), last_row(block))


@declare(
    "session_minutes_avg",
    label="Minutes per session",
    unit="minutes",
    better="up",
    meaning="How long a session lasts on average.",
    kinds=("usage",),
    window=30,
    follows_period=True,
    quiet=Quiet.MISSING,
    minimum=5,
    validity=14,
    cite="S000-49, S004-10",
)
def session_minutes_avg(block: Block, window: int) -> Reading:
    """Minutes / sessions."""
    return _per_session(block, "minutes", window)


@declare(
    "actions_per_session",
    label="Actions per session",
    unit="actions",
    better="up",
    meaning="How much is done in a session on average.",
    kinds=("usage",),
    window=30,
    follows_period=True,
    quiet=Quiet.MISSING,
    minimum=5,
    validity=14,
    cite="S004-10",
)
def actions_per_session(block: Block, window: int) -> Reading:
    """Actions / sessions."""
    return _per_session(block, "actions", window)
