"""Settles after a night who is in which lifecycle stage: once, and in the order of the dates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

import numpy as np
from django.conf import settings
from django.db import transaction
from django.db.models import Max, OuterRef, Subquery
from django.db.models.functions import Coalesce, Greatest

from accounts.models import Customer, CustomerPeriod
from scoring.engine.frame import Floats
from scoring.fields import load_fields
from scoring.indicators.remembering import Remembered
from scoring.metrics.block import blocks
from scoring.metrics.rows import Ints
from scoring.models import Definition, Purpose, Run, Stay
from scoring.nights import records_in
from scoring.vocabulary.moving import Night
from scoring.vocabulary.showing import show
from scoring.vocabulary.stepping import Stages, stage_fields


def settle(run: Run, earlier: Remembered | None = None) -> int:
    """Move customers by what a complete official night says; returns how many stays began.

    Nothing happens for another purpose, or where a later date has moved somebody already. A later night that moved
    nobody leaves nothing behind that an earlier one could contradict: settled after it, that one moves whom it would
    have moved in its turn, and their next step waits for the next night. The same night again moves nobody again.
    Who is no customer any more is in no stage. A customer whose stage a person has set stays there until it expires;
    one who is in no stage is placed. `earlier` tells what earlier nights recorded: who settles one night after the
    other gives a `Remembered`.
    """
    if run.purpose != Purpose.NIGHTLY or run.as_of < newest_settled():
        return 0
    said = list(_said(run, earlier))  # what a night says stays as it is: nobody has to wait while it is read
    with transaction.atomic():
        # Nobody else settles, or edits a stage, meanwhile.
        list(Definition.objects.select_for_update().filter(kind="stage").order_by("pk"))
        if run.as_of < newest_settled():
            return 0
        _end_stays_of_the_departed(run.as_of)
        return _move(run.as_of, said)


def _said(run: Run, earlier: Remembered | None) -> Iterator[tuple[Ints, Mapping[str, Floats]]]:
    """The scored customers of a night, some thousands at once, with the fields that rules of stages read."""
    scored, names = records_in(run.pk).values_list("customer_id", flat=True), sorted(stage_fields())
    for ids in blocks(np.fromiter(scored, dtype=np.int64), settings.SHARD_SIZE):
        yield ids, load_fields(run, ids, names, earlier)


def _move(on: date, said: Iterable[tuple[Ints, Mapping[str, Floats]]]) -> int:
    stages, began = Stages(), 0
    for ids, fields in said:
        night = Night(ids, on, fields)
        began += night.place(stages) + night.move(stages)
        show(ids, on)
    return began


def newest_settled() -> date:
    """The latest date on which anybody was moved or placed by rule."""
    return Stay.objects.filter(by=None).aggregate(last=Max("from_on"))["last"] or date.min


def _end_stays_of_the_departed(on: date) -> None:
    """End the stays of those who are no customers on the date, on the day on which they left."""
    left = CustomerPeriod.objects.filter(customer=OuterRef("customer"), ended_on__lte=on).order_by("-ended_on")
    departed = Stay.objects.filter(until_on=None, from_on__lte=on)
    departed.exclude(customer__in=Customer.objects.active_on(on)).update(
        until_on=Greatest("from_on", Coalesce(Subquery(left.values("ended_on")[:1]), on))
    )
