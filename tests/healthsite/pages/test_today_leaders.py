"""Today, as managers, admins and those who look on see it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Batch, Customer, Interaction, Team, Ticket, Usage, User
from accounts.models.ingestion import QuarantinedRow
from scoring.models import Run
from tests.cast import give, make_customer, make_row, make_source, make_user
from tests.healthsite.pages.mornings import BEFORE, make_play, make_task, morning_of, mover
from tests.healthsite.pages.test_portfolio import text_of
from tests.healthsite.pages.world import NOW, D, customer_at, live, score

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
Browse = Callable[[User], Client]


def touched(customer: Customer, days: int) -> None:
    make_row(Interaction, customer, kind="call", at=NOW - days * DAY)


def lacking(client: Client) -> dict[str, tuple[str, ...]]:
    """Which red customers nobody is on, and why."""
    return {row.customer.name: row.why for row in morning_of(client).neglected.rows}


def test_a_red_customer_without_plan_and_touch_comes_with_both_reasons(client: Client) -> None:
    live()
    customer_at(40, name="Alone")
    score()
    assert lacking(client) == {"Alone": ("no open plan", "nobody has spoken with them yet")}
    assert "1 of 1 in red" in text_of(client, "/")
    assert b"Start plan" in client.get("/").content


@pytest.mark.parametrize(
    ("size", "days", "late"),
    [("enterprise", 8, False), ("enterprise", 9, True), ("small", 16, False), ("small", 19, True)],
)
def test_how_long_silence_may_last_depends_on_the_size(client: Client, size: str, days: int, late: bool) -> None:
    live()
    customer = customer_at(40, name="Red", size=size)
    score()
    make_play(customer)
    touched(customer, days)
    assert bool(lacking(client)) is late


@pytest.mark.parametrize(
    ("arr", "days", "why"),
    [
        (250_000, 9, "last two-way touch 9 days ago, 7 days for enterprise or strategic"),
        (25_000, 9, "last two-way touch 9 days ago, 7 days for mid-market or high value"),
        (25_000, 8, ""),
        (24_999, 9, ""),  # Standard: a fortnight
    ],
)
def test_a_small_customer_of_great_value_is_spoken_with_as_often(client: Client, arr: int, days: int, why: str) -> None:
    live()
    customer = customer_at(40, name="Red", size="small", arr=arr)
    score()
    make_play(customer)
    touched(customer, days)
    assert lacking(client) == ({"Red": (why,)} if why else {})


def test_the_reason_names_the_cadence(client: Client) -> None:
    live()
    customer = customer_at(40, name="Red", size="small")
    score()
    make_play(customer)
    touched(customer, 20)
    assert lacking(client) == {"Red": ("last two-way touch 20 days ago, 14 days for small",)}


def test_an_emergency_wants_a_word_on_the_next_working_day(client: Client) -> None:
    live()
    customer = customer_at(10, name="Emergency", size="enterprise")
    score()
    make_play(customer)
    touched(customer, 2)
    why = "last two-way touch 2 days ago, 1 business day for enterprise or strategic"
    assert lacking(client) == {"Emergency": (why,)}


def test_whoever_has_a_plan_and_was_spoken_with_is_left_out(client: Client) -> None:
    live()
    customer, closed, yellow = customer_at(40, name="Fine"), customer_at(40, name="Closed"), customer_at(60)
    score()
    make_play(customer)
    make_play(closed, outcome="done", closed_at=NOW, closed_on=D)
    for one in (customer, closed, yellow):
        touched(one, 3)
    assert lacking(client) == {"Closed": ("no open plan",)}


def test_emergencies_come_first_and_then_arr(client: Client) -> None:
    live()
    for name, points, arr in (("Small", 40, 10), ("Big", 40, 90), ("Emergency", 10, 1), ("Unknown", 40, None)):
        customer_at(points, name=name, arr=arr)
    score()
    assert list(lacking(client)) == ["Emergency", "Big", "Small", "Unknown"]


def test_a_manager_sees_only_their_own(browse: Browse) -> None:
    team = Team.objects.create(name="North")
    alice, bob = make_user("Alice", "manager"), make_user("Bob", team=team)
    team.managers.add(alice)
    live()
    give(customer_at(40, name="Ours"), bob)
    give(customer_at(40, name="Theirs"), make_user("Charlie"))
    score()
    client = browse(alice)
    assert list(lacking(client)) == ["Ours"]
    assert [row.load.user.name for row in morning_of(client).loads] == ["Bob"]


def test_who_carries_what_is_told_in_hours_overdue_and_missed_promises(client: Client) -> None:
    bob, charlie = make_user("Bob", weekly_hours=10), make_user("Charlie")
    make_user("Dan", is_active=False)
    acme = make_customer()
    make_task(acme, bob, hours=8, due_at=NOW - HOUR, sla_at=NOW - HOUR)
    make_task(acme, bob, hours=4, due_at=NOW + DAY, sla_at=NOW + DAY)
    make_task(acme, bob, hours=99, due_at=NOW + 8 * DAY)
    make_task(acme, bob, status="waiting", waiting_since=NOW, due_at=NOW - HOUR, sla_at=NOW - HOUR)
    rows = [(row.load.user, row.load.overdue, row.missed, row.load.hours) for row in morning_of(client).loads]
    assert rows == [(bob, 1, 1, 12), (charlie, 0, 0, 0)]
    assert "12 of 10 too much" in text_of(client, "/")


def test_an_admin_sees_the_night_the_quarantine_and_drafts(client: Client) -> None:
    live()
    customer_at(60)
    score()
    batch = Batch.objects.create(source=make_source(), kind="tickets", file="t.csv", sha256="0", status="done")
    QuarantinedRow.objects.create(batch=batch, line=1, code="x", reason="x", text={})
    text = text_of(client, "/")
    assert "Night of 30 September: 1 scored, 0 not, 0 failed" in text
    assert "1 row waits in quarantine" in text
    assert "0 drafts of scorecards" in text


def test_only_admins_see_the_site(browse: Browse) -> None:
    live()
    customer_at(60)
    score()
    assert "quarantine" not in text_of(browse(make_user("Alice", "manager")), "/")


def deliver(kind: str, days: int, **source: int) -> None:
    one = make_source("feed", **source)
    Batch.objects.create(
        source=one, kind=kind, file="f", sha256="0", status="done", received_at=NOW - days * DAY, finished_at=NOW
    )


@pytest.mark.parametrize(("days", "silent"), [(3, False), (4, True)])
def test_a_source_is_silent_beyond_rhythm_and_lag(client: Client, days: int, silent: bool) -> None:
    make_customer()
    deliver("usage", days, rhythm_days=2, expected_lag_days=1)
    assert bool(morning_of(client).silences) is silent


def test_a_silence_says_what_since_when_and_what_was_expected(client: Client) -> None:
    make_customer()
    deliver("usage", 9)
    deliver("feature_usage", 9)
    deliver("products", 99)  # sent when it changes: silence is no news
    [silence] = morning_of(client).silences
    assert silence.sentence.startswith(
        "Feature usage and usage from feed last arrived 9 days ago; expected every 7 days."
    )


@pytest.mark.parametrize("model", [Usage, Ticket])
def test_rows_that_came_another_way_break_the_silence(client: Client, model: type[Usage | Ticket]) -> None:
    customer, kind = make_customer(), "usage" if model is Usage else "tickets"
    deliver(kind, 9)
    when = {"date": D} if model is Usage else {"opened_at": NOW - HOUR}
    make_row(model, customer, source=make_source("feed"), **when)
    assert morning_of(client).silences == []


def test_no_ticket_is_no_silence_while_the_source_delivers_something_else(client: Client) -> None:
    """The source is complete for tickets, so that none means none; of usage nobody knows."""
    make_customer()
    for kind, days in (("tickets", 30), ("usage", 20), ("contacts", 1)):
        deliver(kind, days)
    assert [one.kinds for one in morning_of(client).silences] == [("usage",)]


def test_a_source_that_delivers_nothing_at_all_is_silent_of_tickets_too(client: Client) -> None:
    make_customer()
    for kind, days in (("tickets", 30), ("usage", 20), ("contacts", 9)):
        deliver(kind, days)
    told = [(one.kinds, one.days) for one in morning_of(client).silences]
    assert sorted(told) == [(("tickets",), 9), (("usage",), 20)]


def test_a_night_that_is_missing_is_said_above_everything(client: Client) -> None:
    live()
    customer_at(60, BEFORE)
    score(BEFORE)
    assert "The night of 30 September has not been scored. Everything below is as of 29 September." in text_of(
        client, "/"
    )


@pytest.mark.parametrize("role", ["account_executive", "executive", "viewer"])
def test_those_who_look_on_see_movement_renewals_and_open_plans(browse: Browse, role: str) -> None:
    user = make_user("Erin", role)
    live()
    customer = mover(80, 40, name="Acme")
    give(customer, user, "collaborator")
    score(BEFORE, D)
    make_play(customer)
    text = text_of(browse(user), "/")
    assert "Acme" in text
    assert "High churn risk: call within 24 hours for Acme" in text
    assert "Red and nobody on it" not in text


def test_a_viewer_is_offered_nothing_to_write(browse: Browse) -> None:
    user = make_user("Vera", "viewer")
    live()
    give(customer_at(90, name="Acme"), user, "collaborator")
    score()
    page = browse(user).get("/").content
    assert b"Acme" in page  # ready to grow
    assert b"data-log" not in page
    assert b"data-task" not in page


def queries(client: Client) -> int:
    with CaptureQueriesContext(connection) as captured:
        morning_of(client)
    return len(captured)


def book(count: int) -> None:
    for n in range(count):
        customer = mover(80, 10, name=f"Red {n}", arr=n)
        give(customer, make_user(f"Person{n}of{count}"))
        make_play(mover(60, 80), outcome="reached", closed_at=NOW, closed_on=D)
        make_task(customer, make_user(f"Other{n}of{count}"))
    score(BEFORE, D)


@pytest.mark.parametrize("role", ["admin", "manager"])
def test_the_queries_do_not_grow_with_the_book(browse: Browse, role: str) -> None:
    live()
    deliver("usage", 9)
    user = make_user("Lea", role)
    client = browse(user)
    book(1)
    few = queries(client)
    Run.objects.all().delete()
    book(6)
    assert queries(client) == few <= 20
