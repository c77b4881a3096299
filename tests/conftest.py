"""What every test can ask for: the database in a file, real servers, a page in a real browser, and no network."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import partial
from importlib import import_module
from typing import Any

import hypothesis
import kombu.pools
import pytest
from django.conf import settings
from django.db import connection
from playwright.sync_api import Browser, Page, ViewportSize

from healthsite.celery import app
from scoring.definitions import forget
from scoring.metrics.custom.finding import forget as forget_metrics
from tests.servers.chromium import chromium, find_chromium, record_errors
from tests.servers.redis import redis
from tests.servers.worker import Worker, celery_worker, database_url_of

NO_BROWSER = "no Chromium on this machine (apt-get install chromium, or name one in CHROMIUM)"
IN_CI = bool(os.environ.get("CI"))

hypothesis.settings.register_profile("here", deadline=None)  # a busy machine is slow, not wrong
hypothesis.settings.register_profile("ci", deadline=None, derandomize=True)
hypothesis.settings.load_profile("ci" if IN_CI else "here")


def pytest_configure() -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # the real one is slow on purpose


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")
    items.sort(key=lambda item: item.get_closest_marker("process") is None)  # the longest file first, beside all others


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = [report for report in terminalreporter.getreports("skipped") if NO_BROWSER in str(report.longrepr)]
    if skipped:
        terminalreporter.write_line(f"{len(skipped)} BROWSER TESTS DID NOT RUN: {NO_BROWSER}", red=True, bold=True)


@pytest.fixture(autouse=True)
def _nothing_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no test see the vocabularies that another one edited and rolled back, nor ask again after some seconds."""
    forget()
    forget_metrics()
    for module in ("scoring.definitions.entries", "scoring.metrics.custom.finding"):
        monkeypatch.setattr(import_module(module), "KEPT_FOR", float("inf"))


@pytest.fixture(scope="session", autouse=True)
def _no_network() -> Iterator[None]:
    """Refuse every connection that would leave this machine."""
    connect = socket.socket.connect

    def connect_here(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX and address[0] not in ("127.0.0.1", "::1", "localhost"):
            raise AssertionError(f"a test tried to reach {address}")
        connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", connect_here)
        yield


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    tmp_path_factory: pytest.TempPathFactory, django_db_modify_db_settings_parallel_suffix: None
) -> None:
    """Put SQLite's test database in a file, so that workers and the live server's threads can share it.

    Rows whose order nobody asked for come backwards there, since no order that they happen to have may be relied on.
    """
    if connection.vendor == "sqlite":
        path = tmp_path_factory.mktemp("database") / "test.sqlite3"
        connection.settings_dict["TEST"]["NAME"] = str(path)
        connection.settings_dict["OPTIONS"]["init_command"] += "PRAGMA reverse_unordered_selects=ON;"


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """A real, empty Redis for the whole session."""
    with redis() as url:
        yield url


@pytest.fixture
def broker(redis_url: str) -> Iterator[str]:
    """Let this test publish its tasks to the real Redis, and leave it empty."""
    memory = app.conf.broker_url
    publish_to(redis_url)
    yield redis_url
    with app.connection_for_write() as connection:
        connection.default_channel.client.flushall()
    publish_to(memory)


def publish_to(url: str) -> None:
    app.conf.broker_url = app.conf.broker_read_url = app.conf.broker_write_url = url
    kombu.pools.reset()  # type: ignore[no-untyped-call]  # kombu has no types; it drops connections to the broker of before
    app._pool = app.amqp._producer_pool = None


@pytest.fixture
def worker(transactional_db: None, broker: str) -> Callable[..., AbstractContextManager[Worker]]:
    """`with worker(SHARD_SIZE="10"):` runs a real worker on this test's database; keywords as in celery_worker."""
    return partial(celery_worker, database_url=database_url_of(connection), redis_url=broker)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A real Chromium; without one its tests are skipped, and fail where CI is set."""
    path = find_chromium()
    if path is None and IN_CI:
        pytest.fail(NO_BROWSER)
    if path is None:
        pytest.skip(NO_BROWSER)
    with pytest.MonkeyPatch.context() as patch, chromium(path) as started:
        # Playwright keeps an event loop in this thread; the test's own queries beside it are harmless.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        yield started


@pytest.fixture
def colour_scheme() -> str:
    """Light unless a test says `@pytest.mark.parametrize("colour_scheme", ["light", "dark"])`."""
    return "light"


@pytest.fixture
def viewport() -> ViewportSize:
    """A laptop's window unless a test parametrizes `viewport`."""
    return {"width": 1280, "height": 800}


@pytest.fixture
def page(browser: Browser, colour_scheme: Any, viewport: ViewportSize) -> Iterator[Page]:
    """A page in a browser profile of its own; the test fails when its console shows an error."""
    context = browser.new_context(color_scheme=colour_scheme, viewport=viewport, reduced_motion="reduce")
    page = context.new_page()
    errors = record_errors(page)
    yield page
    context.close()
    assert not errors, "the browser's console shows:\n" + "\n".join(errors)
