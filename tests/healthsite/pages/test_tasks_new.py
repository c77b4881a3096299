"""Making a task on a page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import Customer, Interaction, User
from playbooks.models import Mail, Task
from tests.cast import give, make_customer, make_row, make_user
from tests.healthsite.pages.world import NOW

pytestmark = pytest.mark.django_db
Browse = Callable[[User], Client]


@pytest.fixture
def bob() -> User:
    return make_user("Bob")


@pytest.fixture
def acme(bob: User) -> Customer:
    """Bob's customer."""
    acme = make_customer("Acme", external_id="A-1")
    give(acme, bob)
    return acme


@pytest.fixture
def bobs(bob: User, browse: Browse) -> Client:
    return browse(bob)


def make(client: Client, about: Customer, bob: User, **changes: Any) -> Any:
    given = {
        "customer": about.pk, "title": "Call them", "assignee": bob.pk, "due_at": "2025-10-06",
        "priority": "3", "hours": "0.5",
    }  # fmt: skip
    return client.post("/tasks/new/", {**given, **changes})


def test_a_task_is_made_and_shown(bobs: Client, bob: User, acme: Customer) -> None:
    page = make(bobs, acme, bob, details="Ask for Mia")
    task = Task.objects.get()
    assert (page.status_code, page["Location"]) == (302, task.get_absolute_url())
    assert (task.customer, task.title, task.assignee, task.hours, task.details) == (
        acme, "Call them", bob, 0.5, "Ask for Mia",
    )  # fmt: skip
    assert task.due_at.isoformat() == "2025-10-06T17:00:00+00:00"


def test_the_form_is_for_the_customer_of_the_address(bobs: Client, bob: User, acme: Customer) -> None:
    page = bobs.get("/tasks/new/", {"customer": acme.pk})
    assert page.status_code == 200
    assert page.context["form"].initial["assignee"] == bob.pk
    assert b"data-dialog-body" in page.content


def test_it_goes_back_to_where_it_came_from(bobs: Client, bob: User, acme: Customer) -> None:
    assert make(bobs, acme, bob, next="/customers/")["Location"] == "/customers/"


def test_a_task_can_come_out_of_a_note(bobs: Client, bob: User, acme: Customer) -> None:
    note = make_row(Interaction, acme, kind="call", at=NOW, subject="Budget call")
    page = bobs.get("/tasks/new/", {"customer": acme.pk, "note": note.pk})
    assert page.context["form"].initial["title"] == "Budget call"
    make(bobs, acme, bob, note=note.pk)
    assert Task.objects.get().note == note


def test_the_note_of_another_customer_is_not_there(bobs: Client, bob: User, acme: Customer) -> None:
    note = make_row(Interaction, make_customer(), kind="call", at=NOW, subject="Secret")
    assert make(bobs, acme, bob, note=note.pk).status_code == 404
    assert not Task.objects.exists()


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"assignee": ""}, "assignee", "This field is required."),
        ({"assignee": "99999"}, "assignee", "Select a valid choice."),
        ({"assignee": "\0"}, "assignee", "Select a valid choice."),
        ({"title": ""}, "title", "This field is required."),
        ({"title": "x" * 256}, "title", "at most 255 characters"),
        ({"title": "a\0b"}, "title", "Null characters are not allowed."),
        ({"due_at": ""}, "due_at", "This field is required."),
        ({"due_at": "2025-09-30"}, "due_at", "30 September 2025 is over: choose 1 October 2025 or a later day."),
        ({"due_at": "0001-01-01"}, "due_at", "greater than or equal to 2000-01-01"),
        ({"due_at": "9999-12-31"}, "due_at", "less than or equal to 2200-01-01"),
        ({"due_at": "tomorrow"}, "due_at", "Enter a valid date."),
        ({"hours": "-1"}, "hours", "greater than or equal to 0"),
        ({"hours": "nan"}, "hours", "Enter a number."),
        ({"priority": "9"}, "priority", "Select a valid choice."),
    ],
)
def test_what_makes_no_sense_is_refused_in_place(
    bobs: Client, bob: User, acme: Customer, changes: dict[str, str], field: str, words: str
) -> None:
    page = make(bobs, acme, bob, **changes)
    assert page.status_code == 422
    assert words in page.context["form"].errors[field][0]
    assert not Task.objects.exists()


@pytest.mark.parametrize("customer", ["999999", "x", "9" * 40, "-1", "\0"])
def test_a_customer_that_there_is_not_is_not_there(bobs: Client, bob: User, acme: Customer, customer: str) -> None:
    assert make(bobs, acme, bob, customer=customer).status_code == 404
    assert not Task.objects.exists()


def test_a_customer_out_of_sight_is_not_there(bobs: Client, bob: User) -> None:
    secret = make_customer("Secret")
    give(secret, make_user("Hal"))
    assert bobs.get("/tasks/new/", {"customer": secret.pk}).status_code == 404
    assert make(bobs, secret, bob).status_code == 404
    assert not Task.objects.exists()


def test_a_task_without_a_customer_is_refused(bobs: Client, bob: User, acme: Customer) -> None:
    page = make(bobs, acme, bob, customer="")
    assert page.status_code == 422
    assert b"Customer: a task needs one." in page.content
    assert not Task.objects.exists()


def test_without_a_customer_one_chooses_among_ones_own(bobs: Client, acme: Customer) -> None:
    make_customer("Secret")
    page = bobs.get("/tasks/new/")
    assert [customer.name for customer in page.context["found"]] == ["Acme"]


@pytest.mark.parametrize("words", ["acm", "A-1", "Acme"])
def test_a_search_that_finds_one_customer_goes_on(bobs: Client, acme: Customer, words: str) -> None:
    assert bobs.get("/tasks/new/", {"q": words})["Location"] == f"/tasks/new/?customer={acme.pk}"


@pytest.mark.parametrize("words", ["Zebra", "<script>", "x" * 300, "\0"])
def test_a_search_that_finds_nobody_says_so(bobs: Client, acme: Customer, words: str) -> None:
    page = bobs.get("/tasks/new/", {"q": words})
    assert page.status_code == 200
    assert b"<script>" not in page.content


def test_who_is_given_a_task_is_told(acme: Customer, bob: User, client: Client) -> None:
    make(client, acme, bob)
    assert Mail.objects.get().recipient == bob


@pytest.mark.parametrize("role", ["viewer", "executive"])
def test_viewers_and_executives_make_no_tasks(acme: Customer, bob: User, browse: Browse, role: str) -> None:
    user = make_user("Flora", role)
    give(acme, user, "executive")
    assert browse(user).get("/tasks/new/").status_code == 403
    assert make(browse(user), acme, bob).status_code == 403
    assert not Task.objects.exists()
