"""People, teams and calendars in the admin: what fits is kept as it is meant, what does not is named with a remedy."""

from __future__ import annotations

from datetime import date, time
from typing import Any

import pytest
from django.test import Client

from accounts.models import Calendar, Holiday, Team, User
from tests.cast import make_user

pytestmark = pytest.mark.django_db
HOLIDAYS = {"holidays-TOTAL_FORMS": "2", "holidays-INITIAL_FORMS": "0"}


@pytest.fixture(autouse=True)
def ada(client: Client) -> User:
    ada = make_user("Ada", "admin")
    client.force_login(ada, backend="django.contrib.auth.backends.ModelBackend")
    return ada


def send_calendar(client: Client, **changes: str) -> Any:
    form = {"key": "north", "time_zone": "Europe/Berlin", "weekdays": "12345", "opens": "9:00", "closes": "17:00"}
    return client.post("/admin/accounts/calendar/add/", {**form, **HOLIDAYS, **changes})


def send_person(client: Client, user: User, **changes: str) -> Any:
    form = {"email": user.email, "name": user.name, "role": user.role, "is_active": "on", "weekly_hours": "30"}
    return client.post(f"/admin/accounts/user/{user.pk}/change/", {**form, **changes})


def test_a_calendar_with_its_holidays_is_kept(client: Client) -> None:
    days = {"holidays-0-date": "2025-10-03", "holidays-0-name": "Unity", "holidays-1-date": "2025-12-25"}
    assert send_calendar(client, weekdays="5 4,321", **days).status_code == 302
    calendar = Calendar.objects.get(key="north")
    assert (calendar.time_zone, calendar.weekdays, calendar.opens) == ("Europe/Berlin", "12345", time(9))
    dates = Holiday.objects.filter(calendar=calendar).order_by("date").values_list("date", flat=True)
    assert list(dates) == [date(2025, 10, 3), date(2025, 12, 25)]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"time_zone": "Europe/Berlln"}, "“Europe/Berlln” is no time zone; give one such as Europe/Berlin"),
        ({"time_zone": "../../etc/passwd"}, "“../../etc/passwd” is no time zone"),
        ({"weekdays": "67890"}, "“67890” names no weekdays; give digits from 1 (Monday) to 7 (Sunday), each once"),
        ({"weekdays": "1123"}, "“1123” names no weekdays"),
        ({"weekdays": "Monday"}, "“Monday” names no weekdays"),
        ({"weekdays": ","}, "names no weekdays"),
        ({"weekdays": "１２"}, "names no weekdays"),
        ({"closes": "08:30"}, "08:30 is not after 09:00; give a later hour of the same day"),
        ({"closes": "09:00"}, "09:00 is not after 09:00"),
        ({"closes": "25:00"}, "Enter a valid time"),
        ({"holidays-0-date": "2025-13-01"}, "Enter a valid date"),
        ({"holidays-0-date": "2025-10-03", "holidays-1-date": "2025-10-03"}, "Please correct the duplicate"),
        ({"key": "a\0b"}, "Null characters are not allowed"),
    ],
)
def test_a_calendar_that_nobody_could_work_by_is_refused(client: Client, changes: dict[str, str], message: str) -> None:
    response = send_calendar(client, **changes)
    assert response.status_code == 200
    assert message in response.content.decode()
    assert not Calendar.objects.filter(key="north").exists()


def test_a_calendar_without_a_zone_is_in_the_sites_own(client: Client) -> None:
    send_calendar(client, time_zone="")
    assert Calendar.objects.get(key="north").time_zone == ""


def test_skills_are_written_with_commas(client: Client) -> None:
    bob = make_user("Bob", skills=["support"])
    assert 'value="support"' in client.get(f"/admin/accounts/user/{bob.pk}/change/").content.decode()
    assert send_person(client, bob, skills=" Support, billing ,, support,  data  science").status_code == 302
    bob.refresh_from_db()
    assert bob.skills == ["support", "billing", "data science"]


def test_skills_can_be_taken_away(client: Client) -> None:
    bob = make_user("Bob", skills=["support"])
    send_person(client, bob, skills="")
    bob.refresh_from_db()
    assert bob.skills == []


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"skills": "suport"}, "“suport” is no pool; did you mean support?"),
        ({"skills": "x" * 65}, "is too long; give words of at most 64 characters"),
        ({"skills": "a\0b"}, "Null characters are not allowed"),
        ({"time_zone": "Mars/Olympus"}, "“Mars/Olympus” is no time zone"),
    ],
)
def test_a_person_who_does_not_fit_is_refused(client: Client, changes: dict[str, str], message: str) -> None:
    bob = make_user("Bob", skills=["senior"])
    assert message in send_person(client, bob, **changes).content.decode()
    bob.refresh_from_db()
    assert (bob.skills, bob.time_zone) == (["senior"], "")


def test_a_team_shows_its_members_and_managers(client: Client) -> None:
    north = Team.objects.create(name="North")
    make_user("Bob", team=north)
    north.managers.add(make_user("Alice", "manager"))
    page = client.get(f"/admin/accounts/team/{north.pk}/change/").content.decode()
    assert "bob@example.com" in page
    listed = client.get("/admin/accounts/team/").content.decode()
    assert '<td class="field-member_count">1</td><td class="field-manager_names">Alice</td>' in listed


def test_saving_a_team_changes_its_managers_and_no_member(client: Client) -> None:
    north = Team.objects.create(name="North")
    bob, alice = make_user("Bob", team=north), make_user("Alice", "manager")
    members = {
        "members-TOTAL_FORMS": "1",
        "members-INITIAL_FORMS": "1",
        "members-0-id": bob.pk,
        "members-0-role": "admin",
    }
    form = {"name": "North", "managers": [alice.pk], "members-0-team": north.pk, **members}
    assert client.post(f"/admin/accounts/team/{north.pk}/change/", form).status_code == 302
    bob.refresh_from_db()
    assert (list(north.managers.all()), bob.role, bob.team) == ([alice], "csm", north)


def test_lists_of_teams_ask_as_often_whatever_their_number(client: Client, django_assert_num_queries: Any) -> None:
    def asked() -> int:
        with django_assert_num_queries(7) as queries:
            client.get("/admin/accounts/team/")
        return len(queries)

    Team.objects.create(name="North").managers.add(make_user("Alice", "manager"))
    few = asked()
    for n in range(5):
        Team.objects.create(name=f"Team {n}").managers.add(make_user(f"Manager{n}", "manager"))
    assert asked() == few
