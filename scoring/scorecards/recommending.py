"""Which preset fits the data: the share of a scorecard's weight that anything has arrived for."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import numpy as np

from accounts.models import Customer
from scoring.engine.frame import has_value
from scoring.engine.version import Version, parse_version
from scoring.metrics import METRICS
from scoring.metrics.block import Block
from scoring.metrics.evaluating import evaluate
from scoring.models import ScorecardVersion
from scoring.presets import PRESET_KEYS, load_preset
from scoring.scorecards.publishing import frozen_parameters, make_live

SAMPLE = 2000  # customers looked at; more do not change which sources have arrived


@dataclass(frozen=True, slots=True)
class Reach:
    """A preset, the coverage its best-known customer could have, and the measures nothing has arrived for."""

    key: str
    coverage: float
    minimum: float
    without_data: tuple[str, ...]

    @property
    def enough(self) -> bool:
        """Whether anybody could get a score."""
        return self.coverage >= self.minimum


def reaches(on: date) -> list[Reach]:
    """Every preset, the furthest-reaching first; a tie goes to the earlier in the table of presets."""
    presets = {key: parse_version(load_preset(key)) for key in PRESET_KEYS}
    wanted = {metric for preset in presets.values() for metric in preset.metric_keys}
    arrived = metrics_with_data(on, wanted)
    found = [reach(preset, arrived) for preset in presets.values()]
    return sorted(found, key=lambda one: (not one.enough, -one.coverage))


def reach(version: Version, arrived: Collection[str]) -> Reach:
    """The coverage that a customer with every arrived metric would have."""
    shares = zip(version.metric_keys, version.measure_shares, strict=True)
    coverage = sum(share for metric, share in shares if metric in arrived)
    without = tuple(metric for metric in version.metric_keys if metric not in arrived)
    return Reach(version.key, round(coverage, 9), version.min_coverage, without)


def metrics_with_data(on: date, wanted: Collection[str]) -> set[str]:
    """The metrics that have a value for at least one customer on the date."""
    newest = Customer.objects.active_on(on).order_by("-pk").values_list("pk", flat=True)[:SAMPLE]
    ids = np.array(sorted(newest), dtype=np.int64)
    if not len(ids):
        return set()
    block = Block(ids, on, frozen_parameters({}, on))
    columns = {key: evaluate(METRICS[key], block, METRICS[key].window) for key in sorted(wanted)}
    return {key for key, column in columns.items() if has_value(column.states).any()}


def choose_live(on: date) -> ScorecardVersion:
    """Make the best-reaching preset live and write down why."""
    best = reaches(on)[0]
    return make_live(best.key, note=reason(best))


def reason(best: Reach) -> str:
    """Why this preset was chosen, in a sentence."""
    return f"{best.key} reaches {best.coverage:.0%} of its weight with the data that have arrived; none reaches more."
