"""What runs on one machine, in which order, and how it is told to be up."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from healthsite.supervising.services import services, web_answers
from tests.servers.checkout import free_port


class Failing(BaseHTTPRequestHandler):
    """A site whose every page is an error."""

    def do_GET(self) -> None:
        self.send_error(500)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def failing_site() -> Iterator[int]:
    with HTTPServer(("127.0.0.1", 0), Failing) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def test_redis_starts_first_and_the_web_last(tmp_path: Path) -> None:
    started = [service.name for service in services(local=tmp_path, port=8000, bundle_redis=True)]
    assert started == ["redis", "worker", "beat", "web"]


def test_a_redis_of_ones_own_takes_the_place_of_the_bundled_one(tmp_path: Path) -> None:
    started = [service.name for service in services(local=tmp_path, port=8000, bundle_redis=False)]
    assert started == ["worker", "beat", "web"]


def test_the_web_listens_on_this_machine_only(tmp_path: Path) -> None:
    *_, web = services(local=tmp_path, port=8123, bundle_redis=False)
    assert web.command[web.command.index("--bind") + 1] == "127.0.0.1:8123"


def test_a_page_with_an_error_is_an_answer(failing_site: int) -> None:
    assert web_answers(failing_site)


def test_nobody_answers_on_a_free_port() -> None:
    assert not web_answers(free_port())
