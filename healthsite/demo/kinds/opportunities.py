"""Sales in the making at a demo customer: renewals, upsells, and the first sale to a prospect."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, Final

from accounts.models import Opportunity
from healthsite.demo.customers import MOVED, renewals
from healthsite.demo.kinds.subscriptions import mrr_on
from healthsite.demo.lives import Life
from healthsite.demo.money import money
from healthsite.demo.rows import Row, Step

_AHEAD: Final = timedelta(days=120)  # a renewal is opened this long before its date
_PROPOSED: Final = timedelta(days=90)  # before the date too, and so are these
_NEGOTIATED: Final = timedelta(days=66)  # some days before notice could be given
_LATE: Final = timedelta(days=25)  # with those who are in no mood for it
_UPSELL_WEEKS: Final = 26
_UPSELL_DAYS: Final = timedelta(days=100)


def opportunities(life: Life) -> Iterator[Row]:
    """The renewals and upsells of a customer; the first sale to a prospect."""
    if life.story.is_prospect:
        opens = life.days[0]
        amount = money(life.traits.seats * life.traits.price * 12)
        yield _opportunity(life, "new", opens, opens + _AHEAD, amount=amount, probability=40)
        return
    yield from _renewals(life)
    yield from _upsells(life)


def _renewals(life: Life) -> Iterator[Row]:
    first, steps = renewals(life)
    yearly = [first, *(step.values["renews_on"] for step in steps)]
    for due in yearly:
        opens = max(due - _AHEAD, life.days[0])
        if opens > life.days[-1] or due + MOVED in yearly:  # put off, not another one
            continue
        closes = life.left_on if life.left_on and opens < life.left_on < due else due
        won = closes == due
        sold = [step for step in _selling(life, due) if opens < step.on < closes and step.on <= life.days[-1]]
        values = {"amount": mrr_on(life, opens) * 12, "probability": _likely(life, opens)}
        yield _opportunity(life, "renewal", opens, due, *sold, _closing(closes, won=won), **values)


def _selling(life: Life, due: date) -> Iterator[Step]:
    """How a renewal goes on between its beginning and its end."""
    is_willing = life.level_on("mood", due - _NEGOTIATED) > 0
    for stage, on in (("proposal", due - _PROPOSED), ("negotiation", due - (_NEGOTIATED if is_willing else _LATE))):
        yield Step(on, {"stage": stage, "probability": _likely(life, on)})


def _upsells(life: Life) -> Iterator[Row]:
    dice, mood = life.dice("upsell", 3).tolist(), life.level("mood")
    for place, day in enumerate(life.days):
        if life.has_turn(day, weeks=_UPSELL_WEEKS) and dice[place][0] < 0.35 + 0.6 * mood[place]:
            closes = day + _UPSELL_DAYS
            amount = money(float(mrr_on(life, day)) * 12 * (0.06 + 0.2 * dice[place][1]))
            closing = _closing(closes, won=dice[place][2] < 0.5)
            yield _opportunity(life, "upsell", day, closes, closing, amount=amount, probability=45)


def _opportunity(life: Life, kind: str, opens: date, due: date, *steps: Step, **values: Any) -> Row:
    common = {
        "external_id": f"{life.external_id}-{kind}-{opens:%Y%m%d}",
        "observed_on": opens,
        "name": f"{kind.capitalize()} {due:%B %Y}",
        "kind": kind,
        "stage": "qualification",
        "currency": life.story.currency,
        "owner": life.setting.people.account_executive,
        "opened_on": opens,
        "expected_close_on": due,
    }
    return life.row(Opportunity, opens, *steps, **common, **values)


def _likely(life: Life, day: date) -> int:
    """The probability in percent that the account executive would name."""
    return round(min(95, max(10, 62 + 45 * life.level_on("mood", day))))


def _closing(on: date, *, won: bool) -> Step:
    lost = {} if won else {"lost_reason": "Other priorities"}
    return Step(on, {"closed_on": on, "won": won, "stage": "won" if won else "lost"} | lost)
