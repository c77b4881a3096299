"""`manage.py serve` refuses what it cannot do before it starts anything."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from healthsite.management.commands.serve import empty_logs, free_port, only_one_here
from healthsite.supervising.watching import GaveUp
from tests.servers import checkout


@pytest.mark.parametrize("text", ["", "0", "65536", "-1", "http", "80 80"])
def test_a_port_must_be_a_number_that_ports_have(text: str) -> None:
    with pytest.raises(GaveUp, match="it must be a number from 1 to 65535"):
        free_port(text)


def test_a_free_port_is_taken_as_it_is() -> None:
    port = checkout.free_port()
    assert free_port(str(port)) == port


def test_a_port_in_use_is_refused_and_another_one_offered() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(GaveUp, match=rf"^Port {port} cannot be used \(.+\): try make run PORT={port + 1}\.$"):
            free_port(str(port))


def test_one_workspace_runs_once(tmp_path: Path) -> None:
    with only_one_here(tmp_path), pytest.raises(GaveUp, match="running already"), only_one_here(tmp_path):
        pass
    with only_one_here(tmp_path):
        pass


def test_the_logs_of_the_last_run_are_kept_aside(tmp_path: Path) -> None:
    (tmp_path / "web.log").write_text("yesterday")
    empty_logs(tmp_path, ["web", "worker"])
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"web.log.1": "yesterday"}
