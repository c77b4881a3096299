"""Official records of earlier nights as arrays, for a stretch of customers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from django.db.models import QuerySet

from accounts.history import stretch
from accounts.models import Customer
from scoring.engine.frame import Bools, Floats
from scoring.models import Purpose, Run, ScoreRecord
from scoring.packing import Said

Ints = npt.NDArray[np.int64]
LOOK_BACK_DAYS: Final = 31  # an older night is no night before: whoever comes back after that begins anew
COLUMNS: Final = (
    "customer_id",
    "version_id",
    "score",
    "automatic",
    "band",
    "indicators",
    "segment",
    "tags",
    "inputs",
)


@dataclass(frozen=True, slots=True)
class Night:
    """Records of n customers in the order of `ids`; version 0 = no record, score NaN and band -1 = no score.

    `automatic` is NaN but where the score is overridden; `inputs` are packed, empty where there is no record.
    """

    ids: Ints
    version: Ints
    score: Floats
    automatic: Floats
    band: Ints
    indicators: Ints
    segment: Ints
    tags: Ints
    inputs: list[bytes]

    @property
    def there(self) -> Bools:
        """Which customers have a record."""
        return self.version > 0

    @property
    def said(self) -> Said:
        """What the scores were made with beside their inputs."""
        return Said(np.where(np.isnan(self.automatic), np.nan, self.score), self.band.astype(np.int8))

    def only(self, who: Bools) -> Night:
        """The records of some of the customers."""
        inputs = [packed for packed, mine in zip(self.inputs, who.tolist(), strict=True) if mine]
        arrays = {one.name: getattr(self, one.name)[who] for one in fields(self) if one.name != "inputs"}
        return Night(**arrays, inputs=inputs)


def recorded(run_id: int, ids: Ints) -> Night:
    """The records of a run for customers (ids ascending). One query."""
    return _placed(ids, records_of(ids).filter(run_id=run_id).values_list(*COLUMNS))


def night_on(ids: Ints, on: date) -> Night:
    """The official records of a date. One query."""
    records = records_of(ids).filter(run__as_of=on, run__purpose=Purpose.NIGHTLY)
    return _placed(ids, records.values_list(*COLUMNS))


def night_before(ids: Ints, on: date) -> Night:
    """The latest official record of each customer before a date, at most a month before, without inputs.

    Two queries, and one more where some customers have no record in the latest run.
    """
    runs = list(_nights_before(on))
    latest = _rows_without_inputs(records_of(ids), runs[:1])
    absent = set(ids.tolist()) - {row[0] for row in latest}
    if absent and runs[1:]:
        theirs = records_of(ids).filter(customer_id__in=sorted(absent))
        latest += _rows_without_inputs(theirs, runs[:0:-1])  # of several the last one stays: the latest
    return _placed(ids, latest)


def _nights_before(on: date) -> QuerySet[Run, int]:
    """The ids of official runs of the last month, the latest first."""
    days = (on - timedelta(days=LOOK_BACK_DAYS), on - timedelta(days=1))
    runs = Run.objects.filter(purpose=Purpose.NIGHTLY, as_of__range=days)
    return runs.order_by("-as_of").values_list("pk", flat=True)


def _rows_without_inputs(records: QuerySet[ScoreRecord], runs: Sequence[int]) -> list[tuple[Any, ...]]:
    """Rows of `COLUMNS` in the order of the runs."""
    order = {run: place for place, run in enumerate(runs)}
    found = records.filter(run_id__in=list(runs)).values_list("run_id", *COLUMNS[:-1]) if order else []
    return [(*row[1:], b"") for row in sorted(found, key=lambda row: order[row[0]])]


def records_of(ids: Ints) -> QuerySet[ScoreRecord]:
    """The records of the customers from the first id to the last.

    They lie by customer and then by run: naming the customers too lets SQLite look up those of a run one by one,
    without the runs between.
    """
    first_last = int(ids[0]), int(ids[-1])
    named = Customer.objects.filter(stretch(first_last, "pk"))
    return ScoreRecord.objects.filter(stretch(first_last), customer__in=named)


def _placed(ids: Ints, rows: Iterable[tuple[Any, ...]]) -> Night:
    """Rows of `COLUMNS` in the order of the ids; of several of a customer the last one stays."""
    stored = dict(zip(COLUMNS, list(zip(*rows, strict=True)) or [()] * len(COLUMNS), strict=True))
    owners = np.array(stored["customer_id"], np.int64)
    mine = np.isin(owners, ids)
    place = np.searchsorted(ids, owners[mine])

    def column(name: str, nothing: float) -> npt.NDArray[Any]:
        found = np.full(len(ids), nothing)
        found[place] = np.array(stored[name], found.dtype)[mine]  # None becomes NaN
        return found

    inputs = dict(zip(stored["customer_id"], map(bytes, stored["inputs"]), strict=True))
    return Night(
        ids=ids,
        version=column("version_id", 0),
        score=column("score", np.nan),
        automatic=column("automatic", np.nan),
        band=column("band", -1),
        indicators=column("indicators", 0),
        segment=column("segment", 0),
        tags=column("tags", 0),
        inputs=[inputs.get(pk, b"") for pk in ids.tolist()],
    )
