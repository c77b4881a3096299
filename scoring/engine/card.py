"""The scorecard version as frozen dataclasses: what is measured, how it is weighed, and what it is called."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from scoring.engine.curve import Curve
from scoring.engine.rules import Rule

Missing = Literal["leave_out", "neutral", "worst", "carry"]
Role = Literal["red", "yellow", "green"]

Rollup = Literal["arr_weighted", "mean", "worst", "own"]

SCORE = "score"  # a cap's target and a rule's field
TENURE = "tenure_days"  # the age of an account, by which a measure may have other curves


@dataclass(frozen=True, slots=True)
class Age:
    """The curve of accounts that are younger than so many days."""

    below_days: int
    curve: Curve


@dataclass(frozen=True, slots=True)
class Measure:
    """A metric with its curve and weight in one component.

    `missing` says what stands in where there is no value: nothing (its weight goes to the others), 50 points, 0 points,
    or `carry`: the last value the frame still holds within its validity, after that nothing.
    `window` (days) replaces the metric's own window; `par` is the points that count as nought in the points view.
    `ages` have other curves, the youngest first; older accounts, and those of unknown age, have `curve`.
    """

    metric: str
    weight: float
    curve: Curve
    missing: Missing = "leave_out"
    window: int | None = None
    par: float = 0.0
    ages: tuple[Age, ...] = ()


@dataclass(frozen=True, slots=True)
class Component:
    """Measures that are read together; their weighted mean is the component's points."""

    key: str
    label: str
    weight: float
    measures: tuple[Measure, ...]


@dataclass(frozen=True, slots=True)
class Band:
    """A half-open stretch of the score, from `lower` to the next band's lower bound (X4)."""

    key: str
    label: str
    role: Role
    lower: float


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Other lower bounds of the bands, in their order, for the customers of whom `when` holds."""

    label: str
    when: Rule
    lowers: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Cap:
    """While `when` holds, `target` (a component's key or "score") has at most `at_most` points."""

    target: str
    when: Rule
    at_most: float
    label: str
    on: bool = True


@dataclass(frozen=True, slots=True)
class Flags:
    """The three warnings that stand beside the band."""

    churn_risk: Rule
    expansion: Rule
    emergency: Rule

    def items(self) -> tuple[tuple[str, Rule], ...]:
        """Name and rule of each flag, in a fixed order."""
        return (("churn_risk", self.churn_risk), ("expansion", self.expansion), ("emergency", self.emergency))


@dataclass(frozen=True, slots=True)
class Version:
    """One immutable edition of a scorecard: everything a score depends on apart from the customer's data.

    Of several `thresholds` the first holds whose rule does. A band is left only when the score lies `hysteresis` points
    beyond its bound. `rollup` says how the scores of a family become one on the parent's page.
    """

    key: str
    title: str
    components: tuple[Component, ...]
    bands: tuple[Band, ...]
    flags: Flags
    caps: tuple[Cap, ...]
    min_coverage: float
    clamp: tuple[float, float] = (0.0, 100.0)
    analysis_days: int = 30
    parameters: Mapping[str, float] = field(default_factory=dict, hash=False)
    thresholds: tuple[Thresholds, ...] = ()
    hysteresis: float = 0.0
    rollup: Rollup = "arr_weighted"

    @property
    def measures(self) -> tuple[Measure, ...]:
        """All measures, component by component: the column order of every n x M array."""
        return tuple(measure for component in self.components for measure in component.measures)

    @property
    def metric_keys(self) -> tuple[str, ...]:
        """The measures' metrics in column order."""
        return tuple(measure.metric for measure in self.measures)

    @property
    def component_of(self) -> tuple[int, ...]:
        """For each measure the index of its component."""
        return tuple(c for c, component in enumerate(self.components) for _ in component.measures)

    @property
    def component_keys(self) -> tuple[str, ...]:
        """The components' keys in order."""
        return tuple(component.key for component in self.components)

    @property
    def inputs(self) -> tuple[str, ...]:
        """Every metric a score needs: the measures' first, in column order, then what only rules read, by name.

        Of these some are no metrics but facts of the customer, such as its industry. Store raw values and states of all
        of them, and the score can be made again.
        """
        rules = [cap.when for cap in self.caps if cap.on] + [rule for _, rule in self.flags.items()]
        rules += [one.when for one in self.thresholds]
        read = set().union(*(rule.fields() for rule in rules))
        read |= {TENURE for measure in self.measures if measure.ages}
        return self.metric_keys + tuple(sorted(read - {SCORE, *self.component_keys, *self.metric_keys}))

    @property
    def component_shares(self) -> tuple[float, ...]:
        """The components' effective weights, summing to 1 (X30)."""
        return _shares(component.weight for component in self.components)

    @property
    def measure_shares(self) -> tuple[float, ...]:
        """The measures' effective weights in the whole score when nothing is missing, summing to 1."""
        return tuple(
            share * within
            for component, share in zip(self.components, self.component_shares, strict=True)
            for within in _shares(measure.weight for measure in component.measures)
        )


def _shares(weights: Iterable[float]) -> tuple[float, ...]:
    raw = tuple(weights)
    return tuple(weight / sum(raw) for weight in raw)
