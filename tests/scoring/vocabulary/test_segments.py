"""Segments of library 3 by hand: first match, gaps, and the tags beside."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from scoring.definitions import entries, forget
from scoring.models import Definition
from scoring.vocabulary.placing import classify, segment_fields
from tests.scoring.vocabulary.staging import column, of_one

pytestmark = pytest.mark.django_db
RED, YELLOW, GREEN = 0, 1, 2


def said(opportunities: float | None, role: float | None = GREEN, expired: float | None = 0, known: float = 1) -> Any:
    """The key of the segment, empty without one, and the keys of the tags."""
    fields = of_one(open_opportunities=opportunities, role=role, units_expired=expired, opportunities_known=known)
    (segment,), (tags,) = classify(fields, entries("segment"))
    by_number = {entry.number: entry.key for entry in entries("segment")}
    return by_number.get(int(segment), ""), {key for number, key in by_number.items() if int(tags) >> number & 1}


def test_they_stand_in_the_order_of_the_library() -> None:
    keys = [(entry.number, entry.key) for entry in entries("segment")]
    words = ("unclassified", "strategic", "high_value", "expired_base", "attention", "growing", "dormant")
    assert keys == list(enumerate(words, start=1))


@pytest.mark.parametrize(
    ("opportunities", "role", "segment", "tags"),
    [
        (10, GREEN, "strategic", {"high_value"}),
        (10, YELLOW, "strategic", {"attention"}),
        (9, GREEN, "high_value", set()),
        (5, GREEN, "high_value", set()),
        (5, YELLOW, "attention", set()),
        (9, RED, "attention", set()),
        (5, None, "attention", set()),  # not scored is not green
        (10, None, "strategic", set()),
        (4, GREEN, "growing", set()),
        (1, RED, "growing", set()),
        (0, GREEN, "dormant", set()),
        (None, GREEN, "", set()),
    ],
)
def test_the_first_rule_that_holds_is_the_segment(
    opportunities: float | None, role: float | None, segment: str, tags: set[str]
) -> None:
    assert said(opportunities, role) == (segment, tags)


def test_where_no_live_source_covers_a_customer_nobody_is_dormant() -> None:
    assert said(None, known=0) == ("unclassified", set())
    assert said(3, known=0) == ("unclassified", {"growing"})  # carried from a source that fell silent


@pytest.mark.parametrize(
    ("opportunities", "role", "segment", "others"),
    [
        (10, GREEN, "strategic", {"high_value"}),
        (5, GREEN, "high_value", set()),
        (5, RED, "expired_base", {"attention"}),
        (1, GREEN, "expired_base", {"growing"}),
        (0, GREEN, "expired_base", {"dormant"}),
    ],
)
def test_who_has_expired_products_keeps_the_tag_whatever_wins(
    opportunities: float, role: float, segment: str, others: set[str]
) -> None:
    # X17: Strategic and High value win, and the page shows both.
    assert said(opportunities, role, expired=1) == (segment, others | {"expired_base"})
    assert "expired_base" not in said(opportunities, role, expired=0)[1]


def test_expired_products_nobody_has_told_of_make_no_tag() -> None:
    assert said(10, GREEN, expired=None) == ("strategic", {"high_value"})


def test_many_customers_at_once_are_each_as_alone() -> None:
    fields = {
        "open_opportunities": column(10, 0, None),
        "role": column(None, 2, 2),
        "units_expired": column(1, 0, None),
        "opportunities_known": column(1, 1, 0),
    }
    segment, tags = classify(fields, entries("segment"))
    assert segment.tolist() == [2, 7, 1]
    assert tags.tolist() == [1 << 4, 0, 0]
    assert tags.dtype == segment.dtype == np.int64


def test_an_entry_that_is_switched_off_lets_the_next_one_win() -> None:
    Definition.objects.filter(kind="segment", key="strategic").update(is_active=False)
    forget()
    assert said(12, RED)[0] == "attention"


def test_without_entries_everybody_is_in_no_segment() -> None:
    segment, tags = classify(of_one(open_opportunities=3), [])
    assert (segment.tolist(), tags.tolist()) == ([0], [0])


def test_the_fields_are_those_that_the_rules_read() -> None:
    assert segment_fields() == {"opportunities_known", "open_opportunities", "role", "units_expired"}
