"""Metrics of the people a customer hangs on: executives who log in, and champions who leave or fall silent."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import numpy as np

from accounts.business_days import end_of, start_of
from accounts.models import Change, Contact, Interaction
from accounts.numbering import columned, number_of, selected
from scoring.engine.frame import Bools, Floats
from scoring.metrics.block import Block
from scoring.metrics.metric import Quiet, Reading
from scoring.metrics.noticing import declare_noticed
from scoring.metrics.people import BY, contacts, in_role
from scoring.metrics.rows import Rows, Table, reduced
from scoring.metrics.touching import HISTORY_DAYS, TAKING_PART, By, taking_part
from scoring.metrics.weekly import WEEK, weekly

LEFT_DAYS = 30
SILENT_DAYS = 45
ACTIVE_WEEKS = 4
ACTIVE_SPAN: Final = 12 * WEEK  # days before the silence in which those weeks lie
DEED: Final = ("id", "day", "start", "until")


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
    seen = executives[executives["last_login_at_day"] <= executives.day]
    latest: Floats = np.fmax(block.reduce(seen, "last_login_at_day", "max"), block.once(weekly).executive)
    return Reading(block.days - latest, (~np.isnan(latest)).astype(np.float64))


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
    silent = champions[champions["here"] & (champions["active_day"] <= champions.day - SILENT_DAYS)]
    gone = block.count(champions[champions.within("left_on", window)]) > 0
    gone |= block.count(silent[_was_active(block, silent)]) > 0
    return Reading(gone.astype(np.float64), gone.astype(np.float64))


def _was_active(block: Block, people: Rows) -> Bools:
    """Who was active in four different weeks or more of the twelve up to their last day. At most three queries."""
    if not len(people):
        return np.zeros(0, dtype=np.bool_)
    table = _deeds(block, np.unique(people["id"]).tolist())
    deeds = block.situated(table, table.columns["start"], table.columns["until"])
    place = deeds.places_among(people, "id")
    ago = people["active_day"][place] - deeds["day"]
    counts = (place >= 0) & (ago >= 0) & (ago < ACTIVE_SPAN)
    weeks = reduced(place[counts], ago[counts] // WEEK, len(people), "nunique")
    return weeks >= ACTIVE_WEEKS


def _deeds(block: Block, people: list[int]) -> Table:
    """What contacts did and on which `day`, beside the days from `start` to `until` on which it is known of.

    That is interactions in which they took part, for a year, and logins as they became known.
    """
    parts = [*(_held(block, people, by) for by in BY), _logins(block, people)]
    owner, *columns = np.concatenate(parts, axis=1)
    return Table.of({"customer_id": owner.astype(np.int64), **dict(zip(DEED, columns, strict=True))})


def _held(block: Block, people: list[int], by: By) -> Floats:
    """Interactions as deeds: the customer and the columns `DEED` of each."""
    first, last = block.dates[0] - timedelta(days=HISTORY_DAYS), block.dates[-1]
    held = block.of_customers(Interaction).filter(at__gte=start_of(first), at__lt=end_of(last), **{f"{by}__in": people})
    columns = (by, *TAKING_PART)
    found = held.order_by().values_list("customer_id", *selected(Interaction, columns))
    table = Table.of(columned(found, ["customer_id", *columns], Interaction))
    day, start = table.columns["at_day"], taking_part(table)
    return np.stack([table.owner, table.columns[by], day, start, day + HISTORY_DAYS])[:, ~np.isnan(start)]


def _logins(block: Block, people: list[int]) -> Floats:
    """The same of logins: those that the change log says were the latest before or after a change."""
    field = Contact._meta.get_field("last_login_at")
    logged = block.of_customers(Change).filter(kind="contacts", field="last_login_at", record_id__in=people)
    logged = logged.filter(observed_on__lte=block.dates[-1])
    found = [
        (owner, record, np.floor(number_of(field, value)), on.toordinal(), np.inf)
        for owner, record, on, *values in logged.values_list(
            "customer_id", "record_id", "observed_on", "before", "after"
        )
        for value in values
        if value
    ]
    return np.array(found, dtype=np.float64).reshape(-1, 1 + len(DEED)).T
