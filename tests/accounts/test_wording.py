"""Numbers and lists in plain words."""

from __future__ import annotations

import pytest

from accounts.wording import counted, listed, trimmed


@pytest.mark.parametrize(
    ("number", "decimals", "expected"),
    [(1204.5, 2, "1,204.5"), (-8, 1, "−8"), (-0.04, 1, "0"), (100, 0, "100"), (2.345, 2, "2.35")],
)
def test_a_number_is_trimmed_to_what_it_says(number: float, decimals: int, expected: str) -> None:
    assert trimmed(number, decimals) == expected


def test_things_are_counted() -> None:
    assert [counted(1, "day"), counted(1200, "day"), counted(2, "entry", "entries")] == [
        "1 day",
        "1,200 days",
        "2 entries",
    ]


@pytest.mark.parametrize(
    ("items", "most", "expected"),
    [([], 0, ""), (["a"], 0, "a"), (["a", "b", "c"], 0, "a, b and c"), (["a", "b", "c", "d"], 2, "a, b and 2 more")],
)
def test_words_are_listed(items: list[str], most: int, expected: str) -> None:
    assert listed(items, most) == expected
