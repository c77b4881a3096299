"""Whose calendar holds for a person: the team's, else the site's, else nine to five."""

from __future__ import annotations

from datetime import date, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from accounts.business_days import WorkingDays, site_zone
from accounts.calendars import load_working_hours
from accounts.models import Calendar, Holiday, Team, User
from accounts.working_hours import WorkingHours
from tests.cast import make_user

pytestmark = pytest.mark.django_db


def team_of(name: str, **calendar: Any) -> Team:
    return Team.objects.create(name=name, calendar=Calendar.objects.create(key=name.lower(), **calendar))


def hours_of(user: User) -> WorkingHours:
    return load_working_hours([user])[user.pk]


def test_a_team_works_by_its_own_calendar() -> None:
    team = team_of("Gulf", time_zone="Asia/Dubai", weekdays="71234", opens=time(8), closes=time(16))
    assert team.calendar
    Holiday.objects.create(calendar=team.calendar, date=date(2025, 12, 2))
    days = WorkingDays(frozenset({7, 1, 2, 3, 4}), frozenset({date(2025, 12, 2)}))
    assert hours_of(make_user("Bob", team=team)) == WorkingHours(ZoneInfo("Asia/Dubai"), days, time(8), time(16))


@pytest.mark.parametrize("team", [None, "a team without a calendar"])
def test_whoever_has_no_calendar_works_by_that_of_the_site(team: str | None) -> None:
    Calendar.objects.create(key="site", time_zone="Europe/Madrid", opens=time(10))
    bob = make_user("Bob", team=Team.objects.create(name=team) if team else None)
    assert hours_of(bob) == WorkingHours(ZoneInfo("Europe/Madrid"), WorkingDays(), time(10), time(17))


def test_without_any_calendar_it_is_nine_to_five_in_the_zone_of_the_site() -> None:
    Calendar.objects.create(key="DE", time_zone="Europe/Berlin", opens=time(6))  # serves customers, not teams
    assert hours_of(make_user("Bob")) == WorkingHours(site_zone(), WorkingDays(), time(9), time(17))


@pytest.mark.parametrize("zone", ["", "Europe/Atlantis", "../etc/passwd", "Europe", "x" * 255])
def test_a_zone_that_nobody_knows_is_that_of_the_site(zone: str) -> None:
    assert hours_of(make_user("Bob", team=team_of("North", time_zone=zone))).zone == site_zone()


def test_many_people_take_no_more_queries_than_one(django_assert_num_queries: Any) -> None:
    people = [make_user(f"User{n}", team=team_of(f"Team{n}")) for n in range(6)]
    for some in (people[:1], people):
        with django_assert_num_queries(3):
            assert load_working_hours(some).keys() == {user.pk for user in some}


def test_nobody_has_no_hours() -> None:
    assert load_working_hours([]) == {}
