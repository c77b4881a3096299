"""Drafts: copied, changed within what the engine allows, published once, and what the nights make of it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from threading import Barrier
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection

from accounts.models import User
from healthsite.pages.trend import trend
from scoring.engine.version import InvalidScorecard, digest
from scoring.explaining import explain
from scoring.models import Policy, Purpose, Run, ScorecardVersion, ScoreRecord
from scoring.past.rescoring import official_version, refresh_current
from scoring.running import complete, open_run
from scoring.scorecards.drafting import (
    NoReason,
    Outdated,
    change_draft,
    make_draft,
    publish_draft,
    restore,
)
from scoring.scorecards.publishing import AlreadySaid, live_version, make_live, publish
from tests.cast import make_customer, make_user
from tests.digest import digest_of
from tests.healthsite.pages.world import D, customer_at, definition, live, supply

pytestmark = pytest.mark.django_db
FIRST, SECOND = "components[0].weight", "components[1].weight"


@pytest.fixture
def ada() -> User:
    return make_user("Ada", "admin")


def drafted(ada: User, **values: Any) -> ScorecardVersion:
    """A draft of the live version, with some places changed: `first=30` is the first component's weight."""
    places = {"first": FIRST, "second": SECOND, "coverage": "min_coverage"}
    draft = make_draft(version=live_version() or live(), by=ada)
    if values:
        changes = {places.get(name, name): value for name, value in values.items()}
        draft = change_draft(draft=draft, values=changes, seen=digest(draft.definition), by=ada)
    return draft


def night(on: Any) -> Run:
    """A night as the workers do it: by the version that is official when it begins."""
    return complete(open_run(on, Purpose.NIGHTLY, official_version(on)))


@pytest.fixture(autouse=True)
def _one_person_decides(db: None) -> None:
    """Let one admin publish what moves everybody: two are the matter of test_proposing."""
    Policy.objects.create(pk=1, second_person_share=1)


def published(ada: User, **values: Any) -> ScorecardVersion:
    return publish_draft(draft=drafted(ada, **values), note="Outcomes matter more", by=ada)


def test_a_draft_says_what_its_version_says_and_scores_nobody(ada: User) -> None:
    version = live()
    draft = make_draft(version=version, by=ada)
    assert (draft.number, draft.status, draft.use, draft.digest) == (2, "draft", "idle", "")
    assert draft.definition == version.definition
    assert live_version() == version


def test_several_drafts_stand_side_by_side(ada: User) -> None:
    version = live()
    assert [make_draft(version=version, by=ada).number for _ in range(3)] == [2, 3, 4]


def test_a_changed_draft_keeps_the_rest(ada: User) -> None:
    draft = drafted(ada, first=30.5)
    draft.refresh_from_db()
    assert [component.weight for component in draft.engine.components] == [30.5, 40]
    assert draft.engine.bands == (live_version() or draft).engine.bands


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({FIRST: -1.0}, r"components\[0\].weight is -1.0; give a number from 0"),
        ({FIRST: float("nan")}, r"components\[0\].weight is nan; give a number"),
        ({FIRST: float("inf")}, r"components\[0\].weight is inf; give a number"),
        ({FIRST: ""}, r"components\[0\].weight is ''; give a number"),
        ({FIRST: 1e-9}, r"components\[0\].weight is 1e-09; give 0 or at least"),
        ({FIRST: 0, SECOND: 0}, "components all have weight 0; give at least one"),
        ({"components[1].measures[0].weight": 0}, r"components\[1\].measures all have weight 0"),
        ({"bands[0].lower": 1}, r"bands\[0\].lower is 1.0; the lowest band starts at 0"),
        ({"bands[2].lower": 50}, r"bands\[2\].lower is 50.0; give more than the band before it, 50"),
        ({"bands[1].label": "Poor"}, r"bands\[1\].label is 'Poor'; another band has this label"),
        ({"min_coverage": 1.1}, "min_coverage is 1.1; give a number from 0 to 1"),
        ({"key": "other"}, "key is no place of this draft"),
        ({"flags": {}}, "flags is no place of this draft"),
        (
            {"components[0].measures[0].curve[1][0]": 0},
            r"curve\[1\]\[0\] is 0.0; give more than the breakpoint before it",
        ),
        (
            {"components[0].measures[0].metric": "nps"},
            r"measures\[1\].metric is 'nps'; it already feeds components\[0\]",
        ),
    ],
)
def test_what_would_not_hold_is_refused_and_nothing_is_written(ada: User, values: dict[str, Any], message: str) -> None:
    draft = drafted(ada)
    before = digest_of()
    with pytest.raises(InvalidScorecard, match=message):
        change_draft(draft=draft, values=values, seen=digest(draft.definition), by=ada)
    assert digest_of() == before


