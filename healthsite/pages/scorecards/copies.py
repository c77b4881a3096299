"""The working copy of a draft in its form: read back as it was typed, and its lists made longer, shorter or reordered.

A copy has the shape of a definition with everything written out (`places.full`), its leaves are texts as typed. The
rules of caps, flags and bounds are kept beside it by `scorecards.rules`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import count, takewhile
from typing import Any, Final

from scoring.engine.card import SCORE
from scoring.metrics import METRICS

MOST: Final = 200  # entries of a list
ROOT: Final = ("title", "min_coverage", "analysis_days", "hysteresis", "rollup")
MEASURE: Final = ("metric", "weight", "missing", "window", "par")
NEXT_AGE: Final = 90  # days
Copy = dict[str, Any]


class NotPossible(ValueError):
    """A change of the form's shape that it cannot take; the message says what would be right."""


def typed(data: Mapping[str, str]) -> Copy:
    """The copy that a form has sent; what it lacks is empty, and is refused there."""
    bands = list(_each(data, "bands", "lower"))
    return {
        **{key: data.get(key, "") for key in ROOT},
        "clamp": [data.get("clamp[0]", ""), data.get("clamp[1]", "")],
        "components": [_component(data, place) for place in _each(data, "components", "key")],
        "bands": [_texts(data, place, ("label", "role", "lower")) for place in bands],
        "caps": [
            {**_texts(data, place, ("target", "at_most", "label")), "on": f"{place}.on" in data}
            for place in _each(data, "caps", "label")
        ],
        "thresholds": [_thresholds(data, place, len(bands)) for place in _each(data, "thresholds", "label")],
    }


def _component(data: Mapping[str, str], place: str) -> Copy:
    measures = [_measure(data, home) for home in _each(data, f"{place}.measures", "metric")]
    return {**_texts(data, place, ("key", "label", "weight")), "measures": measures}


def _measure(data: Mapping[str, str], place: str) -> Copy:
    ages = [
        {"below_days": data.get(f"{home}.below_days", ""), "curve": _curve(data, f"{home}.curve")}
        for home in _each(data, f"{place}.ages", "below_days")
    ]
    steps = f"{place}.steps" in data
    return {**_texts(data, place, MEASURE), "steps": steps, "curve": _curve(data, f"{place}.curve"), "ages": ages}


def _curve(data: Mapping[str, str], place: str) -> list[list[str]]:
    there = takewhile(lambda i: f"{place}[{i}][0]" in data, range(MOST))
    return [[data[f"{place}[{i}][0]"], data.get(f"{place}[{i}][1]", "")] for i in there]


def _thresholds(data: Mapping[str, str], place: str, bands: int) -> Copy:
    lowers = [data.get(f"{place}.lowers[{b}]", "") for b in range(bands)]
    return {"label": data[f"{place}.label"], "lowers": lowers}


def _each(data: Mapping[str, str], place: str, key: str) -> Iterator[str]:
    places = (f"{place}[{i}]" for i in range(MOST))
    return takewhile(lambda home: f"{home}.{key}" in data, places)


def _texts(data: Mapping[str, str], place: str, keys: tuple[str, ...]) -> Copy:
    return {key: data.get(f"{place}.{key}", "") for key in keys}


# -- another shape --------------------------------------------------------------------------------------------------


def reshape(copy: Copy, act: str, place: str, named: str) -> None:
    """Add to the list at a place, or remove, raise or lower the entry at one. Raises NotPossible.

    `named` is what to add: the metric of a measure, the name of a component.
    """
    if act == "add":
        _add(copy, place, named)
        return
    found = re.fullmatch(r"(.*)\[(\d{1,3})\]", place)
    home, at = (_find(copy, found[1]), int(found[2])) if found else (None, 0)
    if not isinstance(home, list) or at >= len(home) or act not in ("remove", "up", "down"):
        raise NotPossible(f"{act[:20]} {place[:60]} is nothing that this form does")
    entry = home.pop(at)
    if act != "remove":
        home.insert(max(at - 1, 0) if act == "up" else at + 1, entry)
    if place.startswith("bands["):
        _follow_bands(copy, act, at)


