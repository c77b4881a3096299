"""The customers of the demo: their attributes, their parents, and since when they are customers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any, Final

from accounts.models import Customer, CustomerPeriod
from accounts.periods import update_periods
from healthsite.demo.lives import Life
from healthsite.demo.money import money
from healthsite.demo.names import ABROAD, PLACES, company, domain, industry
from healthsite.demo.rows import Row, Step
from healthsite.demo.world import EVENING, moment

YEAR: Final = timedelta(days=365)
CHURN_REASON: Final = "Moved to another tool"
MOVED: Final = timedelta(days=30)
_TAGS: Final[tuple[list[str], ...]] = (["early adopter"], [], ["public sector"], [], ["multi-year"], [])
_LEVELS: Final = ("low", "medium", "high")


def customers(lives: Iterable[Life]) -> Iterator[Row]:
    """A row per customer; each life is given its customer."""
    for life in lives:
        row = _customer(life)
        life.customer = row.record
        yield row


def join_families(lives: Iterable[Life]) -> None:
    """Give each child the parent that came before it."""
    parent, children = None, []
    for life in lives:
        if life.story.family == "parent":
            parent = life.customer
        elif life.story.family == "child":
            life.customer.parent = parent
            children.append(life.customer)
    Customer.objects.bulk_update(children, ["parent"])


def write_periods(lives: list[Life]) -> None:
    """Write the times as a customer; of those who came back also the first, which their dates do not tell any more."""
    CustomerPeriod.objects.bulk_create(
        CustomerPeriod(customer=life.customer, started_on=life.traits.since, ended_on=life.left_on, reason=CHURN_REASON)
        for life in lives
        if life.back_on
    )
    update_periods(life.customer.pk for life in lives)


def renewals(life: Life) -> tuple[date, list[Step]]:
    """The renewal date at first, and each later one from the day it holds."""
    first, last = _first_renewal(life), life.days[-1]
    if life.back_on and life.left_on:
        again = life.back_on + YEAR
        before = _yearly(first, life.left_on - timedelta(days=1))
        return first, [*before, Step(life.back_on, {"renews_on": again}), *_yearly(again, last)]
    return first, list(_yearly(first, last, life.event(life.story.renewal_moves)))


def _yearly(renews: date, last: date, moves: date | None = None) -> Iterator[Step]:
    while (on := min(renews, moves or date.max)) <= last:
        renews += MOVED if on == moves else YEAR
        moves = None if on == moves else moves
        yield Step(on, {"renews_on": renews})


def _first_renewal(life: Life) -> date:
    renews = life.traits.since + YEAR
    while renews <= life.days[0]:
        renews += YEAR
    return renews


def _customer(life: Life) -> Row:
    day = life.days[0]
    record = Customer(
        source=life.setting.source,
        external_id=life.external_id,
        known_at=moment(day, EVENING),
        observed_on=day,
        **_identity(life),
        **_commerce(life),
    )
    return Row(Customer, record, day, _steps(life))


def _identity(life: Life) -> dict[str, Any]:
    number, currency = life.number, life.story.currency
    name = life.story.name or company(number, life.world.seed)
    country, region = ABROAD.get(currency) or PLACES[number % len(PLACES)]
    employees = life.traits.seats * (4 + number % 5)
    return {
        "name": name,
        "domains": [domain(name, number)],
        "industry": industry(number, life.world.seed),
        "size": life.traits.size,
        "employees": employees,
        "country": country,
        "region": region,
        "territory": f"{region} {number % 2 + 1}",
        "annual_revenue": money(employees * (90_000 + 10_000 * (number % 9))),
    }


def _commerce(life: Life) -> dict[str, Any]:
    traits, story, number = life.traits, life.story, life.number
    yearly = traits.seats * traits.price * 12
    return {
        "currency": story.currency,
        "customer_since": None if story.is_prospect else traits.since,
        # ARR is given for a few, and never for one whose subscriptions would contradict it later.
        "arr": money(yearly) if number % 7 == 3 and story.upgrades is None else None,
        "renewal_on": None if story.is_prospect else _first_renewal(life),
        "expected_active_users": round(traits.seats * 0.65) if number % 4 == 0 else None,
        "growth_potential": _LEVELS[number % 3],
        "is_reference": traits.luck > 0.5,
        "support_level": "premium" if traits.plan_rank == 3 else "standard",
        "tags": _TAGS[number % len(_TAGS)],
    }


def _steps(life: Life) -> list[Step]:
    if life.story.is_prospect:
        return []
    steps = [Step(step.on, {"renewal_on": step.values["renews_on"]}) for step in renewals(life)[1]]
    if life.left_on:
        steps.append(Step(life.left_on, {"churned_on": life.left_on, "churn_reason": CHURN_REASON}))
    if life.back_on:
        back = {"customer_since": life.back_on, "churned_on": None, "churn_reason": ""}
        steps.append(Step(life.back_on, back))
    return sorted(steps, key=lambda step: step.on)
