"""Random scorecards and customers for property tests."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from scoring.engine.frame import State
from scoring.engine.version import Version, parse_version
from tests.scoring.engine.builders import Row, Value, compare, definition

OUTSIDE = "outside"  # a metric that only rules read
WEIGHTS = st.one_of(st.integers(1, 100), st.floats(1e-6, 1e6))
POINTS = st.one_of(st.integers(0, 100), st.floats(0, 100))
RAW = st.one_of(st.integers(-10, 110), st.floats(-1e6, 1e6))


@st.composite
def curves(draw: st.DrawFn, *, ascending: bool = False) -> list[list[float]]:
    raw = sorted(draw(st.lists(RAW, min_size=2, max_size=5, unique_by=float)))
    points = draw(st.lists(POINTS, min_size=len(raw), max_size=len(raw)))
    return [list(pair) for pair in zip(raw, sorted(points) if ascending else points, strict=True)]


@st.composite
def ages(draw: st.DrawFn) -> dict[str, Any]:
    below = sorted(draw(st.sets(st.integers(1, 100), max_size=2)))
    return {"ages": [{"below_days": days, "curve": draw(curves())} for days in below]} if below else {}


@st.composite
def rules(draw: st.DrawFn, fields: list[str], depth: int = 2) -> dict[str, Any]:
    kind = draw(st.sampled_from(["all", "any", "not", "compare"])) if depth else "compare"
    if kind == "compare":
        op = draw(st.sampled_from(["<", "<=", ">", ">=", "==", "!="]))
        return compare(draw(st.sampled_from(fields)), op, draw(st.integers(0, 100)))
    if kind == "not":
        return {"not": draw(rules(fields, depth - 1))}
    return {kind: draw(st.lists(rules(fields, depth - 1), min_size=1, max_size=3))}


@st.composite
def caps(draw: st.DrawFn, components: dict[str, list[str]]) -> dict[str, Any]:
    target = draw(st.sampled_from(["score", *components]))
    readable = [
        OUTSIDE,
        *(key for key in components if key != target),
        *(metric for metrics in components.values() for metric in metrics),
    ]
    at_most = draw(st.integers(0, 100))
    label = draw(st.sampled_from(["first", "second", "third"]))
    return {
        "target": target,
        "when": draw(rules(readable)),
        "at_most": at_most,
        "label": label,
        "on": draw(st.booleans()),
    }


@st.composite
def thresholds(draw: st.DrawFn, readable: list[str]) -> dict[str, Any]:
    """Other bounds of the three bands."""
    middle, high = sorted(draw(st.lists(st.integers(1, 100), min_size=2, max_size=2, unique=True)))
    return {"label": "other", "when": draw(rules(readable)), "lowers": [0, middle, high]}


@st.composite
def versions(draw: st.DrawFn, *, ascending: bool = False, capped: bool = True, ruled: bool = False) -> Version:
    """A scorecard; `ruled` = its bands may have other bounds by rule, and be left late."""
    homes = {f"c{c}": [f"m{c}{m}" for m in range(draw(st.integers(1, 3)))] for c in range(draw(st.integers(1, 3)))}
    missing = st.sampled_from(["leave_out", "neutral", "worst", "carry"])
    components = [
        {
            "key": key,
            "label": key,
            "weight": draw(WEIGHTS),
            "measures": [
                {
                    "metric": metric,
                    "weight": draw(WEIGHTS),
                    "curve": draw(curves(ascending=ascending)),
                    "missing": draw(missing),
                    "par": draw(POINTS),
                    **({} if ascending else draw(st.sampled_from([{}, {"steps": True}]))),
                    **({} if ascending else draw(ages())),
                }
                for metric in metrics
            ],
        }
        for key, metrics in homes.items()
    ]
    low = draw(st.sampled_from([0, 0, 20]))
    return parse_version(
        definition(
            key=draw(st.sampled_from(["one", "two"])),
            components=components,
            caps=draw(st.lists(caps(homes), max_size=3)) if capped else [],
            min_coverage=0,
            clamp=[low, draw(st.sampled_from([100, 100, 60]))],
            thresholds=draw(st.lists(thresholds([OUTSIDE, *homes["c0"]]), max_size=2)) if ruled else [],
            hysteresis=draw(st.sampled_from([0, 5])) if ruled else 0,
        )
    )


def values(*, known: bool = False) -> st.SearchStrategy[Value]:
    """A metric's value and state; only fresh ones when `known`."""
    fresh = RAW.map(lambda raw: (float(raw), State.FRESH))
    return fresh if known else st.one_of(fresh, st.none(), st.tuples(RAW.map(float), st.sampled_from(State)))


def overrides() -> st.SearchStrategy[float]:
    """A score set by hand, NaN = none."""
    return st.one_of(st.just(float("nan")), st.floats(0, 100))


def rows(*, known: bool = False) -> st.SearchStrategy[Row]:
    """A customer with every metric that random versions can read."""
    metrics = [OUTSIDE, "tenure_days", *(f"m{c}{m}" for c in range(3) for m in range(3))]
    return st.fixed_dictionaries({metric: values(known=known) for metric in metrics})
