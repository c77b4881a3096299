"""Metrics of subscriptions that go: cancellations asked for, downgrades, and unpaid ones."""

from __future__ import annotations

from datetime import date
from typing import Final

from django.db.models import Q

from accounts.models import ChurnEvent
from scoring.engine.frame import Floats
from scoring.metrics.block import Block, Since
from scoring.metrics.metric import Quiet, Reading
from scoring.metrics.noticing import declare_noticed
from scoring.metrics.subscriptions import in_force, plan_rank

LATELY_DAYS = 90
UNPAID: Final = ("past_due", "unpaid")


@declare_noticed(
    "cancellations_asked",
    noted_under=("renewal_outlook",),
    label="Cancellation asked",
    unit="subscriptions",
    better="down",
    meaning="Subscriptions in force that the customer has asked to cancel.",
    kinds=("subscriptions",),
    window=0,
    quiet=Quiet.ZERO,
    validity=35,
    cite="S004-11",
)
def cancellations_asked(block: Block, window: int) -> Reading:
    """Count of subscriptions in force with a day of asking by the date."""
    rows = in_force(block)
    asked = block.count(rows[rows["cancel_requested_on"] <= rows.day])
    return Reading(asked, asked)


@declare_noticed(
    "downgrades_90",
    noted_under=("mrr_change", "plan_level"),
    label="Downgrades",
    unit="times",
    better="down",
    meaning="Contractions of the last 90 days, or 1 where the plan is a lower one than 90 days before.",
    kinds=("subscriptions",),
    window=LATELY_DAYS,
    quiet=Quiet.ZERO,
    validity=35,
    cite="S004-11",
)
def downgrades_90(block: Block, window: int) -> Reading:
    """Count of contractions in the window, at least 1 where the highest plan rank in force fell since it began."""
    earlier, place = block.elsewhen(block.days - window)
    found = _contractions(block, window)
    fell = plan_rank(block) < plan_rank(earlier)[place]
    found[fell & (found == 0)] = 1.0
    return Reading(found, found)


def _contractions(block: Block, window: int) -> Floats:
    table = block.table(ChurnEvent, ["on"], _contracted)
    on = table.columns["on"]
    return block.count(block.situated(table, on, on + window - 1))


def _contracted(since: Since, until: date) -> Q:
    return Q(kind="contraction", on__gte=since(LATELY_DAYS), on__lte=until)


@declare_noticed(
    "subscriptions_unpaid",
    noted_under=("subscription_standing",),
    label="Unpaid subscriptions",
    unit="subscriptions",
    better="down",
    meaning="Subscriptions in force whose status is past due or unpaid.",
    kinds=("subscriptions",),
    window=0,
    quiet=Quiet.ZERO,
    validity=35,
    cite="S004-11",
)
def subscriptions_unpaid(block: Block, window: int) -> Reading:
    """Count of subscriptions in force by their status; paused and incomplete ones are no trouble with paying."""
    rows = in_force(block)
    unpaid = block.count(rows[rows.has("status", *UNPAID)])
    return Reading(unpaid, unpaid)
