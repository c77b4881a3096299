"""The public RavenStack data set through its mapping: known counts, and nothing changes the second time."""

from __future__ import annotations

from pathlib import Path

import pytest

from accounts.ingestion.running import Order, ingest
from accounts.models import Batch, ChurnEvent, Customer, CustomerPeriod, FeatureUsage, Subscription, Ticket
from tests.accounts.ingestion.bringing import counts

DATA = Path(__file__).parents[4] / "shared" / "data" / "ravenstack"
MAPPING = Path(__file__).parents[2] / "mappings" / "ravenstack.toml"

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not DATA.is_dir(), reason="the public data sets are not beside the project"),
]


def outcome() -> dict[str, tuple[dict[str, int], dict[str, int]]]:
    batches: list[Batch] = ingest(Order(DATA, MAPPING))
    return {batch.kind: (counts(batch), batch.notices) for batch in batches}


def test_the_known_counts_come_in_and_a_second_run_changes_nothing() -> None:
    odd = {"usage_before_subscription": 19_129, "id_clash": 21}
    early = {"ticket_before_signup": 1_077}
    assert outcome() == {
        "customers": ({"created": 500}, {}),
        "subscriptions": ({"created": 5_000}, {}),
        "feature_usage": ({"created": 24_979, "duplicate": 21}, odd),
        "tickets": ({"created": 2_000}, early),
        "churn_events": ({"created": 600}, {}),
    }
    assert (
        CustomerPeriod.objects.filter(ended_on=None).count() == Customer.objects.filter(churned_on=None).count() == 500
    )
    assert set(Subscription.objects.values_list("plan", "plan_rank").distinct()) == {
        ("Basic", 1),
        ("Pro", 2),
        ("Enterprise", 3),
    }
    assert ChurnEvent.objects.filter(kind="reactivation").count() == 61
    assert Ticket.objects.filter(csat=None).count() == 825
    assert FeatureUsage.objects.get(external_id="U-1c6c24").minutes == pytest.approx(5004 / 60)
    again = outcome()
    assert [states for states, _notices in again.values()] == [
        {"unchanged": 500},
        {"unchanged": 5_000},
        {"unchanged": 24_979, "duplicate": 21},
        {"unchanged": 2_000},
        {"unchanged": 600},
    ]
