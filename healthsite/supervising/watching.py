"""Starts the services one after another, restarts the ones that fall, and stops them all in the opposite order."""

from __future__ import annotations

import contextlib
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from healthsite.supervising.grouping import ProcessGroup
from healthsite.supervising.services import Service

MOST_FALLS = 5  # in a row; waits of 1, 2, 4, 8 and 16 seconds between them
LONG_ENOUGH = 60.0  # seconds up after which earlier falls are forgotten
STARTING_TIME = 60.0  # seconds that a service may take until it is up


class GaveUp(Exception):
    """A service could not be kept running; the text is one line for the person at the terminal."""


class Watched:
    """One service, its running process and how often it fell lately."""

    def __init__(self, service: Service, group: ProcessGroup, log: Path) -> None:
        self.service, self.group, self.log = service, group, log
        self.falls, self.started, self.due = 0, 0.0, 0.0
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log.open("ab") as output:
            self.process = self.group.start(self.service.command, output=output)
        self.started = time.monotonic()

    def wait_until_up(self) -> None:
        """Wait for the first start to succeed; raise GaveUp where it does not."""
        while not self.service.is_up():
            if self.process and self.process.poll() is not None:
                raise GaveUp(f"{self.service.name} did not start ({self.ending()}): see {self.log}")
            if time.monotonic() > self.started + STARTING_TIME:
                raise GaveUp(f"{self.service.name} did not answer within {STARTING_TIME:.0f} s: see {self.log}")
            time.sleep(0.1)

    def watch(self, *, warn: Callable[[str], None]) -> None:
        """Notice a fall, and start the service again when its wait is over; raise GaveUp after too many in a row."""
        if self.process is None:
            if time.monotonic() >= self.due:
                self.start()
        elif self.process.poll() is not None:
            self._fell(warn=warn)

    def _fell(self, *, warn: Callable[[str], None]) -> None:
        now = time.monotonic()
        self.falls = 1 if now - self.started > LONG_ENOUGH else self.falls + 1
        if self.falls > MOST_FALLS:
            raise GaveUp(f"{self.service.name} keeps stopping ({self.ending()}): see {self.log}")
        wait = 2 ** (self.falls - 1)
        warn(f"{self.service.name} stopped unexpectedly ({self.ending()}); starting it again in {wait} s.")
        self.process, self.due = None, now + wait

    def ending(self) -> str:
        code = self.process.returncode if self.process else 0
        return f"signal {-code}" if code < 0 else f"exit code {code}"

    def stop(self) -> None:
        """Ask politely, then firmly; what does not listen ends with the group."""
        for word, patience in self.service.farewell:
            if self.process is None or self.process.poll() is not None:
                return
            self.process.send_signal(word)
            try:
                self.process.wait(patience)
            except subprocess.TimeoutExpired:
                continue


def keep_running(
    services: Sequence[Service], *, logs: Path, up: Callable[[], None], warn: Callable[[str], None]
) -> None:
    """Run the services until an exception ends it; `up` is called once, when all of them are up."""
    with ProcessGroup() as group, contextlib.ExitStack() as started:
        watched = [Watched(service, group, logs / f"{service.name}.log") for service in services]
        for one in watched:
            started.callback(one.stop)  # called in the opposite order
            one.start()
            one.wait_until_up()
        up()
        while True:
            for one in watched:
                one.watch(warn=warn)
            time.sleep(0.2)
