"""Setting up is done once per lock file, and the key is made once per folder."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from healthsite.supervising import preparing
from healthsite.supervising.preparing import (
    environment,
    is_fresh,
    one_at_a_time,
    run,
    secret_key,
    succeeds,
    write_stamp,
)


@pytest.fixture
def local(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(preparing, "LOCAL", tmp_path)
    return tmp_path


def test_a_lock_is_installed_again_only_when_it_changes(tmp_path: Path) -> None:
    lock, stamp = tmp_path / "lock", tmp_path / "stamp"
    lock.write_text("django==5.2.18")
    assert not is_fresh(stamp, lock)
    write_stamp(stamp, lock)
    assert is_fresh(stamp, lock)
    lock.write_text("django==5.2.19")
    assert not is_fresh(stamp, lock)


def test_nothing_is_installed_when_the_lock_is_fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lock = tmp_path / "requirements.txt"
    lock.write_text("django==5.2.19")
    monkeypatch.setattr(preparing, "PYTHON", tmp_path / "bin" / "python")
    write_stamp(tmp_path / "requirements.txt.installed", lock)
    monkeypatch.setattr(preparing, "run", lambda *_, **__: pytest.fail("installed again"))
    preparing.install_python_packages(lock)


def test_the_key_is_made_once_and_for_its_owner_only(local: Path) -> None:
    key = secret_key()
    assert len(key) >= 50
    assert secret_key() == key
    assert os.stat(local / "secret-key").st_mode & 0o777 == 0o600


def test_a_key_that_was_half_written_is_not_used(local: Path) -> None:
    (local / "secret-key.new").write_text("half")
    assert len(secret_key()) >= 50


def test_bytecode_has_a_place_of_its_own_where_none_may_lie_beside_the_source(
    local: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PYTHONPYCACHEPREFIX", raising=False)
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "")
    assert "PYTHONPYCACHEPREFIX" not in environment("key")
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    given = environment("key")
    assert (given.get("PYTHONDONTWRITEBYTECODE"), given["PYTHONPYCACHEPREFIX"]) == (None, str(local / "bytecode"))


@pytest.mark.parametrize(
    ("command", "expected"),
    [(["true"], True), (["false"], False), (["no-such-program"], False), (["sleep", "9"], False)],
)
def test_a_command_succeeds_when_it_ends_well_and_in_time(command: list[str], expected: bool) -> None:
    assert succeeds(command, seconds=1) is expected


@pytest.mark.parametrize(("command", "reason"), [(["false"], "code 1"), (["sleep", "9"], "took more than 1 s")])
def test_a_step_that_fails_ends_with_one_line(command: list[str], reason: str) -> None:
    with pytest.raises(SystemExit, match=reason):
        run(command, seconds=1)


def test_a_second_set_up_waits_for_the_first(local: Path) -> None:
    with one_at_a_time():
        assert not succeeds(["python3", "-c", TRY_TO_LOCK, str(local)], seconds=5)
    assert succeeds(["python3", "-c", TRY_TO_LOCK, str(local)], seconds=5)


TRY_TO_LOCK = "import fcntl, sys; fcntl.flock(open(sys.argv[1] + '/preparing.lock'), fcntl.LOCK_EX | fcntl.LOCK_NB)"
