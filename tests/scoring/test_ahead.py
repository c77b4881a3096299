"""Nights that are read ahead say what they say one by one, whoever comes and goes between them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from accounts.business_days import end_of
from accounts.history import EVERYBODY
from accounts.models import Customer, CustomerPeriod
from healthsite.demo.building import build
from healthsite.demo.world import World
from scoring.engine.conditions import code_of
from scoring.loading import Loaded, load
from scoring.metrics.rows import Ints
from scoring.models import Override, ScorecardVersion, Stay
from scoring.past import ahead
from scoring.past.ahead import Ahead
from scoring.scorecards.publishing import make_live
from scoring.vocabulary.stays import stage_on
from tests.cast import make_customer, make_user
from tests.scoring.builders import D
from tests.scoring.judgements.cast import stored_override

pytestmark = pytest.mark.django_db
NIGHTS = [D - timedelta(days=back) for back in range(12, -1, -1)]


@pytest.fixture
def version() -> ScorecardVersion:
    """Ten customers of the demo; one leaves in the middle of the nights, and one comes."""
    build(World(seed=1, customers=10, days=120, anchor=D, until=D), say=lambda line: None)
    first, *_, last = Customer.objects.order_by("pk")
    CustomerPeriod.objects.filter(customer=first).update(ended_on=NIGHTS[5])
    CustomerPeriod.objects.filter(customer=last).update(started_on=NIGHTS[7])
    return make_live("framework-002")


def ids_on(night: date) -> Ints:
    active = Customer.objects.active_on(night).order_by("pk")
    return np.fromiter(active.values_list("pk", flat=True), dtype=np.int64)


def assert_same(found: Loaded, expected: Loaded) -> None:
    """The same but for the last digits of sums, which the database adds up in another order."""
    pairs: list[tuple[Mapping[str, Any], Mapping[str, Any]]] = [
        (getattr(found.frame, name), getattr(expected.frame, name)) for name in ("values", "states", "evidence")
    ]
    for one, other in (*pairs, (found.fields, expected.fields), ({"arr": found.arr}, {"arr": expected.arr})):
        assert one.keys() == other.keys()
        for name, column in other.items():
            np.testing.assert_allclose(one[name], column, rtol=1e-12, err_msg=name)
    np.testing.assert_array_equal(found.frame.ids, expected.frame.ids)


@pytest.mark.parametrize("pairs", [4, 35, 15_000])
def test_nights_read_together_are_the_nights_one_by_one(
    version: ScorecardVersion, pairs: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ahead, "PAIRS", pairs)
    together = Ahead(NIGHTS)
    for night in NIGHTS:
        assert_same(together.load(ids_on(night), night, version), load(ids_on(night), night, version.engine))


def test_a_part_of_the_customers_reads_its_own(version: ScorecardVersion) -> None:
    middle = int(ids_on(D)[4])
    part = Ahead(NIGHTS, (middle, middle + 2))
    for night in NIGHTS[::4]:
        ids = ids_on(night)[(ids_on(night) >= middle) & (ids_on(night) <= middle + 2)]
        assert_same(part.load(ids, night, version), load(ids, night, version.engine))


def test_who_was_not_read_ahead_is_read_now(version: ScorecardVersion) -> None:
    together = Ahead(NIGHTS)
    together.load(ids_on(NIGHTS[0]), NIGHTS[0], version)
    gone = Customer.objects.order_by("pk")[0]
    CustomerPeriod.objects.filter(customer=gone).update(ended_on=None)
    assert gone.pk in ids_on(D)
    assert_same(together.load(ids_on(D), D, version), load(ids_on(D), D, version.engine))
    other = D + timedelta(days=1)
    assert_same(together.load(ids_on(other), other, version), load(ids_on(other), other, version.engine))


def test_the_number_of_queries_does_not_grow_with_the_nights(
    version: ScorecardVersion, django_assert_max_num_queries: Any
) -> None:
    asked = []
    for nights in (NIGHTS[-4:], NIGHTS):
        with django_assert_max_num_queries(500) as queries:
            Ahead(nights).load(ids_on(nights[0]), nights[0], version)
        asked.append(len(queries) - len(nights))  # who is a customer is asked for each night
    assert asked[1] <= asked[0] + 5


def test_the_stage_of_a_night_is_that_of_its_stays_and_of_any_other_date_its_own() -> None:
    """What was read for one night, or of some of the customers, says nothing of other nights and customers."""
    customers = [make_customer() for _ in range(3)]
    for customer, moved in zip(customers, (1, 3, 4), strict=True):
        Stay.objects.create(customer=customer, stage=1, from_on=NIGHTS[0], until_on=NIGHTS[moved])
        Stay.objects.create(customer=customer, stage=2, from_on=NIGHTS[moved])
    ids, together = np.array([one.pk for one in customers]), Ahead(NIGHTS)
    for first_last in (EVERYBODY, (int(ids[0]), int(ids[1]))):
        together.stays(first_last, NIGHTS[2])
        for night in NIGHTS[:5]:
            np.testing.assert_array_equal(together.stage_on(ids, night), stage_on(ids, night))
    together.stays(EVERYBODY, NIGHTS[2])
    Stay.objects.all().delete()
    assert together.stage_on(ids, NIGHTS[2]).tolist() == [code_of("growth"), *[code_of("onboarding")] * 2]


def test_what_persons_have_set_is_known_of_every_night_and_asked_for_other_dates() -> None:
    acme, after = make_customer(), NIGHTS[-1] + timedelta(days=2)
    stored_override(acme, make_user("Bob"), NIGHTS[3], after, at=end_of(NIGHTS[4]) - timedelta(hours=1))
    ids, together = np.array([acme.pk]), Ahead(NIGHTS)
    found = [together.overrides_on(ids, night).tolist() for night in NIGHTS]
    assert np.nan_to_num(found).ravel().tolist() == [0.0] * 4 + [80.0] * 9
    assert together.overrides_on(ids, after - timedelta(days=1)).tolist() == [80.0]
    Override.objects.update(until_on=NIGHTS[-1])
    assert np.isnan(together.overrides_on(ids, after - timedelta(days=1))).all()
