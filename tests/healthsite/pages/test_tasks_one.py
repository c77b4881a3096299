"""One task: its page, and every act on it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Customer, User
from playbooks import tasking
from playbooks.models import Task, TaskEvent
from tests.cast import give, make_customer, make_user
from tests.healthsite.pages.world import NOW
from tests.playbooks.cast import make_task

pytestmark = pytest.mark.django_db
Browse = Callable[[User], Client]


@pytest.fixture
def bob() -> User:
    return make_user("Bob")


@pytest.fixture
def acme(bob: User) -> Customer:
    """Bob's customer."""
    acme = make_customer("Acme")
    give(acme, bob)
    return acme


@pytest.fixture
def task(acme: Customer, bob: User) -> Task:
    """A task of Bob's, due in two days."""
    return make_task(acme, bob, due_at=NOW + timedelta(days=2))


@pytest.fixture
def bobs(bob: User, browse: Browse) -> Client:
    return browse(bob)


def act(client: Client, task: Task, what: str, **data: Any) -> Any:
    return client.post(f"/tasks/{task.pk}/act/", {"what": what, **data})


def refused(client: Client, task: Task, what: str, **data: Any) -> str:
    """The page of a refusal, which has written nothing."""
    before = Task.objects.values().get(pk=task.pk)
    page = act(client, task, what, **data)
    assert page.status_code == 422
    assert Task.objects.values().get(pk=task.pk) == before
    assert not TaskEvent.objects.filter(task=task).exists()
    return unescape(page.content.decode())


@pytest.mark.parametrize(
    ("what", "data", "status", "kind"),
    [
        ("start", {}, "started", "started"),
        ("wait", {"reason": "Budget"}, "waiting", "waiting"),
        ("complete", {"outcome": "done"}, "done", "completed"),
        ("complete", {"outcome": "reached", "text": "Good"}, "done", "completed"),
        ("snooze", {"until": "2025-10-06", "reason": "Fair"}, "open", "snoozed"),
        ("reschedule", {"due_at": "2025-10-06"}, "open", "changed"),
        ("prioritise", {"priority": "1"}, "open", "changed"),
        ("comment", {"text": "Hello"}, "open", "commented"),
    ],
)
def test_an_act_is_done_and_the_page_comes_back(
    bobs: Client, task: Task, what: str, data: dict[str, str], status: str, kind: str
) -> None:
    page = act(bobs, task, what, **data)
    assert (page.status_code, page["Location"]) == (302, f"/tasks/{task.pk}/")
    task.refresh_from_db()
    assert (task.status, task.events.get().kind) == (status, kind)


def test_waiting_is_taken_up_again(bobs: Client, bob: User, task: Task) -> None:
    tasking.wait(task=task, by=bob)
    act(bobs, task, "resume")
    assert Task.objects.get().status == "started"


def test_a_new_date_is_the_end_of_that_working_day(bobs: Client, task: Task) -> None:
    act(bobs, task, "reschedule", due_at="2025-10-06")
    assert Task.objects.get().due_at.isoformat() == "2025-10-06T17:00:00+00:00"


def test_a_task_is_given_to_a_manager(bobs: Client, task: Task) -> None:
    alice = make_user("Alice", "manager")
    act(bobs, task, "assign", assignee=alice.pk)
    assert Task.objects.get().assignee == alice


@pytest.mark.parametrize(
    ("what", "data", "words"),
    [
        ("complete", {}, "How it went: This field is required."),
        ("complete", {"outcome": "perfect"}, "perfect is not one of the available choices"),
        ("complete", {"outcome": "done", "text": "a\0b"}, "Null characters are not allowed."),
        ("snooze", {"until": "2025-10-06"}, "Why it can wait: This field is required."),
        ("snooze", {"until": "2025-10-01", "reason": "Fair"}, "Until: 1 October 2025 is not in the future"),
        ("snooze", {"until": "soon", "reason": "Fair"}, "Until: Enter a valid date."),
        ("snooze", {"until": "9999-12-32", "reason": "Fair"}, "Until: Enter a valid date."),
        ("reschedule", {"due_at": "2025-09-30"}, "Due on: 30 September 2025 is over: choose 1 October 2025"),
        ("assign", {"assignee": ""}, "Give it to: This field is required."),
        ("assign", {"assignee": "9" * 40}, "Give it to: Select a valid choice."),
        ("comment", {"text": " "}, "Comment: This field is required."),
        ("prioritise", {"priority": "7"}, "Priority: Select a valid choice."),
        ("resume", {}, "only one that is “waiting for the customer” can be taken up again"),
        ("reopen", {}, "only one that is “done” can be reopened"),
        ("explode", {}, "'explode' is nothing that can be done with a task."),
        ("", {}, "'' is nothing that can be done with a task."),
        ("\0", {}, "is nothing that can be done with a task."),
    ],
)
def test_what_makes_no_sense_is_refused_in_place(
    bobs: Client, task: Task, what: str, data: dict[str, str], words: str
) -> None:
    assert words in refused(bobs, task, what, **data)


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
@pytest.mark.parametrize(("what", "field"), [("snooze", "until"), ("reschedule", "due_at")])
def test_the_ends_of_the_calendar_break_nothing(bobs: Client, task: Task, day: str, what: str, field: str) -> None:
    assert "Ensure this value is" in refused(bobs, task, what, **{field: day, "reason": "Fair"})


def test_who_comes_second_is_told_what_the_first_did(bobs: Client, bob: User, task: Task) -> None:
    ada = make_user("Ada3", "admin")
    tasking.complete(task=task, by=ada, outcome="done")
    page = act(bobs, task, "complete", outcome="done")
    assert page.status_code == 422
    assert "Ada3 completed it on 1 October 2025 at 09:00." in unescape(page.content.decode())


