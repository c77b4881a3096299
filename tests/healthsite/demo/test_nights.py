"""What three months of nights make of the stories: the bands of each, and the alerts, plans and tasks that followed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import groupby

import pytest
import time_machine
from django.db import transaction
from django.db.models import QuerySet
from pytest_django import DjangoDbBlocker

from accounts.models import Contact, Customer, CustomerPeriod, Interaction, Usage
from healthsite.demo import history
from healthsite.demo.history import score_history
from healthsite.demo.stories import CAST, TERRITORY
from playbooks.models import Episode, Mail, Play, Reaction, Task, TaskEvent
from scoring.models import Purpose, ScorecardVersion, ScoreRecord
from tests.healthsite.demo.telling import LAST, make, silently

pytestmark = pytest.mark.django_db

NIGHTS = 95
DAY = timedelta(days=1)


@pytest.fixture(scope="module", autouse=True)
def _lived(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """One customer of each story and the territory, lived through once for all the questions below."""
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch, transaction.atomic():
        patch.setattr(history, "NIGHTS", NIGHTS)
        with time_machine.travel(datetime(2026, 3, 5, 8, tzinfo=UTC)):
            score_history(make(TERRITORY + 1, days=160), say=silently)
        yield
        transaction.set_rollback(True)  # nothing of it is there for the tests of other files


def of(story: str) -> Customer:
    """The first customer with a story."""
    return Customer.objects.get(external_id=f"D{CAST.index(story) + 1:04d}")


def nights_of(customer: Customer) -> dict[date, str]:
    """The colour role of each of a customer's nightly records that has a score."""
    records = ScoreRecord.objects.filter(customer=customer, run__purpose=Purpose.NIGHTLY, score__isnull=False)
    bands = {version.pk: version.engine.bands for version in ScorecardVersion.objects.all()}
    rows = records.order_by("run__as_of").values_list("run__as_of", "version", "band")
    return {day: bands[version][band].role for day, version, band in rows}


def path(customer: Customer) -> list[str]:
    """The roles one after the other, each as long as it lasted at least three nights."""
    lasting = [role for role, nights in groupby(nights_of(customer).values()) if len(list(nights)) >= 3]
    return [role for role, _ in groupby(lasting)]


def plays_of(customer: Customer, *keys: str) -> QuerySet[Play]:
    return Play.objects.filter(customer=customer, playbook__key__in=keys).order_by("opened_on")


def fired(customer: Customer, rule: str) -> bool:
    return Episode.objects.filter(customer=customer, rule=rule, fired_at__isnull=False).exists()


@pytest.mark.parametrize("story", ["growing", "feed_outage", "late_data"])
def test_who_does_well_stays_green(story: str) -> None:
    assert path(of(story)) == ["green"]


def test_the_silent_slide_from_green_to_red_and_are_called() -> None:
    customer = of("silent")
    assert path(customer) == ["green", "yellow", "red"]
    running = plays_of(customer, "PB-2", "PB-3").filter(closed_at=None)
    assert running.count() == 2
    assert Task.objects.filter(play__in=running, status="done").exists()
    assert plays_of(customer, "PB-4").filter(outcome="superseded").exists()


def test_a_lost_champion_starts_its_plan_within_days() -> None:
    customer = of("lost_champion")
    left_on = Contact.objects.get(customer=customer, left_on__isnull=False).left_on
    play = plays_of(customer, "PB-6")[0]
    assert left_on is not None
    assert DAY * 0 <= play.opened_on - left_on <= 5 * DAY


def test_payment_trouble_leaves_green_and_is_told_by_the_financial_component() -> None:
    customer = of("payment_trouble")
    assert path(customer) == ["green", "yellow"]
    assert fired(customer, "A2:financial")


def test_angry_support_leaves_green_and_gets_a_service_recovery() -> None:
    customer = of("angry_support")
    assert path(customer) == ["green", "yellow"]
    assert plays_of(customer, "PB-7").exists()
    assert Task.objects.filter(play__in=plays_of(customer, "PB-7"), status="done").exists()


def test_onboarding_begins_below_and_ends_green_with_no_night_before_it_came() -> None:
    customer = of("onboarding")
    assert min(nights_of(customer)) >= (customer.customer_since or date.max)
    assert path(customer) == ["red", "yellow", "green"]


def test_a_renewal_next_month_has_its_plan_running() -> None:
    play = plays_of(of("renewal_soon"), "PB-12").get(closed_at=None)
    assert play.facts["renewal_on"] == str(of("renewal_soon").renewal_on)


def test_the_recovered_come_back_to_green_after_a_plan_whose_tasks_were_done() -> None:
    customer = of("recovered")
    assert path(customer) == ["green", "yellow", "green"]
    plan = plays_of(customer, "PB-5").get(outcome="reached")
    done = Task.objects.filter(play=plan, status="done")
    assert done.count() >= 3
    back = max(day for day, role in nights_of(customer).items() if role == "yellow")
    assert all(plan.opened_on < task.finished_at.date() < back for task in done if task.finished_at)


