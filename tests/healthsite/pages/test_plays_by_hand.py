"""Starting and closing action plans by hand, and who may."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import Customer, Team, User
from playbooks.models import Play, Playbook
from tests.cast import give, make_customer, make_user
from tests.healthsite.pages.mornings import make_play, make_task
from tests.healthsite.pages.test_portfolio import text_of
from tests.healthsite.pages.world import NOW, D

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


def close(client: Client, play: Play, **said: str) -> Any:
    return client.post(f"{play.get_absolute_url()}close/", {"outcome": "done", **said})


def test_a_plan_is_closed_by_hand_with_a_note(browse: Browse, acme: Customer, bob: User) -> None:
    play = make_play(acme)
    task = make_task(acme, bob, play=play, step=1)
    answer = close(browse(bob), play, note="They signed")
    play.refresh_from_db()
    task.refresh_from_db()
    assert (answer.status_code, answer["Location"]) == (302, play.get_absolute_url())
    assert (play.outcome, play.note, play.closed_by, task.status) == ("done", "They signed", bob, "not_needed")
    text = text_of(browse(bob), play.get_absolute_url())
    assert "Closed on 1 October 2025 by Bob: Done. “They signed”" in text
    assert "Close this plan" not in text


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"outcome": "dropped"}, "Say in a few words why the plan is dropped."),
        ({"outcome": "reached"}, "Select a valid choice. reached is not one of the available choices."),
        ({"outcome": ""}, "This field is required."),
        ({"note": "a\0b"}, "Null characters are not allowed."),
        ({"note": "x" * 2001}, "at most 2000 characters"),
    ],
)
def test_what_makes_no_sense_is_named_and_nothing_is_closed(
    client: Client, acme: Customer, said: dict[str, str], message: str
) -> None:
    play = make_play(acme)
    answer = close(client, play, **said)
    assert answer.status_code == 422
    assert message in answer.content.decode()
    assert Play.objects.open().count() == 1


def test_a_plan_that_somebody_closed_meanwhile_stays_as_it_is(client: Client, acme: Customer) -> None:
    play = make_play(acme, outcome="done", closed_at=NOW, closed_on=D)
    assert close(client, play, outcome="dropped", note="Late").status_code == 422
    play.refresh_from_db()
    assert (play.outcome, play.note) == ("done", "")


@pytest.fixture
def people(acme: Customer, bob: User) -> dict[str, User]:
    """Bob is Acme's CSM and Alice leads his team; all the others see Acme too."""
    team = Team.objects.create(name="North")
    User.objects.filter(pk=bob.pk).update(team=team)
    found = {"csm": bob, "manager": make_user("Alice", "manager"), "admin": make_user("Ada2", "admin")}
    team.managers.add(found["manager"])
    for role in ("viewer", "executive", "account_executive"):
        found[role] = make_user(role, role)
        give(acme, found[role], "collaborator")
    found["colleague"] = make_user("Carl")
    give(acme, found["colleague"], "collaborator")
    return found


@pytest.mark.parametrize(
    ("who", "may"),
    [("csm", True), ("manager", True), ("admin", True), ("viewer", False), ("executive", False),
     ("account_executive", False), ("colleague", False)],
)  # fmt: skip
def test_csm_managers_and_admins_start_and_close_plans(
    browse: Browse, acme: Customer, people: dict[str, User], who: str, may: bool
) -> None:
    client, play = browse(people[who]), make_play(acme)
    assert client.get(play.get_absolute_url()).status_code == 200
    assert (b"Close this plan" in client.get(play.get_absolute_url()).content) is may
    assert client.get(f"/customers/{acme.pk}/plan/start/").status_code == (200 if may else 403)
    assert close(client, play).status_code == (302 if may else 403)


def start(client: Client, customer: Customer, **said: str) -> Any:
    return client.post(f"/customers/{customer.pk}/plan/start/", said)


def test_the_choice_shows_what_each_playbook_would_create(browse: Browse, acme: Customer, bob: User) -> None:
    text = text_of(browse(bob), f"/customers/{acme.pk}/plan/start/")
    assert "Start a plan for Acme" in text
    assert "Call the customer Bob due 8 business hours after the start" in text


def test_a_plan_starts_with_its_tasks(browse: Browse, acme: Customer, bob: User) -> None:
    answer = start(browse(bob), acme, playbook="PB-7")
    play = Play.objects.get()
    assert answer["Location"] == play.get_absolute_url()
    assert (play.started_by, play.playbook.key, play.opened_on.isoformat()) == (bob, "PB-7", "2025-10-01")
    assert play.tasks.filter(title="Service-recovery call", assignee=bob).count() == 1


@pytest.mark.parametrize(("back", "goes"), [("/", "/"), ("https://evil.example.com/", "")])
def test_one_goes_back_to_where_one_came_from_on_this_site(
    browse: Browse, acme: Customer, bob: User, back: str, goes: str
) -> None:
    answer = start(browse(bob), acme, playbook="PB-7", next=back)
    assert answer["Location"] == (goes or acme.get_absolute_url())


def test_a_playbook_that_runs_already_is_refused(browse: Browse, acme: Customer, bob: User) -> None:
    make_play(acme)
    client = browse(bob)
    assert "is open since 30 September 2025" in text_of(client, f"/customers/{acme.pk}/plan/start/")
    answer = start(client, acme, playbook="PB-2")
    assert answer.status_code == 422
    assert "is open for this customer already" in answer.content.decode()
    assert Play.objects.count() == 1


@pytest.mark.parametrize("key", ["", "PB-99", "a\0b", "9" * 400])
def test_what_is_no_playbook_is_refused(browse: Browse, acme: Customer, bob: User, key: str) -> None:
    answer = start(browse(bob), acme, playbook=key)
    assert answer.status_code == 422
    assert not Play.objects.exists()


def test_a_playbook_that_is_switched_off_is_not_offered(browse: Browse, acme: Customer, bob: User) -> None:
    Playbook.objects.filter(key="PB-2").update(is_active=False)
    client = browse(bob)
    assert b'value="PB-2"' not in client.get(f"/customers/{acme.pk}/plan/start/").content
    assert start(client, acme, playbook="PB-2").status_code == 422


def test_looking_writes_nothing_and_closing_takes_a_post(client: Client, acme: Customer) -> None:
    play = make_play(acme)
    assert client.get(f"{play.get_absolute_url()}close/").status_code == 405
    assert client.post(play.get_absolute_url()).status_code == 405
    assert client.put(f"/customers/{acme.pk}/plan/start/").status_code == 405
    assert client.post("/playbooks/").status_code == client.post("/playbooks/PB-2/").status_code == 405
