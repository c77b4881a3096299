"""Episodes: from when to when a condition held of a customer. An alert is an episode that somebody was told of."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q

from accounts.models import Customer


class EpisodeQuerySet(models.QuerySet["Episode"]):
    """Episodes by what they mean."""

    def alerts(self) -> Self:
        """Those of alert rules that somebody was told of."""
        return self.filter(kind=Episode.Kind.ALERT, fired_at__isnull=False)

    def open(self) -> Self:
        """Those that still hold."""
        return self.filter(cleared_on=None)


class Episode(models.Model):
    """A rule's condition holds of a customer from `opened_on` up to (not with) `cleared_on`; one open at a time.

    `rule` is the key of an alert rule, of a playbook, or of a playbook with ":exit"; where a rule is asked for each
    component, ":" and the component follow. It fires once: `fired_at` says when. One that opened on the first night of
    a customer under a scorecard version is the baseline and never fires.
    """

    class Kind(models.TextChoices):
        ALERT = "alert", "Alert"
        TRIGGER = "trigger", "Trigger of a playbook"
        EXIT = "exit", "Exit of a playbook"

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="episodes")
    kind = models.CharField(max_length=16, choices=Kind)
    rule = models.CharField(max_length=96)
    opened_on = models.DateField()
    held_on = models.DateField()  # the last night on which the condition held
    cleared_on = models.DateField(null=True)
    is_baseline = models.BooleanField(default=False)
    fired_at = models.DateTimeField(null=True)
    facts = models.JSONField(default=dict)  # numbers and keys that the words are made of when it is shown

    objects = EpisodeQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["customer", "rule"], condition=Q(cleared_on=None), name="one_open_episode_per_rule"
            ),
            models.CheckConstraint(condition=Q(held_on__gte=F("opened_on")), name="episode_holds_after_it_opens"),
            models.CheckConstraint(condition=Q(is_baseline=False) | Q(fired_at=None), name="baseline_never_fires"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["customer", "kind", "fired_at"], name="episode_by_customer"),
            models.Index(fields=["kind", "fired_at"], name="episode_by_moment"),
        ]

    def __str__(self) -> str:
        return f"{self.rule} of {self.customer_id} since {self.opened_on}"

    def nights_held(self, on: date) -> int:
        """On how many nights in a row it has held, the given night included."""
        return (on - self.opened_on).days + 1
