"""The benchmarks print a line each, and what is over its budget says so."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bench.timing import at_most

LINE = re.compile(r"rules \d+\.\d{4} \d+\.\d{4} \d+\.\d\d 0\.1s (ok|over)")


def bench(*names: str) -> subprocess.CompletedProcess[str]:
    root = Path(__file__).parent.parent
    environment = {**os.environ, "DEBUG": "1"}
    command = [sys.executable, "-m", "tests.bench", *names]
    return subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.process
def test_each_benchmark_prints_its_line() -> None:
    head, line = bench("rules").stdout.splitlines()
    assert head == "name seconds floor ratio budget verdict"
    assert LINE.fullmatch(line)


@pytest.mark.process
def test_an_unknown_name_is_told_with_those_there_are() -> None:
    answer = bench("rulez")
    assert answer.returncode == 2
    assert answer.stderr.startswith("no benchmark 'rulez'; there are whatif ")


def test_what_exceeds_its_seconds_or_its_floor_is_over() -> None:
    assert at_most("one", (0.5, 0.5), seconds=1, ratio=1.5).line == "one 0.5000 0.5000 1.00 1s,1.5x ok"
    assert at_most("one", (1.1, 1.0), seconds=1, ratio=1.5).line.endswith(" over")
    assert at_most("one", (0.9, 0.5), seconds=1, ratio=1.5).line.endswith(" over")
