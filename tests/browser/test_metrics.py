"""The journey of a metric in a real browser: its source chosen, tried, made, seen and retired."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

from accounts.models import Ticket
from scoring.models import CustomMetric
from tests.browser.test_pages import EVERY_LOOK, log_in
from tests.cast import make_row, make_user
from tests.healthsite.pages.world import D, customer_at, live, score
from tests.scoring.builders import noon
from tests.servers.chromium import assert_accessible

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def making(page: Page, live_server: Any) -> Page:
    """Ada with the first step of a new metric: after a night; Best has two escalated tickets."""
    live()
    best = customer_at(90, name="Best")
    for _ in range(2):
        make_row(Ticket, best, opened_at=noon(D), escalated=True)
    score(D)
    log_in(page, live_server.url, make_user("Ada", "admin"))
    page.goto(f"{live_server.url}/metrics/")
    page.get_by_role("link", name="Make a metric").click()
    return page


def fill(page: Page) -> None:
    """The form of a metric of tickets."""
    page.get_by_label("Which rows").select_option(label="Tickets")
    page.get_by_role("button", name="Go on").click()
    page.get_by_label("Name").fill("Angry tickets")
    page.get_by_label("Key, for rules and files").fill("angry_tickets")
    page.get_by_label("Unit").fill("tickets")
    page.get_by_label("What it says, in a sentence").fill("Escalated tickets.")
    group = page.get_by_role("group", name="Only rows for which")
    group.get_by_label("Column").first.select_option(label="escalated")
    group.get_by_label("Value").first.fill("yes")


def test_an_admin_makes_a_metric_tries_it_and_sees_it(making: Page) -> None:
    fill(making)
    making.get_by_role("button", name="Try it").last.click()
    making.get_by_text("1 of 1 customers have a value.").wait_for()
    assert making.get_by_role("row", name="Best").inner_text().startswith("Best")
    assert not CustomMetric.objects.exists()
    making.get_by_role("button", name="Make it").click()
    making.get_by_text("Made Angry tickets.").wait_for()
    assert making.get_by_text("Number of tickets where escalated is yes").is_visible()
    making.get_by_label("Reason to retire it").fill("Nobody looks")
    making.get_by_role("button", name="Retire it").click()
    making.get_by_text("is retired. Scores that were made by it stay.").wait_for()


@EVERY_LOOK
def test_the_pages_are_accessible(making: Page, live_server: Any) -> None:
    fill(making)
    making.get_by_role("button", name="Try it").last.click()
    making.get_by_text("1 of 1 customers have a value.").wait_for()
    assert_accessible(making)
    for address in ("/metrics/", "/metrics/nps/"):
        making.goto(f"{live_server.url}{address}")
        assert_accessible(making)
