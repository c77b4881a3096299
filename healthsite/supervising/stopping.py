"""Turns the signals that ask for an end into one exception, raised once."""

from __future__ import annotations

import signal
from types import FrameType

ASKING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StopRequested(BaseException):
    """Somebody asked for the end: Ctrl-C, `kill`, a closed terminal. Not an Exception, so nothing swallows it."""


def raise_on_signals() -> None:
    """Raise StopRequested at the first asking signal; `nohup` keeps its promise about the closed terminal."""
    for number in ASKING:
        if number is not signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _raise_once)


def _raise_once(number: int, frame: FrameType | None) -> None:
    # make passes SIGTERM on, so it may come twice; the second must not interrupt the orderly stop.
    for other in ASKING:
        signal.signal(other, signal.SIG_IGN)
    raise StopRequested
