"""The list of tasks, the board and the lanes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Customer, Team, User
from tests.cast import give, make_customer, make_user
from tests.healthsite.pages.world import NOW
from tests.playbooks.cast import make_task

pytestmark = pytest.mark.django_db
Browse = Callable[[User], Client]
DAY = timedelta(days=1)


@pytest.fixture
def alice() -> User:
    """Alice leads Bob's team."""
    alice = make_user("Alice", "manager")
    Team.objects.create(name="North").managers.add(alice)
    return alice


@pytest.fixture
def bob(alice: User) -> User:
    return make_user("Bob", team=Team.objects.get())


@pytest.fixture
def acme(bob: User) -> Customer:
    """Bob's customer."""
    acme = make_customer("Acme <b>& Sons")
    give(acme, bob)
    return acme


def sections(client: Client, **query: Any) -> dict[str, list[str]]:
    """The titles on the list, by section."""
    page = client.get("/tasks/", query)
    assert page.status_code == 200
    return {part.key: [task.title for task in part.tasks] for part in page.context["sections"]}


def titles(client: Client, **query: Any) -> list[str]:
    return [title for part in sections(client, **query).values() for title in part]


def all_kinds(customer: Customer, user: User) -> None:
    """A task for each section; NOW is a Wednesday."""
    for title, due in (("Late", -DAY), ("Now", timedelta(hours=2)), ("Sunday", 4 * DAY), ("Monday", 5 * DAY)):
        make_task(customer, user, title=title, due_at=NOW + due)
    make_task(customer, user, title="Waits", status="waiting", waiting_since=NOW)
    make_task(customer, user, title="Sleeps", snoozed_until=NOW + DAY)
    make_task(customer, user, title="Done", status="done", finished_at=NOW, outcome="done")


def test_the_list_is_by_when_tasks_are_due(acme: Customer, bob: User, browse: Browse) -> None:
    all_kinds(acme, bob)
    assert sections(browse(bob)) == {
        "overdue": ["Late"],
        "today": ["Now"],
        "week": ["Sunday"],
        "later": ["Monday"],
        "waiting": ["Waits"],
        "snoozed": ["Sleeps"],
    }


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"due": "overdue"}, ["Late"]),
        ({"due": "week"}, ["Sunday"]),
        ({"state": "waiting"}, ["Waits"]),
        ({"state": "snoozed"}, ["Sleeps"]),
        ({"state": "done"}, ["Done"]),
        ({"state": "not_needed"}, []),
        ({"q": "mond"}, ["Monday"]),
        ({"q": "no such"}, []),
        ({"q": "acme", "due": "today"}, ["Now"]),
    ],
)
def test_the_list_is_narrowed_by_its_address(
    acme: Customer, bob: User, browse: Browse, query: dict[str, str], expected: list[str]
) -> None:
    all_kinds(acme, bob)
    assert titles(browse(bob), **query) == expected


def test_a_customer_narrows_the_list(acme: Customer, bob: User, browse: Browse) -> None:
    other = make_customer("Other")
    give(other, bob)
    make_task(acme, bob, title="At Acme")
    make_task(other, bob, title="Elsewhere")
    assert titles(browse(bob), customer=other.pk) == ["Elsewhere"]


@pytest.mark.parametrize(
    "query",
    [
        {"whose": "9999"},
        {"whose": "\0"},
        {"q": "\0"},
        {"state": "x"},
        {"due": "x"},
        {"customer": "9" * 30},
        {"customer": "x"},
        {"page": "-1"},
        {"view": "x"},
        {"colour": "red"},
    ],
)
def test_what_makes_no_sense_is_named_and_left_out(
    acme: Customer, bob: User, browse: Browse, query: dict[str, str]
) -> None:
    make_task(acme, bob)
    page = browse(bob).get("/tasks/", query)
    assert page.status_code == 200
    assert "left out" in page.context["complaints"][0]
    assert len(page.context["sections"]) == 1


def test_mine_my_teams_and_all(acme: Customer, alice: User, bob: User, browse: Browse) -> None:
    ada = make_user("Ada2", "admin")
    for user in (alice, bob, ada):
        make_task(acme, user, title=user.name)
    hers = browse(alice)
    assert titles(hers) == ["Alice"]
    assert sorted(titles(hers, whose="team")) == ["Alice", "Bob"]
    assert sorted(titles(hers, whose="all")) == ["Ada2", "Alice", "Bob"]
    assert titles(hers, whose=bob.pk) == ["Bob"]


def test_a_task_of_somebody_elses_customer_is_not_listed(acme: Customer, bob: User, browse: Browse) -> None:
    make_task(acme, bob)
    charlie = make_user("Charlie", team=bob.team)
    for whose in ("", "team", "all", bob.pk):
        assert titles(browse(charlie), whose=whose) == []


