"""The first signal that asks for an end is heard, and only the first."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

WAIT = """
import os, signal, time
from healthsite.supervising.stopping import StopRequested, raise_on_signals
raise_on_signals()
try:
    print("waiting", flush=True)
    time.sleep(20)
except StopRequested:
    os.kill(os.getpid(), signal.SIGTERM)
    print("stopped", flush=True)
"""


def answer_to(number: signal.Signals, *, ignored: bool = False) -> str:
    """Start a waiting process, send it a signal and return what it says then."""
    script = f"import signal; signal.signal({number.value}, signal.SIG_IGN)\n{WAIT}" if ignored else WAIT
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        process.stdout.readline()
        process.send_signal(number)
        try:
            return process.communicate(timeout=1 if ignored else 10)[0]
        except subprocess.TimeoutExpired:
            process.kill()
            return ""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_each_asking_signal_stops_once(number: signal.Signals) -> None:
    assert answer_to(number) == "stopped\n"


def test_nohup_keeps_it_running_when_the_terminal_closes() -> None:
    assert answer_to(signal.SIGHUP, ignored=True) == ""


def test_ctrl_c_is_heard_even_where_a_script_started_it_in_the_background() -> None:
    assert answer_to(signal.SIGINT, ignored=True) == "stopped\n"
