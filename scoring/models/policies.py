"""Numbers by which the site is run, one row of them."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q


class Policy(models.Model):
    """What an admin decides once for everybody; `Policy.current()` reads it."""

    second_person_share = models.FloatField(
        default=0.1,
        help_text="a version that moves more than this share of customers to another band needs a second person",
    )
    override_days = models.PositiveSmallIntegerField(default=90, help_text="the longest an override may last")
    peers_least = models.PositiveSmallIntegerField(default=10, help_text="smaller peer groups are not compared with")
    stability_points = models.FloatField(
        default=5.0, help_text="a score is unstable that moves more in a week without news"
    )
    stability_share = models.FloatField(default=0.05, help_text="the target: fewer customers than this are unstable")

    class Meta:
        verbose_name_plural = "policies"
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(pk=1), name="one_policy"),
            models.CheckConstraint(
                condition=Q(second_person_share__gte=0, second_person_share__lte=1), name="policy_share_is_a_share"
            ),
        ]

    def __str__(self) -> str:
        return "Policy"

    @classmethod
    def current(cls) -> Policy:
        """The policy; the defaults where nobody has decided anything. One query."""
        return cls.objects.filter(pk=1).first() or cls(pk=1)
