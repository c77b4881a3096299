"""One day of the demo workspace in a real browser, by each of the three who can log in to it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from playwright.sync_api import Page, expect

from accounts.models import Customer, Interaction
from healthsite.demo import history
from healthsite.demo.logins import DEMO_LOGINS, DEMO_PASSWORD
from healthsite.demo.stories import TERRITORY
from playbooks.models import Play, Task
from scoring.models import Purpose, Run, ScoreRecord
from scoring.past.rescoring import official_version
from scoring.running import complete, open_run
from tests.browser.test_journeys import section
from tests.healthsite.demo.telling import LAST, make, silently

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.process]
DAY = timedelta(days=1)
EMAILS = dict(DEMO_LOGINS)


@pytest.fixture(autouse=True)
def _demo(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A customer of each story after six weeks of nights, on the morning after the last."""
    monkeypatch.setattr(history, "NIGHTS", 39)  # one below what other processes would be started for
    with time_machine.travel(datetime(2026, 3, 5, 8, tzinfo=UTC), tick=True):
        history.score_history(make(TERRITORY + 1, days=160), say=silently)
        yield


def log_in(page: Page, base: str, role: str) -> None:
    page.context.clear_cookies()
    page.goto(base)
    page.get_by_label("Email").fill(EMAILS[role])
    page.get_by_label("Password").fill(DEMO_PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_load_state()


def test_a_csm_a_manager_and_an_admin_do_their_day(page: Page, live_server: Any) -> None:
    log_in(page, live_server.url, "CSM")
    look_into_the_first_customer(page)
    log_a_call(page)
    complete_a_task(page, live_server.url)
    log_in(page, live_server.url, "Manager")
    hand_over(page, start_a_plan(page))
    log_in(page, live_server.url, "Admin")
    publish_another_weight(page, live_server.url)
    the_next_night_uses_it()


def look_into_the_first_customer(page: Page) -> None:
    first = section(page, "Do first").get_by_role("listitem").first.get_by_role("link").first
    name = first.inner_text()
    first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    expect(section(page, "What changed")).to_contain_text(re.compile(r"From [\d.]+ to [\d.]+"))


def log_a_call(page: Page) -> None:
    page.wait_for_load_state()
    page.get_by_role("link", name="Log", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Kind").select_option("Call")
    dialog.get_by_label("What it was about").fill("Went through what has changed")
    dialog.get_by_role("button", name="Log").click()
    page.get_by_text("Went through what has changed").first.wait_for()
    logged = Interaction.objects.filter(subject="Went through what has changed", author__email=EMAILS["CSM"])
    assert [one.kind for one in logged] == ["call"]


def complete_a_task(page: Page, base: str) -> None:
    page.goto(f"{base}/tasks/")
    button = page.get_by_role("button", name=re.compile("^Complete ")).first
    title = (button.get_attribute("aria-label") or button.inner_text()).removeprefix("Complete ")
    button.click()
    page.get_by_text(f"Completed: {title}").wait_for()
    done = Task.objects.filter(
        title=title, finished_by__email=EMAILS["CSM"], finished_at__gte=datetime(2026, 3, 5, tzinfo=UTC)
    )
    assert done.count() == 1


def start_a_plan(page: Page) -> Play:
    red = section(page, "Red and nobody on it").get_by_role("link", name=re.compile("^Start plan for ")).first
    red.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("radio").and_(dialog.locator(":enabled")).first.check()
    dialog.get_by_role("button", name="Start plan").click()
    page.get_by_text(re.compile("^Plan “.*” started for ")).wait_for()
    return Play.objects.get(started_by__email=EMAILS["Manager"], started_at__gte=datetime(2026, 3, 5, tzinfo=UTC))


def hand_over(page: Page, play: Play) -> None:
    task = play.tasks.exclude(assignee__email=EMAILS["Manager"]).order_by("step")[0]
    page.goto(page.url.rstrip("/") + task.get_absolute_url())
    page.get_by_text("Give to somebody else").first.click()
    page.get_by_label("Give it to").select_option("Maren Okafor")
    page.get_by_role("button", name="Give to somebody else").click()
    page.get_by_text(re.compile("^Given to somebody else")).wait_for()
    task.refresh_from_db()
    assert task.assignee.email == EMAILS["Manager"]


def publish_another_weight(page: Page, base: str) -> None:
    page.goto(f"{base}/admin/scoring/scorecardversion/")
    page.get_by_role("link", name="framework-002 v1").click()
    page.get_by_role("button", name="Make a draft").click()
    page.get_by_label("Product usage, weight").fill("60")
    page.get_by_role("button", name="Save and preview").click()
    page.get_by_label("Note").fill("Use says more than we thought")
    page.get_by_role("button", name="Publish").click()
    page.get_by_text("Published framework-002 v3. It is live").wait_for()


def the_next_night_uses_it() -> None:
    before = Run.objects.get(purpose=Purpose.NIGHTLY, as_of=LAST)
    night = complete(open_run(LAST + DAY, Purpose.NIGHTLY, official_version(LAST + DAY)))
    assert (before.version.number, night.version.number) == (1, 3)  # the demo has a draft of its own
    versions = ScoreRecord.objects.filter(run__purpose=Purpose.NIGHTLY).values_list("run__as_of", "version__number")
    assert {number for day, number in versions if day <= LAST} == {1}
    assert Customer.objects.filter(score_records__run=night).exists()
