"""Mail: made when it is sent, by one sender, tried again when it fails, and never of what one may not see."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail as sent
from django.core.mail.backends.locmem import EmailBackend
from django.db.models import F

from accounts.business_days import end_of
from accounts.models import Assignment, Customer, User
from playbooks.mailing import message_id, one_line, send_due
from playbooks.models import AlertRule, Episode, Mail, Play, Playbook, Reaction, Task
from playbooks.tasking import assign, complete
from scoring.models import Purpose, Run
from tests.cast import give, make_customer, make_user
from tests.healthsite.pages.world import live
from tests.playbooks.cast import NOW, make_task

pytestmark = pytest.mark.django_db
NIGHT = date(2025, 9, 30)


@pytest.fixture(autouse=True)
def _morning(settings: Any) -> Iterator[None]:
    settings.SITE_URL = "https://health.example.com"
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def bob() -> User:
    return make_user("Bob")


@pytest.fixture
def acme(bob: User) -> Customer:
    """Bob's customer, with a name that would break a page and a header."""
    acme = make_customer("Acme <b>&\n Sons")
    give(acme, bob)
    return acme


def queued(kind: str, recipient: User, **fields: Any) -> Mail:
    key = fields.pop("dedupe_key", f"{kind}:{recipient.pk}")
    return Mail.objects.create(kind=kind, recipient=recipient, dedupe_key=key, **fields)


def finish_night(**fields: Any) -> Reaction:
    night = {"as_of": NIGHT, "purpose": Purpose.NIGHTLY, "started_at": NOW, "finished_at": NOW}
    run = Run.objects.create(version=live(), **night)
    return Reaction.objects.create(run=run, started_at=NOW, **{"finished_at": NOW, **fields})


def play(customer: Customer, **fields: Any) -> Play:
    playbook = Playbook.objects.get_or_create(key="PB-X", defaults={"title": "Rescue", "definition": {}})[0]
    given = {"opened_on": NIGHT, "started_at": end_of(NIGHT), "definition": {"title": "Rescue", "steps": []}, **fields}
    return Play.objects.create(customer=customer, playbook=playbook, **given)


def alert(customer: Customer, **fields: Any) -> Episode:
    AlertRule.objects.get_or_create(key="AX", defaults={"title": "Score fell", "definition": {}})
    given = {"opened_on": NIGHT, "held_on": NIGHT, "fired_at": end_of(NIGHT), **fields}
    return Episode.objects.create(customer=customer, kind="alert", rule=given.pop("rule", "AX"), **given)


def bodies() -> list[str]:
    """Both parts of every mail sent: text, HTML, text, HTML …"""
    return [
        str(part)
        for one in sent.outbox
        if isinstance(one, sent.EmailMultiAlternatives)
        for part in (one.body, one.alternatives[0][0])
    ]


# -- what a night says -------------------------------------------------------------------------------------------------


def test_a_night_tells_what_moved_what_began_and_what_to_do(acme: Customer, bob: User) -> None:
    alert(acme, facts={"from": 68.04, "to": 55.16})
    begun = play(acme)
    task = make_task(acme, bob, created_at=end_of(NIGHT), title="Call & ask")
    queued("night", bob, on=NIGHT)
    finish_night()
    assert send_due(NOW) == 1
    text, html = bodies()
    assert sent.outbox[0].subject == "Overnight: 1 alert, 1 new plan, 1 new task"
    for address in (acme.get_absolute_url(), begun.get_absolute_url(), task.get_absolute_url()):
        assert f"https://health.example.com{address}" in text
        assert f"https://health.example.com{address}" in html
    assert "Hello Bob" in text
    assert "Score fell (from 68.0 to 55.2)" in text
    assert "Call & ask, Acme <b>&\n Sons, due Wednesday 1 October, 09:00" in text
    assert "Acme &lt;b&gt;&amp;" in html
    assert "<b>&" not in html


def test_night_mail_waits_until_the_night_has_reacted(acme: Customer, bob: User) -> None:
    make_task(acme, bob, created_at=end_of(NIGHT))
    queued("night", bob, on=NIGHT)
    assert send_due(NOW) == 0
    reaction = finish_night(finished_at=None)
    assert send_due(NOW) == 0
    Reaction.objects.filter(pk=reaction.pk).update(finished_at=NOW)
    assert send_due(NOW) == 1


def test_other_mail_does_not_wait_for_a_night(acme: Customer, bob: User) -> None:
    queued("assigned", bob, task=make_task(acme, bob))
    assert send_due(NOW) == 1


