"""The people of the demo: three teams, and three who can log in."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, time

import pytest

from accounts.calendars import load_working_hours
from accounts.models import Assignment, Customer, Team, User
from healthsite.demo.logins import DEMO_LOGINS, DEMO_PASSWORD
from healthsite.demo.people import EMAILS
from healthsite.demo.stories import story_of
from tests.healthsite.demo.telling import make

pytestmark = pytest.mark.django_db


def test_there_are_three_teams_with_their_people() -> None:
    make(1)
    roles = Counter(User.objects.values_list("role", flat=True))
    assert roles == {"csm": 8, "manager": 2, "account_executive": 1, "executive": 1, "viewer": 1, "admin": 2}
    assert Team.objects.count() == 3
    assert sorted(len(user.managed_teams.all()) for user in User.objects.filter(role="manager")) == [1, 2]


def test_a_csm_a_manager_and_two_admins_can_log_in_and_nobody_else() -> None:
    make(1)
    people = {user.email: user for user in User.objects.filter(email__in=EMAILS)}
    assert [role.lower() for role, _ in DEMO_LOGINS] == ["csm", "manager", "admin", "second admin"]
    assert [people[email].role for _, email in DEMO_LOGINS] == ["csm", "manager", "admin", "admin"]
    assert people[DEMO_LOGINS[0][1]].check_password(DEMO_PASSWORD)
    assert sum(user.has_usable_password() for user in people.values()) == 4


def test_every_pool_of_the_playbooks_has_somebody() -> None:
    make(1)
    skills = Counter(skill for user in User.objects.filter(is_active=True) for skill in user.skills)
    assert set(skills) == {"support", "training", "billing", "senior"}


def test_the_third_team_works_in_another_zone_with_holidays() -> None:
    make(1)
    user = User.objects.filter(team__name="Growth").order_by("pk")[0]
    hours = load_working_hours([user])[user.pk]
    assert (str(hours.zone), hours.opens) == ("America/New_York", time(8, 30))
    assert hours.is_open(datetime(2026, 3, 3, 9, tzinfo=hours.zone))
    assert not hours.is_open(datetime(2026, 1, 1, 9, tzinfo=hours.zone))


def test_account_executives_and_executives_look_after_some() -> None:
    make(24)
    roles = Counter(Assignment.objects.values_list("role", flat=True))
    assert roles["account_executive"] >= 8
    assert roles["executive"] >= 2


def test_two_customers_have_no_csm() -> None:
    make(12)
    assert Customer.objects.exclude(assignment_set__role="csm").count() == 2


def test_every_csm_meets_many_stories() -> None:
    numbers = [number for number in range(200) if (number + number // 8) % 8 == 0]
    assert len({story_of(number).key for number in numbers}) > 8
