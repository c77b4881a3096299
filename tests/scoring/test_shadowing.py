"""Shadow versions: started and stopped once, scored beside the night once, and compared with the live one by hand."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.admin.models import LogEntry
from django.core.management import call_command

from accounts.models import User
from playbooks.models import Episode
from scoring.models import CurrentScore, Purpose, Run, ScorecardVersion, ScoreRecord
from scoring.running import complete, open_run
from scoring.scorecards.drafting import NoReason, make_draft
from scoring.scorecards.publishing import make_version_live, publish
from scoring.scorecards.shadowing import CannotShadow, compare, due_shadows, start_shadow, stop_shadow
from scoring.tasks import tick
from tests.cast import make_customer, make_user
from tests.digest import digest_of
from tests.healthsite.pages.world import NOW, D, customer_at, definition, live, score, supply

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _morning(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr("scoring.tasks.score_shard.delay", lambda pk: None)
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def ada(db: None) -> User:
    return make_user("Ada", "admin")


def candidate(**changes: Any) -> ScorecardVersion:
    """The same scorecard with Outcomes weighed four times as much as Satisfaction; the usual one is live."""
    if not ScorecardVersion.objects.exists():
        live()
    components = definition()["components"]
    components[0]["weight"] = 10
    return publish(definition(components=components, **changes))


def shadowed(ada: User, since: Any = D, **changes: Any) -> ScorecardVersion:
    version = start_shadow(version=candidate(**changes), by=ada, note="Try it")
    ScorecardVersion.objects.filter(pk=version.pk).update(shadow_since=since)
    return version


def night(day: Any = D) -> None:
    """The official night and its shadows."""
    complete(open_run(day, Purpose.NIGHTLY, ScorecardVersion.objects.get(use="live")))
    for on, version in due_shadows():
        complete(open_run(on, Purpose.SHADOW, version))


def test_with_the_past_the_nights_of_thirty_days_follow_one_at_a_time_after_those_to_come(ada: User) -> None:
    version = candidate()
    customer_at(4.0)
    long_ago, before, lately = D - 40 * DAY, D - 20 * DAY, D - 9 * DAY
    for on in (long_ago, before, lately):
        complete(open_run(on, Purpose.NIGHTLY, ScorecardVersion.objects.get(use="live"), backfilled=True))
    version = start_shadow(version=version, by=ada, note="Try it", past=True)
    assert version.shadow_since == D + DAY - 30 * DAY
    begun = []
    for _ in range(4):
        for on, due in due_shadows():
            begun.append(on)
            run = open_run(on, Purpose.SHADOW, due)
            assert due_shadows() == []  # one at a time
            complete(run)
    assert begun == [lately, before]


def test_a_night_to_come_goes_before_those_that_were(ada: User) -> None:
    version = candidate()
    customer_at(4.0)
    for on, backfilled in ((D - 20 * DAY, True), (D, False)):
        complete(open_run(on, Purpose.NIGHTLY, ScorecardVersion.objects.get(use="live"), backfilled=backfilled))
    start_shadow(version=version, by=ada, note="Try it", past=True)
    assert [on for on, _ in due_shadows()] == [D]


def test_it_begins_with_the_next_date_and_the_note_is_kept(ada: User) -> None:
    version = start_shadow(version=candidate(), by=ada, note=" Less weight on surveys ")
    assert (version.use, version.shadow_since) == ("shadow", D + DAY)
    assert "Less weight on surveys" in LogEntry.objects.get().change_message


def test_started_and_stopped_twice_is_once(ada: User) -> None:
    version = candidate()
    for _ in range(2):
        start_shadow(version=version, by=ada, note="Try it")
    for _ in range(2):
        stop_shadow(version=version, by=ada, note="Seen enough")
    version.refresh_from_db()
    assert (version.use, version.shadow_since, LogEntry.objects.count()) == ("idle", None, 2)


def test_what_cannot_run_in_shadow_is_refused_with_the_reason(ada: User) -> None:
    version, now_live = candidate(), ScorecardVersion.objects.get(use="live")
    for wrong, why in ((make_draft(version=version, by=ada), "is a draft"), (now_live, "is live")):
        with pytest.raises(CannotShadow, match=why):
            start_shadow(version=wrong, by=ada, note="Try it")
    with pytest.raises(NoReason):
        start_shadow(version=version, by=ada, note=" ")


def test_a_scorecard_has_one_shadow_at_a_time(ada: User) -> None:
    shadowed(ada)
    with pytest.raises(CannotShadow, match="by-hand v2 runs in shadow already"):
        start_shadow(version=candidate(min_coverage=0.4), by=ada, note="Another")


def test_a_tick_opens_it_beside_the_night_and_twice_is_once(ada: User) -> None:
    customer_at(60)
    version = shadowed(ada)
    tick()
    before = digest_of()
    tick()
    assert digest_of() == before
    runs = Run.objects.order_by("purpose").values_list("purpose", "as_of", "scorecard", "version")
    assert list(runs) == [
        ("nightly", D, "", ScorecardVersion.objects.get(use="live").pk), ("shadow", D, "by-hand", version.pk),
    ]  # fmt: skip


def test_the_nightly_command_scores_it_once(ada: User) -> None:
    customer_at(60)
    shadowed(ada)
    said = [io.StringIO(), io.StringIO()]
    for out in said:
        call_command("nightly", stdout=out)
    assert f"{D}: by-hand v2 in shadow scored 1, not scored 0, failed 0" in said[0].getvalue()
    assert said[1].getvalue().splitlines() == ["No business date is due."]


def test_a_night_before_its_first_date_and_a_backfilled_one_have_none(ada: User) -> None:
    customer_at(60)
    shadowed(ada, since=D)
    complete(open_run(D - DAY, Purpose.NIGHTLY, ScorecardVersion.objects.get(use="live")))
    complete(open_run(D, Purpose.NIGHTLY, ScorecardVersion.objects.get(use="live"), backfilled=True))
    assert due_shadows() == []


def test_current_scores_and_alerts_are_the_live_ones(ada: User) -> None:
    customer = make_customer()
    supply(customer, D, csat=5, nps=100, goal_attainment=20)
    version = shadowed(ada)
    night()
    current = CurrentScore.objects.get(customer=customer)
    assert (current.version.use, round(current.score or 0, 9)) == ("live", 68)
    assert round(ScoreRecord.objects.get(version=version).score or 0, 9) == 36  # 100 x 0.2 + 20 x 0.8
    assert not Episode.objects.exists()


def test_it_is_compared_night_by_night(ada: User) -> None:
    """100 and 20: 68 live, 36 in shadow. 60 and 60: 60 by both. Means of -32 and 0, spread 16."""
    far, near = make_customer(arr=700), customer_at(60, D)
    supply(far, D, csat=5, nps=100, goal_attainment=20)
    version = shadowed(ada)
    night()
    found = compare(version)
    line, book = found.lines[0], found.newest
    assert (found.done, found.every, line.on, line.compared, line.agree) == (1, 1, D, 2, 0.5)
    assert (round(line.mean or 0, 9), round(line.spread or 0, 9), line.coverage) == (-16, 16, 1)
    assert book is not None
    assert [(move.customer_id, move.was.label, move.will.label) for move in book.moves(book.order())] == [
        (far.pk, "Fair", "Poor")
    ]
    assert [counts for _, counts in book.matrix()] == [[0, 0, 0, 0], [1, 1, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]]
    assert near.pk in book.ids


def test_without_a_night_there_is_nothing_to_compare(ada: User) -> None:
    found = compare(shadowed(ada))
    assert (found.done, found.lines, found.newest) == (0, [], None)


@pytest.mark.parametrize("customers", [2, 20])
def test_queries_do_not_grow_with_customers(ada: User, customers: int, django_assert_max_num_queries: Any) -> None:
    for n in range(customers):
        customer_at(40 + n, D - DAY)
    version = shadowed(ada, since=D - DAY)
    night(D - DAY)
    night()
    with django_assert_max_num_queries(7):
        assert len(compare(version).lines) == 2


def test_promoted_it_is_live_and_no_shadow(ada: User) -> None:
    version = shadowed(ada)
    make_version_live(version)
    version.refresh_from_db()
    assert (version.use, version.shadow_since, due_shadows()) == ("live", None, [])
    score()
