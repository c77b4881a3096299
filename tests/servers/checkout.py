"""A copy of this checkout and `make run` inside it, on a machine that has next to nothing on its PATH."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

BASE = Path(__file__).resolve().parents[2]
# What the recipes, pip and npm may use: a shell, make and the core utilities; no npm, git, Redis, PostgreSQL, browser.
CORE = "basename cat chmod cp cut date dirname env expr head id ln ls mkdir mktemp mv nice nproc pwd readlink rm rmdir"
CORE += " sort stat tail tee test touch tr true uname uniq wc"


def copy_checkout(target: Path) -> Path:
    """Copy what git would carry, committed or not, and nothing generated."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=BASE,
        capture_output=True,
        check=True,
    )
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (BASE / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(BASE / name, target / name)
    return target


def bare_path(folder: Path) -> Path:
    """Fill a folder with links to Python, make, sh and the core utilities: a PATH of its own."""
    folder.mkdir()
    python = Path(sys.base_prefix) / "bin" / f"python{sys.version_info.major}.{sys.version_info.minor}"
    (folder / "python3").symlink_to(python)
    for name in ("make", "sh", *CORE.split()):
        if program := shutil.which(name):
            (folder / name).symlink_to(program)
    return folder


def surroundings(path: Path) -> dict[str, str]:
    """Return this environment with another PATH, and without what would steer the site or make itself."""
    steering = {"DATABASE_URL", "REDIS_URL", "SECRET_KEY", "SITE_URL", "DEBUG", "MAKEFLAGS", "MAKELEVEL", "MFLAGS"}
    # The rest stays: certificates and the packages' cache are found through it.
    return {name: value for name, value in os.environ.items() if name not in steering} | {"PATH": str(path)}


def free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


class MakeRun:
    """`make run` as a session of its own, like one in a terminal."""

    def __init__(self, checkout: Path, path: Path, *, port: int, demo: str) -> None:
        self.output = checkout / "output"
        with self.output.open("wb") as output:
            self.make = subprocess.Popen(
                ["make", "run", f"PORT={port}", f"DEMO_ARGS={demo}"],
                cwd=checkout,
                env=surroundings(path),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def wait_until_it_says(self, words: str, *, seconds: float) -> float:
        """Return how many seconds it took."""
        begun = time.monotonic()
        while words not in self.said:
            if self.make.poll() is not None or time.monotonic() > begun + seconds:
                raise AssertionError(f"no {words!r} in:\n{self.said[-4000:]}")
            time.sleep(0.1)
        return time.monotonic() - begun

    @property
    def said(self) -> str:
        return self.output.read_text()

    def press_ctrl_c(self) -> None:
        """Send what a terminal sends: SIGINT to the whole foreground group, make included."""
        os.killpg(self.make.pid, signal.SIGINT)

    def signal_supervisor(self, number: signal.Signals) -> None:
        """Send a signal to the one process that make started, and not to make."""
        os.kill(next(process.pid for process in self.processes() if process.parent == self.make.pid), number)

    def processes(self) -> list[Process]:
        """List what runs in the session."""
        return [process for process in living() if process.session == self.make.pid]

    def kill(self) -> None:
        """Leave nothing behind, whatever the test came to."""
        for process in self.processes():
            os.kill(process.pid, signal.SIGKILL)
        self.make.wait()


class Process(NamedTuple):
    """A running process by its numbers."""

    pid: int
    parent: int
    group: int
    session: int


def living() -> Iterator[Process]:
    """Yield everything that runs and is no zombie."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            state, *numbers = (folder / "stat").read_text().rpartition(")")[2].split()[:4]
        except OSError:  # it ended while we looked
            continue
        if state != "Z":
            yield Process(int(folder.name), *map(int, numbers))
