"""Makers for the tests of Today and of action plans: plays, alerts, tasks, and what a page shows of them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.test import Client

from accounts.models import Customer, User
from healthsite.pages.today.page import Morning
from playbooks.models import Episode, Play, Playbook, Task
from tests.healthsite.pages.world import NOW, D, customer_at, supply

BEFORE = D - timedelta(days=1)  # the night before the last
TODAY = NOW.date()


def mover(before: float, after: float, **fields: Any) -> Customer:
    """A customer whose every measure gave so many points on the night before the last, and so many on the last."""
    customer = customer_at(before, BEFORE, **fields)
    supply(customer, D, csat=1 + after / 25, nps=2 * after - 100, goal_attainment=after)
    return customer


def make_play(customer: Customer, key: str = "PB-2", **fields: Any) -> Play:
    """An open play that the last night started."""
    book = Playbook.objects.get(key=key)
    given = {"definition": book.definition, "opened_on": D, "started_at": NOW - timedelta(hours=9), **fields}
    return Play.objects.create(customer=customer, playbook=book, **given)


def make_task(customer: Customer, assignee: User, **fields: Any) -> Task:
    """An open task, due in an hour unless said otherwise."""
    given = {"title": "Call them", "due_at": NOW + timedelta(hours=1), "created_at": NOW - timedelta(days=2), **fields}
    return Task.objects.create(customer=customer, assignee=assignee, **given)


def make_alert(customer: Customer, rule: str = "A1", **fields: Any) -> Episode:
    """An alert that the last night fired."""
    given = {"opened_on": D, "held_on": D, "fired_at": NOW - timedelta(hours=9), "facts": {"from": 80.0, "to": 60.0}}
    return Episode.objects.create(customer=customer, kind="alert", rule=rule, **{**given, **fields})


def morning_of(client: Client) -> Morning:
    """What Today shows to who is logged in."""
    answer = client.get("/")
    assert answer.status_code == 200
    morning = answer.context["morning"]
    assert isinstance(morning, Morning)
    return morning
