"""When indicators open and clear, from the bits of nights alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.indicators.clearing import still_open
from scoring.models import Definition

pytestmark = pytest.mark.django_db
CAPACITY = 28  # held on 14 nights


def bits(*numbers: int) -> int:
    return sum(1 << number for number in numbers)


def is_open(nights: str, number: int = CAPACITY) -> bool:
    """Whether an indicator is open after nights on which it held (x) or not (-), the latest last."""
    held = [[bits(number) if night == "x" else 0] for night in reversed(nights)]
    return bool(still_open(np.array(held))[0] >> number & 1)


def test_a_decline_counts_what_is_open_and_not_only_what_holds() -> None:
    nights = np.array([[bits(1, 2), bits(1, 2)], [bits(12), bits(13)]])
    assert still_open(nights).tolist() == [bits(1, 2, 12, 19), bits(1, 2, 13)]


@pytest.mark.parametrize(("nights", "opened"), [("-x", True), ("x-", True), ("x--", False), ("--", False)])
def test_one_night_opens_and_two_without_clear(nights: str, opened: bool) -> None:
    assert is_open(nights, 4) is opened


@pytest.mark.parametrize(
    ("nights", "opened"),
    [
        ("-" + "x" * 14, True),
        ("-" + "x" * 13, False),
        ("x" * 13 + "-x", False),
        ("x" * 14 + "-", True),
        ("x" * 14 + "--", False),
        ("x" * 14 + "--x", False),
        ("x" * 14 + "-x-x-", True),
        ("x" * 14 + "--" + "x" * 13, False),
        ("x" * 14 + "--" + "x" * 14, True),
    ],
)
def test_what_takes_fourteen_nights_opens_after_them(nights: str, opened: bool) -> None:
    assert is_open(nights) is opened


def test_what_takes_several_nights_is_open_as_who_goes_through_them_says() -> None:
    still_open(np.zeros((2, 1), np.int64))  # the definitions are read once, not in every example

    @given(st.lists(st.tuples(st.booleans(), st.integers(1, 16)), min_size=1, max_size=8))
    def same(stretches: list[tuple[bool, int]]) -> None:
        nights = "".join(("x" if holds else "-") * count for holds, count in stretches)
        opened, held_for, away_for = False, 0, 0
        for night in nights:
            held_for, away_for = (held_for + 1, 0) if night == "x" else (0, away_for + 1)
            opened = held_for >= 14 or (opened and away_for < 2)
        assert is_open("-" + nights) is opened

    same()


def test_what_is_switched_off_is_not_open() -> None:
    assert is_open("xx", 4)
    row = Definition.objects.get(kind="indicator", key="I4")
    row.is_active = False
    row.save()
    assert not is_open("xx", 4)


pairs = st.lists(st.tuples(st.integers(0, 2**31 - 1), st.integers(0, 2**31 - 1)), min_size=1, max_size=20)


def test_what_is_open_is_the_same_alone_and_in_any_order() -> None:
    still_open(np.zeros((2, 1), np.int64))  # the definitions are read once, not in every example

    @given(pairs, st.randoms())
    def same(nights: list[tuple[int, int]], chance: Any) -> None:
        alone = {pair: still_open(np.array(pair)[:, np.newaxis]).item() for pair in nights}
        chance.shuffle(nights)
        assert still_open(np.array(nights).T).tolist() == [alone[pair] for pair in nights]

    same()
