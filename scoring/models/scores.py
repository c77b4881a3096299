"""Scores as they were recorded, and the current one of each customer: ids and numbers only."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.models import Customer
from scoring.models.runs import Run
from scoring.models.scorecards import ScorecardVersion


class Outcome(models.IntegerChoices):
    """Whether there is a score, and if not, why (presets 0.5)."""

    SCORED = 0, "Scored"
    THIN = 1, "Too little data"
    NO_EVIDENCE = 2, "No evidence of its own"


def _score_fits() -> Q:
    return Q(score=None, outcome__gt=0) | Q(score__gte=0, score__lte=100, outcome=0)


class ScoreNumbers(models.Model):
    """The numbers of one score. `inputs` packs the raw values and states from which the engine makes it again.

    `score` and `band` are what counts: where a person has overridden the score they are theirs, and `automatic` is what
    the engine said. Low and high are of the automatic score. The segment is the number of a definition, 0 = none.
    """

    customer_id: int
    version = models.ForeignKey(ScorecardVersion, on_delete=models.PROTECT, related_name="+", db_index=False)
    outcome = models.SmallIntegerField(choices=Outcome)
    score = models.FloatField(null=True)
    automatic = models.FloatField(null=True)  # only where the score is overridden
    band = models.SmallIntegerField()  # place in the version's bands, -1 = none
    coverage = models.FloatField()
    low = models.FloatField()
    high = models.FloatField()
    inputs = models.BinaryField()
    indicators = models.BigIntegerField(default=0)  # bit n = the condition of indicator In holds on the day
    segment = models.PositiveSmallIntegerField(default=0)
    tags = models.BigIntegerField(default=0)  # bit n = the rule of segment n holds too, or it is always set as a tag

    class Meta:
        abstract = True


class ScoreRecord(ScoreNumbers):
    """A customer's score in a run, never rewritten. No id and few indexes: these rows are most of the data."""

    pk = models.CompositePrimaryKey("customer_id", "run_id")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="score_records", db_index=False)
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="records", db_index=False)

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=_score_fits(), name="recorded_score_fits_outcome")]

    def __str__(self) -> str:
        return f"{self.customer_id} in {self.run_id}: {self.score}"


class CurrentScore(ScoreNumbers):
    """The newest score of a customer, with what lists sort and filter by."""

    customer = models.OneToOneField(Customer, primary_key=True, on_delete=models.PROTECT, related_name="current_score")
    as_of = models.DateField()
    calculated_at = models.DateTimeField()
    facts_at = models.DateTimeField(null=True)  # `Customer.facts_changed_at` as it was when a live score was made
    role = models.CharField(max_length=8, blank=True, default="")  # colour role of the band, empty = no score
    change_30 = models.FloatField(null=True)  # points against the record 30 days earlier
    arr = models.FloatField(null=True)  # in the reporting currency, on the date
    is_churn_risk = models.BooleanField(default=False)
    is_expansion_opportunity = models.BooleanField(default=False)
    is_emergency = models.BooleanField(default=False)
    tier = models.PositiveSmallIntegerField(default=0)  # value tier
    revenue_tier = models.PositiveSmallIntegerField(default=0)
    stage = models.PositiveSmallIntegerField(default=0)
    stage_since = models.DateField(null=True)

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=_score_fits(), name="current_score_fits_outcome")]
        indexes: ClassVar = [models.Index(fields=["role", "score"], name="current_by_role_and_score")]

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.score}"
