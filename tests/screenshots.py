"""Pictures of every page of the demo workspace at three widths, light and dark: make screenshots."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

import django
from playwright.sync_api import Browser, Page

from tests.servers.chromium import chromium, find_chromium

BASE: Final = Path(__file__).resolve().parents[1]
FOLDER: Final = BASE / ".local" / "screenshots"
WIDTHS: Final = (1400, 1024, 400)
CSM_PAGES: Final = {
    "today": "/",
    "customers": "/customers/",
    "customer": "/customers/{customer}/",
    "timeline": "/customers/{customer}/timeline/",
    "log": "/customers/{customer}/log/",
    "sureness": "/customers/{customer}/score/",
    "judgements": "/customers/{customer}/judgements/",
    "override": "/customers/{customer}/override/",
    "object": "/customers/{customer}/object/",
    "pulse": "/customers/{customer}/pulse/",
    "expect": "/customers/{customer}/expect/",
    "stage": "/customers/{customer}/stage/",
    "desk": "/disagreements/",
    "desk-settled": "/disagreements/?tab=settled",
    "desk-overrides": "/disagreements/?tab=overrides",
    "tasks": "/tasks/",
    "board": "/tasks/?view=board",
    "task": "/tasks/{task}/",
    "playbooks": "/playbooks/",
    "playbook": "/playbooks/PB-2/",
    "plan": "/plays/{play}/",
    "scorecards-csm": "/scorecards/",
    "scorecard-csm": "/scorecards/{version}/",
    "rule-csm": "/rules/segment/strategic/",
}
MANAGER_PAGES: Final = {"today-manager": "/", "people": "/tasks/?view=people", "runs-manager": "/runs/"}
ADMIN_PAGES: Final = {
    "today-admin": "/",
    "versions": "/admin/scoring/scorecardversion/",
    "version": "/admin/scoring/scorecardversion/{version}/change/",
    "scorecards": "/scorecards/",
    "scorecard": "/scorecards/{version}/",
    "draft": "/scorecards/{draft}/",
    "differences": "/scorecards/{draft}/differences/",
    "preview": "/scorecards/{draft}/preview/",
    "shadow": "/scorecards/{shadow}/shadow/",
    "presets": "/scorecards/presets/",
    "choice": "/scorecards/for/{card}/",
    "rules": "/rules/",
    "segment": "/rules/segment/strategic/",
    "indicator": "/rules/indicator/I1/",
    "value-score": "/rules/value/value/",
    "new-rule": "/rules/indicator/new/",
    "metrics": "/metrics/",
    "metric": "/metrics/nps/",
    "new-metric": "/metrics/new/?source=rows&kind=tickets",
    "runs": "/runs/",
}


@contextmanager
def site() -> Iterator[str]:
    """The site on a free port of this machine, on the database of the environment."""
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "manage.py", "runserver", f"127.0.0.1:{port}", "--noreload"]
    quiet = subprocess.DEVNULL
    server = subprocess.Popen(command, cwd=BASE, env={**os.environ, "DEBUG": "1"}, stdout=quiet, stderr=quiet)
    try:
        wait_for(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(10)


def wait_for(port: int) -> None:
    """Wait until something listens."""
    for _ in range(200):
        with closing(socket.socket()) as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    sys.exit("The site did not start; run `make run` once, so that there is a demo workspace.")


def subjects() -> dict[str, int | str]:
    """What the pages are about: a plan of the CSM of the demo logins, its customer and task, and the live version.

    The draft and the version in shadow are the live one where there is none.
    """
    from healthsite.demo.logins import DEMO_LOGINS
    from playbooks.models import Task
    from scoring.models import ScorecardVersion
    from scoring.scorecards.publishing import live_version

    mine = Task.objects.unfinished().filter(assignee__email=dict(DEMO_LOGINS)["CSM"], play__closed_at=None)
    task = mine.exclude(play=None).select_related("play").order_by("play__opened_on", "pk").last()
    version = live_version()
    if task is None or task.play is None or version is None:
        sys.exit("There is no demo workspace here; `make run` makes one.")
    play = task.play
    others = {"draft": {"status": "draft"}, "shadow": {"use": "shadow"}}
    newest = {name: ScorecardVersion.objects.filter(**which).order_by("pk").last() for name, which in others.items()}
    versions = {"version": version.pk, **{name: (one or version).pk for name, one in newest.items()}}
    return {"customer": play.customer_id, "play": play.pk, "task": task.pk, "card": version.scorecard.key, **versions}


def log_in(page: Page, base: str, email: str) -> None:
    """Log in with the demo password."""
    from healthsite.demo.logins import DEMO_PASSWORD

    page.goto(f"{base}/login/")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(DEMO_PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url(f"{base}/")


def take(browser: Browser, base: str, email: str, pages: dict[str, str]) -> None:
    """Every page of one person, in every look."""
    about = subjects()
    for scheme in ("light", "dark"):
        context = browser.new_context(color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce")
        page = context.new_page()
        log_in(page, base, email)
        for name, address in pages.items():
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 900})
                page.goto(base + address.format(**about))
                page.screenshot(path=FOLDER / f"{name}-{width}-{scheme}.png", full_page=True)
        context.close()


def main() -> None:
    """Take them all."""
    from healthsite.demo.logins import DEMO_LOGINS

    path = find_chromium() or sys.exit("There is no Chromium on this machine (apt-get install chromium).")
    FOLDER.mkdir(parents=True, exist_ok=True)
    logins = dict(DEMO_LOGINS)
    with site() as base, chromium(path) as browser:
        for role, pages in (("CSM", CSM_PAGES), ("Manager", MANAGER_PAGES), ("Admin", ADMIN_PAGES)):
            take(browser, base, logins[role], pages)
    print(f"{len(list(FOLDER.glob('*.png')))} pictures in {FOLDER.relative_to(BASE)}")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "healthsite.settings")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright keeps an event loop in this thread
    django.setup()
    main()
