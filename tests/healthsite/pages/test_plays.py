"""The library of playbooks, and the page of one action plan."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Customer, User
from healthsite.pages.plays.plan import Plan
from playbooks.models import Episode, Play, Playbook, Task, TaskEvent
from tests.cast import give, make_customer, make_user
from tests.healthsite.pages.mornings import make_play, make_task
from tests.healthsite.pages.test_portfolio import text_of
from tests.healthsite.pages.world import NOW, D, customer_at, live, score

pytestmark = pytest.mark.django_db
Browse = Callable[[User], Client]


@pytest.fixture
def acme() -> Customer:
    return make_customer("Acme")


@pytest.fixture
def bob(acme: Customer) -> User:
    """Acme's CSM."""
    user = make_user("Bob")
    give(acme, user)
    return user


def plan_of(client: Client, play: Play) -> Plan:
    answer = client.get(play.get_absolute_url())
    assert answer.status_code == 200
    plan = answer.context["plan"]
    assert isinstance(plan, Plan)
    return plan


def states(client: Client, play: Play) -> list[str]:
    return [line.state[0] for line in plan_of(client, play).lines]


def test_the_library_counts_plans_by_outcome(client: Client, acme: Customer) -> None:
    make_play(acme)
    make_play(make_customer(), outcome="reached", closed_at=NOW, closed_on=D)
    make_play(make_customer(), outcome="reached", closed_at=NOW, closed_on=D)
    entries = {entry.playbook.key: entry for entry in client.get("/playbooks/").context["entries"]}
    assert (entries["PB-2"].open, entries["PB-2"].closed) == (1, [("Reached", 2)])
    assert (entries["PB-3"].open, entries["PB-3"].closed) == (0, [])


def test_the_library_is_in_the_order_of_numbers(client: Client) -> None:
    keys = [entry.playbook.key for entry in client.get("/playbooks/").context["entries"]]
    assert keys == ["PB-1", "PB-2", "PB-3", "PB-4", "PB-5", "PB-6", "PB-7", "PB-12"]


def test_plans_of_customers_out_of_scope_are_not_counted(browse: Browse, acme: Customer, bob: User) -> None:
    make_play(acme)
    make_play(make_customer("Zebra"))
    client = browse(bob)
    assert next(e for e in client.get("/playbooks/").context["entries"] if e.playbook.key == "PB-2").open == 1
    assert b"Zebra" not in client.get("/playbooks/PB-2/").content


def test_a_library_without_playbooks_says_where_they_come_from(client: Client) -> None:
    Playbook.objects.all().delete()
    assert "No playbooks They come with the product" in text_of(client, "/playbooks/")


def test_a_playbook_that_is_switched_off_says_so(client: Client) -> None:
    Playbook.objects.filter(key="PB-4").update(is_active=False)
    assert "Switched off" in text_of(client, "/playbooks/PB-4/")


def test_a_definition_that_cannot_be_read_is_named(client: Client) -> None:
    Playbook.objects.filter(key="PB-4").update(definition={"key": "PB-4"})
    assert "The definition cannot be read" in text_of(client, "/playbooks/PB-4/")
    assert "The definition cannot be read" in text_of(client, "/playbooks/")


def test_a_playbook_reads_as_sentences(client: Client) -> None:
    text = text_of(client, "/playbooks/PB-2/")
    assert "It starts on the night on which this begins to hold" in text
    assert "It ends when this holds on 14 nights in a row" in text
    assert "After it is closed it waits 45 days before it can start again." in text
    assert "SLA 24 clock hours, else it goes to Manager" in text


def test_only_admins_are_led_to_the_editor(client: Client, browse: Browse) -> None:
    address = f'href="/admin/playbooks/playbook/{Playbook.objects.get(key="PB-2").pk}/change/"'.encode()
    assert address in client.get("/playbooks/PB-2/").content
    assert address not in browse(make_user("Charlie")).get("/playbooks/PB-2/").content


@pytest.mark.parametrize("address", ["/playbooks/PB-99/", "/plays/1/", f"/plays/{2**70}/", "/customers/1/plan/start/"])
def test_what_is_not_there_is_not_there(client: Client, address: str) -> None:
    assert client.get(address).status_code == 404


@pytest.mark.parametrize("place", ["", "close/"])
def test_a_plan_out_of_scope_is_not_there(browse: Browse, acme: Customer, place: str) -> None:
    play, client = make_play(acme), browse(make_user("Charlie"))
    address = f"{play.get_absolute_url()}{place}"
    assert (client.post(address) if place else client.get(address)).status_code == 404


