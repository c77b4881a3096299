"""Metrics of what is said in conversations: competitors, and worries about the budget."""

from __future__ import annotations

from scoring.engine.frame import Floats
from scoring.metrics.block import Block
from scoring.metrics.interactions import held_in
from scoring.metrics.metric import Quiet, Reading
from scoring.metrics.noticing import declare_noticed

MENTION_DAYS = 90


def _said(block: Block, window: int, what: str) -> Floats:
    held = held_in(block, window)
    return block.count(held[held[what] == 1])


@declare_noticed(
    "budget_concerns_90",
    noted_under=("budget_concerns",),
    label="Budget concerns lately",
    unit="interactions",
    better="down",
    meaning="Interactions of the last 90 days in which the customer worried about the budget.",
    kinds=("interactions",),
    window=MENTION_DAYS,
    quiet=Quiet.ZERO,
    validity=30,
    cite="S002-15",
)
def budget_concerns_90(block: Block, window: int) -> Reading:
    """Count of interactions with a budget concern."""
    concerns = _said(block, window, "budget_concern")
    return Reading(concerns, concerns)


@declare_noticed(
    "competitor_mentions_90",
    label="Competitor mentioned",
    unit="interactions",
    better="down",
    meaning="Interactions of the last 90 days in which a competitor was mentioned.",
    kinds=("interactions",),
    window=MENTION_DAYS,
    quiet=Quiet.ZERO,
    validity=30,
    cite="S002-15",
)
def competitor_mentions_90(block: Block, window: int) -> Reading:
    """Count of interactions in which a competitor was mentioned."""
    mentions = _said(block, window, "competitor_mentioned")
    return Reading(mentions, mentions)
