"""Logging and making tasks in a dialog, from a row or a page, by mouse and by key."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from accounts.models import Interaction, User
from tests.browser.test_pages import log_in
from tests.cast import give, make_customer, make_user
from tests.servers.chromium import assert_accessible

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def bob() -> User:
    bob = make_user("Bob")
    for name in ("Anvil", "Bellows"):
        give(make_customer(name), bob)
    return bob


@pytest.fixture
def listing(page: Page, live_server: Any, bob: User) -> Page:
    """Bob's customers by name."""
    log_in(page, live_server.url, bob)
    page.goto(f"{live_server.url}/customers/?order=name")
    return page


def heading(page: Page) -> str:
    return page.get_by_role("dialog").get_by_role("heading").inner_text()


def test_n_logs_with_the_customer_of_the_row_and_stays_on_the_page(listing: Page) -> None:
    listing.keyboard.press("j")
    listing.keyboard.press("j")
    listing.keyboard.press("n")
    listing.get_by_label("What it was about").fill("Spoke about the renewal")
    assert heading(listing) == "Log with Bellows"
    assert_accessible(listing)
    listing.get_by_role("dialog").get_by_role("button", name="Log").click()
    listing.get_by_text("Logged with Bellows: Spoke about the renewal.").wait_for()
    assert listing.url.endswith("/customers/?order=name")
    assert Interaction.objects.get().customer.name == "Bellows"


def test_what_is_wrong_is_said_in_the_dialog_and_has_the_focus(browser: Browser, live_server: Any, bob: User) -> None:
    # A browser of its own: Chromium writes every 422 into the console, which a page of ours is else held to keep empty.
    context = browser.new_context()
    page = context.new_page()
    log_in(page, live_server.url, bob)
    page.goto(f"{live_server.url}/customers/?order=name")
    page.keyboard.press("n")
    page.keyboard.press("j")
    page.keyboard.press("n")
    page.get_by_label("What it was about").fill("Later")
    page.get_by_label("When").fill("2199-01-01T10:00")
    page.get_by_role("dialog").get_by_role("button", name="Log").click()
    page.get_by_text("2199 is out of reach").wait_for()
    assert page.evaluate("document.activeElement.name") == "at"
    assert page.get_by_label("What it was about").input_value() == "Later"
    context.close()


def test_escape_closes_it_and_gives_the_focus_back(listing: Page) -> None:
    listing.get_by_role("link", name="Log with Anvil").focus()
    listing.keyboard.press("Enter")
    listing.get_by_label("What it was about").wait_for()
    listing.keyboard.press("Escape")
    assert not listing.get_by_role("dialog").is_visible()
    assert listing.evaluate("document.activeElement.textContent") == "Log with Anvil"


def test_cancel_closes_it_and_writes_nothing(listing: Page) -> None:
    listing.get_by_role("link", name="Log with Anvil").click(force=True)
    listing.get_by_role("link", name="Cancel").click()
    assert not listing.get_by_role("dialog").is_visible()
    assert listing.url.endswith("/customers/?order=name")
    assert not Interaction.objects.exists()


def test_t_makes_a_task_for_the_customer_of_the_page(listing: Page) -> None:
    listing.get_by_role("link", name="Anvil", exact=True).click()
    listing.get_by_role("heading", name="Anvil", level=1).wait_for()
    listing.get_by_role("button", name="Keyboard").wait_for()  # the script that shows it listens to keys
    listing.keyboard.press("t")
    listing.get_by_role("dialog").get_by_role("heading", name="New task for Anvil").wait_for()


def test_without_scripts_it_is_a_page(browser: Browser, live_server: Any, bob: User) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    log_in(page, live_server.url, bob)
    page.goto(f"{live_server.url}/customers/?order=name")
    page.get_by_role("link", name="Log with Anvil").focus()
    page.keyboard.press("Enter")
    page.get_by_label("What it was about").fill("By hand")
    page.get_by_role("button", name="Log", exact=True).click()
    page.get_by_text("Logged with Anvil: By hand.").wait_for()
    context.close()