def test_who_looked_at_an_older_draft_overwrites_nobody(ada: User) -> None:
    draft = drafted(ada)
    seen = digest(draft.definition)
    change_draft(draft=draft, values={FIRST: 10}, seen=seen, by=ada)
    with pytest.raises(Outdated, match="changed by somebody else"):
        change_draft(draft=draft, values={FIRST: 20}, seen=seen, by=ada)


def test_what_is_published_does_not_change_any_more(ada: User) -> None:
    version = published(ada, first=30)
    with pytest.raises(Outdated, match="is published or deleted by now"):
        change_draft(draft=version, values={FIRST: 1}, seen=digest(version.definition), by=ada)
    version.definition = definition()
    with pytest.raises(ValueError, match="is published and cannot change"):
        version.save()


def test_the_draft_becomes_the_version_and_takes_over_where_its_scorecard_is_live(ada: User) -> None:
    draft = drafted(ada, first=30)
    version = publish_draft(draft=draft, note=" Outcomes matter more ", by=ada)
    assert (version.pk, version.number, version.use) == (draft.pk, 2, "live")
    assert (version.published_by, version.note) == (ada, "Outcomes matter more")
    assert version.digest == digest(version.definition)
    assert live_version() == version


def test_a_draft_of_another_scorecard_goes_live_only_where_asked_for(ada: User) -> None:
    live()
    other = publish(definition(key="other"))
    quiet, loud = (
        change_draft(draft=draft, values={FIRST: n}, seen=digest(draft.definition), by=ada)
        for n, draft in enumerate((make_draft(version=other, by=ada) for _ in range(2)), 1)
    )
    assert publish_draft(draft=quiet, note="To try", by=ada).use == "idle"
    assert publish_draft(draft=loud, note="For good", by=ada, go_live=True) == live_version()


@pytest.mark.parametrize("note", ["", "  \n"])
def test_publishing_needs_a_reason(ada: User, note: str) -> None:
    draft = drafted(ada, first=30)
    with pytest.raises(NoReason, match="needs a note"):
        publish_draft(draft=draft, note=note, by=ada)


def test_publishing_twice_is_publishing_once(ada: User) -> None:
    draft = drafted(ada, first=30)
    first = publish_draft(draft=draft, note="Now", by=ada)
    before = digest_of()
    assert publish_draft(draft=draft, note="Again", by=ada) == first
    assert digest_of() == before


def test_a_draft_without_a_change_is_told_which_version_says_the_same(ada: User) -> None:
    draft = drafted(ada)
    before = digest_of()
    with pytest.raises(AlreadySaid, match="by-hand v1 says exactly the same"):
        publish_draft(draft=draft, note="Now", by=ada)
    assert digest_of() == before


def test_a_deleted_draft_is_not_published(ada: User) -> None:
    draft = drafted(ada, first=30)
    ScorecardVersion.objects.filter(pk=draft.pk).delete()
    with pytest.raises(Outdated, match="is deleted by now"):
        publish_draft(draft=draft, note="Now", by=ada)


