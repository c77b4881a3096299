"""Scores of all customers as a table of plain values, with the columns of S004-8."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import numpy as np

from accounts.models import Customer, Source
from scoring.engine.frame import Frame
from scoring.engine.scoring import Scored, score
from scoring.models import CurrentScore, Purpose, Run, ScorecardVersion, ScoreRecord
from scoring.models.scores import ScoreNumbers
from scoring.packing import unpack

TREND_DAYS = 30
TRAILING = ["band", "is_churn_risk", "is_expansion_opportunity", "coverage", "scorecard", "version", "calculated_at"]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows by column name; components in the order in which scorecards name them."""

    rows: list[dict[str, Any]]
    components: list[str] = field(default_factory=list)

    def columns(self, *, breakdown: bool, trend: bool) -> list[str]:
        """The columns to print, in order."""
        parts = [f"{component}_score" for component in self.components] if breakdown else []
        return ["customer_id", "health_score", *parts, *TRAILING, *(["trend"] if trend else [])]


def current_table() -> Table:
    """The current score of every customer who has one."""
    current = CurrentScore.objects.select_related("version__scorecard").order_by("customer_id")
    found = list(current)
    return _table(
        found, {row.customer_id: row.calculated_at for row in found}, {r.customer_id: r.change_30 for r in found}
    )


def recorded_table(on: date, key: str, earlier: date) -> Table:
    """The scores recorded for a date, official or of a trial; the trend compares with the official `earlier` date."""
    purpose = Purpose.TRIAL if key else Purpose.NIGHTLY
    runs = Run.objects.filter(purpose=purpose, scorecard=key, as_of__in=(on, earlier)).in_bulk(field_name="pk")
    records = ScoreRecord.objects.filter(run_id__in=list(runs)).select_related("version__scorecard")
    today, before = [], {}
    for row in records.order_by("customer_id"):
        if runs[row.run_id].as_of == on:
            today.append(row)
        else:
            before[row.customer_id] = row.score
    moved = {row.customer_id: _difference(row.score, before.get(row.customer_id)) for row in today}
    return _table(today, {row.customer_id: runs[row.run_id].finished_at for row in today}, moved)


def _difference(now: float | None, before: float | None) -> float | None:
    return None if now is None or before is None else now - before


def _table(found: list[Any], calculated: Mapping[int, datetime | None], moved: Mapping[int, float | None]) -> Table:
    names = customer_names([row.customer_id for row in found])
    rows, components = {}, dict[str, None]()
    for version in {row.version_id: row.version for row in found}.values():
        of_version = [row for row in found if row.version_id == version.pk]
        components |= dict.fromkeys(version.engine.component_keys)
        for row, numbers in zip(of_version, _numbers(version, of_version), strict=True):
            trend = moved[row.customer_id]
            rows[row.customer_id] = {
                "customer_id": names[row.customer_id],
                **numbers,
                "calculated_at": _iso(calculated[row.customer_id]),
                "trend": "" if trend is None else trend,
            }
    empty = {f"{component}_score": "" for component in components}
    return Table([{**empty, **rows[row.customer_id]} for row in found], list(components))


def _numbers(version: ScorecardVersion, rows: list[ScoreNumbers]) -> Iterable[dict[str, Any]]:
    """Scores, components, band and flags, made again from the stored inputs of all rows at once."""
    scored = _rescored(version, rows)
    for i, row in enumerate(rows):
        known = row.score is not None
        parts = zip(version.engine.component_keys, scored.component_points[i].tolist(), strict=True)
        yield {
            "health_score": row.score if known else "",
            **{f"{key}_score": points if known and points == points else "" for key, points in parts},
            "band": version.engine.bands[row.band].label if known else "",
            "is_churn_risk": bool(scored.flags["churn_risk"][i]) if known else "",
            "is_expansion_opportunity": bool(scored.flags["expansion"][i]) if known else "",
            "coverage": row.coverage,
            "scorecard": version.scorecard.key,
            "version": version.number,
        }


def _rescored(version: ScorecardVersion, rows: list[Any]) -> Scored:
    engine = version.engine
    found = [unpack(row.inputs, engine) for row in rows]
    frame = Frame(
        ids=np.array([row.customer_id for row in rows]),
        values={metric: np.array([one.raw[metric] for one in found]) for metric in engine.inputs},
        states={metric: np.array([one.states[metric] for one in found], np.uint8) for metric in engine.inputs},
        evidence=dict.fromkeys(engine.inputs, np.ones(len(rows), np.bool_)),
    )
    return score(frame, engine)


def customer_names(ids: list[int]) -> dict[int, str]:
    """External ids by customer; with the source in front where two sources share one."""
    sources = dict(Source.objects.values_list("pk", "name"))
    named = list(Customer.objects.values_list("pk", "external_id", "source_id"))
    seen: dict[str, int] = {}
    for _, external_id, _ in named:
        seen[external_id] = seen.get(external_id, 0) + 1
    wanted = set(ids)
    return {
        pk: external_id if seen[external_id] == 1 else f"{sources[source_id]}:{external_id}"
        for pk, external_id, source_id in named
        if pk in wanted
    }


def _iso(moment: datetime | None) -> str:
    return "" if moment is None else moment.isoformat(timespec="seconds")
