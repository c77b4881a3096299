"""Overriding a score, objecting to one and settling a disagreement, in a real browser."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Customer, User
from tests.browser.test_pages import log_in
from tests.cast import make_user
from tests.scoring.judgements.cast import pulse, scored
from tests.servers.chromium import assert_accessible

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def bob(transactional_db: None, morning: None) -> User:
    return make_user("Bob")


@pytest.fixture
def acme(bob: User) -> Customer:
    """60 points, yellow, and red in Bob's eyes."""
    customer = scored(60, bob, name="Acme")
    pulse(customer, bob)
    return customer


@pytest.fixture
def here(page: Page, live_server: Any, bob: User, acme: Customer) -> Page:
    """What people say about Acme, as Bob sees it."""
    log_in(page, live_server.url, bob)
    page.goto(f"{live_server.url}/customers/{acme.pk}/judgements/")
    return page


def test_a_csm_overrides_sees_the_automatic_score_beneath_and_ends_it(here: Page) -> None:
    here.get_by_role("link", name="Override", exact=True).click()
    dialog = here.get_by_role("dialog")
    dialog.get_by_label("Score").fill("80")
    dialog.get_by_label("Why").fill("They renewed for three years")
    dialog.get_by_role("button", name="Override").click()
    expect(here.get_by_text("Overridden to 80.0 until 31 October 2025: They renewed for three years")).to_be_visible()
    expect(here.get_by_text("Automatic: 60.0")).to_be_visible()
    assert_accessible(here)
    here.get_by_role("button", name="End the override").click()
    expect(here.get_by_text("No override is in force.")).to_be_visible()


def test_a_disagreement_is_settled_from_the_desk(here: Page, live_server: Any) -> None:
    here.goto(f"{live_server.url}/disagreements/")
    assert_accessible(here)
    here.get_by_role("link", name="Settle the disagreement about Acme").click()
    dialog = here.get_by_role("dialog")
    dialog.get_by_label("Verdict").select_option("data")
    dialog.get_by_label("Why").fill("Half of the tickets are missing")
    dialog.get_by_role("button", name="Settle").click()
    expect(here.get_by_role("heading", name="No disagreement is open")).to_be_visible()
    here.get_by_role("link", name="Settled").click()
    expect(here.get_by_text("Half of the tickets are missing")).to_be_visible()
