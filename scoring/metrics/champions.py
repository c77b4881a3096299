"""Metrics of the people a customer hangs on: executives who log in, and champions who leave or fall silent."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import numpy as np
import pandas as pd
from django.db.models import Q

from accounts.business_days import end_of, start_of
from accounts.history import known_before
from accounts.models import Change, Contact, Interaction
from accounts.numbering import framed, number_of, selected
from scoring.engine.frame import Bools
from scoring.metrics.block import Block
from scoring.metrics.metric import Quiet, Reading
from scoring.metrics.noticing import declare_noticed
from scoring.metrics.people import contacts, in_role
from scoring.metrics.touching import ONE_SIDED
from scoring.metrics.weekly import WEEK, weekly

LEFT_DAYS = 30
SILENT_DAYS = 45
ACTIVE_WEEKS = 4
ACTIVE_SPAN: Final = 12 * WEEK  # days before the silence in which those weeks lie


@declare_noticed(
    "exec_login_days",
    noted_under=("sponsor_contact_days",),
    label="Days since executive login",
    unit="days",
    better="down",
    meaning="Days since an executive sponsor or decision maker last logged in.",
    kinds=("contacts", "usage"),
    window=0,
    quiet=Quiet.MISSING,
    validity=30,
    cite="S002-11",
    evidence=False,
)
def exec_login_days(block: Block, window: int) -> Reading:
    """Days since the latest login of such a contact who has not left, or of an executive in half a year of usage."""
    rows = block.once(contacts)
    executives = rows[rows["here"] & (in_role(rows, "executive_sponsor") | in_role(rows, "decision_maker"))]
    seen = executives[executives["last_login_at_day"] <= block.day]
    latest = np.fmax(block.reduce(seen, "last_login_at_day", "max"), block.once(weekly).executive)
    return Reading(block.day - latest, (~np.isnan(latest)).astype(np.float64))


@declare_noticed(
    "champion_gone",
    noted_under=("champions_active",),
    label="Champion gone",
    unit="0 or 1",
    better="down",
    meaning="Whether a champion left in the last 30 days, or has fallen silent after weeks of activity.",
    kinds=("contacts",),
    window=LEFT_DAYS,
    quiet=Quiet.ZERO,
    validity=30,
    cite="S002-22",
    evidence=False,
)
def champion_gone(block: Block, window: int) -> Reading:
    """1 when a champion left in the window, or did nothing for 45 days after four active weeks or more."""
    rows = block.once(contacts)
    champions = rows[in_role(rows, "champion")]
    silent = champions[champions["here"] & (champions["active_day"] <= block.day - SILENT_DAYS)]
    gone = block.count(champions[block.within(champions["left_on"], window)]) > 0
    gone |= block.count(silent[_was_active(block, silent)]) > 0
    return Reading(gone.astype(np.float64), gone.astype(np.float64))


def _was_active(block: Block, people: pd.DataFrame) -> Bools:
    """Who was active in four different weeks or more of the twelve up to their last day. At most three queries."""
    if people.empty:
        return np.zeros(0, dtype=np.bool_)
    days = _active_days(block, people["id"].tolist()).merge(people[["id", "active_day"]], on="id")
    ago = days["active_day"] - days["day"]
    weeks = (ago[(ago >= 0) & (ago < ACTIVE_SPAN)] // WEEK).groupby(days["id"]).nunique()
    return people["id"].map(weeks).fillna(0).to_numpy() >= ACTIVE_WEEKS


def _active_days(block: Block, people: list[int]) -> pd.DataFrame:
    """`id` and `day` of what contacts did: interactions in which they took part, and logins as they became known."""
    held = block.of_customers(Interaction).filter(_took_part(block), at__lt=end_of(block.on))
    held = held.filter(at__gte=start_of(block.on - timedelta(days=365)))
    parts = [_logins(block, people)]
    for by in ("contact", "attendees"):
        found = held.filter(**{f"{by}__in": people}).order_by().values_list(by, *selected(Interaction, ["at"]))
        rows = framed(((0, contact, at) for contact, at in found), ["customer_id", "id", "at"], Interaction)
        parts.append(rows[["id", "at_day"]].rename(columns={"at_day": "day"}))
    return pd.concat(parts)


def _took_part(block: Block) -> Q:
    """What a contact did something in by the date: mail of ours once answered, and no missed meeting."""
    answered = Q(kind="email_out", replied_at__lt=end_of(block.on))
    return (~Q(kind__in=ONE_SIDED) | answered) & (Q(attended=None) | Q(attended=True))


def _logins(block: Block, people: list[int]) -> pd.DataFrame:
    field = Contact._meta.get_field("last_login_at")
    logged = Change.objects.filter(kind="contacts", field="last_login_at", record_id__in=people)
    logged = logged.filter(known_before(Change, block.known_by), observed_on__lte=block.on)
    found = [
        (record, number_of(field, value))
        for record, *values in logged.values_list("record_id", "before", "after")
        for value in values
        if value
    ]
    return pd.DataFrame({"id": [row[0] for row in found], "day": np.floor([row[1] for row in found])})
