"""Plays: a playbook at work for one customer. Pages call it an action plan."""

from __future__ import annotations

from functools import cached_property
from json import dumps
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from accounts.models import Customer, User
from playbooks.models.definitions import Playbook


class PlayQuerySet(models.QuerySet["Play"]):
    """Plays by who may see them and whether they run."""

    def visible_to(self, user: User) -> Self:
        """Plays of customers this person may see."""
        return self.filter(customer__in=Customer.objects.visible_to(user))

    def open(self) -> Self:
        """Those that still run."""
        return self.filter(closed_at=None)


class Play(models.Model):
    """One run of a playbook for a customer; at most one is open per customer and playbook."""

    class Outcome(models.TextChoices):
        REACHED = "reached", "Reached"  # the exit condition held long enough
        SUPERSEDED = "superseded", "Superseded"  # a more severe playbook took over
        LOST = "lost", "Customer lost"
        DONE = "done", "Done"  # closed by a person
        DROPPED = "dropped", "Dropped"

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="plays")
    playbook = models.ForeignKey(Playbook, on_delete=models.PROTECT, related_name="plays")
    definition = models.JSONField()  # as it was when the play started
    opened_on = models.DateField()  # business date
    started_at = models.DateTimeField()
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )  # None = the night
    facts = models.JSONField(default=dict)  # numbers of the customer on the day it started
    closed_at = models.DateTimeField(null=True)
    closed_on = models.DateField(null=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=16, choices=Outcome, blank=True, default="")
    note = models.TextField(blank=True, default="")  # what a person said when closing it

    objects = PlayQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["customer", "playbook"], condition=Q(closed_at=None), name="one_open_play_per_playbook"
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None, closed_on=None, outcome="")
                | Q(closed_at__isnull=False, closed_on__isnull=False) & ~Q(outcome=""),
                name="a_closed_play_has_an_outcome",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["closed_at", "opened_on"], name="play_by_state")]

    def __str__(self) -> str:
        return f"{self.playbook_id} for {self.customer_id} from {self.opened_on}"

    def get_absolute_url(self) -> str:
        """The page of the action plan."""
        return reverse("play", args=[self.pk])

    @property
    def title(self) -> str:
        """The playbook's title as it was."""
        return str(self.definition["title"])

    @cached_property
    def text(self) -> str:
        """The definition as one text, the same for the same definition."""
        return dumps(self.definition, sort_keys=True)

    @property
    def steps(self) -> list[dict[str, Any]]:
        """The steps as they were."""
        return list(self.definition["steps"])
