"""The working days and hours of calendars, as they are kept in the database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import time
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db.models import Q

from accounts.business_days import WorkingDays, site_zone
from accounts.models import Calendar, Team, User
from accounts.working_hours import WorkingHours


def load_working_days() -> Mapping[str, WorkingDays]:
    """Every calendar by its key; `site` is always there."""
    calendars = {Calendar.SITE: WorkingDays()}
    for calendar in Calendar.objects.prefetch_related("holidays"):
        calendars[calendar.key] = _working_days(calendar)
    return calendars


def load_working_hours(users: Iterable[User]) -> dict[int, WorkingHours]:
    """The working hours of some users by their key: their team's calendar, else `site`, else 9 to 17 in the site zone.

    Three queries at most, however many users. A zone that nobody knows counts as the site's.
    """
    team_of = {user.pk: user.team_id for user in users}
    teams = {team for team in team_of.values() if team}
    calendar_ids: dict[int | None, int | None] = dict(
        Team.objects.filter(pk__in=teams).values_list("pk", "calendar_id")
    )
    hours: dict[int | None, WorkingHours] = {}
    site = WorkingHours(site_zone(), WorkingDays(), time(9), time(17))
    wanted = Q(key=Calendar.SITE) | Q(pk__in={pk for pk in calendar_ids.values() if pk})
    for calendar in Calendar.objects.filter(wanted).prefetch_related("holidays"):
        hours[calendar.pk] = _working_hours(calendar)
        site = hours[calendar.pk] if calendar.key == Calendar.SITE else site
    return {user: hours.get(calendar_ids.get(team), site) for user, team in team_of.items()}


def _working_hours(calendar: Calendar) -> WorkingHours:
    return WorkingHours(_zone(calendar.time_zone), _working_days(calendar), calendar.opens, calendar.closes)


def _working_days(calendar: Calendar) -> WorkingDays:
    holidays = frozenset(holiday.date for holiday in calendar.holidays.all())
    return WorkingDays(frozenset(map(int, calendar.weekdays)), holidays)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, ZoneInfoNotFoundError):  # "", "../etc", a folder, a misspelt name
        return site_zone()
