"""Numbers and dates as a person reads them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from healthsite.pages import words


def spaced(text: str) -> str:
    """The text with ordinary spaces."""
    return text.replace(words.NO_BREAK, " ")


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        (None, "–"), (float("nan"), "–"), (0, "€0"), (950, "€950"), (1000, "€1k"), (9_540, "€9.5k"), (184_000, "€184k"),
        (1_630_000, "€1.6m"), (2_000_000_000, "€2bn"), (-12_000, "−€12k"),
    ],
)  # fmt: skip
def test_money_is_short(amount: float | None, expected: str) -> None:
    assert words.money(amount, "EUR") == expected


def test_money_in_full_marks_thousands() -> None:
    assert words.amount(184_000.4, "EUR") == "€184,000"
    assert words.amount(None, "EUR") == "–"


def test_a_currency_without_a_sign_is_named() -> None:
    assert words.money(5000, "SEK") == "SEK 5k"


@pytest.mark.parametrize(
    ("points", "expected"), [(1.24, "+1.2"), (-3.46, "−3.5"), (0.04, "0.0"), (-0.04, "0.0"), (None, "–")]
)
def test_a_change_has_its_sign(points: float | None, expected: str) -> None:
    assert words.signed(points) == expected


@pytest.mark.parametrize(
    ("share", "expected"), [(0, "0 %"), (0.004, "1 %"), (0.5, "50 %"), (0.996, "99 %"), (1, "100 %")]
)
def test_a_percentage_never_claims_all_or_nothing_wrongly(share: float, expected: str) -> None:
    assert spaced(words.percent(share)) == expected


@pytest.mark.parametrize(
    ("day", "long", "short"),
    [
        (date(2025, 10, 1), "today", "today"), (date(2025, 10, 2), "in 1 day", "1 d"), (None, "–", "–"),
        (date(2025, 12, 2), "in 62 days", "62 d"), (date(2025, 9, 17), "14 days ago", "14 d ago"),
    ],
)  # fmt: skip
def test_a_date_is_told_from_today(day: date | None, long: str, short: str) -> None:
    today = date(2025, 10, 1)
    assert (words.until(day, today), spaced(words.days_left(day, today))) == (long, short)


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        (62.04, "%", "62 %"), (47.66, "% of plan", "47.7 % of plan"), (1, "people", "1 person"),
        (2, "people", "2 people"),
        (1, "tickets", "1 ticket"), (0, "ticket-days", "0 ticket-days"), (1204.5, "hours", "1,204.5 hours"),
        (None, "days", "–"),
        (4.25, "of 5", "4.25 of 5"), (60, "points", "60"), (3, "code 0-4", "3"), (-0.5, "-1 to 1", "−0.5"),
        (3, "count", "3"), (184_000, "reporting currency", "€184k"), (float("nan"), "days", "–"),
    ],
)  # fmt: skip
def test_a_raw_value_has_its_unit(value: float | None, unit: str, expected: str) -> None:
    assert spaced(words.raw(value, unit, "EUR")) == expected


@pytest.mark.parametrize(
    ("parts", "total", "expected"),
    [
        ([33.333, 33.333, 33.334], 100.0, [33.3, 33.3, 33.4]),
        ([20.07, 40.06], 60.1, [20.1, 40.0]),
        ([-19.84, -14.29, 9.52, 8.33, 75.0], 58.7, [-19.8, -14.3, 9.5, 8.3, 75.0]),
        ([], 0.0, []),
    ],
)
def test_printed_parts_add_up_to_the_printed_total(parts: list[float], total: float, expected: list[float]) -> None:
    assert words.adding_up(parts, total) == expected


@given(st.lists(st.floats(-100, 100), min_size=1, max_size=30))
def test_parts_always_add_up_and_none_is_off_by_a_step(parts: list[float]) -> None:
    total = round(sum(parts), 1)
    printed = words.adding_up(parts, total)
    assert round(sum(printed), 1) == total
    assert all(abs(part - exact) < 0.1 + 1e-9 for part, exact in zip(printed, parts, strict=True))


def test_a_change_is_what_a_reader_would_subtract() -> None:
    assert words.printed_change(60.04, 0.09) == 0.1  # 60.0 against 59.9
    assert words.printed_change(60.04, 0.05) == 0.1
    assert words.printed_change(60.09, 0.05) == 0.0
    assert words.printed_change(None, 1.0) is None