def test_the_recovered_use_it_again_as_before_the_plan() -> None:
    customer = of("recovered")
    plan = plays_of(customer, "PB-5").get(outcome="reached")
    rows = Usage.objects.filter(customer=customer)
    low = rows.filter(date__range=(plan.opened_on, plan.opened_on + 30 * DAY)).order_by("-active_users")[0]
    late = rows.filter(date__gt=LAST - 20 * DAY).order_by("-active_users")[0]
    assert (late.active_users or 0) > 1.5 * (low.active_users or 0)


def test_the_churned_have_no_night_no_plan_and_no_task_after_they_left() -> None:
    customer = of("churned")
    assert max(nights_of(customer)) == (customer.churned_on or date.max) - DAY
    assert not Play.objects.open().filter(customer=customer).exists()
    assert not Task.objects.unfinished().filter(customer=customer).exists()


def test_the_reactivated_have_no_night_while_they_were_gone_and_lost_their_plan() -> None:
    customer = of("reactivated")
    first, second = CustomerPeriod.objects.filter(customer=customer).order_by("started_on")
    left, back = first.ended_on or date.max, second.started_on
    assert not [day for day in nights_of(customer) if left <= day < back]
    assert {left - DAY, back} <= set(nights_of(customer))
    assert Play.objects.filter(customer=customer, outcome="lost", closed_on=left).exists()


def test_the_reactivated_climb_from_red_to_green() -> None:
    customer = of("reactivated")
    again = CustomerPeriod.objects.filter(customer=customer).latest("started_on").started_on
    after = [role for role, _ in groupby(role for day, role in nights_of(customer).items() if day >= again)]
    assert (after[0], after[-1]) == ("red", "green")


def test_nobody_turns_red_because_the_feed_fell_silent() -> None:
    roles = nights_of(of("feed_outage"))
    silent = {roles[LAST - n * DAY] for n in range(12)}
    assert silent == {roles[LAST - 12 * DAY]}
    assert not plays_of(of("feed_outage"), "PB-1", "PB-2", "PB-3", "PB-5").exists()


def test_an_announced_season_starts_no_plan_about_declining_usage() -> None:
    assert "red" not in path(of("seasonal"))
    assert not plays_of(of("seasonal"), "PB-5").exists()


def test_who_has_too_little_data_is_never_scored_and_starts_nothing() -> None:
    assert ScoreRecord.objects.filter(customer=of("thin")).exists()
    assert nights_of(of("thin")) == {}
    assert not Play.objects.filter(customer=of("thin"), started_by=None).exists()


def test_a_prospect_is_not_even_recorded() -> None:
    assert not ScoreRecord.objects.filter(customer=of("prospect")).exists()


@pytest.mark.parametrize("story", ["steady", "parent", "child", "foreign_dollar", "handed_over", "install_base"])
def test_the_others_are_scored_every_night_and_never_red(story: str) -> None:
    roles = nights_of(of(story))
    assert len(roles) == NIGHTS
    assert "red" not in roles.values()


def test_the_territory_is_scored_without_any_usage() -> None:
    assert len(nights_of(Customer.objects.get(external_id="56088"))) == NIGHTS


def test_every_night_was_reacted_to_once() -> None:
    assert Reaction.objects.filter(finished_at__isnull=False, fires=True).count() == NIGHTS


def test_tasks_went_every_way() -> None:
    assert {"open", "done", "not_needed"} <= set(Task.objects.values_list("status", flat=True))
    assert set(TaskEvent.Kind.values) - {"assigned", "changed", "reopened"} <= set(
        TaskEvent.objects.values_list("kind", flat=True)
    )
    assert Task.objects.filter(escalates__isnull=False).exists()
    assert Task.objects.filter(play=None, created_by__role="manager").exists()


def test_plans_ended_every_way_and_some_still_run() -> None:
    assert {"", "reached", "superseded", "lost", "dropped"} <= set(Play.objects.values_list("outcome", flat=True))
    assert Play.objects.filter(started_by__role="manager").exists()
    assert Play.objects.filter(closed_by__role="manager").exists()


def test_people_did_nothing_at_weekends_or_after_the_last_day() -> None:
    did = TaskEvent.objects.filter(actor__isnull=False)
    assert {at.weekday() for at in did.values_list("at", flat=True)} == {0, 1, 2, 3, 4}
    assert did.latest("at").at < datetime(2026, 3, 5, tzinfo=UTC)


def test_what_was_said_in_some_calls_was_written_down() -> None:
    assert Interaction.objects.filter(source__name="by hand", kind="note", at__lt=datetime(2026, 3, 5, tzinfo=UTC))


def test_no_mail_about_the_past_waits_to_be_sent() -> None:
    assert Mail.objects.exists()
    assert not Mail.objects.filter(sent_at=None).exists()
