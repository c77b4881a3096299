"""From a body to a metric like any other: with the function that computes it."""

from __future__ import annotations

from functools import partial

import numpy as np

from scoring.metrics.block import Block
from scoring.metrics.custom.aggregating import read_rows
from scoring.metrics.custom.declared import Declared, Derived, Rows
from scoring.metrics.custom.deriving import derive
from scoring.metrics.metric import REGISTRY, Compute, Metric, Quiet, Reading

SUPPLIED = "metric_values"
CITE = "S004-37"


def metric_of(key: str, declared: Declared) -> Metric:
    """The metric of a key; what it is made of has to be there."""
    return Metric(
        key=key,
        label=declared.label,
        unit=declared.unit,
        better=declared.better,
        meaning=declared.meaning,
        kinds=_kinds(declared),
        window=declared.window,
        # What silence means to a ratio is for its parts to say: nothing may turn its nought into none, or none into 0.
        quiet=Quiet.COUNTS if isinstance(declared.source, Derived) else declared.quiet,
        validity=declared.validity,
        cite=CITE,
        compute=_compute(declared),
        minimum=declared.minimum,
        evidence=declared.source.table.evidence if isinstance(declared.source, Rows) else True,
    )


def _kinds(declared: Declared) -> tuple[str, ...]:
    """What feeds it; ready-made values of its parts cover a customer too. Customers' own fields cover everybody."""
    source = declared.source
    if isinstance(source, Rows):
        return (source.kind,)
    if not isinstance(source, Derived):
        return (SUPPLIED,)
    parts = [REGISTRY[key].kinds for key in (source.of, source.by) if key]
    fed = [kind for kinds in parts for kind in kinds if kind not in ("customers", SUPPLIED)]
    return tuple(dict.fromkeys([*fed, SUPPLIED])) if fed or any(SUPPLIED in kinds for kinds in parts) else parts[0]


def _compute(declared: Declared) -> Compute:
    source = declared.source
    if isinstance(source, Rows):
        return partial(read_rows, source, declared.quiet)
    return partial(derive, source) if isinstance(source, Derived) else _nothing


def _nothing(block: Block, window: int) -> Reading:
    """What is supplied is put in afterwards, as for every metric (presets 0.6)."""
    return Reading(np.full(len(block), np.nan), np.zeros(len(block)))