def test_a_plan_says_why_the_night_started_it_with_the_numbers_of_that_day(client: Client, acme: Customer) -> None:
    play = make_play(acme, facts={"score": 44.96, "churn_risk": 1.0, "arr": 184_000.0, "left_out": [0]})
    plan = plan_of(client, play)
    assert plan.why.startswith("The night of 30 September 2025 started it, because this began to hold: ")
    assert [value for _, value in plan.numbers] == ["44.9", "yes", "€184k"]


def test_a_plan_started_by_hand_says_by_whom(client: Client, acme: Customer, bob: User) -> None:
    play = make_play(acme, started_by=bob)
    assert plan_of(client, play).why == "Started by Bob by hand on 30 September 2025."


def test_each_step_says_how_far_it_is(client: Client, acme: Customer, bob: User) -> None:
    play = make_play(acme, facts={"left_out": [3]})
    make_task(acme, bob, play=play, step=1, status="done", finished_at=NOW, outcome="done")
    make_task(acme, bob, play=play, step=2, status="started")
    make_task(acme, bob, play=play, step=0)
    assert states(client, play) == ["To do", "Done", "In work", "Not needed"]
    progress = plan_of(client, play).progress
    assert (progress.done, progress.total) == (1, 3)


def test_a_step_that_waits_for_another_says_so(client: Client, acme: Customer) -> None:
    book = Playbook.objects.get(key="PB-2")
    steps = [{**step, "due": {**step["due"], "after": n - 1 if n else None}}
             for n, step in enumerate(book.definition["steps"])]  # fmt: skip
    play = make_play(acme, definition={**book.definition, "steps": steps})
    lines = plan_of(client, play).lines
    assert [(line.state[0], line.waits) for line in lines[:3]] == [
        ("Later", ""),
        ("Later", "starts when step 1 is done"),
        ("Later", "starts when step 2 is done"),
    ]


def test_what_comes_again_does_not_count_for_the_progress(client: Client, acme: Customer, bob: User) -> None:
    play = make_play(acme, "PB-1")
    make_task(acme, bob, play=play, step=4, status="done", finished_at=NOW, outcome="done")
    assert (plan_of(client, play).progress.done, plan_of(client, play).progress.total) == (0, 4)


def test_a_task_of_the_plan_is_worked_in_place(browse: Browse, acme: Customer, bob: User) -> None:
    play = make_play(acme)
    task = make_task(acme, bob, play=play, step=1)
    client = browse(bob)
    page = client.get(play.get_absolute_url())
    assert f'action="/tasks/{task.pk}/act/"'.encode() in page.content
    assert "Next: Call them, Bob, today 10:00" in text_of(client, play.get_absolute_url())


@pytest.mark.parametrize(("opened", "held", "nights"), [(D, D, 1), (D - timedelta(days=4), D, 5), (None, None, 0)])
def test_it_says_on_how_many_nights_the_aim_has_held(
    client: Client, acme: Customer, opened: Any, held: Any, nights: int
) -> None:
    play = make_play(acme)
    if opened:
        Episode.objects.create(customer=acme, kind="exit", rule="PB-2:exit", opened_on=opened, held_on=held)
    found = plan_of(client, play).held
    assert found
    assert (found.nights, found.of) == (nights, 14)


def test_the_history_tells_what_happened_newest_first(client: Client, acme: Customer, bob: User) -> None:
    play = make_play(acme)
    task = make_task(acme, bob, play=play, step=1)
    for hours, kind in ((2, "created"), (1, "commented")):
        TaskEvent.objects.create(task=task, kind=kind, actor=bob, at=NOW - timedelta(hours=hours), text="<i>hm</i>")
    assert [event.kind for event in plan_of(client, play).events] == ["commented", "created"]
    assert b"<i>hm</i>" not in client.get(play.get_absolute_url()).content


def queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def crowd(acme: Customer, bob: User, play: Play, tasks: int) -> None:
    for turn in range(tasks):
        task = make_task(acme, bob, play=play, step=4, turn=turn)
        TaskEvent.objects.create(task=task, kind="created", actor=bob, at=NOW)
        make_play(make_customer(), "PB-1")


def test_the_queries_do_not_grow(client: Client, acme: Customer, bob: User) -> None:
    live()
    customer_at(60)
    score()
    play = make_play(acme, "PB-1")
    addresses = [play.get_absolute_url(), "/playbooks/", "/playbooks/PB-1/", f"/customers/{acme.pk}/plan/start/"]
    crowd(acme, bob, play, 1)
    few = [queries(client, address) for address in addresses]
    Task.objects.all().delete()
    crowd(acme, bob, play, 8)
    assert [queries(client, address) for address in addresses] == few
    assert max(few) <= 15
