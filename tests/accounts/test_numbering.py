"""Columns read as plain numbers, the same from every database."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pytest
from django.db.models import Max, Q

from accounts.models import Customer, Invoice, Ticket
from accounts.numbering import Number, column_of, columned, number_of, selected
from tests.cast import make_customer, make_row, make_source

pytestmark = pytest.mark.django_db
HOUR = 1 / 24
NEW_YEAR = date(2025, 1, 1).toordinal()


def read(model: Any, *columns: str) -> dict[str, npt.NDArray[Any]]:
    rows = model.objects.order_by("pk").values_list(*selected(model, columns))
    return columned(rows, columns, model)


def make_tickets(owner: Customer, moments: list[datetime]) -> list[Ticket]:
    source = make_source()
    return [
        Ticket(customer=owner, source=source, external_id=str(number), opened_at=moment)
        for number, moment in enumerate(moments)
    ]


def opened(moment: datetime) -> dict[str, npt.NDArray[Any]]:
    make_row(Ticket, make_customer(), opened_at=moment)
    return read(Ticket, "opened_at")


@pytest.mark.parametrize("day", [date(1999, 12, 31), date(2024, 2, 29), date(2025, 1, 1), date(9999, 12, 31)])
def test_a_date_is_its_day_number(day: date) -> None:
    Customer.objects.filter(pk=make_customer().pk).update(renewal_on=day)
    assert read(Customer, "renewal_on")["renewal_on"].tolist() == [day.toordinal()]


def test_a_moment_is_a_day_number_with_the_time_of_day_in_utc() -> None:
    rows = opened(datetime(2025, 1, 1, 18, 30, tzinfo=UTC))
    assert rows["opened_at"][0] == NEW_YEAR + 18.5 / 24


def test_elapsed_hours_are_exact_to_the_millisecond() -> None:
    start = datetime(2025, 1, 1, 7, 59, 59, 123456, tzinfo=UTC)
    make_row(Ticket, make_customer(), opened_at=start, closed_at=start + timedelta(hours=1000, milliseconds=1))
    rows = read(Ticket, "opened_at", "closed_at")
    assert (rows["closed_at"] - rows["opened_at"])[0] * 24 == pytest.approx(1000 + 1 / 3.6e6, abs=1e-7)


@pytest.mark.parametrize("year", [2025, 9999])
def test_the_last_instant_of_a_day_belongs_to_it(year: int) -> None:
    rows = opened(datetime(year, 12, 31, 23, 59, 59, 999999, tzinfo=UTC))
    assert rows["opened_at_day"][0] == date(year, 12, 31).toordinal()
    assert rows["opened_at"][0] == pytest.approx(date(year, 12, 31).toordinal() + 1 - 1 / 86_400_000, abs=1e-9)


@pytest.mark.parametrize(
    ("moment", "day"),
    [  # Berlin is an hour ahead in winter, two in summer; in 2025 the clock changes on 30 March and 26 October
        (datetime(2025, 3, 29, 22, 59, tzinfo=UTC), date(2025, 3, 29)),
        (datetime(2025, 3, 29, 23, 0, tzinfo=UTC), date(2025, 3, 30)),
        (datetime(2025, 3, 30, 21, 59, tzinfo=UTC), date(2025, 3, 30)),
        (datetime(2025, 3, 30, 22, 0, tzinfo=UTC), date(2025, 3, 31)),
        (datetime(2025, 10, 25, 22, 0, tzinfo=UTC), date(2025, 10, 26)),
        (datetime(2025, 10, 26, 22, 59, tzinfo=UTC), date(2025, 10, 26)),
        (datetime(2025, 10, 26, 23, 0, tzinfo=UTC), date(2025, 10, 27)),
    ],
)
def test_the_business_date_follows_the_clock_of_the_site(settings: Any, moment: datetime, day: date) -> None:
    settings.TIME_ZONE = "Europe/Berlin"
    assert opened(moment)["opened_at_day"].tolist() == [day.toordinal()]


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"])
def test_business_dates_are_those_of_the_zone_whenever_its_clocks_change(settings: Any, zone: str) -> None:
    settings.TIME_ZONE = zone
    start, owner = datetime(2024, 1, 1, tzinfo=UTC), make_customer()
    moments = [start + timedelta(minutes=9_997 * number) for number in range(160)]
    Ticket.objects.bulk_create(make_tickets(owner, moments))
    expected = [moment.astimezone(ZoneInfo(zone)).toordinal() for moment in moments]
    assert read(Ticket, "opened_at")["opened_at_day"].tolist() == expected


def test_an_elapsed_day_counts_hours_when_the_clock_changes(settings: Any) -> None:
    settings.TIME_ZONE = "Europe/Berlin"
    start, end = datetime(2025, 3, 29, 23, tzinfo=UTC), datetime(2025, 3, 30, 22, tzinfo=UTC)
    make_row(Ticket, make_customer(), opened_at=start, closed_at=end)
    rows = read(Ticket, "opened_at", "closed_at")
    assert (rows["closed_at"] - rows["opened_at"])[0] == pytest.approx(23 * HOUR)
    assert (rows["closed_at_day"] - rows["opened_at_day"])[0] == 1


def test_nulls_of_every_type_are_nan() -> None:
    make_row(Ticket, make_customer(), opened_at=datetime(2025, 1, 1, tzinfo=UTC))
    make_customer()
    tickets, customers = read(Ticket, "closed_at", "csat"), read(Customer, "renewal_on", "arr", "parent", "employees")
    assert np.isnan([tickets[name] for name in ("closed_at", "closed_at_day", "csat")]).all()
    assert np.isnan(list(customers.values())).all()


def test_money_yes_and_no_and_references_are_floats_and_texts_stay() -> None:
    mother = make_customer(name="Mother", arr="1200.50")
    Customer.objects.filter(pk=make_customer(name="Child").pk).update(parent=mother, is_reference=True)
    rows = read(Customer, "name", "arr", "parent", "is_reference")
    assert rows["name"].tolist() == ["Mother", "Child"]
    assert rows["arr"][0] == 1200.5
    assert (rows["parent"][1], rows["is_reference"][1]) == (float(mother.pk), 1.0)
    assert {rows[column].dtype for column in ("arr", "parent", "is_reference")} == {np.dtype(np.float64)}


def test_an_aggregate_with_a_condition_is_a_number_too() -> None:
    customer = make_customer()
    for day in (1, 3):
        make_row(Invoice, customer, external_id=f"I{day}", amount=1, issued_on=date(2025, 1, day))
    known = Max("issued_on", filter=Q(issued_on__lt=date(2025, 1, 3)))
    assert Invoice.objects.aggregate(a=Number(Max("issued_on")), b=Number(known)) == {"a": NEW_YEAR + 2, "b": NEW_YEAR}


def test_no_rows_still_have_all_columns() -> None:
    assert list(read(Ticket, "severity", "opened_at")) == ["severity", "opened_at", "opened_at_day"]


@pytest.mark.parametrize(
    ("column", "before", "number"),
    [
        ("opened_at", "2025-01-01T12:00:00Z", NEW_YEAR + 0.5),
        ("opened_at", None, None),
        ("csat", "4.5", 4.5),
        ("severity", "critical", "critical"),
    ],
)
def test_what_the_change_log_keeps_reads_like_the_column(column: str, before: Any, number: Any) -> None:
    assert number_of(column_of(Ticket, column), before) == number
