"""The page of one customer."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Customer, CustomerPeriod, User
from scoring.definitions import entries
from scoring.models import ScoreRecord
from tests.cast import give, make_customer, make_user
from tests.healthsite.pages.test_portfolio import text_of
from tests.healthsite.pages.world import MONTH_BEFORE, D, customer_at, live, score, supply

pytestmark = pytest.mark.django_db
WEEK_BEFORE = D - timedelta(days=7)


def slid() -> Customer:
    """From 80 a month ago to 63.5."""
    live()
    customer = customer_at(80, on=MONTH_BEFORE, name="Halden Tools", arr=184_000)
    supply(customer, csat=2)
    score(MONTH_BEFORE, D)
    return customer


def words_of(markup: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", markup)).split())


def tables(page: str) -> list[list[list[str]]]:
    """Each table of a page, innermost first found, as rows of cells."""
    found = re.findall(r"<table[^>]*>((?:(?!<table).)*?)</table>", page, re.DOTALL)
    return [
        [
            [words_of(cell) for cell in re.findall(r"<t[dh].*?</t[dh]>", row, re.DOTALL)]
            for row in re.findall(r"<tr.*?</tr>", table, re.DOTALL)
        ]
        for table in found
    ]


def number(cell: str) -> float:
    return float(cell.replace("−", "-").replace("+", ""))


def test_it_opens_with_the_account_in_words(client: Client) -> None:
    customer = slid()
    text = text_of(client, customer.get_absolute_url())
    assert "Halden Tools stands at 63.5 (Fair), down 16.5 since 31 August, above all CSAT 2 of 5, was 4.2." in text
    assert "ARR €184,000" in text


def test_the_split_adds_up_on_the_page(client: Client) -> None:
    customer = slid()
    page = client.get(customer.get_absolute_url()).content.decode()
    split = next(table for table in tables(page) if table[0] == ["Cause", "Kind", "Points"])
    before, *lines, after = [number(row[-1]) for row in split[1:]]
    assert (before, after) == (80.0, 63.5)
    assert round(before + sum(lines), 1) == after


def test_the_measures_of_a_component_add_up_on_the_page(client: Client) -> None:
    customer = slid()
    page = client.get(customer.get_absolute_url()).content.decode()
    measures = [table for table in tables(page) if table[0][0] == "Measure"]
    for table in measures:
        *lines, total = [number(row[-1]) for row in table[1:]]
        assert round(sum(lines), 1) == total
    assert len(measures) == 2


def test_the_components_add_up_to_the_score_on_the_page(client: Client) -> None:
    live()
    customer = make_customer()
    supply(customer, csat=3.33, nps=71, goal_attainment=88.8, days_past_due=70)
    score()
    text = text_of(client, customer.get_absolute_url())
    found = re.search(
        r"Satisfaction 60 % ([\d.]+) ([\d.]+) 2 measures.*Outcomes 40 % ([\d.]+) ([\d.]+) 1 measure"
        r".*Two months overdue (−[\d.]+) Health 100 % ([\d.]+)",
        text,
    )
    assert found
    _, satisfaction, _, outcomes, cap, health = map(number, found.groups())
    assert round(satisfaction + outcomes + cap, 1) == health == 45.0


def test_the_chart_gets_the_rows_of_its_table(client: Client) -> None:
    customer = slid()
    page = client.get(customer.get_absolute_url()).content.decode()
    chart = json.loads(re.findall(r'<script id="trend-data"[^>]*>(.*?)</script>', page)[0])
    rows = next(table for table in tables(page) if table[0] == ["Date", "Health", "Scorecard"])[1:]
    assert [point["y"] for point in reversed(chart["points"])] == [number(row[1]) for row in rows]


def test_a_past_day_shows_its_record(client: Client) -> None:
    customer = slid()
    text = text_of(client, f"{customer.get_absolute_url()}?as_of={MONTH_BEFORE}")
    assert "Halden Tools stands at 80.0 (Good)" in text
    assert "This is the record of 31 August 2025" in text


def test_a_day_without_a_record_names_the_nearest(client: Client) -> None:
    customer = slid()
    page = client.get(f"{customer.get_absolute_url()}?as_of={WEEK_BEFORE}")
    assert b"No score was recorded on 23 September 2025" in page.content
    assert f"?as_of={D}".encode() in page.content


def test_the_nearest_record_may_be_a_later_one(client: Client) -> None:
    customer = slid()
    page = client.get(f"{customer.get_absolute_url()}?as_of=2020-01-01")
    assert f"?as_of={MONTH_BEFORE}".encode() in page.content


@pytest.mark.parametrize(
    "query", ["as_of=soon", "as_of=2025-13-01", "against=%00", "days=31", "days=x", "as_of=0000-00-00", "x=1"]
)
def test_what_makes_no_sense_is_named_and_the_current_score_shown(client: Client, query: str) -> None:
    customer = slid()
    page = client.get(f"{customer.get_absolute_url()}?{query}")
    assert page.status_code == 200
    assert "left out" in page.context["complaints"][0]
    assert page.context["dive"].explained.as_of == D


def test_another_day_can_be_compared_with(client: Client) -> None:
    customer = slid()
    score(WEEK_BEFORE)
    page = client.get(f"{customer.get_absolute_url()}?against={WEEK_BEFORE}")
    assert page.context["dive"].move.since == WEEK_BEFORE


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("against=2030-01-01", "1 January 2030 is not before 30 September 2025."),
        (f"against={D}", "30 September 2025 is not before 30 September 2025."),
        (f"as_of={WEEK_BEFORE}&against={D}", "30 September 2025 is not before 23 September 2025."),
    ],
)
def test_a_day_to_compare_with_that_is_not_before_the_score_is_named_and_left_out(
    client: Client, query: str, told: str
) -> None:
    customer = slid()
    score(WEEK_BEFORE)
    page = client.get(f"{customer.get_absolute_url()}?{query}")
    assert page.context["complaints"] == [f"Compare with: {told} It was left out."]
    assert page.context["dive"].move.since == MONTH_BEFORE


def test_without_an_earlier_score_it_says_so(client: Client) -> None:
    live()
    customer = customer_at(60)
    score()
    assert "There is no earlier score to compare with." in text_of(client, customer.get_absolute_url())


def test_flags_and_thin_data_stand_beside_the_band(client: Client) -> None:
    live()
    customer = make_customer()
    supply(customer, goal_attainment=10)
    score()
    assert "Poor Churn risk Emergency Thin data" in text_of(client, customer.get_absolute_url())


def test_who_is_not_scored_learns_what_is_missing_and_what_to_do(client: Client) -> None:
    live(min_coverage=0.5)
    customer = make_customer()
    supply(customer, csat=4)
    score()
    text = text_of(client, customer.get_absolute_url())
    assert "30 % of the scorecard's weight has fresh data; it takes 50 %" in text
    assert "Most would come with goal_readings.csv (40 % of the weight)" in text


def test_quiet_zeros_alone_are_no_evidence(client: Client) -> None:
    components = [{"key": "size", "label": "Size", "weight": 1, "measures": [
        {"metric": "size_class", "weight": 1, "curve": [[0, 0], [100, 100]]}]}]  # fmt: skip
    live(components=components, caps=[])
    customer = make_customer(size="large")
    score()
    assert "Nothing has arrived that this customer did themselves" in text_of(client, customer.get_absolute_url())


def test_a_prospect_has_no_score_and_is_called_one(client: Client) -> None:
    live()
    text = text_of(client, make_customer(since=None).get_absolute_url())
    assert "Prospect: only customers are scored." in text


def test_who_left_keeps_the_last_record(client: Client) -> None:
    customer = slid()
    CustomerPeriod.objects.filter(customer=customer).update(ended_on=D)
    score(MONTH_BEFORE)
    page = client.get(customer.get_absolute_url())
    assert b"Left on 30 September 2025" in page.content
    assert f"?as_of={D}".encode() in page.content


def test_the_scorecard_is_named_with_its_version_and_note(client: Client) -> None:
    customer = slid()
    assert "By hand, version 1, published 1 October 2025. For the tests" in text_of(client, customer.get_absolute_url())


def test_the_points_view_is_there_where_a_measure_has_a_par(client: Client) -> None:
    measures = [{"metric": "csat", "weight": 1, "curve": [[1, 0], [5, 100]], "par": 100}]
    live(components=[{"key": "pleased", "label": "Pleased", "weight": 1, "measures": measures}], caps=[])
    customer = make_customer()
    supply(customer, csat=4)
    score()
    assert "Base 100.0 100.0 CSAT −25.0 75.0 Health 75.0" in text_of(client, customer.get_absolute_url())


def test_out_of_scope_is_not_there(browse: Callable[[User], Client]) -> None:
    customer = slid()
    bob, charlie = make_user("Bob"), make_user("Charlie")
    give(customer, bob)
    assert browse(bob).get(customer.get_absolute_url()).status_code == 200
    assert browse(charlie).get(customer.get_absolute_url()).status_code == 404
    assert browse(bob).get(f"/customers/{customer.pk + 1}/").status_code == 404


@pytest.mark.parametrize("pk", ["0", "9" * 30, "abc", "%00", "-1"])
def test_a_strange_address_is_not_there(client: Client, pk: str) -> None:
    assert client.get(f"/customers/{pk}/").status_code == 404


def test_hostile_texts_stay_text(client: Client) -> None:
    live(title="<img src=x onerror=alert(1)>")
    customer = customer_at(60, name="</script><script>alert(1)</script>", industry="<b>x</b>")
    score()
    page = client.get(customer.get_absolute_url()).content.decode()
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "<b>x</b>" not in page


@pytest.mark.parametrize(("nights", "keys", "at_risk"), [(1, "I1 I4", True), (2, "I1 I4", False), (1, "I4", False)])
def test_who_is_at_risk_stays_so_until_the_indicators_have_cleared(
    client: Client, nights: int, keys: str, at_risk: bool
) -> None:
    """As the list of indicators on the same page: one that holds no more is open for one night longer."""
    live()
    customer = customer_at(60, on=D - timedelta(days=3))
    score(*[D - timedelta(days=days) for days in (3, 2, 1, 0)])
    bits = sum(one.bit for one in entries("indicator") if one.key in keys.split())
    ScoreRecord.objects.filter(run__as_of__lte=D - timedelta(days=nights)).update(indicators=bits)
    text = text_of(client, customer.get_absolute_url())
    assert ("At risk by 2 leading indicators" in text) is at_risk
    assert ("Leading: trouble that may come" in text) is (nights == 1)


def queries(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        client.get(address)
    return len(captured)


def test_the_number_of_queries_does_not_grow_with_the_days(client: Client) -> None:
    customer = slid()
    few = queries(client, customer.get_absolute_url())
    score(*[D - timedelta(days=n) for n in range(1, 12)])
    assert queries(client, customer.get_absolute_url()) == few <= 20
