"""Every page in a real browser: accessible in light and dark, wide and narrow, and what it draws is what it says."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Page

from accounts.models import Customer, User
from scoring.backfilling import score_days
from scoring.rescoring import refresh_current
from tests.cast import give, make_customer, make_user
from tests.scoring.builders import D, customer_with_tickets, support_scorecard
from tests.servers.chromium import assert_accessible

pytestmark = pytest.mark.django_db(transaction=True)

EVERY_LOOK = pytest.mark.parametrize(
    ("colour_scheme", "viewport"),
    [(scheme, {"width": width, "height": 900}) for scheme in ("light", "dark") for width in (1400, 400)],
    ids=lambda value: value if isinstance(value, str) else str(value["width"]),
)
NIGHTS = 5


@pytest.fixture
def bob() -> User:
    return make_user("Bob")


@pytest.fixture
def acme(bob: User) -> Customer:
    """A customer with five nights of scores, beside one without any data."""
    support_scorecard()
    acme = customer_with_tickets(3, name="Acme <b>&</b> Sons", industry="Retail", employees=40)
    for customer in (acme, make_customer("Quiet")):
        give(customer, bob)
    list(score_days(D - timedelta(days=NIGHTS - 1), D))
    refresh_current(D)
    return acme


def log_in(page: Page, base: str, user: User) -> None:
    client = Client()
    client.force_login(user)
    page.context.add_cookies([{"name": "sid", "value": client.cookies["sid"].value, "url": base}])


@EVERY_LOOK
def test_the_login_is_accessible_and_lets_in(page: Page, live_server: Any, bob: User) -> None:
    page.goto(f"{live_server.url}/customers/")
    assert_accessible(page)
    page.get_by_label("Email").fill("bob@example.com")
    page.get_by_label("Password").fill("a-long-password")
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url("**/customers/")
    assert_accessible(page)  # a portfolio without any customer


@EVERY_LOOK
def test_the_portfolio_is_accessible_and_leads_to_the_customer(
    page: Page, live_server: Any, bob: User, acme: Customer
) -> None:
    log_in(page, live_server.url, bob)
    page.goto(f"{live_server.url}/customers/")
    assert_accessible(page)
    assert page.get_by_text("Not scored").first.is_visible()
    page.get_by_role("link", name="Acme <b>&</b> Sons").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Acme <b>&</b> Sons"


@EVERY_LOOK
def test_the_deep_dive_is_accessible_with_everything_unfolded(
    page: Page, live_server: Any, bob: User, acme: Customer
) -> None:
    log_in(page, live_server.url, bob)
    page.goto(live_server.url + acme.get_absolute_url())
    page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
    assert_accessible(page)


def test_the_chart_draws_what_its_table_says(page: Page, live_server: Any, bob: User, acme: Customer) -> None:
    log_in(page, live_server.url, bob)
    page.goto(live_server.url + acme.get_absolute_url())
    page.wait_for_function("Chart.getChart(document.querySelector('canvas'))")
    drawn = page.evaluate("Chart.getChart(document.querySelector('canvas')).data.datasets[0].data.map((one) => one.y)")
    page.get_by_text("Show data").click()
    rows = page.locator("[data-trend-table] tbody tr").all()
    written = [row.locator("td.num").inner_text() for row in rows]
    assert ["–" if score is None else f"{score:.1f}" for score in drawn] == written[::-1]
    assert written == ["76.0", "76.0", "–", "–", "–"]  # the tickets came on the last day but one


def test_a_customer_without_a_score_and_a_page_that_is_not_there_are_accessible(
    page: Page, live_server: Any, bob: User, acme: Customer
) -> None:
    log_in(page, live_server.url, bob)
    quiet = Customer.objects.get(name="Quiet")
    for address in (quiet.get_absolute_url(), f"{acme.get_absolute_url()}?as_of=2024-01-01", "/customers/0/"):
        page.goto(live_server.url + address)
        assert_accessible(page)


def test_the_keys_search_walk_and_open(page: Page, live_server: Any, bob: User, acme: Customer) -> None:
    log_in(page, live_server.url, bob)
    page.goto(f"{live_server.url}/customers/?order=name")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.name") == "q"
    page.keyboard.press("Escape")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{acme.get_absolute_url()}")


def test_pages_work_without_scripts(browser: Any, live_server: Any, bob: User, acme: Customer) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    log_in(page, live_server.url, bob)
    page.goto(f"{live_server.url}/customers/?q=acme")
    page.locator("[data-open]").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Acme <b>&</b> Sons"
    context.close()


def test_the_admin_opens_for_admins(page: Page, live_server: Any) -> None:
    log_in(page, live_server.url, make_user("Ada", "admin"))
    page.goto(f"{live_server.url}/admin/")
    assert page.get_by_role("heading", level=1).inner_text() == "Site administration"
