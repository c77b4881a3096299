"""Today, as a CSM sees it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Customer, Interaction, Survey, Ticket, User
from playbooks.models import Task
from scoring.models import Run
from scoring.scorecards.allotting import set_choice
from scoring.scorecards.publishing import make_live, publish
from tests.cast import give, make_customer, make_row, make_user
from tests.healthsite.pages.mornings import BEFORE, TODAY, make_alert, make_play, make_task, morning_of, mover
from tests.healthsite.pages.test_portfolio import text_of
from tests.healthsite.pages.world import NOW, D, customer_at, definition, live, score

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
Browse = Callable[[User], Client]


@pytest.fixture
def bob(db: None) -> User:
    return make_user("Bob Berg")


@pytest.fixture
def client(bob: User, browse: Browse) -> Client:
    return browse(bob)


def mine(bob: User, *customers: Customer) -> None:
    for customer in customers:
        give(customer, bob)


def first(client: Client) -> list[tuple[str, str]]:
    """Whom to look at first, and why."""
    return [(row.customer.name, row.ranked.why) for row in morning_of(client).first]


def test_who_has_nobody_yet_is_told_what_comes_next(client: Client) -> None:
    text = text_of(client, "/")
    assert "Good morning, Bob" in text
    assert "No customers yet Nobody has been assigned to you." in text


def test_before_the_first_night_the_page_says_so_and_shows_the_rest(client: Client, bob: User) -> None:
    mine(bob, make_customer("Acme"))
    text = text_of(client, "/")
    assert "No night has been scored yet: bands and movement appear after the first one." in text
    assert "Nothing presses" in text


def test_who_has_only_a_task_sees_it(client: Client, bob: User) -> None:
    make_task(make_customer("Acme"), bob)
    assert "Call them" in text_of(client, "/")


def test_a_promise_that_runs_out_within_a_day_comes_first(client: Client, bob: User) -> None:
    near, far = make_customer("Near"), make_customer("Far")
    mine(bob, near, far)
    sla = {"hours": 48, "calendar": "clock"}
    make_task(near, bob, sla_at=NOW + 24 * HOUR, sla=sla, created_at=NOW - 24 * HOUR)
    make_task(far, bob, sla_at=NOW + 25 * HOUR, sla=sla)
    [(name, why)] = first(client)
    assert (name, why.replace("\xa0", " ")) == ("Near", "24 h left of 2 d: call them")


def test_a_missed_promise_says_by_how_much(client: Client, bob: User) -> None:
    make_task(make_customer("Acme"), bob, sla_at=NOW - 3 * HOUR)
    assert first(client)[0][1].replace("\xa0", " ") == "missed by 3 h: call them"


@pytest.mark.parametrize(
    "fields",
    [
        {"status": Task.Status.WAITING, "waiting_since": NOW},  # the clock stands still
        {"status": Task.Status.DONE, "finished_at": NOW, "outcome": "done"},
    ],
)
def test_a_promise_that_does_not_run_is_none(client: Client, bob: User, fields: dict[str, Any]) -> None:
    make_task(make_customer(), bob, sla_at=NOW - HOUR, due_at=NOW - HOUR, **fields)
    assert first(client) == []


def test_putting_a_task_off_hides_that_it_is_late_but_no_promise(client: Client, bob: User) -> None:
    late, promised = make_customer("Late"), make_customer("Promised")
    make_task(late, bob, due_at=NOW - HOUR, snoozed_until=NOW + HOUR)
    make_task(promised, bob, due_at=NOW - HOUR, sla_at=NOW - HOUR, snoozed_until=NOW + HOUR)
    assert [name for name, _ in first(client)] == ["Promised"]


def test_emergencies_red_renewals_alerts_and_late_tasks_follow(client: Client, bob: User) -> None:
    live()
    emergency, red = customer_at(10, name="Emergency"), customer_at(40, name="Red", renewal_on=TODAY)
    alert, late = customer_at(60, name="Alert"), customer_at(90, name="Late")
    mine(bob, emergency, red, alert, late)
    score()
    make_alert(alert)
    make_task(late, bob, due_at=NOW - HOUR)
    assert first(client) == [
        ("Emergency", "emergency: health 10.0"),
        ("Red", "renews today and stands at 40.0"),
        ("Alert", "fell from 80.0 to 60.0 within a week"),
        ("Late", "overdue: call them"),
    ]


@pytest.mark.parametrize(
    ("points", "days", "there"), [(40, 90, True), (40, 91, False), (40, -1, False), (60, 5, False)]
)
def test_a_renewal_counts_in_red_within_ninety_days(
    client: Client, bob: User, points: float, days: int, there: bool
) -> None:
    live()
    mine(bob, customer_at(points, renewal_on=TODAY + timedelta(days=days)))
    score()
    assert bool(first(client)) is there


@pytest.mark.parametrize(
    ("fields", "there"),
    [
        ({"fired_at": NOW - timedelta(days=6)}, True),
        ({"fired_at": NOW - timedelta(days=7)}, False),
        ({"cleared_on": D}, False),
        ({"fired_at": None, "is_baseline": True}, False),
    ],
)
def test_an_alert_counts_for_a_week_while_it_holds(
    client: Client, bob: User, fields: dict[str, Any], there: bool
) -> None:
    customer = make_customer()
    mine(bob, customer)
    make_alert(customer, **fields)
    assert bool(first(client)) is there


def test_customers_of_others_do_not_appear(client: Client, bob: User) -> None:
    live()
    theirs = mover(90, 10, name="Zebra", renewal_on=TODAY)
    give(theirs, make_user("Charlie"))
    mine(bob, customer_at(60, name="Mine"))
    score(BEFORE, D)
    make_alert(theirs)
    make_play(theirs, outcome="reached", closed_at=NOW, closed_on=TODAY)
    make_row(Ticket, theirs, opened_at=NOW - HOUR, subject="Secret")
    page = client.get("/").content
    assert b"Zebra" not in page
    assert b"Secret" not in page


def test_my_tasks_are_counted_as_on_their_own_page(client: Client, bob: User) -> None:
    customer = make_customer()
    for due in (NOW - HOUR, NOW + HOUR, NOW + timedelta(days=1), NOW + timedelta(days=9)):
        make_task(customer, bob, due_at=due)
    make_task(customer, make_user("Charlie"), due_at=NOW - HOUR)
    tally = morning_of(client).tally
    assert (tally.overdue, tally.today, tally.week, tally.all) == (1, 1, 1, 4)  # NOW is a Wednesday
    assert "1 overdue · 1 today · 1 later this week" in text_of(client, "/")


def test_the_night_moves_customers_between_bands_with_their_cause(client: Client, bob: User) -> None:
    live()
    mine(bob, mover(80, 60, name="Down", arr=5000), mover(60, 80, name="Up"), customer_at(60, BEFORE, name="Still"))
    score(BEFORE, D)
    morning = morning_of(client)
    moved = [
        (one.customer.name, one.before and one.before.label, one.after and one.after.label, round(one.change or 0))
        for one in morning.movers
    ]
    assert moved == [("Down", "Good", "Fair", -20), ("Up", "Fair", "Good", 20)]
    assert morning.movers[0].cause == "Goal attainment 60\xa0%, was 80\xa0%"  # 0.4 x 20 beats 0.3 x 20
    assert [(row.key, row.count, row.change) for row in morning.bands] == [
        ("good", 1, 0),
        ("fair", 2, 0),
        ("poor", 0, 0),
    ]


def test_net_movement_carries_its_arr(client: Client, bob: User) -> None:
    live()
    mine(bob, mover(60, 40, arr=7000), customer_at(60, BEFORE, arr=1000))
    score(BEFORE, D)
    rows = [(row.key, row.count, row.change, row.arr, row.arr_change) for row in morning_of(client).bands]
    assert rows == [("good", 0, 0, 0, 0), ("fair", 1, -1, 1000, -7000), ("poor", 1, 1, 7000, 7000)]


def test_a_new_scorecard_moves_nobody(client: Client, bob: User) -> None:
    live()
    mine(bob, customer_at(60, BEFORE))
    score(BEFORE)
    live(bands=[{"label": "Poor", "role": "red", "lower": 0}, {"label": "Good", "role": "green", "lower": 99}])
    score(D)
    morning = morning_of(client)
    assert morning.movers == []
    assert [(row.key, row.count, row.change) for row in morning.bands] == [("good", 0, 0), ("poor", 1, 0)]


def test_bands_of_several_scorecards_are_counted_by_name(client: Client, bob: User) -> None:
    live()
    bands = [{"label": "Poor", "role": "red", "lower": 0}, {"label": "Superb", "role": "green", "lower": 90}]
    special = publish(definition(key="special", title="Special", bands=bands)).scorecard
    retail = {"field": "industry", "op": "==", "value": "retail"}
    set_choice(scorecard=special, when=retail, position=1, note="They are different", by=make_user("Ada", "admin"))
    make_live("special")
    mine(
        bob,
        *(customer_at(points, BEFORE, industry=name) for points, name in ((95, "retail"), (30, "retail"), (30, ""))),
    )
    score(BEFORE, D)
    rows = [(row.key, row.count, row.change) for row in morning_of(client).bands]
    assert rows == [("superb", 1, 0), ("good", 0, 0), ("fair", 0, 0), ("poor", 2, 0)]


def test_who_lost_the_score_is_told_of_without_points(client: Client, bob: User) -> None:
    live()
    lost = customer_at(60, D - timedelta(days=400), name="Lost")
    mine(bob, lost)
    score(BEFORE, D)
    assert [(row.key, row.count) for row in morning_of(client).bands][-1] == ("", 1)
    assert "Not scored" in text_of(client, "/")


def test_what_customers_did_is_told_newest_first(client: Client, bob: User) -> None:
    acme = make_customer("Acme")
    mine(bob, acme)
    make_row(Interaction, acme, kind="email_in", at=NOW - 2 * HOUR, subject="A question")
    make_row(Interaction, acme, kind="email_out", at=NOW - HOUR, subject="Ours")
    make_row(Ticket, acme, opened_at=NOW - HOUR, severity="critical", subject="All is <b>down</b>")
    make_row(Survey, acme, kind="nps", score=3, at=NOW - 3 * HOUR, comment="Meh")
    make_row(Ticket, acme, opened_at=NOW - timedelta(days=3), subject="Old")
    told = [(one.word, one.text) for one in morning_of(client).news]
    assert told == [
        ("Critical ticket", "All is <b>down</b>"),
        ("E-mail received", "A question"),
        ("NPS answer 3", "Meh"),
    ]
    assert b"<b>down</b>" not in client.get("/").content


def test_meetings_of_today_and_tomorrow_are_shown_in_order(client: Client, bob: User) -> None:
    acme = make_customer("Acme")
    mine(bob, acme)
    for hours, kind in ((30, "qbr"), (2, "call"), (-1, "call"), (60, "meeting"), (3, "note")):
        make_row(Interaction, acme, kind=kind, at=NOW + hours * HOUR)
    assert [one.interaction.kind for one in morning_of(client).meetings] == ["call", "qbr"]


def test_renewals_count_customers_arr_and_what_of_it_is_red(client: Client, bob: User) -> None:
    live()
    for points, arr, days in ((40, 1000, 30), (90, 2000, 31), (40, 4000, 90), (40, 8000, 91)):
        mine(bob, customer_at(points, arr=arr, renewal_on=TODAY + timedelta(days=days)))
    score()
    rows = [(row.days, row.count, row.arr, row.red, row.red_arr) for row in morning_of(client).renewals.rows]
    assert rows == [(30, 1, 1000, 1, 1000), (60, 2, 3000, 1, 1000), (90, 3, 7000, 2, 5000)]


def test_wins_are_bands_that_improved_and_plans_that_worked(client: Client, bob: User) -> None:
    live()
    up = mover(60, 80, name="Up")
    mine(bob, up)
    score(BEFORE, D)
    make_play(up, outcome="reached", closed_at=NOW, closed_on=TODAY)
    make_play(up, "PB-3", outcome="dropped", closed_at=NOW, closed_on=TODAY)
    text = text_of(client, "/")
    assert "back to Good, +20.0 overnight" in text
    assert "plan “High churn risk: call within 24 hours” reached its aim on 1 October" in text
    assert len(morning_of(client).reached) == 1


def test_who_is_ready_to_grow_is_named_the_largest_first(client: Client, bob: User) -> None:
    live()
    mine(bob, customer_at(90, name="Small", arr=10), customer_at(90, name="Big", arr=90), customer_at(60, name="No"))
    score()
    assert [one.customer.name for one in morning_of(client).growing] == ["Big", "Small"]


def crowd(bob: User, count: int) -> None:
    """So many customers of each sort, with everything that the page shows."""
    for _ in range(count):
        customer = mover(80, 10, arr=1000, renewal_on=TODAY)
        mine(bob, customer, customer_at(90))
        make_alert(customer)
        make_task(customer, bob, due_at=NOW - HOUR, sla_at=NOW - HOUR, play=make_play(customer), step=1)
        make_play(customer, "PB-3", outcome="reached", closed_at=NOW, closed_on=TODAY)
        make_row(Ticket, customer, opened_at=NOW - HOUR)
        make_row(Interaction, customer, kind="call", at=NOW + HOUR)
    score(BEFORE, D)


def queries(client: Client) -> int:
    with CaptureQueriesContext(connection) as captured:
        morning_of(client)
    return len(captured)


def test_the_queries_do_not_grow_with_customers(client: Client, bob: User) -> None:
    live()
    crowd(bob, 1)
    few = queries(client)
    Run.objects.all().delete()
    crowd(bob, 7)
    assert queries(client) == few <= 20
