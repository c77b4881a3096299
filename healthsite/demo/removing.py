"""Takes a demo workspace away."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.db import models, transaction

from accounts.kinds import KINDS
from accounts.models import (
    Batch,
    Calendar,
    Change,
    Customer,
    CustomerPeriod,
    ExchangeRate,
    Feature,
    Product,
    Source,
    Team,
    User,
)
from accounts.noting import BY_HAND
from healthsite.demo.catalogue import FEATURES, SKUS
from healthsite.demo.people import CALENDAR, EMAILS, TEAMS
from healthsite.demo.world import SOURCE, TELEMETRY
from playbooks.models import Mail
from scoring.models import Backfill, Proposal, Run, ScorecardVersion
from scoring.models.scorecards import Status, Use

Say = Callable[[str], None]


@transaction.atomic
def remove(*, say: Say) -> None:
    """Delete the demo's customers with all that is known of them, its people, products, source and runs.

    What visitors added to demo customers goes too; what is published of scorecards stays, but none runs in shadow.
    """
    source = Source.objects.filter(name=SOURCE).first()
    if source is None:
        say("There is no demo workspace here.")
        return
    demo = Customer.objects.filter(source=source)
    for model in _about_customers():
        gone, _ = model._default_manager.filter(customer__in=demo).delete()
        if gone:
            say(f"{model._meta.verbose_name_plural}: {gone} removed")
    sources = Source.objects.filter(name__in=(SOURCE, TELEMETRY))
    Batch.objects.filter(source__in=sources).delete()
    demo.update(parent=None)
    demo.delete()
    _remove_shared()
    sources.delete()
    say("The demo workspace is removed.")


def _about_customers() -> Iterator[type[models.Model]]:
    """Every table of rows about one customer: those of the apps above first, then those that refer to others."""
    ground = Customer._meta.app_config
    every = [field.model for field in _references(Customer)]
    yield from (model for model in reversed(every) if model._meta.app_config is not ground)
    yield from (Change, CustomerPeriod)
    yield from (model for model in reversed(KINDS.values()) if hasattr(model, "customer"))


def _references(model: type[models.Model]) -> Iterator[models.ForeignKey[Any, Any]]:
    """Every column of another table that refers to this one."""
    for relation in model._meta.get_fields(include_hidden=True):
        if isinstance(relation, models.ManyToOneRel):
            yield relation.field


def _remove_shared() -> None:
    """Delete what belongs to nobody in particular; with other customers beside the demo, runs and rates are theirs."""
    if not Customer.objects.exists():
        Source.objects.filter(name=BY_HAND).delete()
        Run.objects.all().delete()
        Backfill.objects.all().delete()
        ScorecardVersion.objects.filter(use=Use.SHADOW).update(use=Use.IDLE, shadow_since=None)
        ExchangeRate.objects.all().delete()
    Feature.objects.filter(feature__in=FEATURES).delete()
    Product.objects.filter(sku__in=SKUS).update(replacement=None)
    Product.objects.filter(sku__in=SKUS).delete()
    _remove_people()


def _remove_people() -> None:
    """Delete the demo's people; what they did elsewhere, such as publish a scorecard, stays as done by nobody."""
    people = User.objects.filter(email__in=EMAILS)
    Mail.objects.filter(recipient__in=people).delete()
    Proposal.objects.filter(by__in=people).delete()
    ScorecardVersion.objects.filter(made_by__in=people, status=Status.DRAFT).delete()
    for field in _references(User):
        if field.null:
            field.model._default_manager.filter(**{f"{field.name}__in": people}).update(**{field.name: None})
    people.delete()
    Team.objects.filter(name__in=TEAMS).delete()
    Calendar.objects.filter(key=CALENDAR).delete()
