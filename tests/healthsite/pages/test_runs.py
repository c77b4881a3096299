"""The page of runs: what was scored, what failed, what is under way, and who may ask for more."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.business_days import end_of
from accounts.models import MetricValue, Team, User
from healthsite.pages.runs.known import known_of
from healthsite.pages.runs.showing import RunLine, lasting
from scoring.models import Backfill, Failure, Run, ScoreRecord
from scoring.past.backfills import take
from scoring.past.recalling import recall_day
from scoring.past.retrying import retry
from tests.cast import give, make_customer, make_user
from tests.healthsite.pages.world import NOW, D, customer_at, live, score, supply

pytestmark = pytest.mark.django_db
Browse = Callable[[User], Client]
ASKED = {"first": "2025-09-01", "last": "2025-09-30", "known": "now", "scorecard": ""}


def words_in(answer: Any) -> str:
    """The words of an answer, without tags and with single spaces."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())).split())


def lines(client: Client, query: str = "") -> list[RunLine]:
    answer = client.get(f"/runs/{query}")
    assert answer.status_code == 200
    found = answer.context["lines"]
    assert isinstance(found, list)
    return found


def failed_run() -> Run:
    """D's night, where one customer could not be scored."""
    live()
    customer = customer_at(60)
    score()
    run = Run.objects.get()
    ScoreRecord.objects.all().delete()
    Failure.objects.create(run=run, customer=customer, reason="ZeroDivisionError: nothing")
    Run.objects.update(scored=0, failed=1)
    run.refresh_from_db()
    return run


def make_backfill(**fields: Any) -> Backfill:
    dates = {"first_on": D - timedelta(days=9), "last_on": D, "next_on": D - timedelta(days=5)}
    return Backfill.objects.create(**{**dates, **fields})


def test_before_anything_was_scored_it_says_what_comes_next(client: Client) -> None:
    assert "The first night is scored once there are customers and the day is over" in words_in(client.get("/runs/"))


def test_a_run_tells_what_became_of_it(client: Client) -> None:
    live()
    customer_at(60), make_customer()
    score()
    (line,) = lines(client)
    assert (line.scored, line.not_scored, line.failed, line.filled, line.state) == (1, 1, 0, 100, ("green", "finished"))
    assert (line.cards, line.counts["done"]) == ("By hand v1", 1)


def test_a_run_under_way_counts_the_shards_that_are_done(client: Client) -> None:
    live()
    customer_at(60)
    score()
    Run.objects.update(finished_at=None, started_at=NOW - timedelta(minutes=3), scored=0)
    (line,) = lines(client)
    assert (line.scored, line.state, line.took) == (1, ("yellow", "under way"), "3 min 0 s")
    assert 'data-live="moving"' in client.get("/runs/").content.decode()


def test_a_date_recalled_in_one_piece_is_whole(client: Client) -> None:
    live()
    customer_at(60)
    recall_day(D)
    assert lines(client)[0].filled == 100


def test_failures_are_named_with_the_reason_and_tried_again(client: Client) -> None:
    run = failed_run()
    answer = words_in(client.get("/runs/"))
    assert "ZeroDivisionError: nothing" in answer
    answer = words_in(client.post(f"/runs/{run.pk}/retry/", {"next": "/runs/?purpose=nightly"}, follow=True))
    assert "1 customer scored now, 0 failed again." in answer
    run.refresh_from_db()
    assert (run.scored, run.failed, ScoreRecord.objects.get().score, Failure.objects.count()) == (1, 0, 60, 0)
    assert "Nothing was left" in words_in(client.post(f"/runs/{run.pk}/retry/", follow=True))


def test_who_fails_again_keeps_a_failure_with_the_new_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    run = failed_run()

    def failing(*_: object, **__: object) -> Any:
        raise ValueError("still nothing")

    monkeypatch.setattr("scoring.past.retrying.judge_all", failing)
    assert retry(run=run) == (0, 1)
    run.refresh_from_db()
    assert (run.failed, Failure.objects.get().reason) == (1, "ValueError: still nothing")


def test_a_manager_sees_the_names_of_customers_in_sight_only(browse: Browse) -> None:
    run, team, charlie = failed_run(), Team.objects.create(name="North"), make_user("Charlie")
    lead = make_user("Lena", "manager", team)
    team.managers.add(lead)
    give(run.failures.get().customer, charlie)
    (line,) = lines(browse(lead))
    assert (line.failures, line.more_failures) == ([], 1)
    User.objects.filter(pk=charlie.pk).update(team=team)
    (line,) = lines(browse(lead))
    assert (len(line.failures), line.more_failures) == (1, 0)


def test_runs_are_narrowed_by_purpose(client: Client) -> None:
    live()
    customer_at(60)
    score(D, D)
    assert [line.run.purpose for line in lines(client)] == ["restated", "nightly"]
    assert [line.run.purpose for line in lines(client, "?purpose=nightly")] == ["nightly"]
    assert lines(client, "?purpose=shadow") == []


@pytest.mark.parametrize("query", ["purpose=lucky", "purpose=%00", "page=0", "page=99999999999999999999", "page=x"])
def test_what_makes_no_sense_in_the_address_is_named_and_left_out(query: str, client: Client) -> None:
    answer = client.get(f"/runs/?{query}")
    assert answer.status_code == 200
    assert "It was left out." in words_in(answer)


