"""Which customers a source covers: of whom it has ever had a row of a kind (presets 0.3)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from django.db import models
from django.db.models import Min, Q

from accounts.history import known_before, stretch
from accounts.kinds import KINDS
from accounts.numbering import Number, framed
from scoring.engine.frame import Bools
from scoring.metrics.deliveries import dated_by, happened_by
from scoring.metrics.sharing import Shared

Ints = npt.NDArray[np.int64]
RECENT_DAYS: Final = 60  # where most covered customers have a row; older history is asked for only of the others


def covered(shared: Shared, ids: Ints, on: date, whose: tuple[str, int]) -> Bools:
    """Which customers a source covers for a kind on a date (n); `whose` is the kind and the source's id.

    Who was covered once is for ever, so that of later dates of a stretch only the rows since its first are looked at.
    """
    kind, source_id = whose
    model = KINDS[kind]
    rows = model._default_manager.filter(known_before(model, shared.known_by), source_id=source_id)
    known = shared.once(
        ("covered", *whose), lambda: _by_then(rows.filter(_ever(kind, shared.first)), shared, ids, kind)
    )
    found = np.isin(ids, known)
    if on > shared.first and not found.all():
        later = shared.once(("covered later", *whose), lambda: _later(rows, shared, kind))
        found |= np.isin(ids, later[0][later[1] <= on.toordinal()])
    return found


def _later(rows: models.QuerySet[Any], shared: Shared, kind: str) -> tuple[Ints, npt.NDArray[np.float64]]:
    """Owners of rows dated after the stretch's first date, and the first day of each by each column that dates it."""
    model, parts = KINDS[kind], []
    for column, is_moment in dated_by(kind):
        after = ~happened_by(column, is_moment, shared.first) & Q(**{f"{column}__isnull": False})
        some = rows.filter(stretch(shared.customers), after, happened_by(column, is_moment, shared.last)).order_by()
        first = some.values_list("customer_id").annotate(first=Number(Min(column)))
        found = framed(first, ["customer_id", column], model)
        parts.append((found["customer_id"].to_numpy(), found[f"{column}_day" if is_moment else column].to_numpy()))
    owners, days = zip(*parts, strict=True) if parts else (((),), ((),))
    return np.concatenate(owners).astype(np.int64), np.concatenate(days).astype(np.float64)


def _by_then(rows: models.QuerySet[Any], shared: Shared, ids: Ints, kind: str) -> Ints:
    """Owners of rows: of a stretch all of them; of one date first those with recent rows, then older ones of others."""
    if shared.first < shared.last:
        return _owners(rows)
    rows = rows.filter(_among(ids))
    recently = _owners(rows.filter(_dated(kind, shared.first - timedelta(days=RECENT_DAYS), shared.first)))
    others = ids[~np.isin(ids, recently)].tolist()
    return np.union1d(recently, _owners(rows.filter(customer_id__in=others))) if others else recently


def _ever(kind: str, on: date) -> Q:
    """The condition that a row is dated by a date, or, as a contact with a name only, has been there all along."""
    dated = Q(**{f"{column}__isnull": True for column, _ in dated_by(kind)})
    for column, is_moment in dated_by(kind):
        dated |= happened_by(column, is_moment, on)
    return dated


def _dated(kind: str, after: date, until: date) -> Q:
    """The condition that one of a row's dates lies after the first and not after the second."""
    found = Q()
    for column, is_moment in dated_by(kind):
        known = Q(**{f"{column}__isnull": False})
        found |= happened_by(column, is_moment, until) & ~happened_by(column, is_moment, after) & known
    return found


def _among(ids: Ints) -> Q:
    return stretch((int(ids[0]), int(ids[-1])))


def _owners(rows: models.QuerySet[Any]) -> Ints:
    return np.fromiter(rows.values_list("customer_id", flat=True).distinct().order_by(), dtype=np.int64)
