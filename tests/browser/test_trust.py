"""Four journeys by which a score comes to be trusted: it is shaped, doubted, sorted anew and looked back at."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from scoring.definitions import forget
from scoring.models import Backfill, Definition, Purpose, Run, ScorecardVersion
from scoring.past.backfills import advance, due
from scoring.past.rescoring import official_version
from scoring.running import complete, open_run
from scoring.scorecards.publishing import live_version
from tests.browser.test_journeys import section
from tests.browser.test_pages import log_in
from tests.browser.workday import DAY, Workday
from tests.cast import make_user
from tests.healthsite.pages.world import D

pytestmark = pytest.mark.django_db(transaction=True)
KESTREL, DELFT = "Kestrel Retail", "Delft Instruments"
POINT, WEIGHT = "Satisfaction › CSAT (of 5), curve, point 2, points", "Satisfaction, weight"


@pytest.fixture(autouse=True)
def _library() -> Iterator[None]:
    """What a journey changes in the vocabularies is read anew by the next test."""
    yield
    forget()


def next_night() -> Run:
    """The night after the last, by the version that is live by now."""
    return complete(open_run(D + DAY, Purpose.NIGHTLY, official_version(D + DAY)))


def row(within: Page | Locator, text: str) -> Locator:
    return within.get_by_role("row").filter(has_text=text).first


def test_two_admins_change_a_curve_and_a_weight_and_the_next_night_tells_by_how_much(
    page: Page, live_server: Any, workday: Workday
) -> None:
    log_in(page, live_server.url, workday.people["Ada"])
    page.goto(f"{live_server.url}/scorecards/{ScorecardVersion.objects.get().pk}/")
    page.get_by_role("button", name="Make a draft").click()
    type_a_point_and_a_weight(page)
    page.get_by_role("button", name="Save and preview").click()
    look_at_what_would_move(page)
    draft = ScorecardVersion.objects.get(status="draft")
    page.get_by_label("Why").fill("Only who is wholly satisfied stays")
    page.get_by_role("button", name="Publish").click()
    page.get_by_text("not published yet").wait_for()
    page.context.clear_cookies()
    log_in(page, live_server.url, make_user("Bea", "admin"))
    page.goto(f"{live_server.url}/scorecards/{draft.pk}/")
    page.get_by_role("button", name="Agree").click()
    page.get_by_text("Agreed: by-hand v2 is live.").wait_for()
    assert live_version() == draft
    assert next_night().version == draft
    page.goto(f"{live_server.url}{workday.customers[KESTREL].get_absolute_url()}?as_of={D + DAY}&against={D}")
    expect(section(page, "What changed")).to_contain_text(re.compile("weighed differently .*by by-hand v2"))


def type_a_point_and_a_weight(page: Page) -> None:
    """The drawn curve and the shares follow before anything is saved."""
    lines, share = page.locator("[data-line] polyline"), page.locator("[data-component-share]").first
    before = [one.get_attribute("points") for one in lines.all()], share.inner_text()
    page.get_by_label(POINT).fill("20")
    page.get_by_label(WEIGHT, exact=True).fill("100")
    expect(share).not_to_have_text(before[1])
    assert [one.get_attribute("points") for one in lines.all()] != before[0]


def look_at_what_would_move(page: Page) -> None:
    expect(row(section(page, "Customers"), KESTREL)).to_contain_text(re.compile("Good.*Fair", re.DOTALL))
    expect(section(page, "Bands").get_by_role("columnheader", name="ARR then")).to_be_visible()
    work = section(page, "Alerts and action plans")
    expect(work.get_by_role("table", name="Alerts")).to_be_visible()
    expect(work.get_by_text(re.compile(r"^\d+ tasks, \d+ hours"))).to_be_visible()


def test_a_csm_doubts_a_score_and_a_manager_settles_it(page: Page, live_server: Any, workday: Workday) -> None:
    delft = workday.customers[DELFT]
    log_in(page, live_server.url, workday.people["Ines"])
    page.goto(live_server.url + delft.get_absolute_url())
    sure = section(page, "How sure?")
    expect(sure).to_contain_text("plausible weighting")
    sure.get_by_role("link", name="The way to the next band").click()
    expect(section(page, "What would lift it")).to_contain_text(re.compile("Good|Fair"))
    page.goto(f"{live_server.url}/customers/{delft.pk}/judgements/")
    override_it(page)
    page.get_by_role("link", name="This score is wrong").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("It should be").select_option("green")
    dialog.get_by_label("Why").fill("They renewed for three years yesterday")
    dialog.get_by_role("button", name="Object").click()
    expect(section(page, "“This score is wrong”")).to_contain_text("They renewed for three years yesterday")
    settle_it(page, live_server.url, workday)


def override_it(page: Page) -> None:
    page.get_by_role("link", name="Override", exact=True).first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Score").fill("70")
    dialog.get_by_label("Why").fill("The survey went to the wrong people")
    dialog.get_by_role("button", name="Override").click()
    expect(page.get_by_text("Automatic: 60.0")).to_be_visible()
    expect(section(page, "The score")).to_contain_text("The survey went to the wrong people")


def settle_it(page: Page, base: str, workday: Workday) -> None:
    page.context.clear_cookies()
    log_in(page, base, workday.people["Maren"])
    page.goto(f"{base}/disagreements/?kind=objection")
    page.get_by_role("link", name=f"Settle the disagreement about {DELFT}").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Verdict").select_option("person")
    dialog.get_by_label("Why").fill("The contract is signed; the survey is old")
    dialog.get_by_role("button", name="Settle").click()
    expect(page.get_by_role("link", name=f"Settle the disagreement about {DELFT}")).to_have_count(0)
    page.get_by_role("link", name="Settled").click()
    expect(row(page, "The contract is signed; the survey is old")).to_contain_text(DELFT)


def test_a_segment_gets_another_rule_and_the_portfolio_follows_after_the_night(
    page: Page, live_server: Any, workday: Workday
) -> None:
    Definition.objects.filter(kind="segment", key="unclassified").update(is_active=False)  # nobody brings opportunities
    forget()
    log_in(page, live_server.url, workday.people["Ada"])
    page.goto(f"{live_server.url}/rules/segment/strategic/")
    rule = page.get_by_role("group", name="Rule")
    rule.get_by_label("Field").select_option(label="Score")
    rule.get_by_label("Comparison").select_option(label="is at least")
    rule.get_by_label("Value").fill("85")
    page.get_by_role("button", name="Try on last night").last.click()
    page.get_by_text("with this rule for 3.").wait_for()
    page.get_by_label("Reason for the change").fill("Those who do best get the reviews")
    page.get_by_role("button", name="Save").click()
    page.get_by_text(re.compile("^Saved ")).wait_for()
    in_segment = f"{live_server.url}/customers/?segment=strategic"
    page.goto(in_segment)
    expect(page.get_by_role("link", name="Corvo Textiles")).to_have_count(0)
    next_night()
    page.goto(in_segment)
    for name in ("Corvo Textiles", KESTREL, "Marlow Press"):
        expect(page.get_by_role("link", name=name, exact=True).first).to_be_visible()
    expect(page.get_by_role("link", name=DELFT, exact=True)).to_have_count(0)


def test_three_past_days_are_scored_as_asked_and_their_progress_is_seen(
    page: Page, live_server: Any, workday: Workday
) -> None:
    log_in(page, live_server.url, workday.people["Ada"])
    page.goto(f"{live_server.url}/runs/")
    page.get_by_label("First date").fill(str(D - timedelta(days=4)))
    page.get_by_label("Last date").fill(str(D - timedelta(days=2)))
    page.get_by_role("button", name="Score them").click()
    told = section(page, "Backfills")
    expect(told).to_contain_text("0 of 3 dates")
    asked = due()
    assert asked
    assert advance(asked)
    page.reload()
    expect(told).to_contain_text("3 of 3 dates")
    expect(told).to_contain_text("Done")
    assert Backfill.objects.get().by == workday.people["Ada"]
    runs = Run.objects.filter(purpose=Purpose.NIGHTLY, backfilled=True, as_of__range=(asked.first_on, asked.last_on))
    assert runs.filter(scored__gt=0, finished_at__isnull=False).count() == 3
