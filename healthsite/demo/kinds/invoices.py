"""Monthly invoices of a demo customer, and when they were paid."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, Final

from accounts.models import Invoice
from healthsite.demo.kinds.subscriptions import mrr_on
from healthsite.demo.lives import Life
from healthsite.demo.rows import Row, Step

_TERMS: Final = timedelta(days=30)
_UNEVEN: Final = 6  # days by which the same payer differs
_REFUSED_AFTER: Final = 8  # days late: the bank refused by then


def invoices(life: Life) -> Iterator[Row]:
    """An invoice on the customer's billing day of each month."""
    dice = life.dice("invoices", 1).tolist()
    for place, day in enumerate(life.days):
        if day.day == life.traits.billing_day:
            late = round(life.level("late")[place] + _UNEVEN * (2 * dice[place][0] - 1))
            yield _invoice(life, day, late)


def _invoice(life: Life, day: date, late: int) -> Row:
    amount, due = mrr_on(life, day), day + _TERMS
    paid = max(day + timedelta(days=1), due + timedelta(days=late))
    values: dict[str, Any] = {
        "external_id": f"{life.external_id}-I{day:%Y%m}",
        "issued_on": day,
        "due_on": due,
        "amount": amount,
        "currency": life.story.currency,
        "status": "open",
        "subscription": life.rows["subscriptions"][0].record,
    }
    steps = [Step(paid, {"paid_on": paid, "amount_paid": amount, "status": "paid"})]
    if late > _REFUSED_AFTER:
        steps.insert(0, Step(due + timedelta(days=_REFUSED_AFTER), {"failed_attempts": min(3, late // 15 + 1)}))
    return life.row(Invoice, day, *steps, **values)
