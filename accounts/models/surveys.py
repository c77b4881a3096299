"""What customers answer, and what account people feel."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models import fields
from accounts.models.contacts import Contact
from accounts.models.records import Fact, OfCustomer, by_source
from accounts.models.sources import Source
from accounts.models.tickets import Ticket


class SurveyKind(models.TextChoices):
    """The question asked; each has its own scale."""

    NPS = "nps", "NPS"
    CSAT = "csat", "CSAT"
    CES = "ces", "CES"
    REVIEW = "review", "Review"


SURVEY_SCALES = {"nps": (0, 10), "csat": (1, 5), "ces": (1, 7), "review": (1, 5)}


class SurveyTopic(models.TextChoices):
    """What the question was about."""

    PRODUCT = "product", "Product"
    SUPPORT = "support", "Support"
    PRICING = "pricing", "Pricing"
    ONBOARDING = "onboarding", "Onboarding"
    RELATIONSHIP = "relationship", "Relationship"


def _score_fits_its_kind() -> Q:
    condition = Q()
    for kind, (low, high) in SURVEY_SCALES.items():
        condition |= Q(kind=kind, score__gte=low, score__lte=high)
    return condition


class Survey(Fact):
    """One answer."""

    DATED_BY: ClassVar = ("at",)

    kind = models.CharField(max_length=32, choices=SurveyKind)
    score = models.FloatField()
    at = models.DateTimeField()
    sent_at = fields.moment()
    topic = fields.choice(SurveyTopic)
    contact = models.ForeignKey(Contact, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    ticket = models.ForeignKey(Ticket, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    comment = models.TextField(blank=True, default="")

    class Meta(Fact.Meta):
        constraints: ClassVar = [
            *Fact.Meta.constraints,
            models.CheckConstraint(condition=_score_fits_its_kind(), name="survey_score_fits_its_kind"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["customer", "at"], name="survey_by_customer"),
            *by_source("survey", "at"),
        ]


class Colour(models.TextChoices):
    """A colour role of the traffic light."""

    GREEN = "green", "Green"
    YELLOW = "yellow", "Yellow"
    RED = "red", "Red"


class Pulse(OfCustomer):
    """How an account person feels about a customer, with the reason."""

    DATED_BY: ClassVar = ("at",)

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    band = models.CharField(max_length=16, choices=Colour)
    reason = models.TextField(blank=True, default="")
    updated_at = fields.moment()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["source", "customer", "at", "author"], name="pulse_identity"),
            models.CheckConstraint(condition=Q(band__in=Colour.values), name="pulse_band_is_a_colour"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["customer", "at"], name="pulse_by_customer"),
            *by_source("pulse", "at"),
        ]

    def __str__(self) -> str:
        return f"{self.band} by {self.author_id}"
