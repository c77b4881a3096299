"""A walk through four hundred days, night by night: nothing happens twice, and every promise ends at its hour."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import transaction
from django.db.models import Count
from pytest_django import DjangoDbBlocker

from accounts.models import Calendar, Holiday
from healthsite.demo import history
from healthsite.demo.history import score_history
from playbooks.models import Episode, Mail, Play, Reaction, Task, TaskEvent
from tests.healthsite.demo.telling import make, silently

# The way of the nights is the same whichever database lies beneath, and it is long.
pytestmark = [pytest.mark.django_db, pytest.mark.process]

DAYS, NIGHTS = 400, 360  # the metrics of the first forty days have nothing to look back on
CHECKED = timedelta(hours=18)  # when the demo's team looks for missed promises, each day
MINUTE = timedelta(minutes=1)
NEW_YORK = ZoneInfo("America/New_York")


@pytest.fixture(scope="module", autouse=True)
def _walked(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Customers with a few stories, from a winter over both changes of the clocks to the next winter."""
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch, transaction.atomic():
        patch.setattr(history, "NIGHTS", NIGHTS)
        with time_machine.travel(datetime(2026, 3, 5, 8, tzinfo=UTC)):
            score_history(make(8, days=DAYS), say=silently)
        yield
        transaction.set_rollback(True)


def test_every_night_was_reacted_to_once() -> None:
    assert Reaction.objects.filter(finished_at__isnull=False).count() == NIGHTS
    assert Play.objects.count() > 20
    assert Episode.objects.alerts().count() > 10


def test_no_episode_of_a_rule_begins_before_the_one_before_has_ended() -> None:
    by_rule = defaultdict(list)
    for episode in Episode.objects.order_by("opened_on", "pk"):
        by_rule[episode.customer_id, episode.rule].append(episode)
    pairs = [pair for episodes in by_rule.values() for pair in pairwise(episodes)]
    assert pairs
    assert all(one.cleared_on and one.cleared_on <= other.opened_on for one, other in pairs)


def test_no_play_begins_while_one_is_open_or_cools_down() -> None:
    by_book = defaultdict(list)
    for play in Play.objects.filter(started_by=None).order_by("opened_on", "pk"):
        by_book[play.customer_id, play.playbook_id].append(play)
    for one, other in (pair for plays in by_book.values() for pair in pairwise(plays)):
        assert one.closed_on
        assert (other.opened_on - one.closed_on).days >= (one.definition["cool_down_days"] or 0)


def test_no_step_has_two_tasks_and_nobody_two_mails_of_a_night() -> None:
    assert (
        not Task.objects.filter(step__isnull=False)
        .values("play", "step", "turn")
        .annotate(n=Count("pk"))
        .filter(n__gt=1)
    )
    assert (
        not Task.objects.filter(escalates__isnull=False)
        .values("escalates", "assignee")
        .annotate(n=Count("pk"))
        .filter(n__gt=1)
    )
    assert not Mail.objects.filter(kind="night").values("on", "recipient").annotate(n=Count("pk")).filter(n__gt=1)


def undisturbed() -> list[Task]:
    """Tasks with a promise that nobody moved, handed over or stopped the clock of."""
    moved = TaskEvent.objects.filter(kind__in=("waiting", "assigned", "changed")).values("task")
    return list(
        Task.objects.filter(sla_at__isnull=False).exclude(pk__in=moved).select_related("assignee__team__calendar")
    )


def test_every_promise_in_business_hours_ends_when_a_clock_that_runs_by_the_minute_says() -> None:
    tasks = [task for task in undisturbed() if task.sla and task.sla["calendar"] == "business" and task.sla["hours"]]
    zones = set()
    for task in tasks:
        calendar = task.assignee.team.calendar if task.assignee.team else None
        zones.add(calendar.time_zone if calendar else "")
        assert task.sla
        ends = by_the_minute(task.created_at, task.sla["hours"], calendar.pk if calendar else None)
        assert task.sla_at == ends, task.title
    assert len(tasks) > 20
    assert zones == {"", "America/New_York"}


def by_the_minute(start: datetime, hours: float, calendar: int | None) -> datetime:
    """Count the minutes of business time after a moment, one after the other."""
    zone, opens, closes, holidays = hours_of(calendar)
    left, moment = round(60 * hours), start
    while left:
        local = moment.astimezone(zone)
        works = (
            local.isoweekday() <= 5 and local.date() not in holidays and opens <= (local.hour, local.minute) < closes
        )
        left, moment = left - works, moment + MINUTE
    return moment


@cache
def hours_of(calendar: int | None) -> tuple[ZoneInfo, tuple[int, int], tuple[int, int], frozenset[date]]:
    if calendar is None:
        return ZoneInfo("UTC"), (9, 0), (17, 0), frozenset()
    found = Calendar.objects.get(pk=calendar)
    days = frozenset(Holiday.objects.filter(calendar=found).values_list("date", flat=True))
    opens, closes = ((time.hour, time.minute) for time in (found.opens, found.closes))
    return ZoneInfo(found.time_zone), opens, closes, days


def test_promises_run_over_both_changes_of_the_clocks_and_over_holidays() -> None:
    spans = [
        (task.created_at.astimezone(NEW_YORK), task.sla_at.astimezone(NEW_YORK))
        for task in undisturbed()
        if task.sla_at
    ]
    assert {first.utcoffset() for first, _ in spans} == {timedelta(hours=-5), timedelta(hours=-4)}
    holidays = set(Holiday.objects.values_list("date", flat=True))
    assert any(first.date() <= day <= last.date() for first, last in spans for day in holidays)


def test_who_misses_a_promise_is_told_on_at_the_next_look_and_not_before() -> None:
    last = datetime(2026, 3, 4, tzinfo=UTC) + CHECKED
    for task in undisturbed():
        assert task.sla_at
        look = task.sla_at.replace(hour=0, minute=0, second=0, microsecond=0) + CHECKED
        look += timedelta(days=look < task.sla_at)
        missed = look <= last and (task.finished_at is None or task.finished_at >= look)
        assert task.escalated_at == (look if missed else None), (task.title, task.sla_at)
