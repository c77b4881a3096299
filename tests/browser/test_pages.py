"""Every page in a real browser: accessible in light and dark, wide and narrow, and what it draws is what it says."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Page

from accounts.models import Customer, User
from playbooks.closing import close_play
from scoring.past.backfilling import score_days
from scoring.past.rescoring import refresh_current
from tests.browser.workday import Workday
from tests.cast import give, make_customer, make_user
from tests.healthsite.pages.world import NOW
from tests.scoring.builders import D, customer_with_tickets, support_scorecard
from tests.servers.chromium import assert_accessible

pytestmark = pytest.mark.django_db(transaction=True)

EVERY_LOOK = pytest.mark.parametrize(
    ("colour_scheme", "viewport"),
    [(scheme, {"width": width, "height": 900}) for scheme in ("light", "dark") for width in (1400, 400)],
    ids=lambda value: value if isinstance(value, str) else str(value["width"]),
)
NIGHTS = 5
OF_INES = (
    "/",
    "/customers/{tarn}/",
    "/customers/{tarn}/timeline/",
    "/customers/{tarn}/timeline/?q=nothing+like+this",
    "/customers/{tarn}/log/",
    "/customers/{tarn}/plan/start/",
    "/tasks/",
    "/tasks/?view=board",
    "/tasks/?q=nothing+like+this",
    "/tasks/{task}/",
    "/tasks/new/",
    "/tasks/new/?customer={tarn}",
    "/playbooks/",
    "/playbooks/PB-2/",
    "/plays/{open}/",
    "/plays/{closed}/",
)
OF_THE_OTHERS = {
    "Maren": ("/", "/tasks/?whose=team", "/tasks/?view=people"),
    "Ada": ("/", "/playbooks/PB-1/"),
    "Liv": ("/",),
    "Edgar": ("/",),
    "Rhea": ("/", "/tasks/{task}/"),
}
# Where a dialog is opened, and by which link.
DIALOGS = (
    ("/customers/{tarn}/", "Log"),
    ("/customers/{tarn}/", "New task"),
    ("/customers/{tarn}/", "Start plan"),
    ("/customers/{tarn}/", "More about Speak to the customer"),
    ("/", "Log with Tarn Logistics"),
)

# Notes in `written` each text that is drawn on a canvas, and how far to the right it reaches, in pixels.
NOTE_TEXTS = """
window.written = [];
const draw = CanvasRenderingContext2D.prototype.fillText;
CanvasRenderingContext2D.prototype.fillText = function (text, x, y) {
  const width = this.measureText(text).width;
  written.push({ text, right: this.textAlign === "right" ? x : x + width });
  draw.call(this, text, x, y);
};
"""


@pytest.fixture
def bob() -> User:
    return make_user("Bob")


@pytest.fixture
def acme(bob: User) -> Customer:
    """A customer with five nights of scores, beside one without any data."""
    support_scorecard()
    acme = customer_with_tickets(3, name="Acme <b>&</b> Sons", industry="Retail", employees=40)
    for customer in (acme, make_customer("Quiet")):
        give(customer, bob)
    list(score_days(D - timedelta(days=NIGHTS - 1), D))
    refresh_current(D)
    return acme


def log_in(page: Page, base: str, user: User) -> None:
    client = Client()
    client.force_login(user)
    page.context.add_cookies([{"name": "sid", "value": client.cookies["sid"].value, "url": base}])


def assert_good_in_every_look(page: Page) -> None:
    """Hold the page as it stands to axe in light and dark, wide and narrow, and to the width of the screen."""
    for width in (1400, 400):
        page.set_viewport_size({"width": width, "height": 900})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            assert_accessible(page)
        assert page.evaluate("document.scrollingElement.scrollWidth <= innerWidth"), f"{page.url} is wider than {width}"


def walk(page: Page, base: str, addresses: Iterable[str]) -> None:
    """Every page with everything unfolded."""
    for address in addresses:
        page.set_viewport_size({"width": 1400, "height": 900})
        answer = page.goto(base + address)
        assert answer is not None
        assert answer.status == 200, f"{address} answers {answer.status}"
        page.evaluate("document.querySelectorAll('main details').forEach((one) => (one.open = true))")
        assert_good_in_every_look(page)


@pytest.fixture
def about(workday: Workday) -> dict[str, int]:
    """What the addresses are about; the plan for Delft has been dropped."""
    dropped = workday.play("PB-4")
    close_play(play=dropped, outcome="dropped", by=workday.people["Maren"], at=NOW, note="They go on alone.")
    tarn = workday.customers["Tarn Logistics"]
    task = tarn.tasks.get(title="Speak to the customer")
    return {"tarn": tarn.pk, "task": task.pk, "open": workday.play("PB-2").pk, "closed": dropped.pk}


@EVERY_LOOK
def test_the_login_is_accessible_and_lets_in(page: Page, live_server: Any, bob: User) -> None:
    page.goto(f"{live_server.url}/customers/")
    assert_accessible(page)
    page.get_by_label("Email").fill("bob@example.com")
    page.get_by_label("Password").fill("a-long-password")
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url("**/customers/")
    assert_accessible(page)  # a portfolio without any customer


@EVERY_LOOK
def test_the_portfolio_is_accessible_and_leads_to_the_customer(
    page: Page, live_server: Any, bob: User, acme: Customer
) -> None:
    log_in(page, live_server.url, bob)
    page.goto(f"{live_server.url}/customers/")
    assert_accessible(page)
    assert page.get_by_text("Not scored").first.is_visible()
    page.get_by_role("link", name="Acme <b>&</b> Sons", exact=True).click()
    assert page.get_by_role("heading", level=1).inner_text() == "Acme <b>&</b> Sons"


@EVERY_LOOK
def test_the_deep_dive_is_accessible_with_everything_unfolded(
    page: Page, live_server: Any, bob: User, acme: Customer
) -> None:
    log_in(page, live_server.url, bob)
    page.goto(live_server.url + acme.get_absolute_url())
    page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
    assert_accessible(page)


def test_every_page_of_a_csm_is_good_in_every_look(
    page: Page, live_server: Any, workday: Workday, about: dict[str, int]
) -> None:
    log_in(page, live_server.url, workday.people["Ines"])
    walk(page, live_server.url, [address.format(**about) for address in OF_INES])


def test_what_only_others_see_is_good_in_every_look(
    page: Page, live_server: Any, workday: Workday, about: dict[str, int]
) -> None:
    for name, addresses in OF_THE_OTHERS.items():
        log_in(page, live_server.url, workday.people[name])
        walk(page, live_server.url, [address.format(**about) for address in addresses])


def test_every_dialog_is_good_in_every_look(
    page: Page, live_server: Any, workday: Workday, about: dict[str, int]
) -> None:
    log_in(page, live_server.url, workday.people["Ines"])
    for address, link in DIALOGS:
        page.set_viewport_size({"width": 1400, "height": 900})
        page.goto(live_server.url + address.format(**about))
        page.get_by_role("link", name=link, exact=True).first.dispatch_event("click")
        page.get_by_role("dialog").get_by_role("heading").wait_for()
        button = page.get_by_role("dialog").get_by_role("button").first
        assert button.evaluate("(one) => one.checkVisibility({ checkOpacity: true })"), f"{link} shows no button"
        assert_good_in_every_look(page)


def test_a_site_without_any_data_is_good_in_every_look(page: Page, live_server: Any) -> None:
    for name, role in (("Bob", "csm"), ("Ada", "admin")):
        log_in(page, live_server.url, make_user(name, role))
        walk(page, live_server.url, ("/", "/tasks/"))


def test_the_chart_draws_what_its_table_says(page: Page, live_server: Any, bob: User, acme: Customer) -> None:
    log_in(page, live_server.url, bob)
    page.goto(live_server.url + acme.get_absolute_url())
    page.wait_for_function("Chart.getChart(document.querySelector('canvas'))")
    drawn = page.evaluate("Chart.getChart(document.querySelector('canvas')).data.datasets[0].data.map((one) => one.y)")
    page.get_by_text("Show data").click()
    rows = page.locator("[data-trend-table] tbody tr").all()
    written = [row.locator("td.num").inner_text() for row in rows]
    assert ["–" if score is None else f"{score:.1f}" for score in drawn] == written[::-1]
    assert written == ["76.0", "76.0", "–", "–", "–"]  # the tickets came on the last day but one


def test_the_name_of_a_version_that_is_new_today_stays_within_the_chart(
    page: Page, live_server: Any, bob: User
) -> None:
    support_scorecard()
    acme = customer_with_tickets(3, name="Acme")
    give(acme, bob)
    list(score_days(D - timedelta(days=NIGHTS), D - timedelta(days=1)))
    support_scorecard(min_coverage=0.4)
    list(score_days(D, D))
    refresh_current(D)
    page.add_init_script(NOTE_TEXTS)
    log_in(page, live_server.url, bob)
    page.goto(live_server.url + acme.get_absolute_url())
    page.wait_for_function("window.written?.some((one) => one.text === 'support-only v2')")
    ends = page.evaluate("written.filter((one) => one.text === 'support-only v2').map((one) => one.right)")
    assert max(ends) <= page.evaluate("Chart.getChart(document.querySelector('canvas')).chartArea.right")


def test_a_customer_without_a_score_and_a_page_that_is_not_there_are_accessible(
    page: Page, live_server: Any, bob: User, acme: Customer
) -> None:
    log_in(page, live_server.url, bob)
    quiet = Customer.objects.get(name="Quiet")
    for address in (quiet.get_absolute_url(), f"{acme.get_absolute_url()}?as_of=2024-01-01", "/customers/0/"):
        page.goto(live_server.url + address)
        assert_accessible(page)


def test_the_keys_search_walk_and_open(page: Page, live_server: Any, bob: User, acme: Customer) -> None:
    log_in(page, live_server.url, bob)
    page.goto(f"{live_server.url}/customers/?order=name")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.name") == "q"
    page.keyboard.press("Escape")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{acme.get_absolute_url()}")


def test_pages_work_without_scripts(browser: Any, live_server: Any, bob: User, acme: Customer) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    log_in(page, live_server.url, bob)
    page.goto(f"{live_server.url}/customers/?q=acme")
    page.locator("[data-open]").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Acme <b>&</b> Sons"
    context.close()


def test_the_admin_opens_for_admins(page: Page, live_server: Any) -> None:
    log_in(page, live_server.url, make_user("Ada", "admin"))
    page.goto(f"{live_server.url}/admin/")
    assert page.get_by_role("heading", level=1).inner_text() == "Site administration"
