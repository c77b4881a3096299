"""The chart of the deep dive: what it draws, in which colours, and where it marks another scorecard."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page

from accounts.models import Customer
from tests.browser.test_pages import log_in
from tests.cast import make_user
from tests.healthsite.pages.world import D, customer_at, live, score

pytestmark = pytest.mark.django_db(transaction=True)
CHART = "Chart.getChart(document.querySelector('canvas'))"


@pytest.fixture
def halden() -> Customer:
    """Three nights, the last of them by another version of the scorecard."""
    live()
    halden = customer_at(80, on=D - timedelta(days=2), name="Halden")
    score(D - timedelta(days=2), D - timedelta(days=1))
    live(min_coverage=0.4)
    score(D)
    return halden


@pytest.fixture
def dive(page: Page, live_server: Any, halden: Customer) -> Page:
    """Halden's page with its chart drawn."""
    log_in(page, live_server.url, make_user("Ada", "admin"))
    page.goto(live_server.url + halden.get_absolute_url())
    page.wait_for_function(CHART)
    return page


def colour(page: Page, token: str) -> str:
    return str(page.evaluate(f"getComputedStyle(document.documentElement).getPropertyValue('{token}').trim()"))


def test_thresholds_are_lines_in_the_colours_of_their_bands(dive: Page) -> None:
    lines = dive.evaluate(f"{CHART}.data.datasets.slice(1).map((one) => [one.label, one.data[0].y, one.borderColor])")
    assert lines == [["Fair", 50, colour(dive, "--fair")], ["Good", 75, colour(dive, "--good")]]


def test_another_version_is_marked_on_its_day(dive: Page) -> None:
    marks = dive.evaluate(f"{CHART}.options.plugins.notes.marks.map((one) => [one.x, one.label])")
    last = dive.evaluate(f"{CHART}.data.datasets[0].data.at(-1).x")
    assert marks == [[last, "by-hand v2"]]


def test_switching_to_dark_draws_it_again_in_the_other_colours(dive: Page) -> None:
    light = dive.evaluate(f"{CHART}.data.datasets[0].borderColor")
    dive.emulate_media(color_scheme="dark")
    dive.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    drawn = dive.evaluate(f"{CHART}.data.datasets[0].borderColor")
    assert drawn != light
    assert drawn == colour(dive, "--accent")


def test_the_chart_is_described_by_the_sentence_before_it(dive: Page) -> None:
    sentence = dive.locator("canvas").get_attribute("aria-label")
    assert sentence
    assert dive.locator(".headline").get_by_text(sentence).is_visible()


@pytest.mark.parametrize("viewport", [{"width": 320, "height": 640}])
def test_nothing_runs_off_a_narrow_screen(dive: Page) -> None:
    assert dive.evaluate("document.documentElement.scrollWidth") <= 320
