"""What a demo customer pays for, and how that changes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from accounts.models import Subscription
from healthsite.demo.catalogue import INSIGHTS, PLATFORM
from healthsite.demo.customers import renewals
from healthsite.demo.lives import Life
from healthsite.demo.money import money
from healthsite.demo.rows import Row, Step

PLANS: Final = {1: "Essential", 2: "Business", 3: "Complete"}
GROWTH: Final = 1.25
_NOTICE: Final = timedelta(days=60)
_PAST_DUE_FROM: Final = 30  # days late


def subscriptions(life: Life) -> Iterator[Row]:
    """The platform, again for those who came back, and an add-on for those who grew and every fifth other."""
    traits, upgrades = life.traits, life.event(life.story.upgrades)
    yield _subscription(life, PLATFORM, traits.since, _platform_steps(life), **_platform(life))
    if life.back_on:
        yield _subscription(life, PLATFORM, life.back_on, [], **_platform(life))
    starts = upgrades + timedelta(days=20) if upgrades else traits.since
    if upgrades or life.number % 5 == 2:
        mrr = money(traits.seats * traits.price * 0.15)
        yield _subscription(life, INSIGHTS, starts, _ending(life), plan="Insights", mrr=mrr)


def seats_on(life: Life, day: date) -> int:
    """The seats bought by a day."""
    upgrades = life.event(life.story.upgrades)
    return round(life.traits.seats * GROWTH) if upgrades and day >= upgrades else life.traits.seats


def mrr_on(life: Life, day: date) -> Decimal:
    """What a customer pays a month on a day, in its own currency."""
    started = (row for row in life.rows["subscriptions"] if row.record.started_on <= day)
    return sum((_mrr_of(row, day) for row in started), Decimal())


def _mrr_of(row: Row, day: date) -> Decimal:
    if any("ended_on" in step.values and step.on <= day for step in row.steps):
        return Decimal()
    known = [row.record.mrr, *(step.values["mrr"] for step in row.steps if "mrr" in step.values and step.on <= day)]
    return known[-1]


def _platform(life: Life) -> dict[str, Any]:
    traits = life.traits
    mrr = money(traits.seats * traits.price)
    return {"plan": PLANS[traits.plan_rank], "plan_rank": traits.plan_rank, "seats": traits.seats, "mrr": mrr}


def _subscription(life: Life, sku: str, starts: date, steps: list[Step], **values: Any) -> Row:
    first, renewed = renewals(life)
    again = "-AGAIN" if starts == life.back_on else ""
    common = {
        "external_id": f"{life.external_id}-{sku.removeprefix('DEMO-')}{again}",
        "observed_on": max(starts, life.world.first),
        "product": life.setting.products[sku],
        "status": "active",
        "started_on": starts,
        "renews_on": next((step.values["renews_on"] for step in reversed(renewed) if step.on <= starts), first),
        "notice_days": _NOTICE.days,
        "currency": life.story.currency,
        "billing_period": "monthly",
        "auto_renew": life.number % 5 != 1,
        "is_trial": False,
    }
    later = sorted((*steps, *renewed), key=lambda step: step.on)
    ends = next((step.on for step in steps if "ended_on" in step.values), date.max)
    return life.row(Subscription, starts, *(step for step in later if starts < step.on <= ends), **common, **values)


def _platform_steps(life: Life) -> list[Step]:
    steps = _ending(life)
    if upgrades := life.event(life.story.upgrades):
        rank = min(life.traits.plan_rank + 1, max(PLANS))
        bigger = {"plan": PLANS[rank], "plan_rank": rank, "seats": seats_on(life, upgrades)}
        mrr = money(life.traits.seats * life.traits.price * GROWTH)
        steps.append(Step(upgrades, bigger | {"mrr": mrr}))
    late = (life.level("late") > _PAST_DUE_FROM).nonzero()[0]
    if late.size:
        steps.append(Step(life.days[int(late[0])], {"status": "past_due"}))
    return steps


def _ending(life: Life) -> list[Step]:
    if not life.left_on:
        return []
    asked = life.left_on - _NOTICE
    cancelled = Step(asked, {"cancel_requested_on": asked, "auto_renew": False})
    return [cancelled, Step(life.left_on, {"ended_on": life.left_on, "status": "canceled"})]
