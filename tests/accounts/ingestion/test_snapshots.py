"""Old snapshots load as history: each day shows the last snapshot up to it, in whatever order they arrived."""

from __future__ import annotations

from datetime import date
from itertools import permutations
from pathlib import Path

import pytest

from accounts.history import states_on
from accounts.models import Change, Customer, User
from tests.accounts.ingestion.bringing import bring, counts, states

pytestmark = pytest.mark.django_db

SNAPSHOTS = {"2025-01-31": "100", "2025-02-28": "250", "2025-03-31": "100", "2025-04-30": "100"}
HEADER = "external_id,name,arr,observed_on\n"
# what the customer's ARR was on a day, by the snapshots above
BY_DAY = {
    date(2025, 1, 1): 100,
    date(2025, 1, 31): 100,
    date(2025, 2, 27): 100,
    date(2025, 2, 28): 250,
    date(2025, 3, 30): 250,
    date(2025, 3, 31): 100,
    date(2025, 4, 29): 100,
    date(2025, 6, 1): 100,
}


def row(day: str) -> str:
    return f"C-1,Pebble,{SNAPSHOTS[day]},{day}\n"


def arr_by_day() -> dict[date, float]:
    pk = Customer.objects.get().pk
    return {day: states_on("customers", ["arr"], (pk, pk), day)["arr"][0] for day in BY_DAY}


@pytest.mark.parametrize("order", list(permutations(SNAPSHOTS)))
def test_snapshots_may_be_loaded_in_any_order(order: tuple[str, ...], tmp_path: Path) -> None:
    for day in order:
        states(tmp_path, "customers", HEADER + row(day))
    assert arr_by_day() == BY_DAY
    assert Customer.objects.get().observed_on == date(2025, 4, 30)
    log = Change.objects.count()
    for day in order:
        assert states(tmp_path, "customers", HEADER + row(day)) == {"unchanged": 1}
    assert Change.objects.count() == log


def test_snapshots_of_several_days_may_stand_in_one_file(tmp_path: Path) -> None:
    text = HEADER + "".join(row(day) for day in sorted(SNAPSHOTS, reverse=True))
    (batch,) = bring(tmp_path, {"customers.csv": text})
    assert counts(batch) == {"created": 1, "updated": 3}
    assert arr_by_day() == BY_DAY


def test_an_old_snapshot_holds_until_the_next_and_nothing_after_it_changes(tmp_path: Path) -> None:
    states(tmp_path, "customers", HEADER + row("2025-01-31"))
    states(tmp_path, "customers", HEADER + row("2025-03-31"))
    assert states(tmp_path, "customers", HEADER + row("2025-02-28")) == {"updated": 1}
    assert Customer.objects.get().arr == 100
    assert arr_by_day() == BY_DAY


def test_an_import_without_a_day_was_observed_today_and_an_old_snapshot_leaves_it(tmp_path: Path) -> None:
    states(tmp_path, "customers", "external_id,name,arr\nC-1,Pebble,999\n")
    assert states(tmp_path, "customers", HEADER + row("2025-01-31")) == {"updated": 1}
    assert Customer.objects.get().arr == 999
    assert set(arr_by_day().values()) == {100}


def test_an_old_snapshot_may_lack_columns(tmp_path: Path) -> None:
    states(tmp_path, "customers", HEADER + row("2025-03-31"))
    states(tmp_path, "customers", "external_id,industry,observed_on\nC-1,Retail,2025-01-31\n")
    pk = Customer.objects.get().pk
    then = states_on("customers", ["arr", "industry"], (pk, pk), date(2025, 2, 1))
    assert (then["arr"][0], then["industry"][0]) == (100, "Retail")
    assert Customer.objects.get().industry == ""


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_owners_of_old_snapshots_take_their_place_in_time(order: tuple[int, ...], tmp_path: Path) -> None:
    owners = [("2025-01-31", "ann"), ("2025-02-28", "ben"), ("2025-03-31", "ann")]
    for place in order:
        day, name = owners[place]
        text = f"external_id,name,csm,observed_on\nC-1,Pebble,{name}@harbor.example,{day}\n"
        states(tmp_path, "customers", text)
    one = Customer.objects.get()
    names = dict(User.objects.values_list("pk", "email"))
    held = {
        day: [names[a.user_id][:3] for a in one.assignment_set.in_force(day)]
        for day in (date(2025, 2, 1), date(2025, 3, 1), date(2025, 4, 1))
    }
    assert held == {date(2025, 2, 1): ["ann"], date(2025, 3, 1): ["ben"], date(2025, 4, 1): ["ann"]}
