"""Settles with a night who is in which lifecycle stage: once, and in the order of the dates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

import numpy as np
from django.db.models import OuterRef, Subquery
from django.db.models.functions import Coalesce, Greatest

from accounts.models import CustomerPeriod
from scoring.engine.frame import Floats
from scoring.fields.sheet import Sheet
from scoring.indicators.remembering import Remembered
from scoring.judging import Judged
from scoring.models import Run, Stay
from scoring.nights import Ints
from scoring.vocabulary.moving import Night, Stays
from scoring.vocabulary.showing import show
from scoring.vocabulary.stepping import Stages, stage_fields

Said = tuple[Ints, Mapping[str, Floats]]  # customers (n, ids ascending), and a column (n) for each field


def said_of(run: Run, judged: Judged, earlier: Remembered | None = None) -> Said:
    """What rules of stages read of judged customers, as of the night; `earlier` may remember earlier nights."""
    sheet = Sheet(run, judged.night, judged.version.engine, earlier)
    sheet.scored, sheet.kept = judged.scored, dict(judged.beside)
    return judged.scored.ids, {name: sheet.column(name) for name in sorted(stage_fields())}


def settle(on: date, stays: Stays, active: Ints, said: Iterable[Said]) -> int:
    """Move customers by what an official night says of them; returns how many stays began.

    `active` are those who are customers on the date. Inside a transaction, with the records of the night; whom somebody
    has moved since the stays were read is left there. A later night that did not move a customer leaves nothing behind
    that an earlier one could contradict: settled after it, that one moves the customer as it would have in its turn,
    and the next step waits for the next night. The same night again moves nobody again. Who is no customer any more is
    in no stage. A customer whose stage a person has set stays there until it expires; one who is in no stage is placed.
    """
    stages, began = Stages(), 0
    _end_stays_of_the_departed(stays, active, on)
    for ids, fields in said:
        night = Night(ids, on, fields, stays)
        new = night.place(stages) | night.move(stages)
        show(ids[new], on)
        began += int(new.sum())
    return began


def _end_stays_of_the_departed(stays: Stays, active: Ints, on: date) -> None:
    """End the open stays of those who are no customers on the date, on the day on which they left."""
    departed = stays.pks[~np.isin(stays.customers, active) & (stays.since <= on.toordinal())]
    if len(departed):
        periods = CustomerPeriod.objects.filter(customer=OuterRef("customer"), ended_on__lte=on).order_by("-ended_on")
        left = Coalesce(Subquery(periods.values("ended_on")[:1]), on)
        Stay.objects.filter(pk__in=departed.tolist(), until_on=None).update(until_on=Greatest("from_on", left))
