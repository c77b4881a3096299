"""The latest interactions of many days at once are those that the database gives for each."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, get_args

import numpy as np
import pytest

from accounts.models import Contact, Customer, Interaction
from scoring.metrics.block import Block
from scoring.metrics.rows import Rows
from scoring.metrics.touching import By, Sort, latest
from tests.cast import make_customer, make_row
from tests.scoring.metrics.reading import D, at

pytestmark = pytest.mark.django_db
PEOPLE = ("contact", "attendees")
DAYS = range(D.toordinal() - 14, D.toordinal() + 1)


def ago(days: int) -> date:
    return D - timedelta(days=days)


def held(customer: Customer, days: int, kind: str, contact: Contact, **fields: Any) -> None:
    row = make_row(Interaction, customer, kind=kind, at=at(ago(days)), contact=contact, **fields)
    row.attendees.set([contact])


@pytest.fixture
def customers() -> list[Customer]:
    """Two with contacts: mail answered before and after a meeting, notes, missed meetings, and a meeting a year old."""
    customers = [make_customer(), make_customer()]
    for customer in customers:
        ann, ben = (make_row(Contact, customer, name=name) for name in ("Ann", "Ben"))
        held(customer, 12, "email_out", ann, replied_at=at(ago(3)))
        held(customer, 8, "meeting", ann, executive_present=True)
        held(customer, 10, "email_out", ben, replied_at=at(ago(5)))
        held(customer, 6, "note", ben)
        held(customer, 2, "call", ben, attended=False)
        held(customer, 370, "meeting", ben, executive_present=True)
    held(customers[0], 1, "email_in", ann)
    return customers


@pytest.mark.parametrize(
    ("sort", "by"), [*((sort, "") for sort in get_args(Sort)), *(("two_way", by) for by in PEOPLE)]
)
def test_many_days_at_once_say_what_each_says(customers: list[Customer], sort: Sort, by: By) -> None:
    ids = np.array([customer.pk for customer in customers])
    many = latest(Block(np.repeat(ids, len(DAYS)), np.tile(np.array(DAYS), len(ids))), sort, by)
    each = [latest(Block(ids, date.fromordinal(day)), sort, by) for day in DAYS]
    assert said(many, by)
    assert sorted(said(many, by)) == sorted(one for rows in each for one in said(rows, by))


def said(rows: Rows, by: By) -> list[tuple[float, ...]]:
    """The day asked about, the customer, and what was the latest, by whom."""
    names = ("customer_id", "at", "at_day", *([by] if by else []))
    return list(zip(rows.day, *(rows[name] for name in names), strict=True))