def test_a_page_that_is_out_of_date_is_refused(bobs: Client, task: Task) -> None:
    seen = tasking.state_of(task)
    ada = make_user("Ada3", "admin")
    tasking.reschedule(task=task, by=ada, due_at=NOW + timedelta(days=5))
    page = act(bobs, task, "complete", outcome="done", seen=seen)
    assert page.status_code == 422
    assert "The task was changed by Ada3 since you opened the page" in unescape(page.content.decode())
    assert act(bobs, task, "complete", outcome="done", seen=tasking.state_of(task)).status_code == 302


def test_a_completion_can_be_taken_back_from_its_message(bobs: Client, task: Task) -> None:
    page = act(bobs, task, "complete", outcome="done", next="/tasks/?whose=team")
    assert page["Location"] == "/tasks/?whose=team"
    (message,) = get_messages(page.wsgi_request)
    assert message.extra_tags == f"undo /tasks/{task.pk}/act/?what=reopen"
    bobs.post(f"/tasks/{task.pk}/act/?what=reopen", {"next": "/tasks/"})
    assert Task.objects.get().status == "open"


def test_the_undo_stands_on_the_next_page(bobs: Client, task: Task) -> None:
    act(bobs, task, "complete", outcome="done")
    assert f'action="/tasks/{task.pk}/act/?what=reopen"'.encode() in bobs.get("/tasks/").content


@pytest.mark.parametrize("elsewhere", ["https://example.com/", "//example.com", "javascript:alert(1)", "", "/x\0"])
def test_nobody_is_sent_elsewhere(bobs: Client, task: Task, elsewhere: str) -> None:
    assert act(bobs, task, "start", next=elsewhere)["Location"] == f"/tasks/{task.pk}/"


# -- who may -----------------------------------------------------------------------------------------------------------


def test_a_task_out_of_sight_is_not_there(task: Task, browse: Browse) -> None:
    charlie = browse(make_user("Charlie"))
    assert charlie.get(f"/tasks/{task.pk}/").status_code == 404
    assert act(charlie, task, "complete", outcome="done").status_code == 404
    assert Task.objects.get().status == "open"


@pytest.mark.parametrize(
    ("role", "what", "status"),
    [
        ("viewer", "complete", 403),
        ("viewer", "comment", 403),
        ("executive", "complete", 403),
        ("executive", "comment", 302),
        ("account_executive", "complete", 403),
        ("account_executive", "comment", 302),
    ],
)
def test_who_sees_a_task_may_look_and_some_may_speak(
    acme: Customer, task: Task, browse: Browse, role: str, what: str, status: int
) -> None:
    user = make_user("Somebody", role)
    give(acme, user, role if role != "viewer" else "collaborator")
    client = browse(user)
    assert client.get(f"/tasks/{task.pk}/").status_code == 200
    assert act(client, task, what, outcome="done", text="Hm").status_code == status
    assert Task.objects.get().status == "open"


def test_an_act_is_not_done_by_looking(bobs: Client, task: Task) -> None:
    assert bobs.get(f"/tasks/{task.pk}/act/?what=complete").status_code == 405


@pytest.mark.parametrize("pk", ["0", "99999999999999999999999"])
def test_a_task_that_never_was_is_not_there(bobs: Client, pk: str) -> None:
    assert bobs.get(f"/tasks/{pk}/").status_code == 404


# -- the page ----------------------------------------------------------------------------------------------------------


def test_the_page_offers_what_can_be_done(bobs: Client, bob: User, task: Task) -> None:
    def offered() -> list[str]:
        return [what for what, *_ in bobs.get(f"/tasks/{task.pk}/").context["acts"]]

    assert offered() == [
        "start", "complete", "snooze", "wait", "assign", "reschedule", "prioritise", "comment",
    ]  # fmt: skip
    tasking.wait(task=task, by=bob)
    assert offered()[:2] == ["resume", "complete"]
    tasking.complete(task=task, by=bob, outcome="done")
    assert offered() == ["comment", "reopen"]


def test_the_page_tells_what_happened_in_words(bobs: Client, bob: User, task: Task) -> None:
    tasking.snooze(task=task, by=bob, until=NOW + timedelta(days=1), reason="<i>Fair</i>")
    tasking.reschedule(task=task, by=bob, due_at=NOW + timedelta(days=5))
    tasking.prioritise(task=task, by=bob, priority=1)
    tasking.assign(task=task, by=bob, to=make_user("Alice", "manager"))
    page = bobs.get(f"/tasks/{task.pk}/").content.decode()
    for words in (
        "until Thu 2 Oct 2025", "&lt;i&gt;Fair&lt;/i&gt;", "from Fri 3 Oct 2025 to Mon 6 Oct 2025",
        "from Normal to Urgent", "from Bob to Alice",
    ):  # fmt: skip
        assert words in page


def test_the_customer_of_somebody_else_is_named_but_not_linked(acme: Customer, browse: Browse) -> None:
    sue = make_user("Sue")
    task = make_task(acme, sue)
    page = browse(sue).get(f"/tasks/{task.pk}/").content.decode()
    assert "Acme" in page
    assert acme.get_absolute_url() not in page


def test_the_number_of_queries_does_not_grow_with_what_happened(bobs: Client, bob: User, task: Task) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            bobs.get(f"/tasks/{task.pk}/")
        return len(found)

    tasking.comment(task=task, by=bob, text="One")
    few = queries()
    for number in range(20):
        tasking.comment(task=task, by=make_user(f"Admin{number}", "admin"), text="More")
    assert queries() == few <= 20
