"""What people say about scores: overrides, objections, and how a disagreement was settled; and stays in stages."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from accounts.models import Customer, User
from accounts.models.surveys import Colour


class OfCustomerQuerySet(models.QuerySet[Any]):
    """Rows about customers, by who may see them."""

    def visible_to(self, user: User) -> Self:
        """Those of customers this person may see."""
        return self.filter(customer__in=Customer.objects.visible_to(user))


class OfCustomer(models.Model):
    """Something said about one customer."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")

    objects = OfCustomerQuerySet.as_manager()

    class Meta:
        abstract = True


class Override(OfCustomer):
    """The score of a customer as a person sets it, from `from_on` up to (not with) `until_on`.

    The automatic score goes on beneath. Ended early = `until_on` moves; who did it and when is kept.
    """

    score = models.FloatField()
    reason = models.TextField()
    from_on = models.DateField()
    until_on = models.DateField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    automatic = models.FloatField(null=True)  # as it was when the override was made
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(score__gte=0, score__lte=100), name="override_is_a_score"),
            models.CheckConstraint(condition=Q(until_on__gte=F("from_on")), name="override_ends_after_it_begins"),
            models.CheckConstraint(condition=~Q(reason=""), name="override_has_a_reason"),
            models.UniqueConstraint(fields=["customer"], condition=Q(ended_at=None), name="one_override_not_ended"),
        ]
        indexes: ClassVar = [models.Index(fields=["customer", "from_on"], name="override_by_customer")]

    def __str__(self) -> str:
        return f"{self.score:g} for {self.customer_id} until {self.until_on}"

    def holds_on(self, day: date) -> bool:
        """Whether it is in force on a business date."""
        return self.from_on <= day < self.until_on


class Objection(OfCustomer):
    """ "This score is wrong": what a person thinks instead, and why. It is settled on the desk of disagreements."""

    as_of = models.DateField()
    score = models.FloatField(null=True)  # what was shown
    role = models.CharField(max_length=8, blank=True, default="")  # its colour, empty = no score
    should_be = models.CharField(max_length=8, choices=Colour)
    reason = models.TextField()
    component = models.CharField(max_length=64, blank=True, default="")  # where the fault is seen, empty = not said
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(reason=""), name="objection_has_a_reason"),
        ]
        indexes: ClassVar = [models.Index(fields=["customer", "at"], name="objection_by_customer")]

    def __str__(self) -> str:
        return f"{self.should_be} for {self.customer_id}"


class Settlement(OfCustomer):
    """How a disagreement between what a person said and the score was settled.

    It holds while neither changes: a later pulse or objection, or another colour of the score, opens it anew.
    """

    class Verdict(models.TextChoices):
        SCORE = "score", "The score is right"
        PERSON = "person", "The person is right"
        DATA = "data", "The data are wrong"
        WATCH = "watch", "Too early to say"

    said = models.CharField(max_length=8, choices=Colour)
    role = models.CharField(max_length=8)  # of the score
    verdict = models.CharField(max_length=8, choices=Verdict)
    reason = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    objection = models.ForeignKey(Objection, null=True, on_delete=models.CASCADE, related_name="settlements")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(reason=""), name="settlement_has_a_reason"),
        ]
        indexes: ClassVar = [models.Index(fields=["customer", "at"], name="settlement_by_customer")]

    def __str__(self) -> str:
        return f"{self.verdict} about {self.customer_id}"


class Stay(OfCustomer):
    """A customer is in a lifecycle stage from `from_on` up to (not with) `until_on`; one at a time.

    By rule, or by a person with a reason and, unless it is for good, `expires_on`: then the rules go on.
    """

    stage = models.PositiveSmallIntegerField()  # number of the definition
    from_on = models.DateField()
    until_on = models.DateField(null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField(blank=True, default="")
    expires_on = models.DateField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["customer"], condition=Q(until_on=None), name="one_open_stay"),
            models.CheckConstraint(
                condition=Q(until_on=None) | Q(until_on__gte=F("from_on")), name="stay_ends_after_it_begins"
            ),
            models.CheckConstraint(condition=Q(by=None) | ~Q(reason=""), name="a_stay_by_hand_has_a_reason"),
        ]
        indexes: ClassVar = [models.Index(fields=["customer", "from_on"], name="stay_by_customer")]

    def __str__(self) -> str:
        return f"{self.stage} of {self.customer_id} from {self.from_on}"