def test_ones_own_task_is_listed_although_the_customer_is_not_ones_own(acme: Customer, browse: Browse) -> None:
    sue = make_user("Sue", skills=["support"])
    make_task(acme, sue, title="Health check")
    assert titles(browse(sue)) == ["Health check"]


def test_nothing_to_do_says_what_to_do_next(bob: User, browse: Browse) -> None:
    assert b"See what your team does" in browse(bob).get("/tasks/").content
    assert b"Clear filters" in browse(bob).get("/tasks/", {"q": "x"}).content


def test_names_are_escaped(acme: Customer, bob: User, browse: Browse) -> None:
    make_task(acme, bob, title="<script>alert(1)</script>")
    page = browse(bob).get("/tasks/").content
    assert b"<script>alert" not in page
    assert b"Acme &lt;b&gt;&amp; Sons" in page


def test_only_who_may_act_can_tick_off_a_task(acme: Customer, bob: User, browse: Browse) -> None:
    make_task(acme, bob)
    erin = make_user("Erin", "account_executive")
    give(acme, erin, "account_executive")
    assert b'value="complete"' in browse(bob).get("/tasks/").content
    assert b'value="complete"' not in browse(erin).get("/tasks/?whose=all").content


def test_pages_are_counted_in_hundreds(acme: Customer, bob: User, browse: Browse) -> None:
    for _ in range(101):
        make_task(acme, bob)
    assert len(titles(browse(bob))) == 100
    assert len(titles(browse(bob), page=2)) == 1
    assert browse(bob).get("/tasks/").context["sections"][0].count == 101


# -- board and lanes ---------------------------------------------------------------------------------------------------


def test_the_board_has_a_column_for_each_status(acme: Customer, bob: User, browse: Browse) -> None:
    all_kinds(acme, bob)
    long_ago = NOW - 8 * DAY
    make_task(acme, bob, title="Old", status="done", finished_at=long_ago, outcome="done")
    make_task(acme, bob, title="Begun", status="started")
    found = {
        one.key: [task.title for task in one.tasks] for one in browse(bob).get("/tasks/?view=board").context["columns"]
    }
    assert found == {
        "open": ["Late", "Sleeps", "Now", "Sunday", "Monday"],
        "started": ["Begun"],
        "waiting": ["Waits"],
        "done": ["Done"],
    }


def test_a_lane_shows_how_full_a_week_is(acme: Customer, alice: User, bob: User, browse: Browse) -> None:
    User.objects.filter(pk=bob.pk).update(weekly_hours=4)
    for days in (0, 2, 9):
        make_task(acme, bob, hours=3, due_at=NOW + days * DAY)
    page = browse(alice).get("/tasks/?view=people")
    first = page.context["lanes"][0]
    assert (first.load.user, first.load.hours, first.role, first.filled) == (bob, 6.0, "red", 100.0)
    assert b"6 of 4 h" in page.content
    assert b"more than fits" in page.content


def test_a_lane_shows_the_first_five(acme: Customer, alice: User, bob: User, browse: Browse) -> None:
    for days in range(7):
        make_task(acme, bob, title=str(days), due_at=NOW + days * DAY)
    lane = browse(alice).get("/tasks/?view=people").context["lanes"][0]
    assert [task.title for task in lane.tasks] == ["0", "1", "2", "3", "4"]
    assert lane.more == 2


def test_lanes_are_for_those_who_lead(bob: User, browse: Browse) -> None:
    assert browse(bob).get("/tasks/?view=people").status_code == 403


@pytest.mark.parametrize("query", ["", "?whose=team", "?view=board", "?view=people"])
def test_the_number_of_queries_does_not_grow(
    acme: Customer, alice: User, bob: User, browse: Browse, query: str
) -> None:
    def queries() -> int:
        client = browse(alice)
        with CaptureQueriesContext(connection) as found:
            assert client.get(f"/tasks/{query}").status_code == 200
        return len(found)

    sla = {"hours": 8, "calendar": "business", "anchor": ""}
    make_task(acme, alice, sla_at=NOW, sla=sla)
    make_task(acme, bob, sla_at=NOW, sla=sla)
    few = queries()
    for number in range(12):
        one = make_user(f"One{number}", team=bob.team)
        customer = make_customer()
        give(customer, one)
        for user in (alice, one):
            make_task(customer, user, sla_at=NOW, sla=sla)
            make_task(customer, user, status="waiting", waiting_since=NOW)
    assert queries() == few
    assert few <= 20


def test_the_week_ends_on_sunday_in_the_sites_zone(acme: Customer, bob: User, browse: Browse) -> None:
    sunday_night = datetime.fromisoformat("2025-10-05T23:59:59+00:00")
    make_task(acme, bob, title="Sunday", due_at=sunday_night)
    make_task(acme, bob, title="Monday", due_at=sunday_night + timedelta(seconds=1))
    assert sections(browse(bob)) == {"week": ["Sunday"], "later": ["Monday"]}
