"""The tests' own instruments: a page that breaks a rule is caught, and nothing leaves this machine."""

from __future__ import annotations

import socket

import pytest
from django.db import connection
from playwright.sync_api import Browser, Page, ViewportSize

from tests.servers.chromium import assert_accessible, record_errors
from tests.servers.worker import database_url_of

WHOLE = "<!doctype html><html lang=en><title>A page</title><main><h1>A page</h1></main></html>"


def test_a_sound_page_is_accessible(page: Page) -> None:
    page.set_content(WHOLE)
    assert_accessible(page)


def test_a_broken_rule_is_named_with_its_element(page: Page) -> None:
    page.set_content(WHOLE.replace("<h1>", '<img src="data:," id="bare"><h1>'))
    with pytest.raises(AssertionError, match=r'image-alt \(critical\)[^$]*<img src="data:," id="bare">'):
        assert_accessible(page)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param("<script>console.error('wrong')</script>", "wrong", id="console"),
        pytest.param("<script>nothing.at.all</script>", "nothing is not defined", id="exception"),
        pytest.param(
            "<meta http-equiv='Content-Security-Policy' content=\"script-src 'none'\"><script>1</script>",
            "Content Security Policy",
            id="policy",
        ),
    ],
)
def test_what_goes_wrong_in_a_page_is_heard(browser: Browser, content: str, expected: str) -> None:
    page = browser.new_page()
    errors = record_errors(page)
    page.set_content(content)
    page.close()
    assert len(errors) == 1
    assert expected in errors[0]


@pytest.mark.parametrize("colour_scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [{"width": 360, "height": 640}, {"width": 1280, "height": 800}])
def test_a_page_has_the_scheme_and_the_size_asked_for(page: Page, colour_scheme: str, viewport: ViewportSize) -> None:
    assert page.evaluate(f"matchMedia('(prefers-color-scheme: {colour_scheme})').matches")
    assert page.evaluate("[innerWidth, innerHeight]") == [viewport["width"], viewport["height"]]


def test_no_test_reaches_beyond_this_machine() -> None:
    with socket.socket() as stranger, pytest.raises(AssertionError, match="a test tried to reach"):
        stranger.connect(("192.0.2.1", 80))  # an address that documents use and nobody has


def test_another_process_is_told_the_tests_own_database(db: None) -> None:
    assert "test" in database_url_of(connection)
    assert str(connection.settings_dict["NAME"]) in database_url_of(connection)
