"""What the rows of a demo workspace say of each story, and that they keep to its days."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pytest
from django.db import models
from django.db.models import Avg, Max, Q, QuerySet
from pytest_django import DjangoDbBlocker

from accounts.business_days import date_of, end_of
from accounts.history import states_on
from accounts.kinds import KINDS
from accounts.models import (
    Asset,
    Assignment,
    Batch,
    Change,
    ChurnEvent,
    Contact,
    Customer,
    CustomerPeriod,
    ExchangeRate,
    Expectation,
    Goal,
    Interaction,
    Invoice,
    Subscription,
    Ticket,
    Usage,
)
from healthsite.demo.removing import remove
from healthsite.demo.stories import CAST
from healthsite.demo.world import SOURCE, TELEMETRY
from tests.healthsite.demo.telling import LAST, make, silently

pytestmark = pytest.mark.django_db

DAYS = 90
FIRST = LAST - timedelta(days=DAYS - 1)
MONTH = timedelta(days=30)
DAY = timedelta(days=1)


@pytest.fixture(scope="module", autouse=True)
def _workspace(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """One customer of each story, made once for all the questions below."""
    with django_db_blocker.unblock():
        make(len(dict.fromkeys(CAST)) + 1, days=DAYS)
        yield
        remove(say=silently)


def of(story: str) -> Customer:
    """The first customer with a story."""
    return Customer.objects.get(external_id=f"D{CAST.index(story) + 1:04d}")


def mean_users(customer: Customer, ending: date) -> float:
    """Active people a working day, in the 20 days that end with a day."""
    days = Usage.objects.filter(customer=customer, date__range=(ending - timedelta(days=19), ending))
    return days.filter(date__week_day__in=range(2, 7)).aggregate(mean=Avg("active_users"))["mean"]


def opened(customer: Customer, since: date) -> QuerySet[Ticket]:
    return Ticket.objects.filter(customer=customer, opened_at__gte=end_of(since))


@pytest.mark.parametrize(
    ("story", "least", "most"),
    [
        ("steady", 0.8, 1.25),
        ("growing", 1.15, 2.0),
        ("silent", 0.0, 0.5),
        ("recovered", 1.5, 4.0),
    ],
)
def test_usage_goes_the_way_of_the_story(story: str, least: float, most: float) -> None:
    customer = of(story)
    last = Usage.objects.filter(customer=customer).latest("date").date
    assert least < mean_users(customer, last) / mean_users(customer, FIRST + timedelta(days=19)) < most


def test_usage_covers_every_working_day_and_is_low_at_weekends() -> None:
    days = Usage.objects.filter(customer=of("steady")).values_list("date", "active_users")
    working = {day for day, _ in days if day.isoweekday() <= 5}
    assert len(working) == sum((FIRST + timedelta(days=n)).isoweekday() <= 5 for n in range(DAYS))
    weekend = max((users for day, users in days if day.isoweekday() > 5), default=0)
    assert weekend < min(users for day, users in days if day in working) / 5


def test_a_growing_customer_upgrades_and_its_past_knows_the_smaller_plan() -> None:
    customer = of("growing")
    now = Subscription.objects.get(customer=customer, plan_rank__isnull=False)
    then = states_on("subscriptions", ["seats", "mrr"], (customer.pk, customer.pk), FIRST)
    assert now.seats == round(then["seats"][0] * 1.25)
    assert float(now.mrr) == pytest.approx(then["mrr"][0] * 1.25, abs=0.01)
    assert ChurnEvent.objects.get(customer=customer).kind == "expansion"


def test_a_silent_customer_stops_answering() -> None:
    mail = Interaction.objects.filter(
        customer=of("silent"), kind="email_out", campaign="", at__gte=end_of(LAST - 2 * MONTH)
    )
    assert mail.filter(replied_at=None).count() > 0.6 * mail.count()


def test_a_lost_champion_was_the_only_one() -> None:
    contacts = Contact.objects.filter(customer=of("lost_champion"))
    (champion,) = [contact for contact in contacts if "champion" in contact.roles]
    assert LAST - 2 * MONTH < champion.left_on < LAST - MONTH
    assert not Interaction.objects.filter(attendees=champion, at__gte=end_of(champion.left_on)).exists()


def test_a_renewal_that_moved_was_earlier_before() -> None:
    customer = of("lost_champion")
    moved = Change.objects.get(
        kind="customers", field="renewal_on", customer=customer, observed_on__gt=LAST - 2 * MONTH
    )
    assert customer.renewal_on.isoformat() == moved.after
    assert (customer.renewal_on - MONTH).isoformat() == moved.before


def test_payment_trouble_leaves_invoices_unpaid_and_the_subscription_past_due() -> None:
    customer = of("payment_trouble")
    overdue = Q(paid_on=None) | Q(paid_on__gt=LAST - MONTH, failed_attempts__gt=0)
    assert Invoice.objects.filter(overdue, customer=customer, due_on__lt=LAST).exists()
    assert Subscription.objects.get(customer=customer, plan_rank__isnull=False).status == "past_due"


def test_angry_support_has_many_bad_tickets() -> None:
    angry, steady = opened(of("angry_support"), LAST - 2 * MONTH), opened(of("steady"), LAST - 2 * MONTH)
    assert angry.count() > 2 * steady.count()
    assert angry.aggregate(mean=Avg("sentiment"))["mean"] < -0.2
    assert angry.filter(severity__in=("high", "critical")).count() >= 2


def test_onboarding_began_sixty_days_ago_with_its_steps() -> None:
    customer = of("onboarding")
    assert customer.customer_since == LAST - timedelta(days=60)
    assert Usage.objects.filter(customer=customer).earliest("date").date >= customer.customer_since
    assert Goal.objects.filter(customer=customer, kind="onboarding_step").count() == 4
    assert Goal.objects.filter(customer=customer, kind="first_value").count() == 1


def test_a_recovered_customer_changed_its_csm() -> None:
    before, after = Assignment.objects.filter(customer=of("recovered"), role="csm").order_by("pk")
    assert before.until_on == after.from_on
    assert before.user != after.user
    assert after.until_on is None


def test_a_churned_customer_is_gone_with_all_its_facts() -> None:
    customer = of("churned")
    assert CustomerPeriod.objects.get(customer=customer).ended_on == customer.churned_on
    assert FIRST < customer.churned_on < LAST
    assert Usage.objects.filter(customer=customer).latest("date").date < customer.churned_on
    ended = Subscription.objects.get(customer=customer, ended_on=customer.churned_on, plan_rank__isnull=False)
    assert mean_users(customer, customer.churned_on) < 0.25 * ended.seats
    assert ChurnEvent.objects.get(customer=customer).kind == "churn"


def test_a_reactivated_customer_has_two_periods_and_no_facts_between() -> None:
    customer = of("reactivated")
    first, second = CustomerPeriod.objects.filter(customer=customer).order_by("started_on")
    assert (first.ended_on, second.ended_on) == (second.started_on - timedelta(days=50), None)
    between = (first.ended_on, second.started_on - timedelta(days=1))
    assert not Usage.objects.filter(customer=customer, date__range=between).exists()
    assert not Interaction.objects.filter(customer=customer, at__date__range=between).exists()
    assert Usage.objects.filter(customer=customer, date__gte=second.started_on).exists()
    assert set(ChurnEvent.objects.filter(customer=customer).values_list("kind", flat=True)) == {"churn", "reactivation"}


def test_a_reactivated_customer_pays_for_a_second_subscription_and_no_month_between() -> None:
    customer = of("reactivated")
    ended, running = Subscription.objects.filter(customer=customer, plan_rank__isnull=False).order_by("started_on")
    assert (ended.status, running.status) == ("canceled", "active")
    assert running.started_on == customer.customer_since
    between = Invoice.objects.filter(customer=customer, issued_on__gte=ended.ended_on, issued_on__lt=running.started_on)
    assert not between.exists()


def test_the_past_knows_that_a_reactivated_customer_was_gone() -> None:
    customer = of("reactivated")
    first, second = CustomerPeriod.objects.filter(customer=customer).order_by("started_on")
    assert customer.churned_on is None
    for day, gone in ((first.ended_on, True), (second.started_on, False)):
        then = states_on("customers", ["churned_on"], (customer.pk, customer.pk), day)
        assert np.isnan(then["churned_on"]).any() != gone


def test_a_renewal_next_month_is_near_and_has_an_open_opportunity() -> None:
    customer = of("renewal_soon")
    assert timedelta(days=15) <= customer.renewal_on - LAST <= timedelta(days=31)
    assert customer.opportunity_set.get(kind="renewal", closed_on=None).expected_close_on == customer.renewal_on


def test_the_second_feed_fell_silent_for_twelve_days() -> None:
    rows = Usage.objects.filter(source__name=TELEMETRY)
    assert set(rows.values_list("customer", flat=True)) == {of("feed_outage").pk}
    assert LAST - rows.latest("date").date in (timedelta(days=12), timedelta(days=13), timedelta(days=14))
    last = Batch.objects.filter(source__name=TELEMETRY).latest("received_at")
    assert timedelta(days=12) <= LAST - last.received_at.date() <= timedelta(days=19)


def test_late_data_became_known_days_after_it_happened() -> None:
    rows = Usage.objects.filter(customer=of("late_data"), date__range=(LAST - 24 * DAY, LAST - 15 * DAY))
    assert {date_of(known_at) for known_at in rows.values_list("known_at", flat=True)} == {LAST - 15 * DAY}
    others = Usage.objects.exclude(customer=of("late_data")).values_list("known_at", "date")
    assert all(date_of(known_at) == day for known_at, day in others)


def test_a_handed_over_customer_changed_its_csm_lately() -> None:
    before, after = Assignment.objects.filter(customer=of("handed_over"), role="csm").order_by("pk")
    assert before.until_on == after.from_on
    assert before.user != after.user
    assert LAST - 20 * DAY <= after.from_on <= LAST - 12 * DAY


def test_a_season_makes_usage_dip_and_is_announced() -> None:
    customer = of("seasonal")
    assert mean_users(customer, LAST - timedelta(days=10)) < 0.8 * mean_users(customer, FIRST + timedelta(days=19))
    assert Expectation.objects.get(customer=customer).expected is None


def test_thin_data_is_money_only() -> None:
    customer = of("thin")
    filled = {kind for kind, model in KINDS.items() if hasattr(model, "customer") and of_customer(model, customer)}
    assert filled <= {"assignments", "subscriptions", "invoices"}


def of_customer(model: type[models.Model], customer: Customer) -> bool:
    return model._default_manager.filter(customer=customer).exists()


def test_a_prospect_has_no_period_and_one_open_first_sale() -> None:
    customer = of("prospect")
    assert not CustomerPeriod.objects.filter(customer=customer).exists()
    assert customer.opportunity_set.get().kind == "new"


def test_an_install_base_has_covered_and_uncovered_units_of_all_ages() -> None:
    customer = of("install_base")
    assert {asset.support_status for asset in Asset.objects.filter(customer=customer)} == {
        "active",
        "expired_uncovered",
    }
    assert Asset.objects.filter(customer=customer, product__technology="legacy", end_of_life_on__lt=LAST).exists()


def test_a_parent_has_two_children() -> None:
    assert of("parent").children.count() == 2


@pytest.mark.parametrize(("story", "currency"), [("foreign_dollar", "USD"), ("foreign_pound", "GBP")])
def test_a_foreign_customer_pays_in_a_currency_with_rates(story: str, currency: str) -> None:
    customer = of(story)
    assert set(Invoice.objects.filter(customer=customer).values_list("currency", flat=True)) == {currency}
    days = list(ExchangeRate.objects.filter(currency=currency).order_by("date").values_list("date", flat=True))
    assert days[0] <= FIRST - timedelta(days=365)
    assert max(later - earlier for earlier, later in pairwise([*days, LAST])) <= timedelta(days=31)


@pytest.mark.parametrize("kind", [kind for kind, model in KINDS.items() if getattr(model, "DATED_BY", ())])
def test_nothing_is_dated_after_the_last_day(kind: str) -> None:
    model = KINDS[kind]
    for column in getattr(model, "DATED_BY", ()):
        latest = model._default_manager.aggregate(latest=Max(column))["latest"]
        assert latest is None or (latest <= LAST if type(latest) is date else latest < end_of(LAST)), column


def test_nothing_became_known_after_the_last_day() -> None:
    assert not Change.objects.filter(observed_on__gt=LAST).exists()
    for model in (Change, Usage, Ticket, Interaction, Customer):
        assert not model.objects.filter(known_at__gte=end_of(LAST)).exists()


def test_every_kind_is_delivered_every_week() -> None:
    batches = list(Batch.objects.filter(kind="usage", source__name=SOURCE).order_by("received_at"))
    mondays = [batch.received_at.date() for batch in batches]
    assert [later - earlier for earlier, later in pairwise(mondays)] == [timedelta(weeks=1)] * (len(mondays) - 1)
    assert mondays[0] - FIRST <= timedelta(weeks=1) > LAST - mondays[-1]
    assert (
        sum(batch.records for batch in batches)
        == Usage.objects.filter(source__name=SOURCE, date__lt=mondays[-1]).count()
    )
