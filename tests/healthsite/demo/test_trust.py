"""What weeks of nights leave of people's judgements and of scorecards: as if it had been done day by day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.contrib.admin.models import LogEntry
from django.db import transaction
from django.db.models import Max
from pytest_django import DjangoDbBlocker

from accounts.expecting import muted_until
from accounts.models import Customer, Opportunity
from healthsite.demo import history
from healthsite.demo.history import score_history
from healthsite.demo.opinions import OBJECTINGS, OVERRIDINGS
from scoring.judgements.desk import disagreements, verdicts
from scoring.models import CurrentScore, Objection, Override, Run, ScorecardVersion, ScoreRecord, Settlement, Stay
from scoring.scorecards.shadowing import ENOUGH, compare
from tests.healthsite.demo.telling import LAST, make, silently

pytestmark = pytest.mark.django_db

NIGHTS = 37
MORNING = datetime(2026, 3, 5, 8, tzinfo=UTC)


@pytest.fixture(scope="module", autouse=True)
def _lived(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """As many customers as somebody says something about, lived through once for all the questions below."""
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch, transaction.atomic():
        patch.setattr(history, "NIGHTS", NIGHTS)
        with time_machine.travel(MORNING):
            score_history(make(30, days=160), say=silently)
        yield
        transaction.set_rollback(True)


def ago(days: int) -> date:
    return LAST - timedelta(days=days)


def test_of_three_overrides_one_is_in_force_one_ran_out_and_one_was_ended_early() -> None:
    early, out, here = Override.objects.order_by("from_on")
    assert (early.ended_by, out.ended_by, here.ended_by) == (early.by, None, None)
    assert early.ended_at is not None
    assert early.until_on == early.ended_at.date() <= ago(60)
    assert out.until_on == ago(72)
    assert here.holds_on(LAST)
    assert here.until_on > LAST
    assert {one.by.role for one in (early, out, here)} == {"csm"}


def test_an_override_knows_the_automatic_score_of_its_day_and_counts_from_its_first_night() -> None:
    override = Override.objects.latest("from_on")
    night = ScoreRecord.objects.get(customer=override.customer, run__as_of=override.from_on, run__purpose="nightly")
    before = override.from_on - timedelta(days=1)
    engine = ScoreRecord.objects.get(customer=override.customer, run__as_of=before, run__purpose="nightly")
    assert night.score == override.score
    assert (override.automatic, engine.automatic) == (engine.score, None)


def test_two_of_four_objections_are_settled_by_a_manager_and_two_are_open() -> None:
    assert Objection.objects.count() == len(OBJECTINGS)
    settled = Settlement.objects.exclude(objection=None).order_by("at")
    assert [one.verdict for one in settled] == ["score", "person"]
    assert {one.by.role for one in settled} == {"manager"}
    with time_machine.travel(MORNING):
        assert disagreements(Customer.objects.all(), MORNING, "objection").count() == 2


def test_managers_settle_some_pulses_that_differ_and_leave_a_handful_open() -> None:
    with time_machine.travel(MORNING):
        assert 1 <= disagreements(Customer.objects.all(), MORNING, "pulse").count() <= 6
    assert sum(verdicts(Customer.objects.all(), "pulse").values()) >= 3
    assert set(Settlement.objects.values_list("by__role", flat=True)) == {"manager"}


def test_a_change_is_expected_until_a_day_to_come() -> None:
    customer = Customer.objects.get(external_id=f"D{OVERRIDINGS[1].number + 1:04d}")
    until, reason = muted_until(customer, LAST)["usage_trend"]
    assert until is not None
    assert until > LAST
    assert reason


def test_two_stages_are_set_by_hand_one_of_them_for_a_while() -> None:
    by_hand = Stay.objects.exclude(by=None).order_by("from_on")
    assert [one.expires_on is None for one in by_hand] == [False, True]
    shown = CurrentScore.objects.in_bulk([one.customer_id for one in by_hand])
    assert all(shown[one.customer_id].stage == one.stage for one in by_hand)
    assert all(shown[one.customer_id].stage_since == one.from_on for one in by_hand)


def test_everybody_is_in_a_stage_a_segment_and_a_tier() -> None:
    assert CurrentScore.objects.count() > 20
    assert not CurrentScore.objects.filter(stage=0).exists()
    assert not CurrentScore.objects.filter(segment=0).exists()
    assert not CurrentScore.objects.filter(tier=0).exists()
    assert not CurrentScore.objects.exclude(score=None).filter(revenue_tier=0).exists()
    assert not ScoreRecord.objects.filter(run__as_of=ago(20), run__purpose="nightly", segment=0).exists()


def test_renewals_are_negotiated_before_notice_could_be_given_but_not_all_of_them() -> None:
    there = Opportunity.objects.filter(kind="renewal", closed_on=None)
    late = there.filter(expected_close_on__lte=LAST + timedelta(days=60))
    assert late.filter(stage="negotiation").exists()
    assert not there.filter(stage="negotiation", expected_close_on__gt=LAST + timedelta(days=66)).exists()


def test_one_scorecard_is_live_with_a_draft_one_runs_in_shadow_and_one_waits() -> None:
    found = {(str(one), one.status, one.use) for one in ScorecardVersion.objects.select_related("scorecard")}
    assert found == {
        ("framework-002 v1", "published", "live"),
        ("framework-002 v2", "draft", "idle"),
        ("component-default v1", "published", "shadow"),
        ("install-base v1", "published", "idle"),
    }
    draft = ScorecardVersion.objects.get(status="draft")
    assert draft.note
    assert [component.weight for component in draft.engine.components] == [36, 25, 20, 15, 4]
    assert ScorecardVersion.objects.get(scorecard__key="install-base").scorecard.when


def test_the_shadow_has_thirty_of_thirty_nights() -> None:
    shadow = ScorecardVersion.objects.get(use="shadow")
    found = compare(shadow)
    assert shadow.shadow_since == ago(ENOUGH - 1)
    assert (found.done, len(found.lines)) == (ENOUGH, ENOUGH)
    assert min(line.compared for line in found.lines) > 20


def test_nothing_was_said_after_the_last_day() -> None:
    for model in (Override, Objection, Settlement):
        assert model._default_manager.aggregate(last=Max("at"))["last"] < MORNING
    assert LogEntry.objects.latest("action_time").action_time < MORNING
    assert not LogEntry.objects.filter(change_message__contains="2026-03-05").exists()
    assert not Customer.objects.filter(facts_changed_at__gte=MORNING).exists()


def test_no_run_failed_for_anybody() -> None:
    assert set(Run.objects.values_list("failed", flat=True)) == {0}
