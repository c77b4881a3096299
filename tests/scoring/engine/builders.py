"""Small frames and scorecards for the engine's tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from scoring.engine.frame import Frame, State
from scoring.engine.scoring import Scored, score
from scoring.engine.version import Version, parse_version

Value = float | tuple[float, State] | None
Row = Mapping[str, Value]


def frame_of(*rows: Row, evidence: bool = True) -> Frame:
    """One customer per row; None or an absent metric is missing, (value, state) any other state."""
    metrics = sorted({metric for row in rows for metric in row})
    cells = {metric: [_cell(row.get(metric)) for row in rows] for metric in metrics}
    return Frame(
        ids=np.arange(1, len(rows) + 1, dtype=np.int64),
        values={metric: np.array([raw for raw, _ in column]) for metric, column in cells.items()},
        states={metric: np.array([state for _, state in column], dtype=np.uint8) for metric, column in cells.items()},
        evidence={metric: np.full(len(rows), evidence) for metric in metrics},
    )


def _cell(value: Value) -> tuple[float, State]:
    if value is None:
        return np.nan, State.MISSING
    return value if isinstance(value, tuple) else (float(value), State.FRESH)


def compare(field: str, op: str, value: float | str | Sequence[float | str]) -> dict[str, Any]:
    return {"field": field, "op": op, "value": value}


def measure(metric: str, weight: float = 1, **changes: Any) -> dict[str, Any]:
    """A measure whose raw value is its points."""
    return {"metric": metric, "weight": weight, "curve": [[0, 0], [100, 100]], **changes}


def component(key: str, weight: float, *measures: dict[str, Any]) -> dict[str, Any]:
    return {"key": key, "label": key.title(), "weight": weight, "measures": list(measures)}


def definition(**changes: Any) -> dict[str, Any]:
    """Use (weight 3): logins and seats in equal parts; care (weight 1): answers. Raw values are points."""
    return {
        "key": "small",
        "title": "Small card",
        "components": [
            component("use", 3, measure("logins"), measure("seats")),
            component("care", 1, measure("answers")),
        ],
        "bands": [
            {"label": "Low", "role": "red", "lower": 0},
            {"label": "Middle", "role": "yellow", "lower": 40},
            {"label": "High", "role": "green", "lower": 70},
        ],
        "flags": {
            "churn_risk": compare("score", "<", 40),
            "expansion": compare("score", ">", 70),
            "emergency": compare("score", "<", 20),
        },
        "min_coverage": 0.1,
        **changes,
    }


def version(**changes: Any) -> Version:
    return parse_version(definition(**changes))


def cap(target: str, when: dict[str, Any], at_most: float, **changes: Any) -> dict[str, Any]:
    return {"target": target, "when": when, "at_most": at_most, "label": f"{target} at most {at_most}", **changes}


def scores(card: Version, *rows: Row) -> Scored:
    return score(frame_of(*rows), card)


def rounded(values: Sequence[float]) -> list[float]:
    return [round(float(value), 4) for value in values]
