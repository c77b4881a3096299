"""The account people of the demo workspace: three teams and who is in them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time
from typing import Final

from django.contrib.auth.hashers import make_password

from accounts.models import Calendar, Holiday, Team, User
from accounts.models.people import Role
from healthsite.demo.logins import DEMO_LOGINS, DEMO_PASSWORD
from healthsite.demo.names import mailbox
from healthsite.demo.world import MORNING, World, moment

TEAMS: Final = ("Enterprise North", "Enterprise South", "Growth")
_CSM, _MANAGER = Role.CSM, Role.MANAGER
CALENDAR: Final = "demo-growth"  # the third team works in another zone, with holidays of its own
_ZONE: Final = "America/New_York"
_HOLIDAYS: Final = (
    (1, 1, "New Year's Day"),
    (7, 4, "Summer holiday"),
    (11, 26, "Harvest holiday"),
    (12, 25, "Winter holiday"),
)
_STAFF: Final = (
    ("Ines Halvorsen", _CSM, 0),
    ("Otis Marchetti", _CSM, 0),
    ("Sunniva Rautio", _CSM, 0),
    ("Tariq Lindqvist", _CSM, 1),
    ("Bea Kovalik", _CSM, 1),
    ("Milo Castellan", _CSM, 1),
    ("Freya Nakato", _CSM, 2),
    ("Hugo Petrakis", _CSM, 2),
    ("Maren Okafor", _MANAGER, 0),
    ("Piet Sandoval", _MANAGER, 2),
    ("Liv Yilmaz", Role.ACCOUNT_EXECUTIVE, None),
    ("Edgar Valtonen", Role.EXECUTIVE, None),
    ("Rhea Dahlberg", Role.VIEWER, None),
    ("Ada Brandvik", Role.ADMIN, None),
    ("Nils Achterberg", Role.ADMIN, None),  # who agrees to what Ada proposes
)
# Who is asked when a step wants a pool (library 7): the names of pools as `User.skills` has them.
_SKILLS: Final = {
    "Ines Halvorsen": ["senior"],
    "Otis Marchetti": ["support"],
    "Sunniva Rautio": ["training"],
    "Tariq Lindqvist": ["senior", "support"],
    "Bea Kovalik": ["training"],
    "Freya Nakato": ["support"],
    "Hugo Petrakis": ["senior"],
    "Liv Yilmaz": ["billing"],
}
_MANAGED: Final = {"Maren Okafor": (0, 1), "Piet Sandoval": (2,)}
EMAILS: Final = tuple(mailbox(name, "example.com") for name, *_ in _STAFF)


@dataclass(frozen=True, slots=True)
class People:
    """Who can look after a demo customer."""

    csms: tuple[User, ...]
    account_executive: User
    executive: User


def write_people(world: World) -> None:
    """Make the teams and people; only the demo logins get a password."""
    teams = Team.objects.bulk_create(Team(name=name) for name in TEAMS)
    Team.objects.filter(pk=teams[-1].pk).update(calendar=_write_calendar(world))
    password, nobody = make_password(DEMO_PASSWORD), make_password(None)
    can_log_in = {email for _, email in DEMO_LOGINS}
    users = User.objects.bulk_create(
        User(
            email=email,
            name=name,
            role=role,
            team=None if team is None else teams[team],
            password=password if email in can_log_in else nobody,
            skills=_SKILLS.get(name, []),
            is_superuser=role == Role.ADMIN,
        )
        for (name, role, team), email in zip(_STAFF, EMAILS, strict=True)
    )
    User.objects.filter(email__in=EMAILS).update(date_joined=moment(world.first, MORNING))
    for user in users:
        for team in _MANAGED.get(user.name, ()):
            teams[team].managers.add(user)


def _write_calendar(world: World) -> Calendar:
    calendar = Calendar.objects.create(key=CALENDAR, time_zone=_ZONE, opens=time(8, 30), closes=time(16, 30))
    Holiday.objects.bulk_create(
        Holiday(calendar=calendar, date=date(year, month, day), name=name)
        for year in range(world.first.year, world.anchor.year + 3)
        for month, day, name in _HOLIDAYS
    )
    return calendar


def read_people() -> People:
    """The people of the stored workspace."""
    by_email = User.objects.in_bulk(EMAILS, field_name="email")
    staff = [by_email[email] for email in EMAILS]
    csms = tuple(user for user, (_, role, _) in zip(staff, _STAFF, strict=True) if role == _CSM)
    account_executive, executive = staff[len(csms) + 2 : len(csms) + 4]
    return People(csms, account_executive, executive)
