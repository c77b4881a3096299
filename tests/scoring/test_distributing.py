"""One's own values under a curve: counted from the stored inputs, over the scale of the curve."""

from __future__ import annotations

from typing import Any

import pytest

from scoring.engine.version import parse_version
from scoring.past.rescoring import refresh_current
from scoring.scorecards import distributing
from scoring.scorecards.distributing import Distribution, distribution, distributions
from tests.cast import make_customer
from tests.healthsite.pages.world import D, definition, live, supply

pytestmark = pytest.mark.django_db


def csat_of(*values: float | None) -> None:
    """A customer for each value, all with a goal so that they are scored."""
    for value in values:
        own = {} if value is None else {"csat": value}
        supply(make_customer(), D, goal_attainment=50, **own)
    refresh_current(D)


def of_csat(bins: int = 4) -> Distribution:
    found = distribution(live().engine, "csat", bins)
    assert found
    return found


def test_values_are_counted_between_the_ends_of_the_curve() -> None:
    """The curve runs from 1 to 5: four bins of one point each; the last one takes its upper end too."""
    live()
    csat_of(1, 1.9, 2, 4, 5)
    found = of_csat()
    assert list(found.edges) == [1, 2, 3, 4, 5]
    assert found.counts == (2, 1, 0, 2)
    assert (found.of, found.missing, found.expired, found.sampled) == (5, 0, 0, False)


def test_whoever_has_no_value_is_counted_apart() -> None:
    live()
    csat_of(3, None, None)
    assert (sum(of_csat().counts), of_csat().missing) == (1, 2)


def test_the_scale_reaches_out_where_ones_own_values_lie_but_not_without_end() -> None:
    """The curve of goals runs from 0 to 100; at most half of that is added at an end."""
    live()
    for value in (20, 80, 130, 9000):
        supply(make_customer(), D, csat=3, goal_attainment=value)
    refresh_current(D)
    found = distribution(live().engine, "goal_attainment", 3)
    assert found
    assert list(found.edges) == [0, 50, 100, 150]
    assert found.counts == (1, 1, 2)


def test_what_no_score_has_stored_has_no_distribution() -> None:
    live()
    csat_of(3)
    other = definition()
    other["components"][0]["measures"][0]["metric"] = "open_tickets"
    assert distribution(parse_version(other), "open_tickets") is None


def test_values_over_another_window_are_not_shown_as_those_of_this_one() -> None:
    live()
    csat_of(3)
    other = definition()
    other["components"][0]["measures"][0]["window"] = 30
    assert set(distributions(parse_version(other))) == {"nps", "goal_attainment"}


def test_of_many_customers_a_sample_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(distributing, "READ_AT_MOST", 5)
    live()
    csat_of(*[3.0] * 12)
    assert of_csat().sampled
    assert of_csat().of == 4


@pytest.mark.parametrize("customers", [2, 12])
def test_the_queries_do_not_grow(customers: int, django_assert_num_queries: Any) -> None:
    engine = live().engine
    csat_of(*[3.0] * customers)
    with django_assert_num_queries(3):
        distributions(engine)


def test_without_scores_there_is_nothing() -> None:
    assert distributions(live().engine) == {}
