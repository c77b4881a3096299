"""The journey of a rule in a real browser: its rows changed, said, tried, refused and saved with a reason."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

from scoring.definitions import forget
from scoring.models import Definition
from tests.browser.test_pages import log_in
from tests.cast import make_user
from tests.healthsite.pages.world import D, customer_at, live, score
from tests.servers.chromium import assert_accessible

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def editing(page: Page, live_server: Any) -> Page:
    """Ada with the form of the segment Dormant: after a night on which Best scored 90 and Worst 10."""
    live()
    customer_at(90, name="Best")
    customer_at(10, name="Worst")
    score(D)
    Definition.objects.filter(kind="segment").exclude(key="dormant").update(is_active=False)
    forget()
    log_in(page, live_server.url, make_user("Ada", "admin"))
    page.goto(f"{live_server.url}/rules/segment/dormant/")
    return page


def test_a_segment_is_changed_tried_and_saved_with_a_reason(editing: Page, live_server: Any) -> None:
    rule = editing.get_by_role("group", name="Rule")
    rule.get_by_label("Field").select_option(label="Score")
    rule.get_by_label("Value").fill("50")
    rule.get_by_text("Score is 50").wait_for()
    rule.get_by_label("Comparison").select_option(label="is below")
    rule.get_by_role("button", name="Add a condition", exact=True).click()
    rule.get_by_label("Field").nth(1).select_option(label="Band colour")
    rule.get_by_label("Comparison").nth(1).select_option(label="is")
    rule.get_by_label("Value").nth(1).fill("red")
    rule.get_by_text("Score is below 50 and Band colour is red").wait_for()
    editing.get_by_role("button", name="Try on last night").last.click()
    editing.get_by_text("with this rule for 1.").wait_for()
    assert editing.get_by_role("link", name="Worst").is_visible()
    assert Definition.objects.get(kind="segment", key="dormant").changed_by is None
    editing.get_by_label("Reason for the change").fill("Silence is not the point")
    editing.get_by_role("button", name="Save").click()
    editing.get_by_text("Saved Dormant.").wait_for()
    said = editing.get_by_role("region", name="What it says")
    assert "Score is below 50 and Band colour is red" in said.inner_text()
    assert "Reason: Silence is not the point" in editing.get_by_role("region", name="Changes").inner_text()


def test_groups_come_and_go_without_the_server(editing: Page) -> None:
    rule = editing.get_by_role("group", name="Rule")
    rule.get_by_role("button", name="Add a group").click()
    assert rule.get_by_label("How the group is joined").input_value() == "any"
    rule.get_by_role("button", name="Add a condition to the group").click()
    assert rule.get_by_label("Field").count() == 4
    for _ in range(3):
        rule.get_by_role("button", name="Take this condition away").last.click()
    assert (rule.get_by_label("Field").count(), rule.get_by_label("How the group is joined").count()) == (1, 0)


def test_a_group_in_a_rule_is_accessible(editing: Page) -> None:
    editing.get_by_role("button", name="Add a group").first.click()
    assert_accessible(editing)
