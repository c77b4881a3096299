"""The command `demo`: what it says, and that a refusal changes nothing."""

from __future__ import annotations

from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Customer, Usage
from healthsite.demo import history
from healthsite.management.commands import demo
from scoring.models import Run
from tests.cast import make_customer
from tests.digest import digest_of

pytestmark = pytest.mark.django_db

SMALL = ("--customers", "2", "--days", "60")


@pytest.fixture(autouse=True)
def _two_nights(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "NIGHTS", 2)
    monkeypatch.setattr(demo, "today", lambda: date(2026, 3, 5))


def run(*arguments: str) -> str:
    """Run the command and return what it said on standard error; standard output stays empty."""
    said, out = StringIO(), StringIO()
    call_command("demo", *arguments, stdout=out, stderr=said)
    assert out.getvalue() == ""
    return said.getvalue()


def test_it_says_every_phase_with_counts_and_the_progress_of_scoring() -> None:
    lines = run(*SMALL).splitlines()
    assert lines[0] == "customers: 2"
    assert lines[2].startswith("new rows: customers 2, assignments 4, contacts 9, ")
    assert [line for line in lines if line.startswith("nights:")] == [
        "nights: 50 % (2026-03-03)",
        "nights: 100 % (2026-03-04)",
    ]


def test_it_says_ten_lines_of_progress_however_many_nights(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "NIGHTS", 19)
    monkeypatch.setattr(history, "live_through", lambda run, team: None)
    said = [line for line in run(*SMALL).splitlines() if line.startswith("nights:")]
    assert len(said) == 10
    assert said[-1] == "nights: 100 % (2026-03-04)"


def test_without_a_day_the_history_ends_yesterday() -> None:
    run(*SMALL)
    assert Usage.objects.latest("date").date == date(2026, 3, 4)


def test_a_second_run_changes_no_fact_and_no_score() -> None:
    run(*SMALL)
    before = digest_of(Customer, Usage, Run)
    assert "new rows" not in run()
    assert digest_of(Customer, Usage, Run) == before


def test_beside_other_customers_it_refuses_and_changes_nothing() -> None:
    make_customer("Own customer")
    before = digest_of()
    with pytest.raises(CommandError, match="not the demo's") as refusal:
        run(*SMALL)
    assert refusal.value.returncode == 1
    assert digest_of() == before


def test_a_future_day_is_refused() -> None:
    with pytest.raises(CommandError, match="--until 2026-03-06: the history cannot end after today, 2026-03-05"):
        run("--until", "2026-03-06")


def test_it_takes_the_workspace_away() -> None:
    run(*SMALL)
    assert run("--remove").endswith("The demo workspace is removed.\n")
    assert not Customer.objects.exists()
    assert not Run.objects.exists()
