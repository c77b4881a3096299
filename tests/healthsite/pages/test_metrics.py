"""The catalogue of metrics, the page of one, and the form that makes one without code."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Ticket, User
from scoring.metrics.custom.making import make_metric
from scoring.models import CustomMetric
from tests.cast import give, make_row, make_user
from tests.healthsite.pages.test_portfolio import text_of
from tests.healthsite.pages.world import D, customer_at, live, score
from tests.scoring.builders import noon
from tests.scoring.metrics.test_custom_making import SUPPLIED

pytestmark = pytest.mark.django_db
Browse = Callable[[User], Client]
NEW = "/metrics/new/?source=rows&kind=tickets"


def sent(**changes: str) -> dict[str, str]:
    """What the form of a metric of tickets sends."""
    said = {"label": "Angry tickets", "key": "angry_tickets", "unit": "tickets", "meaning": "Escalated tickets."}
    said |= {"better": "down", "validity": "30", "what": "count", "column": "", "window": "30", "quiet": "zero"}
    said |= {"minimum": "1", "column0": "escalated", "op0": "==", "value0": "yes"}
    return {**said, "act": "make", **changes}


def angry(customer: Any, times: int) -> None:
    for _ in range(times):
        make_row(Ticket, customer, opened_at=noon(D), escalated=True)
    make_row(Ticket, customer, opened_at=noon(D), escalated=False)


def test_the_catalogue_says_what_each_metric_is_and_for_how_many_it_is_known(client: Client) -> None:
    live()
    customer_at(90)
    score()
    text = text_of(client, "/metrics/")
    assert "NPS points Share of promoters less share of detractors" in text
    assert "365 days nothing is known By hand 1 of 1" in text
    assert "Open tickets tickets Support tickets open on the day. as of the day nothing happened: 0" in text
    assert "not read" in text


def test_own_metrics_are_marked_and_retired_ones_stay(client: Client, admin: User) -> None:
    made = make_metric(key="latency", body=SUPPLIED, by=admin)
    assert "Latency ms Own" in text_of(client, "/metrics/")
    answer = client.post("/metrics/latency/retire/", {"reason": "Nobody looks"})
    assert (answer.status_code, answer["Location"]) == (302, "/metrics/latency/")
    assert "Latency ms Own Retired" in text_of(client, "/metrics/")
    text = text_of(client, "/metrics/latency/")
    assert "Retired. Reason: Nobody looks" in text
    assert "Retire it" not in text
    made.refresh_from_db()
    assert made.retired_at is not None


def test_customers_are_counted_whom_one_may_see(browse: Browse) -> None:
    live()
    bob, acme = make_user("Bob"), customer_at(90)
    customer_at(80)
    give(acme, bob)
    score()
    assert "1 of 1" in text_of(browse(bob), "/metrics/nps/")
    assert "2 of 2" in text_of(browse(make_user("Ada2", "admin")), "/metrics/nps/")


def test_a_metric_shows_its_declaration_its_values_and_who_reads_it(client: Client) -> None:
    live()
    customer_at(90)
    score()
    text = text_of(client, "/metrics/nps/")
    for said in ("more is better", "Comes from surveys.csv", "1 customer with a value", "Live version By hand v1"):
        assert said in text
    late = text_of(client, "/metrics/days_past_due/")
    assert "No live scorecard measures it" in late


@pytest.mark.parametrize("role", ["csm", "manager", "executive", "account_executive", "viewer"])
def test_everybody_reads_and_only_admins_make(browse: Browse, admin: User, role: str) -> None:
    make_metric(key="latency", body=SUPPLIED, by=admin)
    client = browse(make_user("Somebody", role))
    assert client.get("/metrics/").status_code == client.get("/metrics/latency/").status_code == 200
    assert b"Make a metric" not in client.get("/metrics/").content
    writes = [client.get(NEW), client.post(NEW, sent()), client.post("/metrics/latency/retire/", {"reason": "x"})]
    assert [answer.status_code for answer in writes] == [403] * 3
    assert CustomMetric.objects.get().retired_at is None


@pytest.mark.parametrize(
    ("address", "status"),
    [("/metrics/none/", 404), ("/metrics/nps/retire/", 405), ("/metrics/new/", 200), ("/metrics/new/?source=x", 422),
     ("/metrics/new/?source=rows", 422), ("/metrics/new/?source=rows&kind=%00", 422), (NEW, 200),
     ("/metrics/new/?source=ratio&kind=", 200), ("/metrics/new/?source=change", 200)],
)  # fmt: skip
def test_addresses_answer_as_they_should(client: Client, address: str, status: int) -> None:
    assert client.get(address).status_code == status
    assert client.post("/metrics/none/retire/", {"reason": "x"}).status_code == 404


def test_a_metric_is_tried_before_it_is_made(client: Client) -> None:
    angry(customer_at(90, name="Best"), 3)
    customer_at(10, name="Worst")
    answer = client.post(NEW, sent(act="try")).content.decode()
    assert "2 of 2 customers have a value." in answer
    assert ("3\u00a0tickets" in answer, "0\u00a0tickets" in answer) == (True, True)
    assert not CustomMetric.objects.exists()
    made = client.post(NEW, sent())
    assert (made.status_code, made["Location"]) == (302, "/metrics/angry_tickets/")
    text = text_of(client, "/metrics/angry_tickets/")
    assert "Made of Number of tickets where escalated is yes" in text


def test_the_same_sent_twice_makes_one(client: Client) -> None:
    assert [client.post(NEW, sent()).status_code for _ in range(2)] == [302, 302]
    assert CustomMetric.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"key": "nps"}, "has or had this name"),
        ({"key": "Big Key"}, "give up to 64 small letters"),
        ({"key": "a\0b"}, "Null characters are not allowed"),
        ({"what": "sum"}, "source.column is"),
        ({"window": "1e99"}, "Enter a whole number"),
        ({"validity": "9" * 400}, "validity"),
        ({"value0": "maybe"}, "is neither; give yes or no"),
        ({"column0": "csat", "op0": ">", "value0": "nan"}, "is no number; give a number"),
        ({"column0": "csat", "op0": "in", "value0": "3"}, "op is"),
        ({"column0": ""}, "Choose the column that is to have this value"),
        ({"kind0": "x", "column0": "shoe_size"}, "is not one of the available choices"),
        ({"what": "mean", "column": "csat"}, "mean of no rows is not nought"),
        ({"label": "a\x01b"}, "give a text of one line"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("act", ["try", "make"])
def test_what_makes_no_sense_is_refused_and_kept(
    client: Client, changes: dict[str, str], message: str, act: str
) -> None:
    answer = client.post(NEW, sent(**changes, act=act))
    assert answer.status_code == 422
    assert message in answer.content.decode().replace("&#x27;", "'")
    assert "Escalated tickets." in answer.content.decode()
    assert not CustomMetric.objects.exists()


def test_a_ratio_is_made_by_the_form(client: Client) -> None:
    general = {key: sent()[key] for key in ("label", "key", "unit", "meaning", "better", "validity")}
    said = {**general, "of": "open_tickets", "by": "nps", "times": "100", "act": "make"}
    assert client.post("/metrics/new/?source=ratio", said).status_code == 302
    assert "100 × Open tickets ÷ NPS" in text_of(client, "/metrics/angry_tickets/")


def test_what_is_read_cannot_be_retired(client: Client, admin: User) -> None:
    make_metric(key="latency", body=SUPPLIED, by=admin)
    make_metric(
        key="twice", body={**SUPPLIED, "source": {"from": "difference", "of": "latency", "by": "nps"}}, by=admin
    )
    for reason, message in (("Old", "is read by the metric Latency"), (" ", "The reason is empty")):
        answer = client.post("/metrics/latency/retire/", {"reason": reason})
        assert (answer.status_code, message in answer.content.decode()) == (422, True)


@pytest.mark.parametrize("address", ["/metrics/", "/metrics/nps/", "/metrics/angry_tickets/", NEW])
def test_queries_do_not_grow_with_customers_or_metrics(client: Client, admin: User, address: str) -> None:
    live()
    client.post(NEW, sent())
    counts: list[int] = []
    for _ in range(2):
        for _ in range(4):
            customer_at(60)
        make_metric(key=f"own_{len(counts)}", body=SUPPLIED, by=admin)
        score()
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 20
