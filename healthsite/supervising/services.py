"""What runs on one machine: for each service its command, how to tell it is up and how to ask it to stop."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from healthsite.supervising import bundled_redis

HOST = "127.0.0.1"
# A night of scoring must not slow the pages down, nor the worker's start the site's.
CELERY = ["nice", "-n", "10", sys.executable, "-m", "celery", "--app", "healthsite"]


@dataclass(frozen=True)
class Service:
    """One process to keep running; `farewell` is what to send when it must stop, each with its patience in seconds."""

    name: str
    command: Sequence[str]
    farewell: Sequence[tuple[signal.Signals, float]] = ((signal.SIGTERM, 8),)
    is_up: Callable[[], bool] = lambda: True


def services(*, local: Path, port: int, bundle_redis: bool) -> list[Service]:
    """List the services in the order they start; they stop in the opposite order, Redis last."""
    broker = [redis(local)] if bundle_redis else []
    return [*broker, worker(), beat(local), web(port)]


def redis(local: Path) -> Service:
    return Service("redis", bundled_redis.command(local), is_up=partial(bundled_redis.answers, local))


def worker() -> Service:
    """Describe the worker: a task may finish (TERM), then it is cut off and goes back to the queue (QUIT)."""
    processes = min(os.cpu_count() or 1, 2)
    quiet = ["--without-gossip", "--without-mingle", "--loglevel", "INFO"]
    command = [*CELERY, "worker", "--pool", "prefork", "--concurrency", str(processes), *quiet]
    return Service("worker", command, farewell=((signal.SIGTERM, 10), (signal.SIGQUIT, 5)))


def beat(local: Path) -> Service:
    # No pid file: one left by a killed beat would keep the next from starting.
    return Service("beat", [*CELERY, "beat", "--schedule", str(local / "beat-schedule"), "--pidfile="])


def web(port: int) -> Service:
    threads = ["--worker-class", "gthread", "--workers", "2", "--threads", "4", "--preload"]
    limits = ["--timeout", "60", "--graceful-timeout", "5", "--no-control-socket"]
    gunicorn = [sys.executable, "-m", "gunicorn", "healthsite.wsgi", "--bind", f"{HOST}:{port}"]
    return Service("web", [*gunicorn, *threads, *limits], is_up=partial(web_answers, port))


def web_answers(port: int) -> bool:
    """Tell whether the site answers; a page that is an error is an answer too."""
    connection = HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status > 0
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
