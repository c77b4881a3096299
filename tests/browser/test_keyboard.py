"""The keyboard: help, walking over rows, going places, and switching single letters off."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

from accounts.models import Customer, User
from tests.browser.test_pages import log_in
from tests.cast import give, make_customer, make_user
from tests.servers.chromium import assert_accessible

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def bob() -> User:
    bob = make_user("Bob")
    for name in ("Anvil", "Bellows", "Crucible"):
        give(make_customer(name), bob)
    return bob


@pytest.fixture
def listing(page: Page, live_server: Any, bob: User) -> Page:
    """Bob's customers by name."""
    log_in(page, live_server.url, bob)
    page.goto(f"{live_server.url}/customers/?order=name")
    return page


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.textContent.trim()"))


def test_j_and_k_walk_over_the_rows_and_stop_at_the_ends(listing: Page) -> None:
    walked = []
    for key in "jjkkjjj":
        listing.keyboard.press(key)
        walked.append(focused(listing))
    assert walked == ["Anvil", "Bellows", "Anvil", "Anvil", "Bellows", "Crucible", "Crucible"]


def test_the_help_opens_and_gives_the_focus_back(listing: Page) -> None:
    listing.keyboard.press("j")
    listing.keyboard.press("?")
    assert listing.get_by_role("dialog").is_visible()
    assert_accessible(listing)
    listing.keyboard.press("Escape")
    assert not listing.get_by_role("dialog").is_visible()
    assert focused(listing) == "Anvil"


def test_single_letters_can_be_switched_off_and_stay_off(listing: Page) -> None:
    listing.get_by_role("button", name="Keyboard").click()
    listing.get_by_label("Switch single letters off").check()
    listing.get_by_role("button", name="Close").click()
    listing.reload()
    listing.keyboard.press("j")
    assert focused(listing) != "Anvil"


def test_typing_in_the_search_field_is_only_typing(listing: Page) -> None:
    listing.keyboard.press("/")
    listing.keyboard.type("jk?g")
    assert listing.get_by_label("Search").input_value() == "jk?g"
    assert not listing.get_by_role("dialog").is_visible()


def test_g_and_c_go_to_the_customers_from_anywhere(listing: Page, live_server: Any) -> None:
    listing.goto(live_server.url + Customer.objects.get(name="Anvil").get_absolute_url())
    listing.keyboard.press("g")
    listing.keyboard.press("c")
    listing.wait_for_url(f"{live_server.url}/customers/")


def test_a_filter_leaves_a_short_address(listing: Page, live_server: Any) -> None:
    listing.get_by_label("Search").fill("bell")
    listing.keyboard.press("Enter")
    listing.wait_for_url(f"{live_server.url}/customers/?q=bell&order=name")
    assert listing.locator("[data-row]").count() == 1


def test_the_content_can_be_skipped_to(listing: Page) -> None:
    listing.keyboard.press("Tab")
    assert focused(listing) == "Skip to the content"
    listing.keyboard.press("Enter")
    assert listing.evaluate("document.activeElement.id") == "content"
