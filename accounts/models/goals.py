"""What the customer wants to reach, and how far they are."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from accounts.models import fields
from accounts.models.records import Reading, State, by_source, non_negative


class GoalKind(models.TextChoices):
    """What sort of goal it is."""

    OBJECTIVE = "objective", "Objective"
    MILESTONE = "milestone", "Milestone"
    ONBOARDING_STEP = "onboarding_step", "Onboarding step"
    ROI = "roi", "Return on investment"
    KPI = "kpi", "Key figure"
    FIRST_VALUE = "first_value", "First value"


class Goal(State):
    """A goal of a customer, from a baseline to a target."""

    DATED_BY: ClassVar = ("started_on", "achieved_on")

    name = models.CharField(max_length=255)
    kind = models.CharField(max_length=32, choices=GoalKind, default=GoalKind.OBJECTIVE)
    unit = fields.text()
    baseline = fields.number()
    target = fields.number()
    actual = fields.number()
    weight = fields.number()
    started_on = fields.day()
    due_on = fields.day()
    achieved_on = fields.day()

    class Meta(State.Meta):
        constraints: ClassVar = [*State.Meta.constraints, non_negative("goal_weight_not_negative", "weight")]
        indexes: ClassVar = by_source("goal", "started_on", "achieved_on")


class GoalReading(Reading):
    """How far a goal was on a date; the latest reading by D is the actual on D."""

    DATED_BY: ClassVar = ("date",)

    goal = models.ForeignKey(Goal, on_delete=models.CASCADE, related_name="readings")
    value = models.FloatField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["source", "goal", "date"], name="goal_reading_identity")
        ]
        indexes: ClassVar = by_source("goal_reading", "date")
