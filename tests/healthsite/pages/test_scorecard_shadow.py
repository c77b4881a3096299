"""The comparison of a shadow with the live version as a page and as CSV."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from healthsite.pages.scorecards.shadow import drawing
from scoring.models import Purpose, ScorecardVersion
from scoring.running import complete, open_run
from scoring.scorecards.publishing import publish
from scoring.scorecards.shadowing import Line, start_shadow
from tests.cast import make_customer, make_user
from tests.healthsite.pages.test_portfolio import text_of
from tests.healthsite.pages.world import D, customer_at, definition, live, supply

pytestmark = pytest.mark.django_db
Browse = Callable[[User], Client]
DAY = timedelta(days=1)


@pytest.fixture
def shadow(admin: User) -> ScorecardVersion:
    """Outcomes weigh four times as much as Satisfaction."""
    live()
    components = definition()["components"]
    components[0]["weight"] = 10
    return start_shadow(version=publish(definition(components=components)), by=admin, note="Try it")


def night(shadow: ScorecardVersion, on: Any = D) -> None:
    complete(open_run(on, Purpose.NIGHTLY, ScorecardVersion.objects.get(use="live")))
    complete(open_run(on, Purpose.SHADOW, shadow))


def address(version: ScorecardVersion, page: str = "shadow/") -> str:
    return f"/scorecards/{version.pk}/{page}"


def test_it_says_how_many_nights_are_done_and_who_differs(client: Client, shadow: ScorecardVersion) -> None:
    """100 and 20: 68 live, 36 in shadow. 60 and 60 is 60 by both."""
    far = make_customer("Far")
    supply(far, D, csat=5, nps=100, goal_attainment=20)
    customer_at(60)
    night(shadow)
    answer = client.get(address(shadow))
    assert "30 nights are enough to judge, 1 done; held against by-hand v1" in text_of(client, address(shadow))
    assert [customer.name for _, customer, _ in answer.context["rows"]] == ["Far"]


def test_the_csv_has_everybody(client: Client, shadow: ScorecardVersion) -> None:
    customer_at(60, external_id="C-same")
    night(shadow)
    answer = client.get(address(shadow, "shadow.csv"))
    _, row = b"".join(answer).decode().splitlines()
    assert row.startswith("C-same,")
    assert row.endswith(",60.0,60.0,0.0,Fair,Fair,")


def test_before_the_first_night_it_says_when_it_begins(client: Client, shadow: ScorecardVersion) -> None:
    assert "from 1 October 2025 on" in text_of(client, address(shadow))
    published = ScorecardVersion.objects.get(use="live")
    assert "This version does not run in shadow" in text_of(client, address(published))


def test_an_admin_makes_it_live_from_here(client: Client, browse: Browse, shadow: ScorecardVersion) -> None:
    customer_at(60)
    night(shadow)
    assert f"/scorecards/{shadow.pk}/restore/" in client.get(address(shadow)).content.decode()
    assert browse(make_user("Mel", "manager")).get(address(shadow)).context["form"] is None


@pytest.mark.parametrize(("role", "status"), [("csm", 403), ("viewer", 403), ("executive", 403), ("manager", 200)])
@pytest.mark.parametrize("path", ["shadow/", "shadow.csv"])
def test_managers_look_and_others_do_not(
    browse: Browse, shadow: ScorecardVersion, role: str, status: int, path: str
) -> None:
    assert browse(make_user("Eve", role)).get(address(shadow, path)).status_code == status


def test_the_line_is_drawn_from_the_oldest_night_to_the_newest() -> None:
    """Two points with a spread of two: four is the upper end."""
    lines = [
        Line(D, 5, 1, 2, 2, 1, 1),
        Line(D - DAY, 5, 1, 0, 2, 1, 1),
        Line(D - 2 * DAY, 0, None, None, None, None, 1),
    ]
    found = drawing(lines)
    assert found is not None
    assert (found.most, found.mean) == (4, "0.00,20.00 100.00,10.50")
    assert drawing(lines[:1]) is None


@pytest.mark.parametrize("customers", [2, 20])
def test_queries_do_not_grow(
    client: Client, shadow: ScorecardVersion, customers: int, django_assert_max_num_queries: Any
) -> None:
    for n in range(customers):
        supply(make_customer(), D - DAY, csat=5, nps=100, goal_attainment=20 + n)
    night(shadow, D - DAY)
    night(shadow)
    with django_assert_max_num_queries(20):
        client.get(address(shadow))
