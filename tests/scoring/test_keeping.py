"""What a night keeps for the rules is what they would read from the facts, and it is gone when it is old."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from scoring.fields import load_fields
from scoring.indicators import indicator_metrics
from scoring.keeping import forget, kept_of
from scoring.loading import FACTS, RULE_METRICS
from scoring.models import Kept, Purpose, Run
from scoring.past.backfilling import score_nights
from scoring.past.rescoring import score_day
from scoring.running import complete, open_run
from tests.scoring.builders import D, customer_with_tickets, support_scorecard

pytestmark = pytest.mark.django_db


def names() -> tuple[str, ...]:
    return (*indicator_metrics(), *RULE_METRICS, *FACTS, "arr")


def night(**fields: Any) -> tuple[Run, Any]:
    """A night of five customers in shards of two, and their ids."""
    customers = [customer_with_tickets(opened, arr=1000 * opened, **fields) for opened in range(5)]
    run = complete(open_run(D, Purpose.NIGHTLY, support_scorecard()))
    return run, np.array([customer.pk for customer in customers])


def same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return list(one) == list(other) and all(np.array_equal(one[name], other[name], equal_nan=True) for name in one)


def test_rules_read_the_same_whether_or_not_the_night_has_kept_it(settings: Any) -> None:
    settings.SHARD_SIZE = 2
    run, ids = night(size="enterprise", growth_potential="high")
    kept = load_fields(run, ids, names())
    Kept.objects.all().delete()
    assert same(kept, load_fields(run, ids, names()))
    assert kept["arr"].tolist() == [0, 1000, 2000, 3000, 4000]


def test_what_was_kept_needs_no_second_look_at_the_facts(
    django_assert_num_queries: DjangoAssertNumQueries, settings: Any
) -> None:
    settings.SHARD_SIZE = 2
    run, ids = night()
    with django_assert_num_queries(1):
        columns = kept_of(run, ids[1:4])
    assert columns["arr"].tolist() == [1000, 2000, 3000]
    assert set(names()) <= set(columns)


def test_a_stretch_that_is_not_there_in_full_is_read_from_the_facts(settings: Any) -> None:
    settings.SHARD_SIZE = 2
    run, ids = night()
    Kept.objects.order_by("pk")[0].delete()
    assert kept_of(run, ids) == {}


def test_a_past_night_keeps_what_it_read_only_for_who_reacts_to_it() -> None:
    support_scorecard()
    customer_with_tickets(1)
    score_day(D - timedelta(days=2))
    assert not Kept.objects.exists()
    (run,) = score_nights([D - timedelta(days=1)], keeps=True)
    assert Kept.objects.get().shard.run == run


def test_only_nights_keep_and_not_for_long() -> None:
    run, _ = night()
    score_day(D)  # a restatement beside it
    assert Kept.objects.count() == 1
    Run.objects.filter(pk=run.pk).update(started_at=timezone.now() - timedelta(days=3))
    forget()
    assert not Kept.objects.exists()
