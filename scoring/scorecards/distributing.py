"""How one's own customers spread over the values of a metric: read from the stored inputs of their current scores."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from django.db.models import F

from scoring.engine.card import Measure, Version
from scoring.engine.frame import Floats, State, has_value
from scoring.loading import window_of
from scoring.metrics import METRICS
from scoring.models import CurrentScore, ScorecardVersion
from scoring.packing import DOUBLE

READ_AT_MOST: Final = 5000  # customers: a sample of so many has the shape of the whole


@dataclass(frozen=True, slots=True)
class Distribution:
    """How many customers lie between two neighbouring edges; whoever lies beyond an end counts in the outermost bin.

    `counts` has one entry less than `edges`. `of` customers were read; where there are more, it is a sample.
    """

    edges: tuple[float, ...]
    counts: tuple[int, ...]
    missing: int
    expired: int
    of: int
    sampled: bool


@dataclass(frozen=True, slots=True)
class Stored:
    """The stored values of some metrics: values and states by metric (n each), and whether they are a sample."""

    columns: Mapping[str, tuple[Floats, Any]]
    sampled: bool


def distribution(version: Version, metric: str, bins: int = 20) -> Distribution | None:
    """One metric's distribution, None where it is not stored anywhere as the version measures it. Three queries."""
    return distributions(version, bins).get(metric)


def distributions(version: Version, bins: int = 20) -> dict[str, Distribution]:
    """The distribution of every measure that is stored somewhere. Three queries whatever the number of customers."""
    stored = read_stored(version)
    found = {}
    for measure in version.measures:
        if measure.metric in stored.columns:
            values, states = stored.columns[measure.metric]
            ends = _ends(measure, values[has_value(states)])
            found[measure.metric] = _distribution(values, states, np.linspace(*ends, bins + 1), stored.sampled)
    return found


def read_stored(version: Version) -> Stored:
    """The values of a version's measures in the current scores, where they were measured over the same window."""
    rows, sampled = _rows()
    of_version: dict[int, list[bytes]] = defaultdict(list)
    for pk, inputs in rows:
        of_version[pk].append(bytes(inputs))
    versions = ScorecardVersion.objects.select_related("scorecard").in_bulk(of_version)
    parts: dict[str, list[tuple[Floats, Any]]] = defaultdict(list)
    for pk, packed in of_version.items():
        engine = versions[pk].engine
        for metric, column in _columns(packed, engine, version.metric_keys).items():
            if metric in METRICS and window_of(METRICS[metric], engine) == window_of(METRICS[metric], version):
                parts[metric].append(column)
    joined = {
        metric: (np.concatenate([values for values, _ in some]), np.concatenate([states for _, states in some]))
        for metric, some in parts.items()
    }
    return Stored(joined, sampled)


def _rows() -> tuple[Iterable[tuple[int, bytes | memoryview]], bool]:
    scores = CurrentScore.objects.order_by("customer_id")
    stride = -(-scores.count() // READ_AT_MOST)
    if stride > 1:
        scores = scores.annotate(place=F("customer_id") % stride).filter(place=0)
    return scores.values_list("version_id", "inputs"), stride > 1


def _columns(packed: list[bytes], stored: Version, wanted: Collection[str]) -> dict[str, tuple[Floats, Any]]:
    rows = np.frombuffer(b"".join(packed), np.uint8).reshape(len(packed), -1)
    split = len(stored.inputs) * DOUBLE.itemsize
    raw, states = np.ascontiguousarray(rows[:, :split]).view(DOUBLE), rows[:, split:]
    return {metric: (raw[:, i], states[:, i]) for i, metric in enumerate(stored.inputs) if metric in wanted}


def _ends(measure: Measure, values: Floats) -> tuple[float, float]:
    """From the first breakpoint to the last, and up to half of that further where one's own values lie there."""
    raws = [raw for one in (measure.curve, *(age.curve for age in measure.ages)) for raw, _ in one.breakpoints]
    low, high = min(raws), max(raws)
    if not len(values):
        return low, high
    reach = (high - low) / 2
    least, most = np.percentile(values, (2, 98)).tolist()
    return min(low, max(least, low - reach)), max(high, min(most, high + reach))


def _distribution(values: Floats, states: Any, edges: Floats, sampled: bool) -> Distribution:
    inside = np.clip(values[has_value(states)], edges[0], edges[-1])
    counts, _ = np.histogram(inside, edges)
    return Distribution(
        edges=tuple(edges.tolist()),
        counts=tuple(counts.tolist()),
        missing=int((states == State.MISSING).sum()),
        expired=int((states == State.EXPIRED).sum()),
        of=len(values),
        sampled=sampled,
    )
