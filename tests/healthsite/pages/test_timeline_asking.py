"""What one can ask of a timeline: kinds, texts, pages, past days, and what tickets have in common."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client

from accounts.models import Contact, Customer, Survey, Ticket
from accounts.timeline.patterns import patterns
from tests.cast import make_customer, make_row, make_user
from tests.healthsite.pages.test_portfolio import text_of
from tests.healthsite.pages.test_timeline import address, lines, talk
from tests.healthsite.pages.world import NOW, D, customer_at, live, score, supply

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


@pytest.fixture
def acme() -> Customer:
    return make_customer("Acme")


def test_kinds_narrow_it_down_several_at_once(client: Client, acme: Customer) -> None:
    for hours, kind in enumerate(("call", "note", "qbr", "email_in")):
        talk(acme, NOW - hours * HOUR, kind=kind, subject=kind)
    assert lines(client, acme, "?kind=call&kind=qbr") == ["Call call", "QBR qbr"]


def test_a_kind_of_the_address_can_be_taken_away_and_the_search_stays(client: Client, acme: Customer) -> None:
    page = unescape(client.get(address(acme, "?kind=call&kind=qbr&q=x")).content.decode())
    assert 'href="?q=x&kind=qbr"' in page
    assert 'href="?q=x&kind=call&kind=qbr&kind=note"' not in page


@pytest.mark.parametrize(
    "text", ["renewal", "STAY", "bob", "ann", "cy", "call", "import", "fails", "resolved", "critical", "tuned"]
)
def test_the_search_finds_what_is_shown(client: Client, acme: Customer, text: str) -> None:
    ann, cy = make_row(Contact, acme, name="Ann"), make_row(Contact, acme, name="Cy")
    talk(acme, author=make_user("Bob"), contact=ann, notes="They stay; tuned").attendees.set([cy])
    done: dict[str, Any] = {"resolved_at": NOW - HOUR, "severity": "critical"}
    make_row(Ticket, acme, opened_at=NOW - 2 * HOUR, subject="Import fails", **done)
    found = lines(client, acme, f"?q={text}")
    everything = ["Call Renewal Bob with Ann, Cy", "Ticket resolved Import fails", "Ticket opened Import fails"]
    assert found
    assert len(found) < len(everything)


@pytest.mark.parametrize("text", ["nothing-of-the-sort", "%", "_"])
def test_the_search_finds_nothing_else(client: Client, acme: Customer, text: str) -> None:
    talk(acme)
    assert lines(client, acme, f"?q={text}") == []
    assert "Nothing matches" in text_of(client, address(acme, f"?q={text}"))


def test_the_search_finds_causes_of_a_score(client: Client) -> None:
    live()
    customer = customer_at(80, on=D - DAY)
    supply(customer, csat=2)
    score(D - DAY, D)
    assert len(lines(client, customer, "?q=csat")) == 1
    assert lines(client, customer, "?q=payment") == []


def walk(client: Client, customer: Customer, query: str = "") -> list[list[str]]:
    """The lines of each page, from the newest to the end."""
    pages = [lines(client, customer, query)]
    while older := re.search(r'rel="next" href="([^"]+)"', client.get(address(customer, query)).content.decode()):
        query = unescape(older[1])
        pages.append(lines(client, customer, query))
    return pages


def test_pages_hold_every_line_once(client: Client, acme: Customer) -> None:
    for number in range(45):
        talk(acme, NOW - number * HOUR, subject=f"talk {number}")
        make_row(Ticket, acme, opened_at=NOW - number * HOUR, subject=f"case {number}")
    pages = walk(client, acme)
    assert [len(page) for page in pages] == [40, 40, 10]
    assert len({line for page in pages for line in page}) == 90


def test_pages_hold_every_line_once_although_all_happened_at_one_moment(client: Client, acme: Customer) -> None:
    for number in range(60):
        talk(acme, subject=f"talk {number}")
        make_row(Survey, acme, kind="csat", score=4, at=NOW, topic="product")
        make_row(Ticket, acme, opened_at=NOW, resolved_at=NOW, subject=f"case {number}")
    pages = walk(client, acme)
    found = [line for page in pages for line in page]
    assert len(found) == 240
    assert len({line for line in found if "talk" in line}) == 60
    assert len({line for line in found if "case" in line}) == 120


def test_a_ticket_resolved_late_stands_on_both_pages(client: Client, acme: Customer) -> None:
    make_row(Ticket, acme, opened_at=NOW - 90 * DAY, resolved_at=NOW, subject="Slow")
    for number in range(50):
        talk(acme, NOW - (number + 1) * HOUR, subject=f"talk {number}")
    first, second = walk(client, acme)
    assert first[0] == "Ticket resolved Slow"
    assert second[-1] == "Ticket opened Slow"


def test_a_past_day_shows_nothing_later(client: Client, acme: Customer) -> None:
    talk(acme, NOW - 3 * DAY, kind="email_out", replied_at=NOW - DAY, subject="Asked")
    make_row(Ticket, acme, opened_at=NOW - 3 * DAY, resolved_at=NOW - DAY, subject="Broken")
    talk(acme, NOW - DAY, subject="Later")
    query = f"?as_of={(NOW - 2 * DAY).date()}"
    assert lines(client, acme, query) == ["Ticket opened Broken", "E-mail sent Asked"]
    text = text_of(client, address(acme, query))
    assert "Answered on" not in text
    assert "Open now 1" in text


def test_the_last_moment_of_the_day_is_in_and_the_next_is_out(client: Client, acme: Customer) -> None:
    midnight = datetime(2025, 9, 30, tzinfo=UTC)
    talk(acme, midnight - timedelta(microseconds=1), subject="in")
    talk(acme, midnight, subject="out")
    assert lines(client, acme, "?as_of=2025-09-29") == ["Call in"]


@pytest.mark.parametrize(
    "query",
    [
        "?before=0001-01-01T00:00:00%2B14:00",
        "?before=9999-12-31T23:59:59-14:00",
        "?before=yesterday",
        "?as_of=9999-12-31",
        "?as_of=0001-01-01",
        "?kind=call&kind=seance",
        "?skip=-1",
        "?skip=99999999999999999999",
        "?q=%00",
        "?order=name",
    ],
)
def test_what_makes_no_sense_is_named_and_left_out(client: Client, acme: Customer, query: str) -> None:
    talk(acme)
    answer = client.get(address(acme, query))
    assert answer.status_code == 200
    assert b"left out" in answer.content
    assert b"Renewal" in answer.content


def ticket(customer: Customer, days: float, hours: float | None, **fields: Any) -> None:
    opened = NOW - timedelta(days=days)
    resolved: dict[str, Any] = (
        {} if hours is None else {"resolved_at": opened + timedelta(hours=hours), "closed_at": opened + DAY}
    )
    make_row(Ticket, customer, opened_at=opened, **resolved, **fields)


def test_the_patterns_of_tickets_by_hand(acme: Customer) -> None:
    ticket(acme, 3, 2, severity="high", topic="imports")
    ticket(acme, 4, 10, topic="imports")
    ticket(acme, 5, 3, topic="login")
    ticket(acme, 6, None, severity="high")
    ticket(acme, 200, None, topic="login")
    ticket(acme, 201, 1, topic="login")
    found = patterns(acme.pk, date(2025, 10, 1))
    assert (found.still_open, found.severities) == (2, (("High", 2), ("Normal", 2)))
    assert (found.opened, found.topic, found.of_topic) == (4, "imports", 2)
    assert found.hours == 3.0


def test_the_patterns_of_a_past_day_know_nothing_later(acme: Customer) -> None:
    ticket(acme, 2, 2, topic="imports")
    found = patterns(acme.pk, (NOW - 3 * DAY).date())
    assert (found.still_open, found.opened, found.topic, found.hours) == (0, 0, "", None)
