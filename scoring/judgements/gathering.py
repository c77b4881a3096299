"""Gathers what people say about one customer's score, for the pages that show it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from accounts.business_days import end_of
from accounts.models import Customer
from scoring.judgements.overriding import holding
from scoring.judgements.settling import unsettled_objections
from scoring.models import Objection, Override


@dataclass(frozen=True, slots=True)
class Judgements:
    """The override in force, and the objections that are open, the newest first."""

    override: Override | None
    objections: list[Objection]


def judgements_of(customer: Customer, on: date) -> Judgements:
    """What a page says above a score of a date. Two queries."""
    override = holding(on).filter(customer=customer).select_related("by").last()
    said = unsettled_objections(Objection.objects.filter(customer=customer, at__lt=end_of(on)))
    return Judgements(override, list(said.select_related("by").order_by("-at", "-pk")))
