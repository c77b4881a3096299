"""Business hours skip nights, weekends and holidays, in every zone and over every change of the clocks."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.business_days import WorkingDays
from accounts.working_hours import NeverWorks, WorkingHours

BERLIN = ZoneInfo("Europe/Berlin")
TOKYO = ZoneInfo("Asia/Tokyo")
GOOD_FRIDAY = date(2025, 4, 18)
NINE_TO_FIVE = WorkingHours(BERLIN, WorkingDays(holidays=frozenset({GOOD_FRIDAY})), time(9), time(17))


def local(day: str, clock: str = "00:00", zone: ZoneInfo = BERLIN) -> datetime:
    return datetime.combine(date.fromisoformat(day), time.fromisoformat(clock), zone)


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        (("2025-04-07", "10:00"), 2, ("2025-04-07", "12:00")),  # a Monday
        (("2025-04-07", "16:00"), 2, ("2025-04-08", "10:00")),
        (("2025-04-07", "09:00"), 8, ("2025-04-07", "17:00")),  # a whole day ends with the day
        (("2025-04-07", "17:00"), 1, ("2025-04-08", "10:00")),
        (("2025-04-07", "07:30"), 1, ("2025-04-07", "10:00")),  # before opening
        (("2025-04-07", "22:00"), 1, ("2025-04-08", "10:00")),  # after closing
        (("2025-04-12", "12:00"), 1, ("2025-04-14", "10:00")),  # on a Saturday
        (("2025-04-17", "16:00"), 2, ("2025-04-21", "10:00")),  # over a Friday that is a holiday
        (("2025-04-18", "11:00"), 0.25, ("2025-04-21", "09:15")),  # on the holiday
        (("2025-04-07", "10:00"), 1.5, ("2025-04-07", "11:30")),
        (("2025-04-07", "10:00"), 80, ("2025-04-22", "10:00")),  # ten working days, with a holiday among them
        (("2025-04-12", "12:00"), 0, ("2025-04-12", "12:00")),  # nothing to do takes no time
    ],
)
def test_hours_are_counted_while_somebody_works(start: tuple[str, str], hours: float, end: tuple[str, str]) -> None:
    assert NINE_TO_FIVE.add(local(*start), hours) == local(*end)


def test_what_comes_out_is_in_utc() -> None:
    assert NINE_TO_FIVE.add(local("2025-04-07", "10:00"), 0).tzinfo is UTC
    assert NINE_TO_FIVE.add(local("2025-04-07", "10:00"), 1) == datetime(2025, 4, 7, 9, tzinfo=UTC)
    assert NINE_TO_FIVE.next_closing(local("2025-04-07")).tzinfo is UTC


def test_a_business_day_is_eight_hours_also_where_the_day_is_shorter() -> None:
    six_hours = WorkingHours(BERLIN, WorkingDays(), time(10), time(16))
    assert NINE_TO_FIVE.add_days(local("2025-04-07", "10:00"), 1.5) == local("2025-04-08", "14:00")
    assert six_hours.add_days(local("2025-04-07", "10:00"), 1) == local("2025-04-08", "12:00")


@pytest.mark.parametrize(
    ("start", "end", "closing"),
    [
        (("2025-03-28", "16:00"), ("2025-03-31", "10:00"), datetime(2025, 3, 31, 15, tzinfo=UTC)),  # an hour lost
        (("2025-10-24", "16:00"), ("2025-10-27", "10:00"), datetime(2025, 10, 27, 16, tzinfo=UTC)),  # an hour gained
    ],
)
def test_the_clocks_change_on_a_sunday_and_business_hours_do_not_mind(
    start: tuple[str, str], end: tuple[str, str], closing: datetime
) -> None:
    assert NINE_TO_FIVE.add(local(*start), 2) == local(*end)
    assert NINE_TO_FIVE.between(local(*start), local(*end)) == 2
    assert NINE_TO_FIVE.end_of_next_day(local(*start)) == closing


def test_a_night_shift_is_an_hour_shorter_or_longer_when_the_clocks_change() -> None:
    every_day = WorkingDays(frozenset(range(1, 8)))
    nights = WorkingHours(BERLIN, every_day, time(0), time(6))
    assert nights.between(local("2025-03-30"), local("2025-03-30", "12:00")) == 5
    assert nights.between(local("2025-10-26"), local("2025-10-26", "12:00")) == 7
    assert nights.add(local("2025-03-30"), 5) == local("2025-03-30", "06:00")


def test_a_shift_that_the_clocks_jump_over_is_no_shift() -> None:
    half_an_hour = WorkingHours(BERLIN, WorkingDays(frozenset(range(1, 8))), time(2, 30), time(3))
    assert half_an_hour.between(local("2025-03-30"), local("2025-03-31")) == 0
    assert not half_an_hour.is_open(local("2025-03-30", "03:00"))


def test_a_team_elsewhere_works_by_its_own_clock() -> None:
    tokyo = WorkingHours(TOKYO, WorkingDays(), time(9), time(17))
    start = datetime(2025, 4, 7, 7, tzinfo=UTC)  # 09:00 in Berlin and 16:00 in Tokyo
    assert NINE_TO_FIVE.add(start, 2) == datetime(2025, 4, 7, 9, tzinfo=UTC)
    assert tokyo.add(start, 2) == local("2025-04-08", "10:00", TOKYO)


def test_the_next_day_is_the_next_day_of_the_team() -> None:
    tokyo = WorkingHours(TOKYO, WorkingDays(), time(9), time(17))
    moment = datetime(2025, 4, 7, 16, tzinfo=UTC)  # Monday evening in Berlin, Tuesday 01:00 in Tokyo
    assert NINE_TO_FIVE.end_of_next_day(moment) == local("2025-04-08", "17:00")
    assert tokyo.end_of_next_day(moment) == local("2025-04-09", "17:00", TOKYO)


@pytest.mark.parametrize(
    ("day", "clock", "is_open"),
    [
        ("2025-04-07", "08:59", False),
        ("2025-04-07", "09:00", True),
        ("2025-04-07", "17:00", True),
        ("2025-04-07", "17:01", False),
        ("2025-04-12", "12:00", False),
        ("2025-04-18", "12:00", False),
    ],
)
def test_business_time_is_from_opening_to_closing(day: str, clock: str, is_open: bool) -> None:
    assert NINE_TO_FIVE.is_open(local(day, clock)) is is_open


@pytest.mark.parametrize(
    ("moment", "closing"),
    [
        (("2025-04-07", "03:00"), ("2025-04-07", "17:00")),
        (("2025-04-07", "17:00"), ("2025-04-07", "17:00")),
        (("2025-04-07", "17:01"), ("2025-04-08", "17:00")),
        (("2025-04-17", "18:00"), ("2025-04-21", "17:00")),
    ],
)
def test_the_next_closing_may_be_today(moment: tuple[str, str], closing: tuple[str, str]) -> None:
    assert NINE_TO_FIVE.next_closing(local(*moment)) == local(*closing)


def test_the_last_closing_of_a_day_off_is_that_of_the_working_day_before() -> None:
    assert NINE_TO_FIVE.last_closing(date(2025, 4, 17)) == local("2025-04-17", "17:00")
    assert NINE_TO_FIVE.last_closing(date(2025, 4, 20)) == local("2025-04-17", "17:00")


def test_hours_between_count_each_end_and_turn_negative() -> None:
    friday, monday = local("2025-04-11", "16:30"), local("2025-04-14", "11:00")
    assert NINE_TO_FIVE.between(friday, monday) == 2.5
    assert NINE_TO_FIVE.between(monday, friday) == -2.5
    assert NINE_TO_FIVE.between(friday, friday) == 0
    assert NINE_TO_FIVE.between(local("2025-04-12"), local("2025-04-13")) == 0


def test_a_calendar_of_holidays_is_refused_and_not_searched_for_ever() -> None:
    first = date(2025, 1, 1)
    holidays = frozenset(first + timedelta(days=n) for n in range(800))
    closed = WorkingHours(BERLIN, WorkingDays(holidays=holidays), time(9), time(17))
    for ask in (closed.next_closing, closed.end_of_next_day, lambda moment: closed.add(moment, 1)):
        with pytest.raises(NeverWorks, match="no working day within 366 days of 2025-01-15; mend the calendar"):
            ask(local("2025-01-15", "10:00"))
    assert closed.between(local("2025-01-15"), local("2025-12-15")) == 0


def test_after_the_last_day_there_is_none() -> None:
    with pytest.raises(NeverWorks, match="of 9999-12-31"):
        NINE_TO_FIVE.add(datetime(9999, 12, 30, 12, tzinfo=UTC), 20)


@pytest.mark.parametrize("hours", [-1, float("nan"), float("inf"), 100_001])
def test_hours_that_make_no_sense_are_refused(hours: float) -> None:
    with pytest.raises(ValueError, match="give a number from 0 to 100,000"):
        NINE_TO_FIVE.add(local("2025-04-07"), hours)


def test_a_moment_without_a_zone_is_refused() -> None:
    naive = datetime(2025, 4, 7, 10)  # noqa: DTZ001  # without a zone on purpose
    for hours in (0, 1):
        with pytest.raises(ValueError, match="has no time zone; give an aware moment"):
            NINE_TO_FIVE.add(naive, hours)


# Hypothesis takes the ends without a zone, and gives moments in `timezones`.
moments = st.datetimes(datetime(2024, 1, 1), datetime(2026, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
amounts = st.floats(0, 400).map(lambda hours: round(hours, 4))


@st.composite
def calendars(draw: st.DrawFn) -> WorkingHours:
    zone = draw(st.sampled_from([BERLIN, TOKYO, ZoneInfo("America/New_York"), ZoneInfo("Australia/Lord_Howe")]))
    opens, closes = sorted(draw(st.lists(st.integers(0, 23), min_size=2, max_size=2, unique=True)))
    holidays = draw(st.frozensets(st.dates(date(2024, 1, 1), date(2026, 1, 1)), max_size=20))
    weekdays = draw(st.frozensets(st.integers(1, 7), min_size=1))
    return WorkingHours(zone, WorkingDays(weekdays, holidays), time(opens), time(closes))


@given(calendars(), moments, amounts)
def test_between_counts_what_add_has_added(calendar: WorkingHours, start: datetime, hours: float) -> None:
    assert calendar.between(start, calendar.add(start, hours)) == pytest.approx(hours, abs=1e-6)


@given(calendars(), moments, amounts)
def test_add_ends_in_business_time_and_is_the_first_moment_that_does(
    calendar: WorkingHours, start: datetime, hours: float
) -> None:
    end = calendar.add(start, hours)
    assert end >= start
    if hours > 0.001:
        assert calendar.is_open(end)
        assert calendar.between(start, end - timedelta(seconds=1)) < hours


@given(calendars(), moments, moments, amounts)
def test_who_starts_later_is_never_done_earlier(
    calendar: WorkingHours, first: datetime, second: datetime, hours: float
) -> None:
    first, second = sorted((first, second))
    assert calendar.add(first, hours) <= calendar.add(second, hours)


@given(calendars(), moments, amounts, amounts)
def test_more_hours_never_end_earlier_and_hours_add_up(
    calendar: WorkingHours, start: datetime, some: float, more: float
) -> None:
    both = calendar.add(start, some + more)
    assert calendar.add(start, some) <= both
    in_turn = calendar.add(calendar.add(start, some), more)
    assert abs(calendar.between(both, in_turn)) < 1e-6


@given(calendars(), moments, moments, moments)
def test_hours_between_add_up_along_the_way(
    calendar: WorkingHours, first: datetime, second: datetime, third: datetime
) -> None:
    whole = calendar.between(first, third)
    assert calendar.between(first, second) + calendar.between(second, third) == pytest.approx(whole, abs=1e-6)
