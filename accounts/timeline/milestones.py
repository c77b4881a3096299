"""Milestones of use as lines of a timeline: firsts, and shares of the seats."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Final

from django.db.models import Min, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce

from accounts.models import Feature, FeatureUsage, Usage
from accounts.timeline.entries import Entry, Look, last_moment

SHARES: Final = (25, 50, 75, 90)  # percent of the seats that are worth a line when they are first in use


def milestones(look: Look) -> list[Entry]:
    """First use, the first use of each feature, and when shares of the seats were first in use. Two queries."""
    if not look.wants("usage"):
        return []
    return look.newest([*_use(look), *_features(look)])


def _use(look: Look) -> Iterator[Entry]:
    users = Coalesce("active_users_28d", "active_users_7d", "active_users")
    signs = sum((Coalesce(name, 0) for name in ("logins", "sessions", "actions")), Coalesce(users, 0))
    days = Usage.objects.filter(customer=look.customer).order_by("date").values_list("date")
    rows = list(days.annotate(used=Sum(users), seats=Sum("licensed_users"), signs=Sum(signs)))
    first = next((day for day, _, _, signs in rows if signs), None)
    if first:
        yield Entry(last_moment(first), "usage", "Milestone", "First use", ("usage", 0), tone="good")
    for share in SHARES:
        reached = next((day for day, used, seats, _ in rows if used and seats and 100 * used >= share * seats), None)
        if reached:
            title = f"{share} % of the seats in use for the first time"
            yield Entry(last_moment(reached), "usage", "Milestone", title, ("usage", share), tone="good")


def _features(look: Look) -> Iterator[Entry]:
    used = FeatureUsage.objects.filter(Q(uses__gt=0) | Q(users__gt=0), customer=look.customer)
    named = Feature.objects.filter(feature=OuterRef("feature")).values("name")[:1]
    firsts = used.order_by().values_list("feature").annotate(first=Min("date"), name=Subquery(named))
    rows = sorted(firsts, key=lambda row: (row[1], row[0]))
    for day, several in groupby(rows, key=lambda row: row[1]):
        names = [name or feature for feature, _, name in several]
        title = f"First use of {names[0]}" if len(names) == 1 else f"First use of {len(names)} features"
        details = (", ".join(names),) if len(names) > 1 else ()
        yield Entry(last_moment(day), "usage", "Milestone", title, ("feature", day.toordinal()), "", details, "good")
