"""The days on which a source delivered, read for a year at once, are the business dates of its rows."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from accounts.business_days import date_of
from accounts.models import Interaction, Opportunity, Ticket, Usage
from scoring.metrics.deliveries import Deliveries
from scoring.metrics.sharing import Shared
from tests.cast import make_customer, make_row, make_source

pytestmark = pytest.mark.django_db
FIRST, LAST = date(2025, 3, 1), date(2025, 11, 30)
CLOCKS = (date(2025, 3, 30), date(2025, 10, 26), date(2025, 3, 9), date(2025, 11, 2))  # change on these


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Pacific/Auckland"])
def test_every_day_counts_on_which_a_row_is_dated_whatever_the_time(zone: str, settings: Any) -> None:
    settings.TIME_ZONE = zone
    acme, begins = make_customer(), datetime(2025, 4, 1, tzinfo=UTC)
    moments = [begins + timedelta(hours=7 * n, minutes=13 * n) for n in range(40)]
    for day in CLOCKS:  # every hour of two days
        moments += [datetime.combine(day, datetime.min.time(), UTC) + timedelta(hours=n, minutes=29) for n in range(48)]
    for moment in moments:
        make_row(Interaction, acme, kind="call", at=moment)
    (source,) = Deliveries(Shared(FIRST, LAST, (0, 2**40))).sources("interactions")
    assert source.days.tolist() == sorted({date_of(moment).toordinal() for moment in moments})


def days_of(kind: str, first: date = FIRST, last: date = LAST) -> list[date]:
    (source,) = Deliveries(Shared(first, last, (0, 2**40))).sources(kind)
    return [date.fromordinal(int(day)) for day in source.days]


def test_a_source_is_alive_with_anything_it_delivers_except_for_feeds_it_is_not_complete_for() -> None:
    """States, which come when they change, and tickets, of which none means none; but not usage and interactions."""
    acme, feed = make_customer(), make_source("feed", covers=["tickets"])
    march, april, may, june = (date(2025, month, 10) for month in (3, 4, 5, 6))
    make_row(Ticket, acme, source=feed, opened_at=datetime(2025, 4, 10, 12, tzinfo=UTC))
    make_row(Opportunity, acme, source=feed, external_id="O", opened_on=march)
    make_row(Usage, acme, source=feed, date=may, logins=1)
    make_row(Interaction, acme, source=feed, kind="call", at=datetime(2025, 6, 10, 12, tzinfo=UTC))
    assert days_of("tickets") == [april, may, june]  # nothing is known of tickets before the first of them
    assert days_of("opportunities") == [march, april, may, june]
    assert days_of("usage") == [may]
    assert days_of("interactions") == [june]
    assert days_of("tickets", may, may)[-1] == days_of("tickets", april, may)[-1] == may
