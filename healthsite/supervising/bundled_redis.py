"""Where the bundled Redis listens, how it is started and whether it answers."""

from __future__ import annotations

import hashlib
import os
import shutil
import socket
import sys
from pathlib import Path

LONGEST_SOCKET_PATH = 100  # bytes; Linux takes 107, other systems 103


def socket_path(local: Path) -> Path:
    """Return the socket's path: inside `local`, or, where the checkout lies too deep for a socket, in /tmp."""
    path = local / "redis" / "redis.sock"
    if len(os.fsencode(path)) <= LONGEST_SOCKET_PATH:
        return path
    name = hashlib.sha256(os.fsencode(local)).hexdigest()[:16]
    return Path("/tmp") / f"healthsite-{os.getuid()}-{name}" / "redis.sock"


def url(local: Path) -> str:
    """Return the broker's address as Celery reads it."""
    return f"redis+socket://{socket_path(local)}"


def private_folder(path: Path) -> Path:
    """Make a folder that only this user can enter, and refuse one that somebody else made in our place."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    seen = path.lstat()
    if path.is_symlink() or seen.st_uid != os.getuid() or seen.st_mode & 0o077:
        raise PermissionError(f"{path} must be a folder that only you can enter: remove it, or chmod 700 it.")
    return path


def command(local: Path) -> list[str]:
    """Return the command line of a server that keeps its queue over restarts and never drops a key."""
    program = shutil.which("redis-server", path=f"{sys.prefix}/bin:{os.environ.get('PATH', os.defpath)}")
    if not program:
        raise FileNotFoundError("There is no redis-server: set REDIS_URL to a running Redis, or install one.")
    data, path = private_folder(local / "redis"), socket_path(local)
    private_folder(path.parent)
    listening = ["--port", "0", "--unixsocket", str(path), "--unixsocketperm", "600"]
    keeping = ["--dir", str(data), "--appendonly", "yes", "--appendfsync", "everysec", "--save", ""]
    return [program, *listening, *keeping, "--maxmemory", "256mb", "--maxmemory-policy", "noeviction"]


def answers(local: Path) -> bool:
    """Tell whether the server takes commands; while it reads its file it does not."""
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(1)
        try:
            line.connect(str(socket_path(local)))
            line.sendall(b"PING\r\n")
            return line.recv(16) == b"+PONG\r\n"
        except OSError:
            return False
