"""`make run` on a bare machine: up from nothing, every process gone at the end, the data still there the next time."""

from __future__ import annotations

import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path

import pytest

from healthsite.demo.logins import DEMO_LOGINS
from healthsite.supervising.bundled_redis import socket_path
from tests.servers.checkout import MakeRun, bare_path, copy_checkout, free_port, surroundings

pytestmark = pytest.mark.process

FIRST_START = 420.0  # seconds: three dozen packages to install and a workspace to make, on a busy machine
NEXT_START = 60.0
STOP = 40.0
READY = "Ctrl-C stops it"
DEMO = "--customers 20 --days 60"

Start = Callable[[int], MakeRun]


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    # So deep that a socket inside would have too long a path.
    folder = tmp_path_factory.mktemp("deep") / "-".join(["checkout"] * 10)
    yield copy_checkout(folder)
    shutil.rmtree(socket_path(folder / ".local").parent, ignore_errors=True)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return bare_path(tmp_path_factory.mktemp("bare") / "bin")


@pytest.fixture
def start(checkout: Path, path: Path) -> Iterator[Start]:
    runs: list[MakeRun] = []

    def run(port: int) -> MakeRun:
        runs.append(MakeRun(checkout, path, port=port, demo=DEMO))
        return runs[-1]

    yield run
    for one in runs:
        one.kill()


def get(port: int, address: str) -> tuple[int, str]:
    """Return the status and the text of a page, its redirects followed."""
    with closing(HTTPConnection("127.0.0.1", port, timeout=20)) as connection:
        connection.request("GET", address)
        answer = connection.getresponse()
        text = answer.read().decode()
    if location := answer.getheader("Location"):
        return get(port, location)
    return answer.status, text


def customers(checkout: Path) -> int:
    with closing(sqlite3.connect(checkout / ".local" / "site.sqlite3")) as database:
        return int(database.execute("SELECT count(*) FROM accounts_customer").fetchone()[0])


def test_it_starts_from_nothing_and_ctrl_c_stops_all_of_it(start: Start, checkout: Path) -> None:
    port = free_port()
    run = start(port)
    run.wait_until_it_says(READY, seconds=FIRST_START)
    assert_the_site_works(port)
    assert all(email in run.said for _, email in DEMO_LOGINS)
    run.press_ctrl_c()
    assert_it_ends_whole(run)
    assert customers(checkout) > 0


def test_nothing_outlives_a_killed_supervisor_and_the_next_start_finds_the_data(start: Start, checkout: Path) -> None:
    killed = start(free_port())
    killed.wait_until_it_says(READY, seconds=FIRST_START)
    made = customers(checkout)
    killed.signal_supervisor(signal.SIGKILL)
    killed.make.wait(STOP)
    assert_nothing_runs(killed)

    run = start(free_port())
    print(f"the next start took {run.wait_until_it_says(READY, seconds=NEXT_START):.1f} s")
    assert "demo customers" not in run.said
    assert customers(checkout) == made
    run.signal_supervisor(signal.SIGTERM)
    assert_it_ends_whole(run)
    assert run.make.returncode == 0  # make hands on the code of its recipe


def test_a_port_in_use_is_one_line(start: Start) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        run = start(other.getsockname()[1])
        assert run.make.wait(FIRST_START) != 0
        assert re.search(
            rf"^Port {other.getsockname()[1]} cannot be used .* try make run PORT=", run.said, re.MULTILINE
        )
        assert "Traceback" not in run.said
    assert_nothing_runs(run)


@pytest.mark.parametrize("port", ["0", "http", "70000"])
def test_a_port_that_is_none_is_one_line(checkout: Path, path: Path, port: str) -> None:
    asked = make(checkout, path, "run", f"PORT={port}")
    assert f"PORT is '{port}'" in asked.stderr
    assert "Traceback" not in asked.stderr


def test_a_python_without_venv_is_one_line(checkout: Path, path: Path, tmp_path: Path) -> None:
    (tmp_path / "ensurepip.py").write_text("raise ImportError('left out, as Debian does')")
    crippled = tmp_path / "python3"
    crippled.write_text(f'#!/bin/sh\nPYTHONPATH={tmp_path} exec {path / "python3"} "$@"\n')
    crippled.chmod(0o755)
    asked = make(checkout, path, "run", f"PYTHON={crippled}")
    assert asked.stderr.startswith(f"{crippled} lacks its venv module: install it")
    assert asked.stderr.count("\n") == 2  # make adds one of its own


def test_another_python_is_refused_in_one_line(checkout: Path, path: Path, tmp_path: Path) -> None:
    other = tmp_path / "python3"
    other.write_text("#!/bin/sh\nexit 1\n")
    other.chmod(0o755)
    assert "is not Python 3.11 or 3.12" in make(checkout, path, "run", f"PYTHON={other}").stderr
    assert "There is no nosuch" in make(checkout, path, "run", "PYTHON=nosuch").stderr


def make(checkout: Path, path: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command, environment = [str(path / "make"), *words], surroundings(path)
    return subprocess.run(command, cwd=checkout, env=environment, capture_output=True, text=True, timeout=FIRST_START)


def assert_the_site_works(port: int) -> None:
    """Whoever comes is sent to the login page; it answers, and so do the style sheets it names."""
    status, page = get(port, "/")
    assert status == 200
    assert 'type="password"' in page
    sheets = re.findall(r'href="(/static/[^"]+\.css)"', page)
    assert sheets
    assert all(get(port, sheet)[0] == 200 for sheet in sheets)


def assert_it_ends_whole(run: MakeRun) -> None:
    run.make.wait(STOP)
    assert "Stopped. The data stay" in run.said
    assert "Traceback" not in run.said
    assert_nothing_runs(run)


def assert_nothing_runs(run: MakeRun) -> None:
    deadline = time.monotonic() + 5  # a killed process takes a moment to be gone
    while run.processes() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert run.processes() == []
