"""The past of the demo is scored by the engine, each night once."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from healthsite.demo import history
from healthsite.demo.history import score_history
from healthsite.demo.planning import Wish, plan
from healthsite.demo.removing import remove
from healthsite.demo.stories import CAST
from playbooks.models import Play, Reaction, Task, TaskEvent
from scoring.models import CurrentScore, Objection, Override, Run, ScorecardVersion, ScoreRecord, Settlement, Stay
from scoring.scorecards.publishing import live_version, make_live
from tests.digest import digest_of
from tests.healthsite.demo.telling import LAST, build_quietly, make, silently

pytestmark = pytest.mark.django_db


def scored_nights() -> list[date]:
    return list(Run.objects.filter(purpose="nightly").order_by("pk").values_list("as_of", flat=True))


def shadow_nights() -> list[date]:
    return list(Run.objects.filter(purpose="shadow").order_by("pk").values_list("as_of", flat=True))


def nights_to(last: date, count: int) -> list[date]:
    return [last - timedelta(days=n) for n in reversed(range(count))]


def test_every_night_after_the_first_forty_days_is_scored_in_order() -> None:
    score_history(make(2, days=60), say=silently)
    assert scored_nights() == nights_to(LAST, 20)
    assert Run.objects.filter(purpose="nightly", failed=0, backfilled=True).count() == 20


def test_a_long_history_is_scored_for_its_last_nights_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "NIGHTS", 3)
    score_history(make(2, days=60), say=silently)
    assert scored_nights() == nights_to(LAST, 3)


def test_a_later_run_scores_the_new_nights_and_restates_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "NIGHTS", 3)
    score_history(make(2, days=60), say=silently)
    later = LAST + timedelta(days=2)
    score_history(build_quietly(plan(Wish(later))), say=silently)
    assert scored_nights() == nights_to(later, 5)
    assert shadow_nights() == nights_to(later, 5)
    assert not Run.objects.filter(purpose="restated").exists()


def test_a_run_that_was_cut_short_is_gone_on_with(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "NIGHTS", 3)
    world = make(2, days=60)
    score_history(world, say=silently)
    Run.objects.get(as_of=LAST, purpose="nightly").delete()
    score_history(plan(Wish(LAST)), say=silently)
    assert scored_nights() == nights_to(LAST, 3)


def test_a_night_that_was_scored_but_not_reacted_to_is_only_reacted_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "NIGHTS", 2)
    world = make(2, days=60)
    score_history(world, say=silently)
    Reaction.objects.get(run__as_of=LAST).delete()
    score_history(plan(Wish(LAST)), say=silently)
    assert Reaction.objects.filter(finished_at__isnull=False).count() == 2
    assert not Run.objects.filter(purpose="restated").exists()


def test_a_night_older_than_the_newest_reaction_is_scored_and_nothing_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "NIGHTS", 2)
    world = make(2, days=60)
    score_history(world, say=silently)
    Run.objects.get(as_of=LAST - timedelta(days=1), purpose="nightly").delete()
    before = digest_of(Play, Task, TaskEvent)
    score_history(plan(Wish(LAST)), say=silently)
    assert sorted(scored_nights()) == nights_to(LAST, 2)
    assert Reaction.objects.get().run.as_of == LAST
    assert digest_of(Play, Task, TaskEvent) == before


@time_machine.travel(datetime(2026, 3, 5, 8, tzinfo=UTC))
def test_people_do_the_same_whenever_the_history_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "NIGHTS", 5)
    score_history(make(14, days=60), say=silently)
    first = told()
    remove(say=silently)
    score_history(make(14, days=60), say=silently)
    assert first
    assert told() == first


def told() -> list[tuple[object, ...]]:
    """What happened to which task, without the numbers that a database gives out."""
    events = TaskEvent.objects.values_list(
        "task__customer__external_id", "task__title", "at", "kind", "text", "before", "after", "actor__email"
    )
    return sorted(events, key=repr)


@time_machine.travel(datetime(2026, 3, 5, 8, tzinfo=UTC))
def test_people_judge_the_same_whenever_the_history_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "NIGHTS", 5)
    score_history(make(30, days=120), say=silently)
    first = judged()
    remove(say=silently)
    score_history(make(30, days=120), say=silently)
    assert first
    assert judged() == first


def judged() -> list[tuple[object, ...]]:
    """What was said about scores, without the numbers that a database gives out."""
    said = [
        Override.objects.values_list("customer__external_id", "score", "automatic", "until_on", "at", "by__email"),
        Objection.objects.values_list("customer__external_id", "as_of", "score", "reason", "at", "by__email"),
        Settlement.objects.values_list("customer__external_id", "said", "role", "reason", "at", "by__email"),
        Stay.objects.values_list("customer__external_id", "stage", "from_on", "until_on", "reason", "by__email"),
        ScorecardVersion.objects.values_list("scorecard__key", "number", "digest", "use", "made_at", "note"),
    ]
    return sorted((row for rows in said for row in rows), key=repr)


def test_the_demo_is_scored_by_its_own_scorecard_and_well_covered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "NIGHTS", 1)
    score_history(make(1, days=120), say=silently)
    version = live_version()
    assert version
    assert version.scorecard.key == "framework-002"
    assert ScoreRecord.objects.get(run__purpose="nightly").coverage > 0.9


def test_a_scorecard_that_somebody_made_live_since_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "NIGHTS", 1)
    score_history(make(1), say=silently)
    chosen = make_live("component-default")
    score_history(build_quietly(plan(Wish(LAST + timedelta(days=1)))), say=silently)
    assert live_version() == chosen


def test_current_scores_are_of_the_last_day_and_of_customers_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "NIGHTS", 1)
    score_history(make(12, days=90), say=silently)
    current = {score.customer.external_id: score for score in CurrentScore.objects.select_related("customer")}
    assert {score.as_of for score in current.values()} == {LAST}
    gone = {f"D{CAST.index(story) + 1:04d}" for story in ("churned", "prospect")}
    assert set(current) == {f"D{number:04d}" for number in range(1, 13)} - gone
    assert current[f"D{CAST.index('thin') + 1:04d}"].score is None
