"""Rows that stand for several days, spread over them."""

from __future__ import annotations

import numpy as np
import pytest

from scoring.metrics.daily import FLOWS, LEVELS
from scoring.metrics.rows import Rows, Table
from scoring.metrics.spreading import spread


def week(date: int, **fields: float) -> dict[str, float]:
    """A row of the seven days that end on a day number."""
    numbers = dict.fromkeys([*FLOWS, *LEVELS], float("nan"))
    return {"source": 1, "date": date, "period_days": 7, **numbers, **fields}


def days_of(*rows: dict[str, float], today: int) -> Rows:
    columns = {name: np.array([row[name] for row in rows], dtype=np.float64) for name in rows[0]}
    places = np.zeros(len(rows), dtype=np.int64)
    return spread(Rows(Table(places, columns), np.arange(len(rows)), places, np.array([today])))


def test_a_flow_is_shared_out_and_a_level_repeated() -> None:
    days = days_of(week(107, logins=14, active_users=5), today=107)
    assert days["date"].tolist() == [101, 102, 103, 104, 105, 106, 107]
    assert days["logins"].tolist() == [2.0] * 7
    assert days["active_users"].tolist() == [5.0] * 7


def test_only_the_day_on_which_a_row_ends_is_known_to_be_active() -> None:
    days = days_of(week(107, logins=14), today=109)
    assert days[days["ends"] == 1]["date"].tolist() == [107]


@pytest.mark.parametrize(("today", "last"), [(107, 107), (110, 110), (113, 113), (114, 113), (200, 113)])
def test_a_row_stands_until_the_day_before_the_next_is_due(today: int, last: int) -> None:
    assert days_of(week(107), today=today)["date"].max() == last


def test_only_the_last_row_of_a_source_waits_for_the_next() -> None:
    other = {**week(103, logins=7), "source": 2}
    days = days_of(week(100, logins=7), week(107, logins=7), other, today=109)
    assert len({*zip(days["source"], days["date"], strict=True)}) == len(days)
    assert [days["date"][days["source"] == source].max() for source in (1, 2)] == [109, 109]


def test_a_number_not_measured_stays_so() -> None:
    assert np.isnan(days_of(week(107), today=107)["minutes"]).all()