def test_a_customer_that_was_taken_away_meanwhile_is_not_named(acme: Customer, bob: User) -> None:
    alert(acme)
    play(acme)
    queued("night", bob, on=NIGHT)
    finish_night()
    Assignment.objects.update(until_on=NOW.date())
    assert send_due(NOW) == 0
    assert not sent.outbox
    assert Mail.objects.get().sent_at == NOW


@pytest.mark.parametrize("role", ["manager", "admin"])
def test_who_sees_everybody_is_told_of_their_own_customers_only(acme: Customer, role: str) -> None:
    alert(acme)
    queued("night", make_user("Ada", role), on=NIGHT)
    finish_night()
    assert send_due(NOW) == 0


def test_what_other_nights_brought_is_not_told_again(acme: Customer, bob: User) -> None:
    before = NIGHT - timedelta(days=1)
    alert(acme, fired_at=end_of(before), opened_on=before)
    play(acme, opened_on=before, started_at=end_of(before))
    make_task(acme, bob, created_at=end_of(before))
    queued("night", bob, on=NIGHT)
    finish_night()
    assert send_due(NOW) == 0


def test_a_long_night_is_cut_and_counted(acme: Customer, bob: User) -> None:
    for _ in range(33):
        make_task(acme, bob, created_at=end_of(NIGHT))
    queued("night", bob, on=NIGHT)
    finish_night()
    send_due(NOW)
    assert sent.outbox[0].subject == "Overnight: 33 new tasks"
    assert "And 3 more." in bodies()[0]


# -- the other kinds ---------------------------------------------------------------------------------------------------


def test_a_task_given_is_told_with_who_gave_it(acme: Customer, bob: User) -> None:
    ada = make_user("Ada", "admin")
    task = make_task(acme, ada, details="Ask for\n<i>Mia</i>")
    assign(task=task, by=ada, to=bob)
    assert send_due(NOW) == 1
    text, html = bodies()
    assert "Ada gave you a task." in text
    assert "Ask for<br>&lt;i&gt;Mia&lt;/i&gt;" in html
    assert sent.outbox[0].to == ["bob@example.com"]


def test_a_step_that_follows_is_told_without_a_name(acme: Customer, bob: User) -> None:
    queued("assigned", bob, task=make_task(acme, bob))
    send_due(NOW)
    assert "the next step of an action plan is yours." in bodies()[0]


@pytest.mark.parametrize("what", ["done", "given on"])
def test_a_task_that_is_no_longer_ones_own_is_not_told(acme: Customer, bob: User, what: str) -> None:
    task, ada = make_task(acme, bob), make_user("Ada", "admin")
    mail = queued("assigned", bob, task=task)
    if what == "done":
        complete(task=task, by=bob, outcome="done")
    else:
        Task.objects.update(assignee=ada)
    assert send_due(NOW) == 0
    mail.refresh_from_db()
    assert (mail.sent_at, mail.error) == (NOW, "Not sent: nothing left to say.")


def test_a_missed_sla_names_who_was_to_do_it(acme: Customer, bob: User) -> None:
    ada = make_user("Ada", "admin")
    missed = make_task(acme, bob, sla_at=NOW)
    told = make_task(acme, ada, title="SLA missed: Call them", escalates=missed)
    queued("escalated", ada, task=told)
    send_due(NOW)
    assert "Bob was to do it by Wednesday 1 October 2025, 09:00." in bodies()[0]


def test_what_happened_today_is_told_while_it_holds(acme: Customer, bob: User) -> None:
    episode = alert(acme, opened_on=NOW.date(), held_on=NOW.date(), fired_at=NOW, facts={"from": 70.0, "to": 50.0})
    queued("alert", bob, episode=episode)
    assert send_due(NOW) == 1
    assert "Score fell (from 70.0 to 50.0)." in bodies()[0]


@pytest.mark.parametrize("gone", ["cleared", "out of sight"])
def test_an_alert_that_is_over_or_out_of_sight_is_not_told(acme: Customer, bob: User, gone: str) -> None:
    queued("alert", bob, episode=alert(acme))
    if gone == "cleared":
        Episode.objects.update(cleared_on=NOW.date())
    else:
        Assignment.objects.all().delete()
    assert send_due(NOW) == 0


# -- sending -----------------------------------------------------------------------------------------------------------


class Broken(EmailBackend):
    """A server that takes nothing."""

    def send_messages(self, messages: Any) -> int:
        raise ConnectionRefusedError("no server here")


