"""A real Redis for the length of a test run."""

from __future__ import annotations

import contextlib
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from healthsite.supervising import bundled_redis
from healthsite.supervising.grouping import ProcessGroup


@contextlib.contextmanager
def redis() -> Iterator[str]:
    """Yield the REDIS_URL of a new, empty server, started as `make run` starts its own."""
    with tempfile.TemporaryDirectory(prefix="redis-", dir="/tmp") as folder:  # short, for the socket's path
        home = Path(folder)
        with ProcessGroup() as group, (home / "log").open("wb") as log:
            group.start(bundled_redis.command(home), output=log)
            wait_for(home)
            yield bundled_redis.url(home)


def wait_for(home: Path) -> None:
    deadline = time.monotonic() + 10
    while not bundled_redis.answers(home):
        if time.monotonic() > deadline:
            raise RuntimeError(f"Redis did not start: {(home / 'log').read_text()[-2000:]}")
        time.sleep(0.02)
