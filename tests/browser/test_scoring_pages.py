"""Every page about scores in a real browser: scorecards, rules, runs, what people say; wide and narrow, both colours.

Wide in light and narrow in dark: which colours meet does not hang on the width.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page

from accounts.models import Customer, User
from scoring.engine.version import digest
from scoring.judgements.objecting import object_to
from scoring.judgements.settling import settle
from scoring.models import CurrentScore, Failure, Purpose, Run, ScorecardVersion
from scoring.past.backfills import ask_backfill
from scoring.past.rescoring import refresh_current
from scoring.running import complete, open_run
from scoring.scorecards.drafting import change_draft, make_draft
from scoring.scorecards.publishing import publish
from scoring.scorecards.shadowing import start_shadow
from tests.browser.test_pages import log_in
from tests.browser.workday import Workday
from tests.healthsite.belongings import judge
from tests.healthsite.pages.world import D, definition
from tests.servers.chromium import assert_accessible

pytestmark = pytest.mark.django_db(transaction=True)
WHY = "Half of their work comes by another door."
LOOKS = ((1400, "light"), (400, "dark"))
OF_INES = (
    *(f"/customers/{{tarn}}/{page}/" for page in ("score", "judgements", "override", "object")),
    *(f"/customers/{{tarn}}/{page}/" for page in ("pulse", "expect", "stage")),
    *("/disagreements/", "/disagreements/?tab=settled", "/disagreements/?tab=overrides"),
    *("/scorecards/", "/scorecards/{live}/", "/rules/segment/strategic/"),
)  # fmt: skip
OF_ADA = (
    *("/scorecards/", "/scorecards/presets/", "/scorecards/for/by-hand/", "/scorecards/{draft}/"),
    *("/scorecards/{live}/", "/scorecards/{draft}/differences/", "/scorecards/{draft}/preview/"),
    "/scorecards/{shadow}/shadow/",
    *("/rules/", "/rules/segment/strategic/", "/rules/value/value/", "/rules/indicator/new/"),
    *("/metrics/", "/metrics/nps/", "/metrics/new/", "/metrics/new/?source=rows&kind=tickets"),
    *("/runs/", "/customers/{quiet}/score/", "/customers/{quiet}/judgements/"),
)  # fmt: skip
OF_MAREN = ("/scorecards/{draft}/preview/", "/runs/", "/disagreements/")
# Where a dialog is opened, and by which link.
DIALOGS = (
    ("/customers/{tarn}/judgements/", "Override"),
    ("/customers/{tarn}/judgements/", "Expect a change"),
    ("/disagreements/", "Settle the disagreement about Delft Instruments"),
    ("/customers/{tarn}/", "Set stage"),
)


@pytest.fixture
def about(workday: Workday) -> dict[str, int]:
    """What the addresses are about: a draft, a version in shadow since two nights, and people who say otherwise."""
    people, tarn, delft = workday.people, *(workday.customers[name] for name in ("Tarn Logistics", "Delft Instruments"))
    live = ScorecardVersion.objects.get()
    _say(tarn, delft, people)
    draft = make_draft(version=live, by=people["Ada"])
    change_draft(draft=draft, values={"components[0].weight": 10}, seen=digest(draft.definition), by=people["Ada"])
    shadow = start_shadow(version=publish(definition(min_coverage=0.4)), by=people["Ada"], note=WHY)
    for night in (D - timedelta(days=7), D):
        complete(open_run(night, Purpose.SHADOW, shadow))
    ask_backfill(first=date(2025, 7, 1), last=date(2025, 7, 31), by=people["Ada"])
    Failure.objects.create(run=Run.objects.latest("pk"), customer=delft, reason="ValueError: no number")
    Run.objects.filter(pk=Run.objects.latest("pk").pk).update(failed=1)
    quiet = workday.customers["Quiet Quarry"]
    return {"tarn": tarn.pk, "quiet": quiet.pk, "live": live.pk, "draft": draft.pk, "shadow": shadow.pk}


def _say(tarn: Customer, delft: Customer, people: Mapping[str, User]) -> None:
    """Tarn's score is overridden, its pulse differs; about Delft one objection is settled and one is open."""
    judge(tarn, people["Ines"])
    refresh_current(D)
    for should_be in ("red", "green"):
        said = object_to(customer=delft, should_be=should_be, reason=WHY, by=people["Ines"])
        if should_be == "red":
            role = CurrentScore.objects.get(customer=delft).role
            settle(
                customer=delft, by=people["Maren"], said="red", role=role, verdict="data", reason=WHY, objection=said
            )


def assert_good(page: Page) -> None:
    """Hold the page as it stands to axe, and to the width of the screen."""
    for width, scheme in LOOKS:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        assert_accessible(page)
        assert page.evaluate("document.scrollingElement.scrollWidth <= innerWidth"), f"{page.url} is wider than {width}"


def walk(page: Page, base: str, addresses: Iterable[str]) -> None:
    """Every page with everything unfolded; each says in the navigation where one is."""
    for address in addresses:
        answer = page.goto(base + address)
        assert answer is not None
        assert answer.status == 200, f"{address} answers {answer.status}"
        assert page.locator("nav[aria-label=Main] [aria-current]").count() == 1, address
        page.evaluate("document.querySelectorAll('main details').forEach((one) => (one.open = true))")
        assert_good(page)


def test_every_page_about_scores_is_good_in_every_look(
    page: Page, live_server: Any, workday: Workday, about: dict[str, int]
) -> None:
    for name, addresses in (("Ines", OF_INES), ("Ada", OF_ADA), ("Maren", OF_MAREN)):
        log_in(page, live_server.url, workday.people[name])
        walk(page, live_server.url, [address.format(**about) for address in addresses])


def test_every_dialog_about_scores_is_good_in_every_look(
    page: Page, live_server: Any, workday: Workday, about: dict[str, int]
) -> None:
    log_in(page, live_server.url, workday.people["Ines"])
    for address, link in DIALOGS:
        page.set_viewport_size({"width": 1400, "height": 900})
        page.goto(live_server.url + address.format(**about))
        page.get_by_role("link", name=link, exact=True).first.dispatch_event("click")
        page.get_by_role("dialog").get_by_role("heading").wait_for()
        assert_good(page)


def test_g_and_a_letter_go_to_the_new_places(page: Page, live_server: Any, workday: Workday) -> None:
    log_in(page, live_server.url, workday.people["Maren"])
    page.goto(f"{live_server.url}/tasks/")
    for letter, place in (("s", "scorecards"), ("v", "rules"), ("d", "disagreements"), ("r", "runs")):
        page.keyboard.press("g")
        page.keyboard.press(letter)
        page.wait_for_url(f"{live_server.url}/{place}/")
