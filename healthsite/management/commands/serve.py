"""`manage.py serve`: everything on this machine under one supervisor; what `make run` ends in."""

from __future__ import annotations

import contextlib
import fcntl
import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from healthsite.supervising import workspace
from healthsite.supervising.services import HOST, services
from healthsite.supervising.stopping import StopRequested, raise_on_signals
from healthsite.supervising.watching import GaveUp, keep_running


class Command(BaseCommand):
    """Prepares the workspace, then runs Redis, worker, beat and web until it is asked to stop."""

    help = __doc__
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", default="8000")
        parser.add_argument("--demo-arguments", default="", help="passed on to `manage.py demo` when it is needed")

    def handle(self, *, port: str, demo_arguments: str, **_: object) -> None:
        os.umask(0o077)  # the database and the logs are nobody else's business
        os.chdir(settings.BASE_DIR)
        raise_on_signals()
        try:
            with only_one_here(settings.LOCAL_DIR):
                self.run(port=free_port(port), demo_arguments=demo_arguments)
        except StopRequested:
            self.say("Stopped. The data stay in .local.")
        except (GaveUp, OSError) as reason:
            sys.exit(str(reason))

    def run(self, *, port: int, demo_arguments: str) -> None:
        """Prepare and run; ends only by an exception."""
        address = f"http://{HOST}:{port}"
        os.environ.setdefault("SITE_URL", address)
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # two worker processes share the cores already
        workspace.collect_static(say=self.say)
        workspace.make_tables(say=self.say)
        workspace.fill(arguments=demo_arguments, say=self.say)
        self.say("Starting ...")
        all_of_them = services(local=settings.LOCAL_DIR, port=port, bundle_redis="REDIS_URL" not in os.environ)
        logs = empty_logs(settings.LOCAL_DIR / "logs", [service.name for service in all_of_them])
        keep_running(all_of_them, logs=logs, up=lambda: self.announce(address), warn=self.say)

    def announce(self, address: str) -> None:
        lines = [f"Customer health runs at {address}", *workspace.demo_logins(), "Ctrl-C stops it; the data stay."]
        self.say("\n" + "\n  ".join(lines) + "\n")

    def say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()


@contextlib.contextmanager
def only_one_here(local: Path) -> Iterator[None]:
    """Refuse a second supervisor on the same data: two would fight over one Redis and one schedule."""
    with (local / "serve.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise GaveUp("This workspace is running already, in another terminal: stop it there first.") from None
        yield


def free_port(text: str) -> int:
    """Return the port to listen on, or raise GaveUp with what is wrong with it."""
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise GaveUp(f"PORT is {text!r}: it must be a number from 1 to 65535, as in make run PORT=8001.")
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as gunicorn does
        try:
            trial.bind((HOST, int(text)))
        except OSError as error:
            raise GaveUp(f"Port {text} cannot be used ({error.strerror}): try make run PORT={int(text) + 1}.") from None
    return int(text)


def empty_logs(folder: Path, names: list[str]) -> Path:
    """Keep the logs of the last run as NAME.log.1 and begin new ones."""
    folder.mkdir(exist_ok=True)
    for name in names:
        log = folder / f"{name}.log"
        if log.exists():
            log.replace(f"{log}.1")
    return folder
