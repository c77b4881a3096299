"""Whose morning it is: the person, the moment, whom they may see, and the nights that are compared."""

from __future__ import annotations

from datetime import date, datetime
from functools import cached_property

from django.utils import timezone

from accounts.business_days import date_of
from accounts.models import Customer, User
from accounts.models.people import Role
from accounts.querysets import CustomerQuerySet
from scoring.engine.version import Band
from scoring.models import CurrentScore, Purpose, Run, ScorecardVersion
from scoring.models.scorecards import Status, Use


class Scope:
    """One person's view of the book at a moment; what is asked for twice is read once."""

    def __init__(self, user: User) -> None:
        self.user = user
        self.now: datetime = timezone.now()
        self.today: date = date_of(self.now)

    @property
    def visible(self) -> CustomerQuerySet:
        """Whom the person may see."""
        return Customer.objects.visible_to(self.user)

    @property
    def leads(self) -> bool:
        """Whether the person answers for the work of others."""
        return self.user.role in (Role.MANAGER, Role.ADMIN)

    @cached_property
    def versions(self) -> dict[int, ScorecardVersion]:
        """Every scorecard version by its key, drafts among them."""
        return {version.pk: version for version in ScorecardVersion.objects.select_related("scorecard")}

    @property
    def drafts(self) -> int:
        """How many scorecard versions are not published yet."""
        return sum(version.status == Status.DRAFT for version in self.versions.values())

    @property
    def live(self) -> list[ScorecardVersion]:
        """The versions that score customers now; the one of everybody else comes last."""
        live = [version for version in self.versions.values() if version.use == Use.LIVE]
        return sorted(live, key=lambda version: (version.scorecard.when is None, version.scorecard.position))

    @cached_property
    def nights(self) -> list[Run]:
        """The last two finished nights, the newest first; fewer in the beginning."""
        finished = Run.objects.filter(purpose=Purpose.NIGHTLY, finished_at__isnull=False)
        return list(finished.order_by("-as_of")[:2])

    def band(self, version: int, place: int) -> Band | None:
        """A band by version and place; None where there is no score."""
        return self.versions[version].engine.bands[place] if place >= 0 else None

    def version_of(self, customer: Customer) -> ScorecardVersion | None:
        """The version a customer is scored by now; the customer comes with `current_score`."""
        current = current_of(customer)
        return self.versions[current.version_id] if current else None

    def band_of(self, customer: Customer) -> Band | None:
        """The band a customer is in now; the customer comes with `current_score`."""
        current = current_of(customer)
        return self.band(current.version_id, current.band) if current else None


def current_of(customer: Customer) -> CurrentScore | None:
    """The current score of a customer read together with it; None where there is none."""
    return getattr(customer, "current_score", None)


def arr_of(customer: Customer) -> float:
    """ARR in the reporting currency; what is not known counts as nothing."""
    current = current_of(customer)
    return (current.arr if current else None) or 0.0
