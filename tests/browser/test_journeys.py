"""A working day in a real browser: a CSM's morning, a manager's, and both without scripts."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from accounts.models import Interaction
from playbooks.models import Mail, Play, Task
from tests.browser.test_pages import log_in
from tests.browser.workday import Workday

pytestmark = pytest.mark.django_db(transaction=True)
TARN, ALDER = "Tarn Logistics", "Alder & Pine"
STEP = "Own the case and read the breakdown of the score"


def section(page: Page, name: str) -> Locator:
    """A card by its heading."""
    return page.get_by_role("region", name=name)


def log_in_by_hand(page: Page, base: str, email: str) -> None:
    page.goto(base)
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill("a-long-password")
    page.get_by_role("button", name="Log in").click()


def write_down(page: Page, subject: str, kind: str = "Call") -> None:
    """Fill in the dialog that opens and send it; the page comes back with the message, its scripts at work."""
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Kind").select_option(kind)
    dialog.get_by_label("What it was about").fill(subject)
    dialog.get_by_role("button", name="Log").click()
    page.get_by_text(f"Logged with {TARN}: {subject}.").wait_for()
    page.wait_for_load_state()


def test_a_csm_goes_from_the_first_customer_of_the_day_to_a_finished_step(
    page: Page, live_server: Any, workday: Workday
) -> None:
    log_in_by_hand(page, live_server.url, "ines@example.com")
    expect(page.get_by_role("heading", level=1)).to_have_text("Good morning, Ines")
    first = section(page, "Do first").get_by_role("listitem").first
    assert TARN in first.inner_text()

    first.get_by_role("link", name=TARN, exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(TARN)
    expect(section(page, "Early warnings")).to_contain_text("Score fell by more than 10 points within a week")
    expect(section(page, "What changed")).to_contain_text("From 80.0 to 10.0: −70.0 points")

    page.wait_for_load_state()
    page.get_by_role("link", name="Log", exact=True).click()
    write_down(page, "They cannot log in; update goes back tonight")
    page.keyboard.press("n")
    write_down(page, "Left a message", "Note")
    page.get_by_role("button", name="Undo").click()
    page.get_by_text("“Left a message” was taken back.").wait_for()
    assert [one.subject for one in Interaction.objects.filter(author=workday.people["Ines"])] == [
        "They cannot log in; update goes back tonight"
    ]

    section(page, "Under way").get_by_role("link", name="Emergency: score below the emergency cut").click()
    steps = section(page, "Steps")
    expect(steps).to_contain_text("0 of 4 done")
    steps.get_by_role("button", name=f"Complete {STEP}").click()
    page.get_by_text(f"Completed: {STEP}").wait_for()
    expect(steps).to_contain_text("1 of 4 done")

    page.get_by_role("link", name=TARN).first.click()
    page.get_by_role("link", name="Whole timeline").click()
    line = section(page, "Timeline")
    expect(line).to_contain_text("They cannot log in; update goes back tonight")
    expect(line.get_by_role("listitem").filter(has_text="Task done")).to_contain_text(STEP)
    expect(line).not_to_contain_text("Left a message")


def carried(page: Page, name: str) -> str:
    """What the table of loads says of a person."""
    return section(page, "Who carries what").get_by_role("row", name=re.compile(name)).inner_text()


def hand_over(page: Page, titles: list[str], to: str) -> None:
    """Tick tasks in the list of the team's tasks and give them to somebody."""
    for title in titles:
        page.get_by_label(f"Select {title}").check()
    page.get_by_label("Give what is ticked to").select_option(to)
    page.get_by_role("button", name="Hand over").click()
    page.get_by_text(f"{len(titles)} tasks given to {to}.").wait_for()


def test_a_manager_puts_a_plan_on_a_red_customer_and_spreads_the_work(
    page: Page, live_server: Any, workday: Workday
) -> None:
    log_in(page, live_server.url, workday.people["Maren"])
    page.goto(live_server.url)
    before = carried(page, "Ines"), carried(page, "Otis")
    red = section(page, "Red and nobody on it").get_by_role("listitem").filter(has_text=ALDER)
    assert "no open plan" in red.inner_text()

    red.get_by_role("link", name=f"Start plan for {ALDER}").click()
    page.get_by_role("dialog").get_by_label(re.compile("Band turned red")).check()
    page.get_by_role("dialog").get_by_role("button", name="Start plan").click()
    page.get_by_text(f"Plan “Band turned red” started for {ALDER} with 4 tasks.").wait_for()
    play = Play.objects.get(customer=workday.customers[ALDER])
    titles = list(play.tasks.filter(assignee__name="Ines").order_by("step").values_list("title", flat=True))
    assert play.started_by == workday.people["Maren"]
    assert titles == ["Account review", "Escalate and brief the manager", "Executive touchpoint"]

    page.goto(f"{live_server.url}/tasks/?whose=team&q=Alder")
    page.get_by_role("link", name=f"More about {titles[0]}").click()
    page.get_by_role("dialog").get_by_text("Give to somebody else").first.click()
    page.get_by_role("dialog").get_by_label("Give it to").select_option("Otis")
    page.get_by_role("dialog").get_by_role("button", name="Give to somebody else").click()
    page.get_by_text(f"Given to somebody else: {titles[0]}").wait_for()
    hand_over(page, titles[1:], "Otis")
    assert set(play.tasks.filter(title__in=titles).values_list("assignee__name", flat=True)) == {"Otis"}

    page.goto(live_server.url)
    assert carried(page, "Otis") != before[1]
    given = Mail.objects.filter(kind=Mail.Kind.ASSIGNED, recipient=workday.people["Otis"], sent_at=None)
    assert sorted(given.values_list("task__title", flat=True)) == titles


def test_a_day_goes_without_scripts(browser: Browser, live_server: Any, workday: Workday) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    log_in(page, live_server.url, workday.people["Ines"])
    page.goto(live_server.url)
    section(page, "My tasks").get_by_role("button", name="Complete Send the minutes of the review").click()
    page.get_by_text("Completed: Send the minutes of the review").wait_for()
    assert Task.objects.get(title="Send the minutes of the review").status == Task.Status.DONE

    page.goto(live_server.url + workday.customers[ALDER].get_absolute_url())
    page.get_by_role("link", name="Log", exact=True).click()
    page.get_by_label("What it was about").fill("Spoke with the plant manager")
    page.get_by_role("button", name="Log", exact=True).click()
    page.get_by_text(f"Logged with {ALDER}: Spoke with the plant manager.").wait_for()

    page.get_by_role("link", name="Start plan").click()
    page.get_by_label(re.compile("Band turned red")).check()
    page.get_by_role("button", name="Start plan").click()
    page.get_by_text(f"Plan “Band turned red” started for {ALDER}").wait_for()
    assert Play.objects.filter(customer=workday.customers[ALDER]).exists()
    context.close()
