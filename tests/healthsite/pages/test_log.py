"""Logging a contact from a page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import Contact, Customer, Interaction, Pulse, User
from playbooks.models import Task
from tests.cast import give, make_customer, make_row, make_user
from tests.healthsite.pages.world import NOW

pytestmark = pytest.mark.django_db
KEY = "5f0c1a52-0c3e-4a5e-9a69-8a3a3f0e7c11"


@pytest.fixture
def bob() -> User:
    return make_user("Bob")


@pytest.fixture
def acme(bob: User) -> Customer:
    customer = make_customer("Acme")
    give(customer, bob)
    return customer


@pytest.fixture
def client(bob: User, browse: Callable[[User], Client]) -> Client:
    return browse(bob)


def form(**fields: Any) -> dict[str, Any]:
    return {"kind": "call", "at": "2025-10-01T08:30", "subject": "Renewal", "key": KEY, **fields}


def send(client: Client, customer: Customer, **fields: Any) -> Any:
    return client.post(reverse("log", args=[customer.pk]), form(**fields))


def test_the_form_offers_the_customers_contacts_who_are_still_there(client: Client, acme: Customer) -> None:
    make_row(Contact, acme, name="Ann")
    make_row(Contact, acme, name="Gone", left_on="2025-09-01")
    make_row(Contact, make_customer(), name="Stranger")
    page = client.get(reverse("log", args=[acme.pk])).content.decode()
    assert "Ann" in page
    assert "Gone" not in page
    assert "Stranger" not in page
    assert 'value="2025-10-01T09:00"' in page


def test_what_was_logged_is_there_and_one_is_back_where_one_was(client: Client, acme: Customer, bob: User) -> None:
    answer = send(client, acme, next="/customers/?order=name", notes="Fine", mood="1")
    assert (answer.status_code, answer["Location"]) == (302, "/customers/?order=name")
    stored = Interaction.objects.get()
    assert (stored.customer, stored.author, stored.sentiment) == (acme, bob, 1.0)
    assert stored.at == datetime(2025, 10, 1, 8, 30, tzinfo=UTC)


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "/\0", "javascript:alert(1)", ""])
def test_nobody_is_sent_elsewhere(client: Client, acme: Customer, elsewhere: str) -> None:
    assert send(client, acme, next=elsewhere)["Location"] == acme.get_absolute_url()


def test_the_next_page_offers_to_take_it_back(client: Client, acme: Customer) -> None:
    page = client.post(reverse("log", args=[acme.pk]), form(), follow=True).content.decode()
    assert "Logged with Acme: Renewal." in page
    assert reverse("log-undo", args=[Interaction.objects.get().pk]) in page


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"at": "2025-10-01T09:01"}, "1 October 2025, 09:01 is still to come"),
        ({"at": "9999-12-31T23:59"}, "9999 is out of reach"),
        ({"at": "0001-01-01T00:00+14:00"}, "is out of reach"),
        ({"at": "soon"}, "Enter a valid date/time."),
        ({"kind": "seance"}, "seance is not one of the available choices"),
        ({"subject": ""}, "This field is required."),
        ({"subject": "x" * 256}, "at most 255 characters"),
        ({"subject": "a\0b"}, "Null characters are not allowed."),
        ({"notes": "a\0b"}, "Null characters are not allowed."),
        ({"kind": "note", "mood": "missed"}, "Nobody can miss this kind of contact"),
        ({"attendees": "99999999999999999999"}, "not one of the available choices"),
        ({"key": "x"}, "This form is out of date"),
        ({"task_title": "Send the offer"}, "Say by when"),
        ({"task_due": "2025-10-02"}, "Say what is to be done"),
        ({"task_title": "Send the offer", "task_due": "2025-09-30"}, "Due"),
    ],
)
def test_what_makes_no_sense_comes_back_with_the_reason_and_nothing_is_written(
    client: Client, acme: Customer, fields: dict[str, Any], words: str
) -> None:
    answer = send(client, acme, **{"pulse": "red", **fields})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert [model.objects.count() for model in (Interaction, Pulse, Task)] == [0, 0, 0]


def test_somebody_elses_contact_is_no_choice(client: Client, acme: Customer) -> None:
    stranger = make_row(Contact, make_customer(), name="Zed")
    assert send(client, acme, attendees=stranger.pk).status_code == 422


def test_sent_twice_it_is_there_once(client: Client, acme: Customer) -> None:
    for _ in range(2):
        answer = send(client, acme, pulse="green", task_title="Send the offer", task_due="2025-10-02")
        assert answer.status_code == 302
    assert [model.objects.count() for model in (Interaction, Pulse, Task)] == [1, 1, 1]


def test_a_task_comes_out_of_it(client: Client, acme: Customer, bob: User) -> None:
    send(client, acme, task_title="Send the offer", task_due="2025-10-02")
    task = Task.objects.get()
    assert (task.title, task.assignee, task.note) == ("Send the offer", bob, Interaction.objects.get())
    assert task.due_at == datetime(2025, 10, 2, 17, tzinfo=UTC)


def test_a_customer_out_of_scope_is_not_there(client: Client) -> None:
    hidden = make_customer()
    assert client.get(reverse("log", args=[hidden.pk])).status_code == 404
    assert send(client, hidden).status_code == 404
    assert not Interaction.objects.exists()


def test_a_viewer_may_not(acme: Customer, browse: Callable[[User], Client]) -> None:
    vera = make_user("Vera", "viewer")
    give(acme, vera, "collaborator")
    assert browse(vera).get(reverse("log", args=[acme.pk])).status_code == 403
    assert send(browse(vera), acme).status_code == 403


def test_an_executive_logs_but_makes_no_tasks(acme: Customer, browse: Callable[[User], Client]) -> None:
    flora = make_user("Flora", "executive")
    give(acme, flora, "executive")
    assert "task_title" not in browse(flora).get(reverse("log", args=[acme.pk])).content.decode()
    assert send(browse(flora), acme, task_title="Mine", task_due="2025-10-02").status_code == 302
    assert not Task.objects.exists()


def undo(client: Client) -> Any:
    return client.post(reverse("log-undo", args=[Interaction.objects.get().pk]), follow=True)


def test_it_is_taken_back_with_its_task(client: Client, acme: Customer) -> None:
    send(client, acme, task_title="Send the offer", task_due="2025-10-02")
    assert "“Renewal” was taken back." in undo(client).content.decode()
    assert [model.objects.count() for model in (Interaction, Task)] == [0, 0]


def test_a_task_that_somebody_works_on_stays(client: Client, acme: Customer) -> None:
    send(client, acme, task_title="Send the offer", task_due="2025-10-02")
    Task.objects.update(status="started")
    undo(client)
    assert Task.objects.get().note is None


def test_after_an_hour_it_is_too_late(client: Client, acme: Customer) -> None:
    send(client, acme)
    with time_machine.travel(NOW + timedelta(minutes=61), tick=False):
        page = undo(client).content.decode()
    assert "only within an hour" in page
    assert Interaction.objects.exists()


def test_somebody_elses_entry_is_not_there(client: Client, acme: Customer, browse: Callable[[User], Client]) -> None:
    send(client, acme)
    ada = browse(make_user("Ada", "admin"))
    assert undo(ada).status_code == 404


def test_only_a_form_takes_back(client: Client, acme: Customer) -> None:
    send(client, acme)
    address = reverse("log-undo", args=[Interaction.objects.get().pk])
    assert client.get(address).status_code == 405