def test_a_failure_is_kept_and_tried_again_ever_more_slowly(
    acme: Customer, bob: User, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.Broken"
    queued("assigned", bob, task=make_task(acme, bob))
    moment, pauses = NOW, []
    for _ in range(6):
        assert send_due(moment) == 0
        mail = Mail.objects.get()
        pauses.append((mail.next_try_at - moment) / timedelta(minutes=1))
        assert send_due(mail.next_try_at - timedelta(seconds=1)) == 0  # not yet
        assert Mail.objects.get().attempts == mail.attempts
        moment = mail.next_try_at
    assert pauses == [1, 5, 30, 120, 120, 120]
    assert (mail.sent_at, mail.error) == (None, "ConnectionRefusedError: no server here")
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert send_due(moment) == 1
    assert Mail.objects.get().error == ""


def test_after_a_day_of_failures_it_is_left_alone(acme: Customer, bob: User) -> None:
    queued("assigned", bob, task=make_task(acme, bob), attempts=12)
    assert send_due(NOW) == 0
    assert Mail.objects.get().attempts == 12


def test_one_mail_that_cannot_be_made_does_not_hold_up_the_next(acme: Customer, bob: User) -> None:
    bad = make_user("Mallory")
    User.objects.filter(pk=bad.pk).update(email="mallory@example.com\nBcc: all@example.com")
    give(acme, bad, "collaborator")
    queued("assigned", bad, task=make_task(acme, bad))
    queued("assigned", bob, task=make_task(acme, bob))
    assert send_due(NOW) == 1
    assert [one.to for one in sent.outbox] == [["bob@example.com"]]
    assert "BadHeaderError" in Mail.objects.get(recipient=bad).error


def test_who_is_inactive_gets_nothing(acme: Customer, bob: User) -> None:
    queued("assigned", bob, task=make_task(acme, bob))
    User.objects.update(is_active=False)
    assert send_due(NOW) == 0
    assert Mail.objects.get().error == "Not sent: the recipient is inactive."
    assert not sent.outbox


def test_twice_is_sent_once(acme: Customer, bob: User) -> None:
    queued("assigned", bob, task=make_task(acme, bob))
    assert [send_due(NOW), send_due(NOW), send_due(NOW + timedelta(days=1))] == [1, 0, 0]
    assert len(sent.outbox) == 1


def test_a_second_sender_that_read_the_same_mail_leaves_it(
    acme: Customer, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    from playbooks import mailing

    queued("assigned", bob, task=make_task(acme, bob))
    claim = mailing._claim

    def late(mail: Mail, now: datetime) -> bool:
        Mail.objects.filter(pk=mail.pk).update(attempts=F("attempts") + 1, next_try_at=now + mailing.LEASE)
        return claim(mail, now)

    monkeypatch.setattr(mailing, "_claim", late)
    assert send_due(NOW) == 0
    assert not sent.outbox


def test_what_a_dead_sender_had_claimed_is_sent_after_its_lease(acme: Customer, bob: User) -> None:
    queued("assigned", bob, task=make_task(acme, bob), attempts=1, next_try_at=NOW + timedelta(minutes=10))
    assert send_due(NOW + timedelta(minutes=9)) == 0
    assert send_due(NOW + timedelta(minutes=10)) == 1


def test_the_headers_are_safe_and_the_id_is_that_of_the_key(acme: Customer, bob: User) -> None:
    mail = queued("assigned", bob, task=make_task(acme, bob, title="Call\r\nBcc: everybody@example.com"))
    send_due(NOW)
    (one,) = sent.outbox
    assert one.subject == "Task for you: Call Bcc: everybody@example.com (Acme <b>& Sons)"
    assert one.message()["Message-ID"] == f"<assigned.{bob.pk}@health.example.com>" == message_id(mail.dedupe_key)
    assert one.message()["Bcc"] is None


@pytest.mark.parametrize(
    ("text", "line"),
    [("a\r\nb\tc", "a b c"), ("a\x00\x1b[b", "a [b"), ("x" * 151, "x" * 149 + "…"), ("x" * 150, "x" * 150)],
)
def test_a_header_is_one_line_of_a_length(text: str, line: str) -> None:
    assert one_line(text) == line


def test_nothing_in_a_mail_comes_from_elsewhere(acme: Customer, bob: User) -> None:
    queued("assigned", bob, task=make_task(acme, bob))
    send_due(NOW)
    html = bodies()[1]
    assert "<img" not in html
    assert "style" not in html
    assert "src=" not in html
