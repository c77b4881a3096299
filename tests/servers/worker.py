"""A real Celery worker in a process of its own, working on the test's database."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from django.db.backends.base.base import BaseDatabaseWrapper

from healthsite.supervising.grouping import ProcessGroup

STARTING_TIME = 60.0  # seconds; a cold import of everything on a busy machine


def database_url_of(connection: BaseDatabaseWrapper) -> str:
    """Return the DATABASE_URL with which another process reaches the database of this test."""
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}"))


@contextlib.contextmanager
def celery_worker(*, database_url: str, redis_url: str, concurrency: int = 1, **environment: str) -> Iterator[Worker]:
    """Run a worker until the block ends; further keywords are environment variables, as in SHARD_SIZE="10"."""
    surroundings = os.environ | {"DATABASE_URL": database_url, "REDIS_URL": redis_url, "SECRET_KEY": "only-for-tests"}
    with tempfile.TemporaryDirectory(prefix="worker-") as folder:
        worker = Worker(Path(folder) / "log")
        try:
            worker.start(concurrency=concurrency, environment=surroundings | environment)
            worker.wait_until_ready()
            yield worker
        finally:
            worker.kill()


class Worker:
    """The main process of a worker and its pool, in a group of their own."""

    def __init__(self, log: Path) -> None:
        self._group, self._log = ProcessGroup(), log

    def start(self, *, concurrency: int, environment: dict[str, str]) -> None:
        options = ["--concurrency", str(concurrency), "--without-gossip", "--without-mingle", "--loglevel", "INFO"]
        command = [sys.executable, "-m", "celery", "--app", "healthsite", "worker", *options]
        with self._log.open("wb") as output:
            self.process = self._group.start(command, output=output, environment=environment)

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + STARTING_TIME
        while " ready." not in self.output:
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"The worker did not start: {self.output[-2000:]}")
            time.sleep(0.05)

    @property
    def output(self) -> str:
        """All that the worker has said so far."""
        return self._log.read_text()

    def kill(self) -> None:
        """End the worker and its pool as a power cut would; harmless when they are gone."""
        self._group.end()
        self.process.wait()
