"""One night of some customers as a sheet whose columns are made when they are asked for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import cached_property
from typing import Final

import numpy as np

from scoring.engine.card import SCORE, Version
from scoring.engine.conditions import Comparison
from scoring.engine.frame import Floats, has_value
from scoring.engine.scoring import Scored
from scoring.fields.naming import ROLE_OF, days_back, indicator_of, tag_of
from scoring.indicators.clearing import still_open
from scoring.indicators.remembering import Remembered, bits_by_day, is_lasting, with_earlier
from scoring.keeping import kept_of
from scoring.loading import window_of
from scoring.metrics import METRICS
from scoring.metrics.attributes import attribute
from scoring.metrics.block import Block
from scoring.metrics.evaluating import evaluate
from scoring.models import Run
from scoring.nights import Ints, Night, night_before, night_on
from scoring.packing import rescore_all
from scoring.scorecards.choosing import known_before
from scoring.vocabulary.placing import Placed, codes, place, placing_fields
from scoring.vocabulary.revenue import PIPELINE, WON, six_month_revenue
from scoring.vocabulary.stays import stage_on

ROLES: Final = {"red": 0.0, "yellow": 1.0, "green": 2.0}
EMERGENCY_CUT: Final = 30.0  # S001-30, where the scorecard's own flag is no plain cut


class Sheet:
    """The customers of a run who have a record in it. Every column has one value per record, NaN = unknown."""

    def __init__(self, run: Run, night: Night, version: Version, earlier: Remembered | None = None) -> None:
        self.run = run
        self.night = night
        self.version = version
        self.earlier = earlier

    def column(self, name: str) -> Floats:
        """The values of a field; all NaN where no field has the name."""
        days, indicator, tag = days_back(name), indicator_of(name), tag_of(name)
        if name in PLAIN:
            return PLAIN[name](self)
        if days is not None:
            return self._change_over(days)
        if indicator is not None:
            return self._indicator(indicator)
        if tag is not None:
            return (self.night.tags & tag.bit > 0).astype(np.float64)
        if name in METRICS:
            return self._metric(name)
        return self._component(name) if attribute(name) is None else self._fact(name)

    # -- what is read once -------------------------------------------------------------------------------------------

    @cached_property
    def inputs(self) -> dict[str, int]:
        """The place of each input of the score."""
        return {name: place for place, name in enumerate(self.version.inputs)}

    @cached_property
    def scored(self) -> Scored:
        """The scores with their reasons, made again from the record."""
        return rescore_all(self.night.ids.tolist(), self.night.inputs, self.version, self.night.said)

    @cached_property
    def before(self) -> Night:
        """The night before."""
        return night_before(self.night.ids, self.run.as_of)

    @cached_property
    def nights(self) -> Ints:
        """The bits of indicators of the night and the one before (2 x n)."""
        ids, on = self.night.ids, self.run.as_of
        before = self.earlier.bits_before(ids, on) if self.earlier else self.before.indicators
        return np.stack([self.night.indicators, before])

    @cached_property
    def all_nights(self) -> Ints:
        """The same with earlier nights after them, for indicators that take several."""
        by_day = self.earlier.bits_by_day if self.earlier else bits_by_day
        return with_earlier(self.nights, self.night.ids, self.run.as_of, by_day)

    @cached_property
    def open_now(self) -> Ints:
        """The bits of the indicators that are open (n), but of those that take several nights."""
        return still_open(self.nights)

    @cached_property
    def open_after_all(self) -> Ints:
        """The bits of all indicators that are open (n)."""
        return still_open(self.all_nights)

    @cached_property
    def kept(self) -> dict[str, Floats]:
        """What the night has kept beside the records."""
        return kept_of(self.run, self.night.ids)

    @cached_property
    def block(self) -> Block:
        """The customers as of the date, for what neither the record nor the night has kept."""
        return Block(self.night.ids, self.run.as_of, self.version.parameters, longest=2 * self.version.analysis_days)

    # -- columns -----------------------------------------------------------------------------------------------------

    def known(self, values: Floats) -> Floats:
        """The values of those who have a score."""
        return np.where(np.isnan(self.night.score), np.nan, values)

    def role(self) -> Floats:
        """The colour role of the band."""
        return _role(self.version, self.night.band)

    def role_before(self) -> Floats:
        """The colour role the night before, where the same version scored it: transitions compare within one."""
        same = self.before.version == self.night.version
        return self.known(_role(self.version, np.where(same, self.before.band, -1)))

    def flag(self, name: str) -> Floats:
        """1 where a flag is up."""
        return self.known(self.scored.flags[name].astype(np.float64))

    @cached_property
    def placed(self) -> Placed:
        """The tiers of the night, made again from what their rules read."""
        return place({name: self.column(name) for name in placing_fields()})

    def _change_over(self, days: int) -> Floats:
        earlier = night_on(self.night.ids, self.run.as_of - timedelta(days=days))
        same = earlier.version == self.night.version
        return self.night.score - np.where(same, earlier.score, np.nan)

    def _indicator(self, number: int) -> Floats:
        """1 while an indicator is open: its condition has held long enough, and is not away for two nights."""
        bits = self.open_after_all if is_lasting(number) else self.open_now
        return self.known((bits >> number & 1).astype(np.float64))

    def _component(self, name: str) -> Floats:
        key = name.removesuffix(ROLE_OF)
        if key not in self.version.component_keys:
            return np.full(len(self.night.ids), np.nan)
        points = self.known(self.scored.component_points[:, self.version.component_keys.index(key)])
        if key == name:
            return points
        lower = [band.lower for band in self.version.bands]
        band = np.where(np.isnan(points), 0, np.searchsorted(lower, points, side="right")) - 1
        return _role(self.version, band)

    def _metric(self, name: str) -> Floats:
        if name in self.inputs:
            place = self.inputs[name]
            usable = has_value(self.scored.states[:, place])
            return np.where(usable, self.scored.raw[:, place], np.nan)
        if name in self.kept:
            return self.kept[name]
        metric = METRICS[name]
        return evaluate(metric, self.block, window_of(metric, self.version)).values

    def _fact(self, name: str) -> Floats:
        if name in self.inputs:
            return self.scored.raw[:, self.inputs[name]]
        return self.kept[name] if name in self.kept else known_before(self.block, name)


def _role(version: Version, bands: Ints) -> Floats:
    """Codes of the bands' colour roles, NaN for -1."""
    codes = np.array([*(ROLES[band.role] for band in version.bands), np.nan])
    return codes[bands]  # -1 is the last


