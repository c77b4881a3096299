"""Gets the workspace ready for its first page: static files, tables and, where nobody is a customer yet, the demo."""

from __future__ import annotations

import hashlib
import shlex
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import connections

from accounts.models import Customer
from healthsite.supervising.grouping import ProcessGroup
from healthsite.supervising.watching import GaveUp

Say = Callable[[str], None]


def collect_static(*, say: Say) -> None:
    """Collect the static files when one of them, or a lock file that brings them, has changed since the last time."""
    stamp = settings.STATIC_ROOT / "collected"
    now = static_digest(settings.BASE_DIR)
    if stamp.exists() and stamp.read_text() == now:
        return
    say("Collecting static files ...")
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    stamp.write_text(now)


def static_digest(base: Path) -> str:
    """Summarise the static files: names, sizes and times of our own, the lock files for everybody else's."""
    digest = hashlib.sha256()
    for path in sorted(p for p in (base / "static").rglob("*") if p.is_file()):
        seen = path.stat()
        digest.update(f"{path.relative_to(base)} {seen.st_size} {seen.st_mtime_ns}\n".encode())
    for name in ("requirements.txt", "package-lock.json", "healthsite/settings.py"):
        digest.update((base / name).read_bytes())
    return digest.hexdigest()


def make_tables(*, say: Say) -> None:
    say("Checking the database ...")
    call_command("migrate", interactive=False, verbosity=0)


def fill(*, arguments: str, say: Say) -> None:
    """Make the demo workspace when there is no customer yet, or when the last attempt was cut short."""
    unfinished = settings.LOCAL_DIR / "demo-unfinished"
    database = str(settings.DATABASES["default"]["NAME"])
    cut_short = unfinished.exists() and unfinished.read_text() == database
    wanted = cut_short or not Customer.objects.exists()
    connections.close_all()  # the services get their own; this process only watches from here on
    if wanted:
        say("Filling the workspace with demo customers ...")
        unfinished.write_text(database)
        run_demo(arguments)
        unfinished.unlink()


def run_demo(arguments: str) -> None:
    """Run `manage.py demo` out of reach of Ctrl-C, which is for the supervisor alone; raise GaveUp when it fails."""
    with ProcessGroup() as group:
        code = group.start([sys.executable, "manage.py", "demo", *shlex.split(arguments)], output=None).wait()
    if code:
        raise GaveUp("The demo workspace could not be made; the lines above say why.")


def demo_logins() -> Iterator[str]:
    """Yield a line for each demo login that this workspace has."""
    from healthsite.demo.logins import DEMO_LOGINS, DEMO_PASSWORD

    existing = set(get_user_model().objects.values_list("email", flat=True))
    connections.close_all()
    for role, email in DEMO_LOGINS:
        if email in existing:
            yield f"{role:<13} {email:<34} {DEMO_PASSWORD}"
