"""A run scores every customer for one business date, in shards that any worker may take."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from accounts.models import Customer
from scoring.models.scorecards import ScorecardVersion


class Purpose(models.TextChoices):
    """What a run's scores are for."""

    NIGHTLY = "nightly", "Nightly"  # the official record
    SHADOW = "shadow", "Shadow"
    RESTATED = "restated", "Restated"  # a later computation beside the record
    TRIAL = "trial", "Trial"  # a scorecard that is not live
    RECALLED = "recalled", "As known then"  # made later from what was known at the end of the date


class Run(models.Model):
    """One date scored for one purpose. It holds its versions: publishing meanwhile does not touch it.

    `choices` are the live scorecards as they stood when it began, in the order in which they are asked:
    {"version": id, "when": rule or null}. Empty = `version` scores everybody; else `version` is the last of them.
    """

    as_of = models.DateField()
    purpose = models.CharField(max_length=16, choices=Purpose)
    scorecard = models.CharField(max_length=64, blank=True, default="")  # key, where it is not the official scorecard
    version = models.ForeignKey(ScorecardVersion, on_delete=models.PROTECT, related_name="runs")
    choices = models.JSONField(default=list, blank=True)
    backfilled = models.BooleanField(default=False)
    started_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)
    scored = models.PositiveIntegerField(default=0)
    not_scored = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["as_of", "purpose", "scorecard"], name="one_run_per_date_and_purpose"),
            models.CheckConstraint(
                condition=Q(purpose__in=("nightly", "restated", "recalled"), scorecard="")
                | Q(purpose__in=("shadow", "trial")) & ~Q(scorecard=""),
                name="official_runs_name_no_scorecard",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.as_of}"

    @property
    def is_official(self) -> bool:
        """Whether each customer is scored by the live scorecard that its rule picks."""
        return not self.scorecard


class Leased(models.Model):
    """A stretch of customers that one worker does. A lease says who works on it; the token fences off who is late."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        LEASED = "leased", "In work"
        DONE = "done", "Done"

    first_customer = models.BigIntegerField()
    last_customer = models.BigIntegerField()
    state = models.CharField(max_length=16, choices=State, default=State.WAITING)
    lease_until = models.DateTimeField(null=True)
    token = models.PositiveIntegerField(default=0)
    attempts = models.PositiveIntegerField(default=0)

    class Meta:
        abstract = True
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(last_customer__gte=F("first_customer")), name="%(class)s_is_a_stretch"),
        ]
        indexes: ClassVar = [models.Index(fields=["state", "lease_until"], name="%(class)s_by_state")]

    def __str__(self) -> str:
        return f"customers {self.first_customer}-{self.last_customer}"


class Shard(Leased):
    """A stretch of customers to score for a run."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="shards")
    scored = models.PositiveIntegerField(default=0)
    not_scored = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)

    class Meta(Leased.Meta):
        constraints: ClassVar = [
            *Leased.Meta.constraints,
            models.UniqueConstraint(fields=["run", "first_customer"], name="shard_starts_once"),
        ]


class Kept(models.Model):
    """What a shard of a night read beside what is recorded, for the rules that react to it; gone after some days."""

    shard = models.OneToOneField(Shard, on_delete=models.CASCADE, related_name="kept")
    names = models.JSONField()
    data = models.BinaryField()  # the customers' ids, then a column for each name, packed by `scoring.keeping`

    def __str__(self) -> str:
        return f"kept of {self.shard_id}"


class Failure(models.Model):
    """A customer that could not be scored in a run, and why."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="failures")
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="+")
    reason = models.TextField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["run", "customer"], name="one_failure_per_customer")]

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.reason}"


class Backfill(models.Model):
    """A range of past dates to score, in date order; a killed one goes on at `next_on`."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        STOPPED = "stopped", "Stopped"

    class Known(models.TextChoices):
        NOW = "now", "As now known"
        THEN = "then", "As known then"

    first_on = models.DateField()
    last_on = models.DateField()
    next_on = models.DateField()  # the first date that is not done yet
    known = models.CharField(max_length=8, choices=Known, default=Known.NOW)
    scorecard = models.CharField(max_length=64, blank=True, default="")  # key, where it is not the official scorecard
    state = models.CharField(max_length=16, choices=State, default=State.WAITING)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    lease_until = models.DateTimeField(null=True)
    token = models.PositiveIntegerField(default=0)
    finished_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True, default="")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(last_on__gte=F("first_on")), name="backfill_is_a_range"),
            models.CheckConstraint(condition=Q(next_on__gte=F("first_on")), name="backfill_goes_forward"),
        ]

    def __str__(self) -> str:
        return f"{self.first_on} to {self.last_on}"
