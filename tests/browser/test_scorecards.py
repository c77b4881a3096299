"""A scorecard in a real browser: its curves follow what is typed, a bad one is refused, two people publish it."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Dialog, Page

from accounts.models import User
from scoring.models import ScorecardVersion
from scoring.past.rescoring import refresh_current
from scoring.scorecards.drafting import make_draft
from scoring.scorecards.publishing import live_version
from tests.browser.test_pages import log_in
from tests.browser.test_weights import shares
from tests.cast import make_user
from tests.healthsite.pages.world import customer_at, live

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ada(morning: None) -> User:
    """An admin; and a customer at 60, Fair by the live version."""
    live()
    customer_at(60)
    refresh_current()
    return make_user("Ada", "admin")


@pytest.fixture
def draft(ada: User) -> ScorecardVersion:
    return make_draft(version=ScorecardVersion.objects.get(), by=ada)


def line(page: Page) -> str:
    return page.locator("[data-line] polyline").first.get_attribute("points") or ""


def test_curve_and_shares_follow_what_is_typed(
    page: Page, live_server: Any, ada: User, draft: ScorecardVersion
) -> None:
    log_in(page, live_server.url, ada)
    page.goto(f"{live_server.url}/scorecards/{draft.pk}/")
    before = line(page)
    page.get_by_label("Satisfaction › CSAT (of 5), curve, point 1, points").fill("50")
    assert (before.split()[0], line(page).split()[0]) == ("24,86", "24.00,46.00")
    page.get_by_label("Satisfaction, weight", exact=True).fill("10")
    assert shares(page)[0] == "20.0 %"


def test_a_page_with_something_unsaved_is_not_left_without_a_question(
    page: Page, live_server: Any, ada: User, draft: ScorecardVersion
) -> None:
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    log_in(page, live_server.url, ada)
    address = f"{live_server.url}/scorecards/{draft.pk}/"
    page.goto(address)
    page.get_by_role("link", name="Preview and publish").click()
    page.wait_for_url("**/preview/")
    page.goto(address)
    page.get_by_label("Satisfaction, weight", exact=True).fill("10")
    page.get_by_role("link", name="Preview and publish").click(no_wait_after=True)
    page.wait_for_timeout(500)
    assert (asked, page.url) == (["beforeunload"], address)
    page.get_by_role("button", name="Add a band").click()
    page.get_by_text("Changed here only").wait_for()
    page.get_by_role("link", name="What differs").click(no_wait_after=True)
    page.wait_for_timeout(500)
    assert len(asked) == 2
    page.get_by_role("link", name="Drop what is not saved").click()
    page.get_by_label("Band 4").wait_for(state="detached")
    page.get_by_label("Satisfaction, weight", exact=True).fill("10")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("Saved by-hand v2").wait_for()
    page.get_by_role("link", name="What differs").click()
    page.wait_for_url("**/differences/")
    assert len(asked) == 2


def test_a_bad_draft_is_refused_at_its_place_and_a_good_one_published_by_two(
    page: Page, live_server: Any, ada: User, draft: ScorecardVersion
) -> None:
    log_in(page, live_server.url, ada)
    address = f"{live_server.url}/scorecards/{draft.pk}/"
    page.goto(address)
    page.get_by_label("Band 2 (Fair), lower bound").fill("80")
    page.get_by_role("button", name="Save", exact=True).click()
    assert (
        "Band 3 (Good), lower bound is 75.0; give more than the band before it, 80"
        in page.get_by_role("alert").first.inner_text()
    )
    page.get_by_label("Band 2 (Fair), lower bound").fill("61")
    page.get_by_role("button", name="Save and preview").click()
    page.get_by_label("Why").fill("Stricter")
    page.get_by_role("button", name="Publish").click()
    page.get_by_text("not published yet").wait_for()
    page.context.clear_cookies()
    log_in(page, live_server.url, make_user("Bea", "admin"))
    page.goto(address)
    page.get_by_role("button", name="Agree").click()
    page.get_by_text("Agreed: by-hand v2 is live.").wait_for()
    assert live_version() == draft
