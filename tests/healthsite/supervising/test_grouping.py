"""Processes end together with their owner, however it ends."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from healthsite.supervising.grouping import ProcessGroup
from tests.servers.checkout import living

OWNER = """
import sys, time
from healthsite.supervising.grouping import ProcessGroup
member = ProcessGroup().start(["sh", "-c", "sleep 60 & wait"], output=None)
print(member.pid, flush=True)
time.sleep(60)
"""


def wait_until_gone(group: int) -> bool:
    """Tell whether nothing of a process group is left after five seconds at most."""
    for _ in range(100):
        if not any(process.group == group for process in living()):
            return True
        time.sleep(0.05)
    return False


def group_of(pid: int) -> int:
    return next(process.group for process in living() if process.pid == pid)


def test_ending_a_group_ends_the_children_of_its_members(tmp_path: Path) -> None:
    group = ProcessGroup()
    member = group.start(["sh", "-c", "sleep 60 & wait"], output=None)
    number = group_of(member.pid)
    group.end()
    assert wait_until_gone(number)
    assert member.returncode == -9


def test_a_group_may_be_ended_twice() -> None:
    group = ProcessGroup()
    group.end()
    group.end()


def test_a_group_does_not_outlive_an_owner_that_is_killed() -> None:
    with subprocess.Popen([sys.executable, "-c", OWNER], stdout=subprocess.PIPE) as owner:
        assert owner.stdout
        number = group_of(int(owner.stdout.readline()))
        owner.kill()
    assert wait_until_gone(number)


def test_a_member_writes_to_its_log(tmp_path: Path) -> None:
    group = ProcessGroup()
    with (tmp_path / "log").open("wb") as log:
        group.start(["sh", "-c", "echo out; echo err >&2"], output=log).wait(5)
    group.end()
    assert (tmp_path / "log").read_text() == "out\nerr\n"


@pytest.mark.parametrize("name", ["LANGUAGE", "SHARD_SIZE"])
def test_a_member_gets_the_environment_it_is_given(tmp_path: Path, name: str) -> None:
    group = ProcessGroup()
    with (tmp_path / "log").open("wb") as log:
        group.start(["/bin/sh", "-c", f"echo ${name}"], output=log, environment={name: "given"}).wait(5)
    group.end()
    assert (tmp_path / "log").read_text() == "given\n"