def test_a_backfill_shows_how_far_it_is_and_when_it_may_end(client: Client) -> None:
    live()
    customer_at(60)
    score()
    Run.objects.update(backfilled=True, started_at=NOW - timedelta(minutes=2), finished_at=NOW)
    make_backfill(state="running")
    (line,) = client.get("/runs/").context["backfills"]
    assert (line.done, line.days, line.filled) == (4, 10, 40)
    assert line.ends_at == NOW + timedelta(minutes=12)


@pytest.mark.parametrize("said", [{"state": "waiting"}, {"state": "running", "error": "2025-09-25: nothing"}])
def test_without_progress_no_end_is_foretold(said: dict[str, str], client: Client) -> None:
    make_backfill(lease_until=NOW, **said)
    (line,) = client.get("/runs/").context["backfills"]
    assert line.ends_at is None


def test_an_admin_asks_for_past_dates(client: Client, admin: User) -> None:
    live()
    answer = client.post("/runs/backfill/", ASKED, follow=True)
    assert "2025-09-01 to 2025-09-30 is asked for" in words_in(answer)
    assert (Backfill.objects.get().by, Backfill.objects.get().next_on.day) == (admin, 1)
    client.post("/runs/backfill/", ASKED)
    assert Backfill.objects.count() == 1


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"last": "2025-08-01"}, "The first date 2025-09-01 is after the last date 2025-08-01"),
        ({"last": "2026-09-01"}, "The night of 2026-09-01 has not begun"),
        ({"first": "2001-01-01"}, "more than five years"),
        ({"first": "soon"}, "Enter a valid date."),
        ({"first": "0001-01-01"}, "greater than or equal to"),
        ({"known": "x\x00"}, "is not one of the available choices"),
        ({"scorecard": "horoscope"}, "horoscope is not one of the available choices"),
        ({"scorecard": "by-hand", "known": "then"}, "leave the scorecard out"),
    ],
)
def test_what_cannot_be_asked_for_is_refused_and_stays_in_the_form(
    said: dict[str, str], message: str, client: Client
) -> None:
    live()
    answer = client.post("/runs/backfill/", {**ASKED, **said})
    assert answer.status_code == 422
    assert message in words_in(answer)
    assert answer.context["asked"]["last"].value() == {**ASKED, **said}["last"]
    assert not Backfill.objects.exists()


def test_an_admin_stops_a_backfill_and_it_is_known_who_did(client: Client, admin: User) -> None:
    backfill = make_backfill()
    assert "is stopped. What is scored stays." in words_in(
        client.post(f"/runs/backfill/{backfill.pk}/stop/", follow=True)
    )
    assert "had ended already" in words_in(client.post(f"/runs/backfill/{backfill.pk}/stop/", follow=True))
    assert (Backfill.objects.get().state, take(backfill)) == ("stopped", None)
    assert (LogEntry.objects.get().user, LogEntry.objects.get().change_message) == (admin, "Stopped")


@pytest.mark.parametrize(
    ("role", "sees", "asks"),
    [("admin", 200, 302), ("manager", 200, 403), ("executive", 403, 403), ("csm", 403, 403), ("viewer", 403, 403)],
)
def test_leaders_see_the_page_and_admins_ask(role: str, sees: int, asks: int, browse: Browse) -> None:
    client, run = browse(make_user("Eve", role)), failed_run()
    assert client.get("/runs/").status_code == sees
    assert client.post(f"/runs/{run.pk}/retry/").status_code == (302 if sees == 200 else 403)
    assert client.post("/runs/backfill/", ASKED).status_code == asks
    assert client.post(f"/runs/backfill/{make_backfill().pk}/stop/").status_code == asks
    assert client.get("/runs/backfill/").status_code == 405


@pytest.mark.parametrize("address", ["/runs/4711/retry/", "/runs/backfill/4711/stop/"])
def test_what_is_not_there_is_404(address: str, client: Client) -> None:
    assert client.post(address).status_code == 404


def test_the_number_of_queries_does_not_depend_on_how_many_runs_there_are(client: Client) -> None:
    run = failed_run()
    make_backfill()
    counts = []
    for days in (1, 20):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get("/runs/")
        counts.append(len(queries))
        for back in range(1, days + 5):
            other = Run.objects.create(
                as_of=D - timedelta(days=days * 30 + back), purpose="nightly", version=run.version
            )
            Failure.objects.create(run=other, customer=make_customer(), reason="x")
            make_backfill()
    assert counts[0] == counts[1] <= 20


@pytest.mark.parametrize(
    ("time", "words"),
    [
        (timedelta(milliseconds=440), "0.4 s"),
        (timedelta(seconds=12.4), "12 s"),
        (timedelta(seconds=185), "3 min 5 s"),
        (timedelta(minutes=160), "2 h 40 min"),
        (timedelta(days=3), "3 days"),
    ],
)
def test_a_length_of_time_in_two_units_at_most(time: timedelta, words: str) -> None:
    assert lasting(time) == words


def test_the_deep_dive_of_a_date_knows_what_was_learned_later() -> None:
    live()
    customer = customer_at(60)
    MetricValue.objects.update(known_at=end_of(D) - timedelta(hours=1))
    known = known_of(customer, D)
    assert known
    assert (known.then, known.now, known.is_same) == ("60.0", "60.0", True)
    supply(customer, D - timedelta(days=1), csat=2)
    MetricValue.objects.filter(date=D, metric="csat").delete()
    known = known_of(customer, D)
    assert known
    assert (known.now, known.is_same) == ("49.5", False)
    assert known_of(make_customer(since=None), D) is None
