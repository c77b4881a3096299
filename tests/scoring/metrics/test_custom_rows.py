"""Metrics declared without code over rows: each way to add up, by hand, with edges, silence and what comes later."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from accounts.models import (
    Asset,
    Customer,
    Interaction,
    Invoice,
    MetricValue,
    Opportunity,
    Product,
    Survey,
    Ticket,
    Usage,
)
from scoring.engine.frame import State
from scoring.metrics.block import Block
from scoring.metrics.custom.declaring import metric_of
from scoring.metrics.custom.parsing import parse_body
from scoring.metrics.evaluating import Column, evaluate
from tests.cast import START, make_customer, make_row, make_source
from tests.scoring.metrics.overwriting import overwrite
from tests.scoring.metrics.reading import D, at

pytestmark = pytest.mark.django_db


def ago(days: int) -> date:
    return D - timedelta(days=days)


def body(what: str, kind: str = "tickets", **changes: Any) -> dict[str, Any]:
    """A body over rows of the last 30 days; `column` and `where` go to its source."""
    source = {"from": "rows", "kind": kind, "what": what}
    source |= {key: changes.pop(key) for key in ("column", "where") if key in changes}
    said = {"label": "Own", "unit": "count", "better": "down", "meaning": "Our own.", "validity": 60}
    return {**said, "window": 30, "quiet": "missing", "minimum": 1, "source": source, **changes}


def column(said: dict[str, Any], *customers: Customer, on: date = D, window: int | None = None) -> Column:
    metric = metric_of("own", parse_body(said))
    ids = np.array(sorted(one.pk for one in customers))
    return evaluate(metric, Block(ids, on), metric.window if window is None else window)


def value(said: dict[str, Any], customer: Customer, on: date = D, window: int | None = None) -> Any:
    """The value of one customer, or its state where it has none."""
    return each(column(said, customer, on=on, window=window))[0]


def each(found: Column) -> list[Any]:
    """The value of each customer, or its state where it has none."""
    read = zip(found.values.tolist(), found.states.tolist(), strict=True)
    return [State(state) if np.isnan(value) else value for value, state in read]


def nights(said: dict[str, Any], customers: list[Customer], days: list[date]) -> list[Any]:
    """What `value` says of each customer on each day (ascending), all read together."""
    metric, ids = metric_of("own", parse_body(said)), sorted(one.pk for one in customers)
    numbers = np.tile([day.toordinal() for day in days], len(ids))
    return each(evaluate(metric, Block(np.repeat(ids, len(days)), numbers), metric.window))


def ticket(customer: Customer, days: int, **fields: Any) -> Ticket:
    return make_row(Ticket, customer, opened_at=at(ago(days)), **fields)


@pytest.fixture
def acme() -> Customer:
    return make_customer()


@pytest.fixture
def rated(acme: Customer) -> Customer:
    """Tickets 0, 10 and 29 days ago with CSAT 5, 1 and none; one of 30 days ago is outside the window."""
    ticket(acme, 0, csat=5, topic="login")
    ticket(acme, 10, csat=1, topic="login", severity="critical", escalated=True)
    ticket(acme, 29, topic="billing", escalated=False)
    ticket(acme, 30, csat=3, topic="export")
    return acme


@pytest.mark.parametrize(
    ("what", "of", "expected"),
    [("count", "", 3), ("sum", "csat", 6), ("mean", "csat", 3), ("max", "csat", 5), ("min", "csat", 1),
     ("latest", "csat", 5), ("distinct", "topic", 2), ("days_since", "", 0), ("mean", "escalated", 0.5),
     ("days_since", "opened_at", 0)],
)  # fmt: skip
def test_each_way_to_add_up(rated: Customer, what: str, of: str, expected: float) -> None:
    assert value(body(what, column=of), rated) == expected


def test_the_window_ends_with_the_day_and_a_measure_may_widen_it(rated: Customer) -> None:
    assert [value(body("count"), rated, window=days) for days in (1, 10, 11, 30, 31)] == [1, 1, 2, 3, 4]


def test_nothing_dated_later_counts(acme: Customer) -> None:
    ticket(acme, 5, closed_at=at(ago(-1)))
    said = body("count", where=[{"column": "closed_at", "op": "empty"}])
    before = value(said, acme)
    ticket(acme, -1)
    assert (before, value(said, acme), value(said, acme, on=ago(-1))) == (1, 1, 1)
    assert value(body("count"), acme, on=ago(-1)) == 2


@pytest.mark.parametrize(
    ("condition", "expected"),
    [(("severity", "==", "critical"), 1), (("severity", "!=", "critical"), 2), (("csat", ">=", 5), 1),
     (("csat", ">", 5), State.MISSING), (("csat", "<", 5), 1), (("csat", "!=", 1), 1), (("csat", "empty", None), 1),
     (("csat", "not_empty", None), 2), (("escalated", "==", True), 1), (("escalated", "==", False), 1),
     (("escalated", "empty", None), 1), (("topic", "in", ["login", "billing"]), 3),
     (("topic", "==", "sso"), State.MISSING),
     (("channel", "empty", None), 3), (("opened_at", ">=", -10), 2), (("opened_at", "<", -10), 1)],
)  # fmt: skip
def test_conditions_pick_rows_and_an_empty_cell_compares_with_nothing(
    rated: Customer, condition: tuple[str, str, Any], expected: Any
) -> None:
    column, op, against = condition
    where = [{"column": column, "op": op} | ({} if against is None else {"value": against})]
    assert value(body("count", where=where), rated) == expected


def test_all_conditions_have_to_hold(rated: Customer) -> None:
    both = [{"column": "topic", "op": "==", "value": "login"}, {"column": "csat", "op": "<", "value": 3}]
    assert value(body("count", where=both), rated) == 1


def test_silence_is_nought_missing_or_counted_as_declared(rated: Customer) -> None:
    other = make_customer()
    ticket(other, 40)
    said = [body("count", quiet="zero"), body("count"), body("days_since", quiet="missing")]
    assert [value(one, other) for one in said] == [0, State.MISSING, State.MISSING]
    assert value(body("days_since", quiet="counts"), other) == 30
    assert value(body("days_since", quiet="counts", window=300), other) == 40


def test_whom_no_source_covers_has_nothing_but_silence(rated: Customer) -> None:
    stranger = make_customer(source=make_source("other"))
    make_row(Usage, stranger, date=D, source=make_source("other"))
    assert value(body("count", kind="usage", quiet="zero"), rated) == State.MISSING


def test_never_counts_from_the_day_the_customer_came() -> None:
    source = make_source("desk", covers=["tickets"])
    new, old = make_customer(source=source, since=ago(12)), make_customer(source=source)
    make_row(Ticket, make_customer(source=source), source=source, opened_at=at(D))
    said = body("days_since", quiet="counts", window=100)
    assert [value(said, one) for one in (new, old)] == [12, min(100, (D - START).days)]


def test_rows_that_do_not_measure_the_column_are_no_nought(acme: Customer) -> None:
    ticket(acme, 3)
    assert value(body("sum", column="csat", quiet="zero"), acme) == State.MISSING
    assert value(body("count", quiet="zero"), acme) == 1


def test_too_few_rows_say_nothing(rated: Customer) -> None:
    assert [value(body("mean", column="csat", minimum=n), rated) for n in (2, 3)] == [3, State.MISSING]


def test_a_value_grows_old(rated: Customer) -> None:
    later = D + timedelta(days=20)
    make_row(Ticket, make_customer(), opened_at=at(later))
    said = body("mean", column="csat", window=90)
    assert value(said, rated, on=later) == 3
    assert value({**said, "validity": 19}, rated, on=later) == State.EXPIRED


def test_a_count_stands_while_its_source_is_heard(rated: Customer) -> None:
    later = D + timedelta(days=20)
    make_row(Ticket, make_customer(), opened_at=at(later))
    assert value(body("count", window=90, validity=5, quiet="zero"), rated, on=later) == 4
    assert value(body("count", window=90, validity=5), rated, on=later) == State.EXPIRED


def test_money_is_in_the_reporting_currency_and_unknown_without_a_rate(acme: Customer) -> None:
    make_row(Invoice, acme, issued_on=ago(3), amount=100)
    said = body("sum", kind="invoices", column="amount")
    assert value(said, acme) == 100
    make_row(Invoice, acme, issued_on=ago(2), amount=50, currency="XAU")
    assert value(said, acme) == State.MISSING


def test_states_are_as_of_the_day(acme: Customer) -> None:
    product = Product.objects.create(sku="SW-1", name="Core")
    make_row(Asset, acme, product=product, quantity=3, installed_on=ago(5), support_ends_on=ago(-60))
    make_row(Asset, acme, product=product, quantity=4, installed_on=ago(-5), support_ends_on=ago(-10))
    said = body("sum", kind="assets", column="quantity", window=0)
    soon = [{"column": "support_ends_on", "op": "<=", "value": 90}]
    assert [value(said, acme), value(said, acme, on=ago(-5)), value(said, acme, on=ago(6))] == [3, 7, State.MISSING]
    near = body("count", kind="assets", window=0, where=soon)
    assert value(near, acme) == 1
    assert value(body("count", kind="assets", window=0, where=[{**soon[0], "value": 59}]), acme) == State.MISSING


def test_what_is_closed_later_is_open_on_the_day(acme: Customer) -> None:
    make_row(Opportunity, acme, opened_on=ago(20), closed_on=ago(-2), amount=10)
    said = body("count", kind="opportunities", window=0, where=[{"column": "closed_on", "op": "empty"}], quiet="zero")
    assert [value(said, acme, on=day) for day in (D, ago(-1), ago(-2))] == [1, 1, 0]


def test_facts_are_evidence_and_opportunities_are_not(rated: Customer) -> None:
    make_row(Opportunity, rated, opened_on=ago(20))
    assert column(body("count"), rated).evidence.tolist() == [True]
    assert column(body("count", kind="opportunities", window=0), rated).evidence.tolist() == [False]


def test_usage_interactions_and_surveys_are_read_too(acme: Customer) -> None:
    make_row(Usage, acme, date=ago(1), minutes=30)
    make_row(Usage, acme, date=ago(2), minutes=12.5)
    make_row(Interaction, acme, kind="workshop", at=at(ago(8)))
    make_row(Interaction, make_customer(), kind="note", at=at(D))
    make_row(Survey, acme, kind="ces", score=6, at=at(ago(5)))
    assert value(body("sum", kind="usage", column="minutes"), acme) == 42.5
    assert value(body("days_since", kind="interactions"), acme) == 8
    assert value(body("latest", kind="surveys", column="score"), acme) == 6


@pytest.mark.parametrize(
    "said",
    [body("count"), body("count", quiet="zero"), body("latest", column="csat"), body("distinct", column="topic"),
     body("days_since", quiet="counts"), body("days_since", column="closed_at"), body("sum", column="csat", window=3),
     body("count", where=[{"column": "opened_at", "op": ">=", "value": -5}]),
     body("count", where=[{"column": "closed_at", "op": "empty"}, {"column": "topic", "op": "!=", "value": "login"}])],
)  # fmt: skip
def test_nights_read_together_say_the_same_with_one_query_for_all(
    rated: Customer, said: dict[str, Any], django_assert_max_num_queries: Any
) -> None:
    customers, days = [rated, make_customer()], [ago(n) for n in (40, 4, 3, 2, 1, 0)]
    ticket(customers[1], 12, csat=4, closed_at=at(ago(2)))
    alone = [value(said, one, on=day) for one in customers for day in days]
    with django_assert_max_num_queries(40) as queries:
        assert nights(said, customers, days) == alone
    assert sum(one["sql"].startswith('SELECT "accounts_ticket"."customer_id"') for one in queries) == 1


def test_states_of_nights_read_together_are_as_of_each(acme: Customer) -> None:
    product = Product.objects.create(sku="SW-1", name="Core")
    asset = make_row(Asset, acme, product=product, installed_on=ago(7), quantity=3)
    overwrite("assets", asset, ago(1), quantity=8)
    said = body("sum", kind="assets", column="quantity", window=0)
    assert nights(said, [acme], [ago(n) for n in (9, 5, 2, 1, 0)]) == [State.MISSING, 3, 3, 8, 8]


def test_changes_of_nights_read_together_are_each_against_a_window_earlier(acme: Customer) -> None:
    for days, hours in ((20, 2), (10, 3), (5, 7)):
        make_row(MetricValue, acme, metric="csat", date=ago(days), value=hours)
    changes = {**body("count", window=10), "source": {"from": "change", "of": "csat"}}
    assert nights(changes, [acme], [ago(n) for n in (20, 10, 5, 0)]) == [State.MISSING, 1, 5, 4]


@pytest.mark.parametrize("customers", [2, 12])
def test_the_queries_do_not_grow_with_customers(customers: int, django_assert_num_queries: Any) -> None:
    several = [make_customer() for _ in range(customers)]
    for one in several:
        ticket(one, 1, csat=4)
    with django_assert_num_queries(6):
        column(body("mean", column="csat"), *several)
