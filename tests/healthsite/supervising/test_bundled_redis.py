"""The bundled Redis listens where only its owner can reach it, however deep the checkout lies."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from redis import Redis

from healthsite.supervising import bundled_redis
from healthsite.supervising.bundled_redis import private_folder, socket_path, url

DEEP = Path("/home") / ("d" * 90)


def test_the_socket_lies_in_the_local_folder() -> None:
    assert socket_path(Path("/srv/site/.local")) == Path("/srv/site/.local/redis/redis.sock")
    assert url(Path("/srv/site/.local")) == "redis+socket:///srv/site/.local/redis/redis.sock"


def test_a_deep_checkout_has_a_short_socket_of_its_own() -> None:
    short, other = socket_path(DEEP / "a"), socket_path(DEEP / "b")
    assert short != other
    assert len(str(short)) < 100
    assert short == socket_path(DEEP / "a")


def test_a_private_folder_is_closed_to_others(tmp_path: Path) -> None:
    assert private_folder(tmp_path / "new").stat().st_mode & 0o777 == 0o700


def test_an_open_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "open").mkdir()
    (tmp_path / "open").chmod(0o755)
    with pytest.raises(PermissionError, match="open must be a folder that only you can enter"):
        private_folder(tmp_path / "open")


def test_a_link_in_its_place_is_refused(tmp_path: Path) -> None:
    private_folder(tmp_path / "real")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with pytest.raises(PermissionError):
        private_folder(tmp_path / "link")


def test_without_a_server_the_message_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda *_, **__: None)
    with pytest.raises(FileNotFoundError, match="set REDIS_URL"):
        bundled_redis.command(tmp_path)


def test_nobody_answers_where_no_server_runs(tmp_path: Path) -> None:
    assert not bundled_redis.answers(tmp_path)


@pytest.mark.parametrize(
    ("setting", "value"),
    [("appendonly", "yes"), ("maxmemory-policy", "noeviction"), ("port", "0"), ("save", "")],
)
def test_the_server_keeps_its_queue_and_drops_no_key(redis_url: str, setting: str, value: str) -> None:
    path = redis_url.removeprefix("redis+socket://")
    with Redis(unix_socket_path=path, decode_responses=True) as client:
        assert client.config_get(setting) == {setting: value}


def test_only_the_owner_reaches_the_socket(redis_url: str) -> None:
    seen = os.stat(redis_url.removeprefix("redis+socket://"))
    assert seen.st_mode & 0o777 == 0o600