def _follow_bands(copy: Copy, act: str, at: int) -> None:
    """Bounds that depend on a rule have one lower bound for each band."""
    for one in copy["thresholds"]:
        if act == "remove":
            del one["lowers"][at : at + 1]


def _find(copy: Copy, place: str) -> Any:
    node: Any = copy
    for key, index in re.findall(r"(\w+)|\[(\d+)\]", place):
        try:
            node = node[key] if key else node[int(index)]
        except (KeyError, IndexError, TypeError):
            return None
    return node


def _add(copy: Copy, place: str, named: str) -> None:
    home = _find(copy, place)
    kind = re.sub(r"\[\d+\]", "", place).rpartition(".")[2]
    if not isinstance(home, list) or kind not in NEW or len(home) >= MOST:
        raise NotPossible(f"{place[:60]} is no list of this form that takes more")
    home.append(NEW[kind](copy, home, named))
    if kind == "bands":
        for one in copy["thresholds"]:
            one["lowers"].append("")


def _new_component(copy: Copy, home: list[Any], named: str) -> Copy:
    if not named.strip():
        raise NotPossible("The new component has no name; type one beside the button")
    slug = re.sub(r"[^a-z0-9]+", "_", named.lower()).strip("_")[:40] or "part"
    slug = slug if slug[0].isalpha() else f"part_{slug}"
    taken = {one["key"] for one in home} | {SCORE, *METRICS}
    names = (slug if n == 1 else f"{slug}_{n}" for n in count(1))
    return {"key": next(name for name in names if name not in taken), "label": named, "weight": "10", "measures": []}


def _new_measure(copy: Copy, home: list[Any], named: str) -> Copy:
    metric = METRICS.get(named)
    if metric is None:
        raise NotPossible("No metric is chosen for the new measure; choose one of the list")
    for component in copy["components"]:
        if any(one["metric"] == named for one in component["measures"]):
            raise NotPossible(f"{metric.label} already feeds {component['label']}; a metric counts once")
    ends = [["0", "100"], ["100", "0"]] if metric.better == "down" else [["0", "0"], ["100", "100"]]
    usual = {"metric": named, "weight": "10", "missing": "leave_out", "window": "", "par": "0"}
    return {**usual, "steps": False, "curve": ends, "ages": []}


def _new_point(copy: Copy, home: list[Any], named: str) -> list[str]:
    """One step further than the last point, where that can be told."""
    try:
        last, before = float(home[-1][0]), float(home[-2][0])
        return [f"{last + (last - before):.10g}", home[-1][1]]
    except (ValueError, IndexError):
        return ["", ""]


def _new_age(copy: Copy, home: list[Any], named: str) -> Copy:
    last = home[-1]["below_days"] if home else "0"
    days = int(last) + NEXT_AGE if str(last).isdecimal() else NEXT_AGE
    return {"below_days": str(days), "curve": [["", ""], ["", ""]]}


def _new_band(copy: Copy, home: list[Any], named: str) -> Copy:
    return {"label": "", "role": "yellow", "lower": ""}


def _new_cap(copy: Copy, home: list[Any], named: str) -> Copy:
    return {"target": SCORE, "at_most": "50", "label": "", "on": True}


def _new_bounds(copy: Copy, home: list[Any], named: str) -> Copy:
    return {"label": "", "lowers": [one["lower"] for one in copy["bands"]]}


NEW: Final[Mapping[str, Callable[[Copy, list[Any], str], Any]]] = {
    "components": _new_component,
    "measures": _new_measure,
    "curve": _new_point,
    "ages": _new_age,
    "bands": _new_band,
    "caps": _new_cap,
    "thresholds": _new_bounds,
}
