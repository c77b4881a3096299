"""How a customer is looked after: by a person of its own, by a pool, or digitally (library 5)."""

from __future__ import annotations

from typing import Final

from scoring.definitions import Entry
from scoring.metrics.worth import ENTERPRISE, MID_MARKET

HIGH_TOUCH, POOLED, DIGITAL = "high-touch", "pooled", "digital"
TOUCHES: Final = (DIGITAL, POOLED, HIGH_TOUCH)  # the closest last
BY_SIZE: Final = {ENTERPRISE: HIGH_TOUCH, MID_MARKET: POOLED}


def touch_model(tier: Entry | None, size: float) -> str:
    """The closer of what the value tier says and what the size asks for; unknown ones ask for nothing.

    Strategic or Enterprise: high-touch, one to one. High value or mid-market: pooled. The rest: digital.
    """
    asked = tier.body.get("touch", DIGITAL) if tier else DIGITAL
    return max(asked, BY_SIZE.get(size, DIGITAL), key=TOUCHES.index)
