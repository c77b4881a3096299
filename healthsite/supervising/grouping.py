"""Processes that end together with the one that started them, even when that one is killed."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from typing import IO, Self


class ProcessGroup:
    """A process group of its own, led by a guard, so that Ctrl-C in the terminal reaches only its owner."""

    def __init__(self) -> None:
        self._members: list[subprocess.Popen[bytes]] = []
        # The guard reads a pipe whose other end only this process holds. When this process goes, by whatever signal,
        # the read ends and the guard kills the whole group, pool children of its members included.
        self._guard = subprocess.Popen(
            ["sh", "-c", "read line; kill -KILL 0"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            process_group=0,
        )

    def start(
        self,
        command: Sequence[str],
        *,
        output: IO[bytes] | None,
        environment: Mapping[str, str] | None = None,
        user: str | None = None,
    ) -> subprocess.Popen[bytes]:
        """Start a member; its standard output and error go to `output`, or where ours go."""
        member = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT if output else None,
            env=environment,
            user=user,
            process_group=self._guard.pid,
        )
        self._members.append(member)
        return member

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def end(self) -> None:
        """Kill whatever is left of the group; once ended, ending it again does nothing."""
        if self._guard.returncode is not None:
            return
        os.killpg(self._guard.pid, signal.SIGKILL)
        for process in (*self._members, self._guard):
            process.wait()
        if self._guard.stdin:
            self._guard.stdin.close()