def test_numbers_run_in_the_order_of_publication(ada: User) -> None:
    early, late = drafted(ada, first=10), drafted(ada, first=20)
    assert publish_draft(draft=late, note="First", by=ada).number == 3
    assert publish_draft(draft=early, note="Second", by=ada).number == 4
    assert make_live("by-hand").pk == early.pk


def test_an_old_version_is_made_live_again_with_a_reason(ada: User) -> None:
    old = live()
    published(ada, first=30)
    with pytest.raises(NoReason):
        restore(version=old, note="", by=ada)
    restore(version=old, note="Too many turned red", by=ada)
    assert live_version() == old
    assert ScorecardVersion.objects.filter(use="live").count() == 1
    assert LogEntry.objects.filter(object_id=str(old.pk), change_message="Made live: Too many turned red").exists()


def test_a_draft_cannot_be_made_live(ada: User) -> None:
    with pytest.raises(ValueError, match="is a draft"):
        restore(version=drafted(ada), note="Now", by=ada)


def test_who_did_what_and_why_is_kept(ada: User) -> None:
    version = published(ada, first=30)
    said = LogEntry.objects.filter(object_id=str(version.pk), user=ada).order_by("pk")
    assert [entry.change_message for entry in said] == [
        "Copied from v1.",
        "Satisfaction: weight 60 → 30",
        "Published: Outcomes matter more",
        "Made live.",
    ]


def test_the_next_night_uses_the_new_version_and_old_nights_stay(ada: User) -> None:
    """By hand: CSAT 2 is 25, NPS 60 is 80, so 52.5; goals 80. 52.5 x 0.6 + 80 x 0.4 = 63.5; half and half 66.25."""
    live()
    supply(make_customer(), D - timedelta(days=1), csat=2, nps=60, goal_attainment=80)
    old = night(D - timedelta(days=1))
    before = digest_of(ScoreRecord)
    new = published(ada, first=40)
    assert digest_of(ScoreRecord) == before
    after = night(D)
    scores: list[Any] = [(one.version.number, one.score) for run in (old, after) for one in run.records.all()]
    assert scores == [(1, pytest.approx(63.5)), (2, pytest.approx(66.25))]
    assert after.version == new


def test_a_night_that_is_open_keeps_the_version_it_began_with(ada: User) -> None:
    live()
    customer_at(80)
    run = open_run(D, Purpose.NIGHTLY, official_version(D))
    published(ada, first=40)
    assert [record.version.number for record in complete(run).records.all()] == [1]


def test_the_trend_marks_the_day_of_the_new_version(ada: User) -> None:
    live()
    customer = customer_at(80, on=D - timedelta(days=1))
    night(D - timedelta(days=1))
    published(ada, first=40)
    night(D)
    refresh_current(D)
    chart = trend(explain(customer), customer.pk, 30).chart
    assert [mark["label"] for mark in chart["marks"]] == ["by-hand v2"]


def at_once(first: Callable[[], Any], second: Callable[[], Any]) -> list[Any]:
    """What both come to when they begin at the same moment, each with a connection of its own."""
    start = Barrier(2)

    def begin(act: Callable[[], Any]) -> Any:
        start.wait()
        try:
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as threads:
        return list(threads.map(begin, (first, second)))


@pytest.mark.django_db(transaction=True)
def test_two_who_publish_a_draft_at_once_publish_it_once() -> None:
    ada, bea = make_user("Ada", "admin"), make_user("Bea", "admin")
    draft = drafted(ada, first=30)
    found = at_once(*(partial(publish_draft, draft=draft, note="Now", by=who) for who in (ada, bea)))
    assert {version.pk for version in found} == {draft.pk}
    assert LogEntry.objects.filter(change_message="Published: Now").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_who_make_different_scorecards_live_at_once_leave_one_live(ada: User) -> None:
    one, other = live(), publish(definition(key="other"))
    for _ in range(3):
        at_once(*(partial(restore, version=version, note="Now", by=ada) for version in (one, other)))
        assert ScorecardVersion.objects.filter(use="live").count() == 1
