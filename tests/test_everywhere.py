"""A run of the suite counts what ran, and a run of nothing is no success."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.everywhere import Outcome, read, total

REPORT = '<testsuites><testsuite tests="12" failures="2" errors="1" skipped="4"/></testsuites>'


def test_what_neither_failed_nor_was_skipped_has_passed(tmp_path: Path) -> None:
    (tmp_path / "report.xml").write_text(REPORT)
    outcome = read("SQLite", tmp_path / "report.xml", ended_well=False)
    assert str(outcome) == "SQLite: 5 passed, 3 failed, 4 skipped"


def test_a_run_without_a_report_has_not_ended_well(tmp_path: Path) -> None:
    outcome = read("SQLite", tmp_path / "none.xml", ended_well=True)
    assert str(outcome) == "SQLite: 0 passed, 0 failed, 0 skipped"
    assert not outcome.ended_well


def test_the_last_line_adds_both_up() -> None:
    both = [Outcome("SQLite", True, 10, 1, 2), Outcome("PostgreSQL", True, 5, 0, 0)]
    assert total(both) == "12 passed, 1 failed, 2 skipped"


@pytest.mark.parametrize(("ended_well", "passed", "expected"), [(True, 1, True), (True, 0, False), (False, 1, False)])
def test_a_run_counts_only_when_something_passed_and_nothing_failed(
    ended_well: bool, passed: int, expected: bool
) -> None:
    assert Outcome("SQLite", ended_well, tests=passed, failed=0, skipped=0).is_fine is expected
