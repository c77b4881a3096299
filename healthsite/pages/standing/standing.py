"""Where a customer stands, for its page: segment with the rule that matched, stage with its pace, tiers, and touch."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from accounts.business_days import today
from accounts.models import Customer
from accounts.models.customers import Size
from accounts.wording import counted, listed
from healthsite.pages.lacking import renewal_gap
from healthsite.pages.standing.stay import facts_of, stay_of
from scoring.definitions import Entry, every_entry
from scoring.metrics.worth import ENTERPRISE, MID_MARKET, SMALL
from scoring.models import CurrentScore
from scoring.vocabulary.moving import is_held
from scoring.vocabulary.pacing import Pace, pace
from scoring.vocabulary.touching import touch_model
from scoring.wording import rule_words

LEADING_AT_RISK = 2  # library 4: so many open leading indicators are a warning as a raised flag is
SIZES = {
    Size.ENTERPRISE: ENTERPRISE,
    Size.LARGE: ENTERPRISE,
    Size.MID_MARKET: MID_MARKET,
    Size.SMALL: SMALL,
}  # X34: large counts as enterprise
BY_EMPLOYEES = ((100, ENTERPRISE), (50, MID_MARKET), (0, SMALL))  # S001-35…37


@dataclass(frozen=True, slots=True)
class Standing:
    """What the page says; an empty text where nothing is known."""

    segment: str
    because: str  # the rule of the segment, as a sentence
    programme: str
    tags: list[str]
    stage: str
    since: date | None
    pace: str
    set_by: str  # by whom the stage was set, where a person or a file holds it
    reason: str
    expires_on: date | None
    at_risk: str  # what says so: the overlay of library 4, beside the stage and never instead of it
    tier: str
    hours: float | None
    executive: bool
    touch: str
    revenue_tier: str
    renewal_gap: str  # what is wrong with the renewal date; nothing is said before the first night

    @property
    def is_late(self) -> bool:
        """Whether the stay is behind or stuck."""
        return self.pace in (Pace.BEHIND, Pace.STUCK)


def standing_of(customer: Customer, current: CurrentScore | None, leading: int) -> Standing:
    """Everything about a customer today, of whom so many leading indicators are open.

    One query, and another where the vocabularies were not read just now.
    """
    on, size = today(), size_of(customer)
    stay = stay_of(customer, on)
    facts = facts_of(stay, customer, on) if stay else {}
    segment, tier = _numbered("segment", current, "segment"), _numbered("tier", current, "tier")
    stage = next((one for one in every_entry("stage") if stay and one.number == stay.stage), None)
    revenue = _numbered("revenue_tier", current, "revenue_tier")
    return Standing(
        segment=segment.title if segment else "",
        because=rule_words(segment.rule) if segment and segment.rule else "",
        programme=segment.body.get("programme", "") if segment else "",
        tags=_tags(current),
        stage=stage.title if stage else "",
        since=stay.from_on if stay else None,
        pace=pace(stay, size, on, facts) if stay else "",
        **_by_hand(stay, on),
        at_risk=at_risk(current, leading),
        tier=tier.title if tier else "",
        hours=tier.body.get("hours_per_year") if tier else None,
        executive=bool(tier and tier.body.get("executive")),
        touch=touch_model(tier, size),
        revenue_tier=revenue.title if revenue else "",
        renewal_gap=renewal_gap(facts["days_to_renewal"]) if facts else "",
    )


def at_risk(current: CurrentScore | None, leading: int) -> str:
    """Why a customer is at risk whatever its stage: the churn flag, or two open leading indicators; else empty."""
    causes = ["the churn flag"] if current and current.is_churn_risk else []
    if leading >= LEADING_AT_RISK:
        causes.append(counted(leading, "leading indicator"))
    return listed(causes)


def size_of(customer: Customer) -> float:
    """1 small, 2 mid-market, 3 enterprise, NaN = unknown: as declared, else by employees (library 5)."""
    if customer.size:
        return SIZES[Size(customer.size)]
    people = customer.employees
    return next((size for least, size in BY_EMPLOYEES if people is not None and people >= least), float("nan"))


def _numbered(kind: str, current: CurrentScore | None, column: str) -> Entry | None:
    number = getattr(current, column, 0)
    return next((one for one in every_entry(kind) if one.number == number), None)


def _tags(current: CurrentScore | None) -> list[str]:
    """The secondary segments; one that is the segment itself needs no tag."""
    if current is None:
        return []
    segments = every_entry("segment")
    return [one.title for one in segments if current.tags & one.bit and one.number != current.segment]


def _by_hand(stay: Any, on: date) -> dict[str, Any]:
    if not stay or not is_held(stay.reason, stay.expires_on, on):
        return {"set_by": "", "reason": "", "expires_on": None}
    return {
        "set_by": str(stay.by) if stay.by else "the customers file",
        "reason": stay.reason if stay.by else "",
        "expires_on": stay.expires_on,
    }
