"""Rows in memory, by hand: tables, which rows lie beside which customer-days, and what is reduced of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from django.db.models import Q

from accounts.business_days import end_of, start_of
from accounts.models import Asset, Customer, Product, Ticket
from scoring.metrics.block import Block, Since
from scoring.metrics.rows import Rows, Table, coded, reduced, until_next
from tests.cast import make_customer, make_row
from tests.scoring.metrics.overwriting import overwrite
from tests.scoring.metrics.reading import D, at

NONE = np.nan


def block_of(*pairs: tuple[int, int]) -> Block:
    """A block of pairs of customer and day number."""
    return Block(np.array([one for one, _ in pairs]), np.array([day for _, day in pairs]))


def table_of(*rows: tuple[int, str, float]) -> Table:
    """A table of customers, words and numbers, sorted by the number."""
    owners, words, numbers = zip(*rows, strict=True)
    columns = {"customer_id": np.array(owners), "word": np.array(words, dtype=object), "at_day": np.array(numbers)}
    return Table.of(columns, "at_day")


@pytest.fixture
def table() -> Table:
    """Rows of the customers 1, 2 and 4."""
    return table_of((2, "call", 12), (1, "call", 14), (1, "qbr", 10), (4, "call", 11), (1, "email", 13))


@pytest.fixture
def block() -> Block:
    """The customer 1 on three days, 2 on one, 3 and 4 on two."""
    return block_of((1, 10), (1, 13), (1, 20), (2, 12), (3, 12), (3, 14), (4, 10), (4, 11))


def laid(rows: Rows) -> list[tuple[int, str]]:
    """The place and the word of each row, by place."""
    return sorted(zip(rows.pos.tolist(), rows["word"].tolist(), strict=True), key=lambda one: one[0])


def test_a_table_is_sorted_by_customer_and_number_and_else_as_read() -> None:
    table = table_of((2, "b", 1), (1, "late", 9), (2, "a", 1), (1, "early", 3))
    assert table.owner.tolist() == [1, 1, 2, 2]
    assert table.columns["word"].tolist() == ["early", "late", "b", "a"]


def test_a_part_and_words_are_made_once(table: Table) -> None:
    calls = table.part("calls", lambda table: table.has("word", "call"))
    assert calls.columns["at_day"].tolist() == [14, 12, 11]
    assert table.part("calls", lambda table: pytest.fail("made again")) is calls
    assert table.has("word", "qbr", "email") is table.has("word", "qbr", "email")


def test_words_that_are_not_there_and_empty_ones_are_none_of_those_asked_for() -> None:
    table = Table(np.array([1, 1]), {"word": np.array(["call", None], dtype=object)})
    assert [table.has("word", *words).tolist() for words in (["sms"], ["call"], [])] == [
        [False, False], [True, False], [False, False],
    ]  # fmt: skip


def test_a_row_lies_beside_each_day_from_its_first_to_its_last(table: Table, block: Block) -> None:
    day = table.columns["at_day"]
    rows = block.situated(table, day, day + 3)
    assert laid(rows) == [(0, "qbr"), (1, "qbr"), (1, "email"), (3, "call"), (7, "call")]
    assert rows.day.tolist() == [block.days[place] for place in rows.pos]
    assert rows.within("at_day", 1).tolist() == [word != "qbr" or place == 0 for place, word in laid(rows)]


@pytest.mark.parametrize(
    ("first", "last", "places"),
    [(None, None, [0, 1, 2]), (13.0, None, [1, 2]), (None, 13.0, [0, 1]), (NONE, 10.0, [0]), (20.0, NONE, [2]),
     (NONE, NONE, [0, 1, 2]), (-np.inf, np.inf, [0, 1, 2]), (13.5, 12.0, []), (14.0, 19.0, []), (21.0, 30.0, [])],
)  # fmt: skip
def test_bounds_that_are_open_hold_for_ever(
    block: Block, first: float | None, last: float | None, places: list[int]
) -> None:
    bounds = (None if bound is None else np.array([bound]) for bound in (first, last))
    assert block.situated(table_of((1, "call", 0)), *bounds).pos.tolist() == places


def test_rows_of_nobody_asked_about_lie_nowhere(table: Table) -> None:
    assert laid(block_of((3, 12)).situated(table)) == []
    assert len(block_of((1, 12)).situated(Table(np.zeros(0, np.int64), {"word": np.zeros(0, object)}))) == 0


def test_rows_are_picked_and_get_further_columns(table: Table, block: Block) -> None:
    rows = block.situated(table, table.columns["at_day"]).assign(half=np.arange(8) / 2, at_day=np.full(8, NONE))
    some = rows[rows.has("word", "call")]
    assert ("half" in some, "other" in some, some.known("at_day").any()) == (True, False, False)
    assert some["half"].tolist() == [rows["half"][i] for i in range(8) if rows["word"][i] == "call"]
    assert rows[:2].pos.tolist() == rows[np.array([0, 1])].pos.tolist() == rows.pos[:2].tolist()


def test_the_last_row_of_each_place_is_the_later_one_in_the_table_among_equals() -> None:
    table = table_of((1, "a", 5), (1, "b", NONE), (1, "c", 5), (2, "d", NONE), (2, "e", NONE), (2, "f", 3))
    rows = block_of((1, 10), (1, 11), (2, 10)).situated(table)
    assert laid(rows.last("at_day")) == [(0, "c"), (1, "c"), (2, "f")]
    tied = rows.assign(more=np.where(rows.has("word", "a"), 1.0, NONE))
    assert laid(tied.last("at_day", "more")) == [(0, "a"), (1, "a"), (2, "f")]
    assert laid(rows[~rows.known("at_day")].last("at_day")) == [(0, "b"), (1, "b"), (2, "e")]


@pytest.mark.parametrize(
    ("how", "expected"),
    [("count", [4, 0, 1, 2]), ("sum", [14, NONE, 7, -3]), ("mean", [3.5, NONE, 7, -1.5]), ("min", [1, NONE, 7, -2]),
     ("max", [6, NONE, 7, -1]), ("median", [3.5, NONE, 7, -1.5]), ("nunique", [3, NONE, 1, 2])],
)  # fmt: skip
def test_values_are_reduced_by_place(how: str, expected: Sequence[float]) -> None:
    place, values = np.array([3, 0, 0, 2, 0, 0, 3]), np.array([-1.0, 6.0, 6.0, 7.0, 1.0, 1.0, -2.0])
    if how == "nunique":
        values[2] = 3.0
    np.testing.assert_array_equal(reduced(place, values, 4, how), expected)


def test_the_median_of_an_odd_number_is_the_middle_one_and_words_can_be_told_apart() -> None:
    assert reduced(np.array([0, 0, 0]), np.array([9.0, 1.0, 2.0]), 1, "median").tolist() == [2]
    words = np.array(["a", "b", "a", "a"], dtype=object)
    assert reduced(np.array([0, 0, 0, 1]), words, 2, "nunique").tolist() == [2, 1]


@pytest.mark.parametrize("how", ["sum", "mean", "min", "max", "median", "nunique"])
def test_nothing_reduces_to_nothing(how: str) -> None:
    np.testing.assert_array_equal(reduced(np.zeros(0, np.int64), np.zeros(0), 2, how), [NONE, NONE])


def test_words_are_numbered_as_they_come_and_none_is_no_word() -> None:
    codes, known = coded(np.array(["b", None, "a", "b"], dtype=object))
    assert (codes.tolist(), known) == ([0, -1, 1, 0], ["b", "a"])


def test_each_row_is_the_latest_of_its_group_until_the_next_counts() -> None:
    customer, person = np.array([1, 1, 1, 1, 2]), np.array([7.0, 7, 7, 8, 8])
    start = np.array([10.0, 30, 20, 5, 5])  # the second counts from a later day on than the one after it
    assert until_next(start, customer, person).tolist() == [19, 19, np.inf, np.inf, np.inf]


def test_a_row_names_a_record_of_its_own_customer_and_day(block: Block) -> None:
    records = block.situated(table_of((1, "a", 10), (2, "b", 10))).assign(id=np.array([5, 5, 5, 6]))
    rows = block.situated(table_of((1, "x", 13), (2, "y", 10)), np.array([13.0, 10]))
    assert rows.pos.tolist() == [1, 2, 3]
    named = rows.assign(one=np.array([5.0, np.nan, 5]))
    assert named.places_among(records, "one").tolist() == [1, -1, -1]  # 5 is nobody of the customer 2


def test_an_unknown_reduction_is_refused() -> None:
    with pytest.raises(ValueError, match="no reduction 'mode'"):
        reduced(np.array([0]), np.array([1.0]), 1, "mode")


def test_sums_and_reductions_of_a_block_leave_out_what_is_empty(block: Block) -> None:
    table = table_of((1, "call", 1), (1, "call", NONE), (4, "call", NONE))
    rows = block.situated(table)
    assert block.count(rows).tolist() == [2, 2, 2, 0, 0, 0, 1, 1]
    assert block.sum(rows, "at_day").tolist() == [1, 1, 1, 0, 0, 0, 0, 0]
    np.testing.assert_array_equal(block.reduce(rows, "at_day", "mean"), [1, 1, 1, *[NONE] * 5])


def test_a_block_knows_its_dates_and_is_of_one_only_where_all_days_are_the_same(block: Block) -> None:
    assert [one.toordinal() for one in block.dates] == [10, 11, 12, 13, 14, 20]
    with pytest.raises(ValueError, match="unpack"):
        _ = block.on
    alike = block_of((1, 700_000), (3, 700_000))
    assert (alike.on, alike.is_read_whole) == (date.fromordinal(700_000), False)
    assert block_of((1, 700_000), (1, 700_001)).is_read_whole


def test_elsewhen_holds_each_pair_once_and_tells_where_everybody_is(block: Block) -> None:
    earlier, place = block.elsewhen(np.array([9, 9, 12, 12, 11, 11, 3, 4]))
    assert list(zip(earlier.ids.tolist(), earlier.days.tolist(), strict=True)) == [
        (1, 9), (1, 12), (2, 12), (3, 11), (4, 3), (4, 4),
    ]  # fmt: skip
    assert place.tolist() == [0, 0, 1, 2, 3, 3, 4, 5]
    assert block.elsewhen(np.array([9, 9, 12, 12, 11, 11, 3, 4]))[0] is earlier


def test_elsewhen_of_some_customers_is_aligned_to_them(block: Block) -> None:
    earlier, place = block.elsewhen(block.days - 1, block.ids == 3)
    assert (earlier.ids.tolist(), earlier.days.tolist(), place.tolist()) == ([3, 3], [11, 13], [0, 1])


@pytest.fixture
def acme() -> Customer:
    return make_customer(country="DE")


def ago(days: int) -> date:
    return D - timedelta(days=days)


def nights(customers: Sequence[Customer], *days: int) -> Block:
    """A block of these customers on each of the days before D, the earliest first."""
    ids = np.array(sorted(one.pk for one in customers))
    return Block(np.repeat(ids, len(days)), np.tile([ago(day).toordinal() for day in days], len(ids)))


@pytest.mark.django_db
def test_a_record_reads_on_each_night_as_it_was_then(acme: Customer) -> None:
    other = make_customer(country="FR")
    product = Product.objects.create(sku="SW-1", name="Core")
    asset: Any = make_row(Asset, acme, product=product, quantity=3)
    make_row(Asset, other, product=product, quantity=9)
    overwrite("assets", asset, ago(2), quantity=5)
    overwrite("customers", acme, ago(1), country="AT")
    block = nights([acme, other], 3, 2, 0)
    rows = block.records("assets", ["quantity"])
    assert block.reduce(rows, "quantity", "max").tolist() == [3, 5, 5, 9, 9, 9]
    assert block.count(rows).tolist() == [1] * 6
    assert block.customer("country").tolist() == ["DE", "DE", "AT", "FR", "FR", "FR"]


def by_then(since: Since, until: date) -> Q:
    return Q(opened_at__gte=start_of(since(30)), opened_at__lt=end_of(until))


@pytest.mark.django_db
def test_a_table_is_read_once_for_all_nights_and_those_before_that_are_asked_about(
    acme: Customer, django_assert_num_queries: Any
) -> None:
    for days in (9, 4, 2, 0):
        make_row(Ticket, acme, opened_at=at(ago(days)))
    block, count = nights([acme], 4, 3, 0), []
    with django_assert_num_queries(1):
        for one in (block, block.elsewhen(block.days - 5)[0]):
            table = one.table(Ticket, ["opened_at"], by_then, "opened_at")
            count.append(one.count(one.situated(table, table.columns["opened_at_day"])).tolist())
    assert count == [[2, 2, 4], [1, 1, 1]]