def emergency_cut(version: Version) -> float:
    """The score below which a customer is an emergency."""
    rule = version.flags.emergency
    plain = isinstance(rule, Comparison) and rule.field == SCORE and rule.op == "<"
    return rule.numbers[0] if plain and isinstance(rule, Comparison) else EMERGENCY_CUT


PLAIN: Final[dict[str, Callable[[Sheet], Floats]]] = {
    "score": lambda sheet: sheet.night.score,
    "role": Sheet.role,
    "role_before": Sheet.role_before,
    "churn_risk": lambda sheet: sheet.flag("churn_risk"),
    "expansion": lambda sheet: sheet.flag("expansion"),
    "emergency": lambda sheet: sheet.flag("emergency"),
    "coverage": lambda sheet: sheet.scored.coverage,
    "stage": lambda sheet: stage_on(sheet.night.ids, sheet.run.as_of),
    "segment": lambda sheet: codes("segment", sheet.night.segment),
    "segment_before": lambda sheet: codes("segment", sheet.before.segment),
    "tier": lambda sheet: codes("tier", sheet.placed.tier),
    "revenue_tier": lambda sheet: codes("revenue_tier", sheet.placed.revenue_tier),
    "six_month_revenue": lambda sheet: six_month_revenue({one: sheet.column(one) for one in (WON, PIPELINE, SCORE)}),
    "above_emergency": lambda sheet: sheet.night.score - emergency_cut(sheet.version),
}
