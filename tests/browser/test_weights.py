"""The journey of a weight in a real browser: drafted, typed, refused, previewed, agreed to, and used by the night."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

from accounts.models import User
from scoring.models import Purpose, ScorecardVersion
from scoring.past.rescoring import official_version, refresh_current
from scoring.running import complete, open_run
from scoring.scorecards.drafting import make_draft
from tests.browser.test_pages import EVERY_LOOK, log_in
from tests.cast import make_customer, make_user
from tests.healthsite.pages.world import D, live, supply
from tests.servers.chromium import assert_accessible

pytestmark = pytest.mark.django_db(transaction=True)
ADDRESS = "/admin/scoring/scorecardversion/"
FIRST = "Satisfaction, weight"


@pytest.fixture
def ada() -> User:
    """An admin; and Halden, whose 90 and 20 points make 62 by the live version and 34 by 10 to 40."""
    live()
    supply(make_customer("Halden", arr=5000), D, csat=4.6, nps=80, goal_attainment=20)
    refresh_current(D)
    return make_user("Ada", "admin")


def shares(page: Page) -> list[str]:
    """What the page shows as shares of the score, from the top."""
    told = page.locator("[data-component-share], [data-share]").all_inner_texts()
    return [share.replace("\u00a0", " ") for share in told]


def test_a_weight_goes_from_a_draft_into_the_next_night(page: Page, live_server: Any, ada: User) -> None:
    log_in(page, live_server.url, ada)
    page.goto(live_server.url + ADDRESS)
    page.get_by_role("link", name="by-hand v1").click()
    page.get_by_role("button", name="Make a draft").click()
    page.get_by_label(FIRST).fill("-5")
    page.get_by_role("button", name="Save", exact=True).click()
    assert "Satisfaction, weight is '-5'; give a number from 0" in page.get_by_role("alert").inner_text()
    page.get_by_label(FIRST).fill("10")
    page.get_by_role("button", name="Save and preview").click()
    row = page.get_by_role("row").filter(has_text="Halden")
    assert row.locator("td").all_inner_texts()[:4] == ["Fair", "62.0", "Poor", "34.0"]
    page.get_by_label("Note").fill("Outcomes matter more")
    page.get_by_role("button", name="Publish").click()
    page.get_by_text("Waits for a second person").wait_for()
    log_in(page, live_server.url, make_user("Bea", "admin"))
    page.reload()
    page.get_by_role("button", name="Agree").click()
    page.get_by_text("Agreed: by-hand v2 is live.").wait_for()
    run = complete(open_run(D, Purpose.NIGHTLY, official_version(D)))
    assert run.version.number == 2
    assert run.records.get().score == pytest.approx(34)


def test_shares_follow_what_is_typed(page: Page, live_server: Any, ada: User) -> None:
    draft = make_draft(version=ScorecardVersion.objects.get(), by=ada)
    log_in(page, live_server.url, ada)
    page.goto(f"{live_server.url}{ADDRESS}{draft.pk}/change/")
    before = shares(page)
    page.get_by_label(FIRST).fill("10")
    assert (before[0], shares(page)) == ("60.0 %", ["20.0 %", "10.0 %", "10.0 %", "80.0 %", "80.0 %"])
    page.get_by_label("CSAT (of 5), weight").fill("150")
    assert shares(page)[1:3] == ["15.0 %", "5.0 %"]
    page.get_by_label(FIRST).fill("-1")
    assert shares(page)[0] == "–"
    assert page.get_by_text("Shares show once every weight is a number of 0 or more").is_visible()


def test_what_is_typed_reads_as_it_does_after_saving(page: Page, live_server: Any, ada: User) -> None:
    draft = make_draft(version=ScorecardVersion.objects.get(), by=ada)
    log_in(page, live_server.url, ada)
    page.goto(f"{live_server.url}{ADDRESS}{draft.pk}/change/")
    page.get_by_label(FIRST).fill("7.77")
    page.get_by_label("CSAT (of 5), weight").fill("3")
    typed = shares(page)
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("Saved by-hand v2").wait_for()
    assert shares(page) == typed


@EVERY_LOOK
def test_versions_and_previews_are_accessible(page: Page, live_server: Any, ada: User) -> None:
    draft = make_draft(version=ScorecardVersion.objects.get(), by=ada)
    log_in(page, live_server.url, ada)
    version = ScorecardVersion.objects.get(use="live")
    for address in (f"{version.pk}/change/", f"{draft.pk}/change/", f"{draft.pk}/preview/"):
        page.goto(f"{live_server.url}{ADDRESS}{address}")
        assert_accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{address} runs off the screen"


def test_weights_are_changed_without_scripts(browser: Any, live_server: Any, ada: User) -> None:
    draft = make_draft(version=ScorecardVersion.objects.get(), by=ada)
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    log_in(page, live_server.url, ada)
    page.goto(f"{live_server.url}{ADDRESS}{draft.pk}/change/")
    page.get_by_label(FIRST).fill("10")
    page.get_by_role("button", name="Save", exact=True).click()
    assert shares(page)[0] == "20.0 %"
    context.close()
