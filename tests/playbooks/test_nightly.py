"""The whole night by one command: both phases told, twice the same, and one clear line where it cannot go on."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from time_machine import TimeMachineFixture

from playbooks.models import Mail, Play
from scoring.leasing import take
from scoring.models import Purpose, Run, Shard
from scoring.past.backfills import ask_backfill
from scoring.past.backfills import take as take_backfill
from scoring.running import complete, open_run
from tests.cast import give, make_user
from tests.digest import digest_of
from tests.healthsite.pages.world import D, customer_at, live, supply
from tests.scoring.builders import noon

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
BEFORE = D - DAY
ALERTS = 4  # A2 for each of two components, A7 and A8; A1 looks a week back, where there is no night


def nightly(*arguments: str) -> list[str]:
    """The lines that the command prints."""
    out = StringIO()
    call_command("nightly", *arguments, stdout=out)
    return out.getvalue().splitlines()


@pytest.fixture
def _collapse(monkeypatch: pytest.MonkeyPatch) -> None:
    """A customer of Bob who is well on the night before D and in an emergency on D; both nights are recent."""
    monkeypatch.setattr("playbooks.running.LOOK_BACK_DAYS", 100_000)
    live()
    customer = customer_at(80, BEFORE)
    give(customer, make_user("Bob"))
    supply(customer, D, csat=1.2, nps=-90, goal_attainment=5)


@pytest.mark.usefixtures("_collapse")
def test_both_phases_are_told() -> None:
    assert nightly("--date", str(BEFORE)) == [
        f"{BEFORE}: scored 1, not scored 0, failed 0",
        f"{BEFORE}: alerts 0, plays 0, tasks 0",
    ]
    scored, reacted = nightly("--date", str(D))
    play = Play.objects.get()
    assert scored == f"{D}: scored 1, not scored 0, failed 0"
    assert reacted == f"{D}: alerts {ALERTS}, plays 1, tasks {play.tasks.count()}"
    assert Mail.objects.get().recipient.name == "Bob"


@pytest.mark.usefixtures("_collapse")
def test_a_backfill_at_work_does_not_hold_up_the_night() -> None:
    """Its nights are its own to complete: whoever took one of their shards would hold it up, and be held up by it."""
    assert take_backfill(ask_backfill(first=BEFORE - 2 * DAY, last=BEFORE - DAY))
    past = open_run(BEFORE - 2 * DAY, Purpose.NIGHTLY, live(), backfilled=True)
    assert take(Shard, past.shards.get().pk)
    assert nightly("--date", str(D))[0] == f"{D}: scored 1, not scored 0, failed 0"
    past.refresh_from_db()
    assert past.finished_at is None


def test_a_day_that_is_not_over_has_no_night(time_machine: TimeMachineFixture) -> None:
    live()
    time_machine.move_to(noon(D), tick=False)
    with pytest.raises(CommandError, match=f"{D} is not over yet"):
        nightly("--date", str(D))


@pytest.mark.usefixtures("_collapse")
def test_twice_changes_nothing() -> None:
    for day in (BEFORE, D):
        nightly("--date", str(day))
    before = digest_of()
    assert nightly("--date", str(D)) == [f"{D} was scored before; nothing changed."]
    assert digest_of() == before


@pytest.mark.usefixtures("_collapse")
def test_a_night_that_was_scored_but_not_reacted_to_is_reacted_to() -> None:
    nightly("--date", str(BEFORE))
    complete(open_run(D, Purpose.NIGHTLY, live()))
    _, reacted = nightly("--date", str(D))
    assert reacted.startswith(f"{D}: alerts {ALERTS}, plays 1")


@pytest.mark.usefixtures("_collapse")
def test_what_a_worker_holds_is_said_in_one_line() -> None:
    run = open_run(D, Purpose.NIGHTLY, live())
    assert take(Shard, run.shards.get().pk)
    with pytest.raises(CommandError, match="2025-09-30: a worker holds a part of this run") as refused:
        nightly("--date", str(D))
    assert "\n" not in str(refused.value)


def test_without_anything_due_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("playbooks.management.commands.nightly.due_dates", list)
    assert nightly() == ["No business date is due."]
    assert not Run.objects.exists()
