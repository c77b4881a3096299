"""The demo is the same whenever it is made, in one go or day by day."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from accounts.models import Invoice, Usage
from healthsite.demo.planning import Wish, plan
from healthsite.demo.removing import remove
from tests.healthsite.demo.telling import LAST, build_quietly, facts, make, silently

pytestmark = pytest.mark.django_db

LATER = LAST + timedelta(days=45)


def test_the_same_seed_and_day_make_the_same_workspace() -> None:
    make(12, days=90)
    first = facts()
    remove(say=silently)
    make(12, days=90)
    assert facts() == first


def test_another_seed_makes_another_workspace() -> None:
    make(3, seed=1)
    first = set(Usage.objects.values_list("active_users", "minutes", "date"))
    remove(say=silently)
    make(3, seed=2)
    assert set(Usage.objects.values_list("active_users", "minutes", "date")) != first


def test_a_later_run_ends_where_one_long_run_would_have() -> None:
    make(20, days=90)
    extended = build_quietly(plan(Wish(LATER)))
    day_by_day = facts()
    remove(say=silently)
    build_quietly(replace(extended, after=None))
    assert facts() == day_by_day


def test_a_later_run_leaves_the_facts_of_old_days_alone() -> None:
    make(6)
    before = list(Usage.objects.order_by("pk").values())
    build_quietly(plan(Wish(LATER)))
    assert list(Usage.objects.filter(date__lte=LAST).order_by("pk").values()) == before
    assert Usage.objects.filter(date__gt=LAST).exists()


def test_a_later_run_tells_how_old_invoices_ended() -> None:
    make(2)
    unpaid = set(Invoice.objects.filter(paid_on=None).values_list("pk", flat=True))
    assert unpaid
    build_quietly(plan(Wish(LATER)))
    assert set(Invoice.objects.filter(paid_on__gt=LAST, status="paid").values_list("pk", flat=True)) >= unpaid
