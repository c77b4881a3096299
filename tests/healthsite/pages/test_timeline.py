"""The engagement timeline of a customer."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Contact, Customer, Feature, FeatureUsage, Interaction, Pulse, Survey, Ticket, Usage, User
from accounts.noting import log_interaction
from playbooks.models import AlertRule, Episode, Play, Playbook, Task, TaskEvent
from tests.cast import give, make_customer, make_row, make_user
from tests.healthsite.pages.test_portfolio import text_of
from tests.healthsite.pages.world import NOW, D, customer_at, live, score, supply

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


@pytest.fixture
def acme() -> Customer:
    return make_customer("Acme")


def address(customer: Customer, query: str = "") -> str:
    return reverse("timeline", args=[customer.pk]) + query


def lines(client: Client, customer: Customer, query: str = "") -> list[str]:
    """Each line in words, without what can be unfolded."""
    page = client.get(address(customer, query)).content.decode()
    found = re.findall(r'<p class="said">(.*?)</p>', page, re.DOTALL)
    return [" ".join(unescape(re.sub(r"<[^>]+>", " ", line)).split()) for line in found]


def talk(customer: Customer, at: datetime = NOW, **fields: Any) -> Interaction:
    return make_row(Interaction, customer, **{"kind": "call", "at": at, "subject": "Renewal", **fields})


def task_of(customer: Customer, user: User, title: str = "Send the offer") -> Task:
    return Task.objects.create(customer=customer, title=title, assignee=user, created_at=NOW, due_at=NOW + DAY)


def happened(task: Task, kind: str, at: datetime = NOW, **fields: Any) -> TaskEvent:
    return TaskEvent.objects.create(task=task, kind=kind, at=at, **fields)


def play_of(customer: Customer, **fields: Any) -> Play:
    playbook, _ = Playbook.objects.get_or_create(key="PB-T", defaults={"title": "Rescue", "definition": {}})
    started = {"definition": {"title": "Rescue", "steps": []}, "opened_on": D, "started_at": NOW - 5 * DAY}
    return Play.objects.create(customer=customer, playbook=playbook, **{**started, **fields})


def test_a_call_says_who_spoke_with_whom_about_what(client: Client, acme: Customer) -> None:
    cy, ann = make_row(Contact, acme, name="Cy"), make_row(Contact, acme, name="Ann")
    talk(acme, author=make_user("Bob"), contact=ann, notes="They stay", sentiment=0.8).attendees.set([ann, cy])
    assert lines(client, acme) == ["Call Renewal Bob with Ann, Cy"]
    text = text_of(client, address(acme))
    assert "Wednesday, 1 October 2025" in text
    assert "They stay" in text
    assert "Went well" in text


def test_everything_stands_on_one_line_newest_first(client: Client, acme: Customer, admin: User) -> None:
    talk(acme, NOW)
    make_row(Ticket, acme, opened_at=NOW - 3 * HOUR, resolved_at=NOW - HOUR, subject="Import fails", topic="imports")
    make_row(Survey, acme, kind="nps", score=9, at=NOW - 2 * HOUR)
    make_row(Pulse, acme, band="red", at=NOW - 4 * HOUR, author=admin)
    happened(task_of(acme, admin), "completed", NOW - 5 * HOUR, actor=admin)
    play_of(acme, started_at=NOW - 7 * HOUR, closed_at=NOW - 6 * HOUR, closed_on=D, outcome="reached")
    assert lines(client, acme) == [
        "Call Renewal",
        "Ticket resolved Import fails",
        "NPS answered 9 of 10",
        "Ticket opened Import fails",
        "Pulse Red Ada",
        "Task done Send the offer by Ada",
        "Plan closed Rescue: reached by the night",
        "Plan started Rescue by the night",
    ]


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("created", ["Task Send the offer by Ada for Bob"]),
        ("escalated", ["SLA missed Send the offer by Ada"]),
        ("snoozed", ["Task put off Send the offer by Ada"]),
        ("closed", ["Task no longer needed Send the offer by Ada"]),
        ("commented", []),
    ],
)
def test_of_a_task_what_matters_is_told(
    client: Client, acme: Customer, admin: User, kind: str, told: list[str]
) -> None:
    happened(task_of(acme, make_user("Bob")), kind, actor=admin)
    assert lines(client, acme) == told


def test_an_alert_is_told_when_it_is_raised_and_when_it_is_cleared(client: Client, acme: Customer) -> None:
    AlertRule.objects.update_or_create(key="A2", defaults={"title": "Component turned red", "definition": {}})
    held = {"kind": "alert", "rule": "A2:support_quality", "opened_on": D - 9 * DAY, "held_on": D - 5 * DAY}
    Episode.objects.create(customer=acme, fired_at=NOW - 9 * DAY, cleared_on=D - 3 * DAY, **held)
    Episode.objects.create(customer=acme, is_baseline=True, **{**held, "rule": "A1"})
    words = "Component turned red: support quality"
    assert lines(client, acme) == [f"Alert cleared {words}", f"Alert {words}"]


def test_milestones_of_use_are_told_on_the_day_they_were_reached(client: Client, acme: Customer) -> None:
    for days, used in enumerate((0, 24, 25, 60, 90)):
        make_row(Usage, acme, date=D + (days - 5) * DAY, active_users=used, licensed_users=100)
    assert lines(client, acme, "?kind=usage") == [
        "Milestone 90 % of the seats in use for the first time",
        "Milestone 75 % of the seats in use for the first time",
        "Milestone 50 % of the seats in use for the first time",
        "Milestone 25 % of the seats in use for the first time",
        "Milestone First use",
    ]


def test_the_first_use_of_each_feature_is_told_once(client: Client, acme: Customer) -> None:
    Feature.objects.create(feature="export", name="Export")
    for day in (D - DAY, D):
        make_row(FeatureUsage, acme, date=day, feature="export", uses=3)
    make_row(FeatureUsage, acme, date=D, feature="never", uses=0)
    assert lines(client, acme) == ["Milestone First use of Export"]


def test_features_first_used_on_the_same_day_are_one_line(client: Client, acme: Customer) -> None:
    for feature in ("export", "import"):
        make_row(FeatureUsage, acme, date=D, feature=feature, uses=1)
    assert lines(client, acme) == ["Milestone First use of 2 features"]
    assert "export, import" in text_of(client, address(acme))


def test_a_change_of_band_comes_with_its_cause(client: Client) -> None:
    live()
    customer = customer_at(80, on=D - DAY)
    supply(customer, csat=2)
    score(D - DAY, D)
    (line,) = lines(client, customer, "?kind=score")
    assert line == "Band changed Good to Fair at 63.5, was 80.0: CSAT 2 of 5, was 4.2"


def test_a_fall_within_a_week_is_told_with_its_points(client: Client) -> None:
    live()
    customer = customer_at(74, on=D - 7 * DAY)
    supply(customer, csat=2)
    score(D - 7 * DAY, D - DAY, D)
    assert any(line.startswith("Score fell Down 14.7 points in a week, to 59.3") for line in lines(client, customer))


def test_another_scorecard_is_told(client: Client) -> None:
    live()
    customer = customer_at(80, on=D - DAY)
    score(D - DAY)
    live(min_coverage=0.2)
    score(D)
    assert lines(client, customer, "?kind=score") == ["Scorecard Scored by by-hand v2 from here on"]


def test_a_planned_meeting_says_so_and_a_missed_one_too(client: Client, acme: Customer) -> None:
    talk(acme, NOW + DAY, kind="meeting", subject="Kick-off")
    talk(acme, NOW - DAY, kind="qbr", subject="Review", attended=False)
    assert lines(client, acme) == ["Meeting planned Kick-off", "QBR missed Review"]


def test_hostile_text_stays_text(client: Client, acme: Customer) -> None:
    talk(acme, subject="<script>alert(1)</script>", notes="<img src=x onerror=alert(1)>")
    for page in (address(acme), acme.get_absolute_url(), address(acme, "?q=<script>")):
        text = client.get(page).content.decode()
        assert "<script>alert" not in text
        assert "<img src=x" not in text
        assert "&lt;script&gt;alert(1)" in text


def test_a_customer_out_of_scope_is_not_there(acme: Customer, browse: Callable[[User], Client]) -> None:
    assert browse(make_user("Bob")).get(address(acme)).status_code == 404


def test_a_viewer_reads_and_is_not_asked_to_write(acme: Customer, browse: Callable[[User], Client]) -> None:
    vera = make_user("Vera", "viewer")
    give(acme, vera, "collaborator")
    page = browse(vera).get(address(acme)).content.decode()
    assert "Nothing has happened yet" in page
    assert "data-log" not in page


def test_an_own_entry_can_be_taken_back_from_the_line(
    client: Client, acme: Customer, admin: User, browse: Callable[[User], Client]
) -> None:
    entry = log_interaction(customer=acme, by=admin, kind="call", at=NOW, subject="Mine")
    undo = reverse("log-undo", args=[entry.pk])
    assert undo in client.get(address(acme)).content.decode()
    other = browse(make_user("Alice", "admin"))
    assert undo not in other.get(address(acme)).content.decode()


def filled(customer: Customer, user: User, times: int) -> None:
    AlertRule.objects.get_or_create(key="A1", defaults={"title": "Fell", "definition": {}})
    for number in range(times):
        at = NOW - (number + 1) * HOUR
        talk(customer, at, author=user).attendees.add(make_row(Contact, customer, name=f"Ann {number}"))
        make_row(Ticket, customer, opened_at=at, resolved_at=at)
        make_row(Survey, customer, kind="nps", score=3, at=at)
        make_row(Pulse, customer, band="red", at=at, author=user)
        make_row(Usage, customer, date=D - number * DAY, active_users=number + 1, licensed_users=9, logins=1)
        make_row(FeatureUsage, customer, date=D - number * DAY, feature=f"f{number}", uses=1)
        happened(task_of(customer, user), "created", at, actor=user)
        opened = {"opened_on": D - 2 * number * DAY, "held_on": D - 2 * number * DAY, "fired_at": at}
        Episode.objects.create(customer=customer, kind="alert", rule=f"A1:{number}", **opened)
        play_of(customer, started_at=at, closed_at=at, closed_on=D, outcome="done")
    play_of(customer)


def queries(client: Client, page: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(page).status_code == 200
    return len(captured)


@pytest.mark.parametrize("page", ["timeline", "customer", "log"])
def test_the_number_of_queries_does_not_grow(client: Client, admin: User, page: str) -> None:
    live()
    small, large = customer_at(80, on=D - DAY), customer_at(80, on=D - DAY)
    for customer, times in ((small, 1), (large, 8)):
        supply(customer, csat=2)
        filled(customer, admin, times)
    score(D - DAY, D)
    counts = [queries(client, reverse(page, args=[customer.pk])) for customer in (small, large)]
    assert counts[0] == counts[1]
    assert counts[1] <= 20


def test_the_deep_dive_shows_what_is_under_way(client: Client, acme: Customer, admin: User) -> None:
    play_of(acme, opened_on=D)
    task_of(acme, admin, "Call the sponsor")
    AlertRule.objects.update_or_create(key="A1", defaults={"title": "Score fell", "definition": {}})
    Episode.objects.create(customer=acme, kind="alert", rule="A1", opened_on=D, held_on=D, fired_at=NOW)
    talk(acme, NOW - 4 * DAY, subject="Spoke with Ann")
    text = text_of(client, acme.get_absolute_url())
    for words in ("Rescue", "Call the sponsor", "Score fell", "Spoke with Ann", "Last touch 4 days ago"):
        assert words in text


def test_the_deep_dive_of_a_past_day_does_not_mix_in_today(client: Client) -> None:
    live()
    customer = customer_at(80, on=D)
    score(D)
    talk(customer, NOW, subject="Spoke today")
    assert "Spoke today" not in text_of(client, f"{customer.get_absolute_url()}?as_of={D}")
