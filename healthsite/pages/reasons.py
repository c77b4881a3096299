"""The "why" of a list: for each of many customers what moved the score in a month, or what holds it down."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import NamedTuple

import numpy as np
from django.db.models import F

from healthsite.pages import telling
from healthsite.pages.lacking import missing_files
from healthsite.pages.telling import Place
from scoring.engine.changes import Change, snapshot, split_change
from scoring.engine.explaining import CLAMP
from scoring.engine.frame import has_value
from scoring.models import CurrentScore, Purpose, ScorecardVersion, ScoreRecord
from scoring.models.scores import ScoreNumbers
from scoring.packing import Said, rescore_all

COMPARE_DAYS = 30


class Stored(NamedTuple):
    """What a score is made again from; `automatic` is None but where the score is overridden."""

    version_id: int
    inputs: bytes | memoryview
    score: float | None
    automatic: float | None
    band: int


NOTEWORTHY = 1.0  # points; below that nothing moved, and what costs most says more


def reasons(current: Iterable[CurrentScore]) -> dict[int, str]:
    """A clause for each customer. Two queries whatever their number."""
    rows = {one.customer_id: one for one in current}
    earlier = _a_month_before(rows)
    used = {one.version_id for one in [*rows.values(), *earlier.values()]}
    versions = ScorecardVersion.objects.select_related("scorecard").in_bulk(used)
    now, before = places(_stored(rows), versions), places(_stored(earlier), versions)
    return {
        customer_id: lack(place) if rows[customer_id].score is None else why(before.get(customer_id), place)
        for customer_id, place in now.items()
    }


def _a_month_before(rows: Mapping[int, CurrentScore]) -> dict[int, ScoreRecord]:
    dates = {customer_id: one.as_of - timedelta(days=COMPARE_DAYS) for customer_id, one in rows.items()}
    records = ScoreRecord.objects.filter(
        customer_id__in=list(rows),
        run__as_of__in=set(dates.values()),
        run__purpose=Purpose.NIGHTLY,
        score__isnull=False,
    )
    return {one.customer_id: one for one in records.annotate(on=F("run__as_of")) if one.on == dates[one.customer_id]}


def places(stored: Mapping[int, Stored], versions: Mapping[int, ScorecardVersion]) -> dict[int, Place]:
    """Stored scores of customers made again, those of one version together."""
    of_version: dict[int, list[int]] = defaultdict(list)
    for customer_id, one in stored.items():
        of_version[one.version_id].append(customer_id)
    found = {}
    for version_id, ids in of_version.items():
        version = versions[version_id]
        engine = version.engine
        theirs = [stored[customer_id] for customer_id in ids]
        scored = rescore_all(ids, [one.inputs for one in theirs], engine, Said.of(theirs))
        for i, customer_id in enumerate(ids):
            found[customer_id] = Place(scored, i, version, engine)
    return found


def _stored(rows: Mapping[int, ScoreNumbers]) -> dict[int, Stored]:
    return {customer_id: stored_of(one) for customer_id, one in rows.items()}


def stored_of(one: ScoreNumbers) -> Stored:
    """What a stored score is made again from."""
    return Stored(one.version_id, one.inputs, one.score, one.automatic, one.band)


def lack(place: Place) -> str:
    """For want of what there is no score: the file that would bring most."""
    found = missing_files(place.scored, place.i, place.engine)
    return f"Missing most: {found[0][0]}" if found else ""


def why(before: Place | None, now: Place) -> str:
    """The largest cause of the change; where nothing noteworthy moved, what costs most."""
    change = largest_change(before, now) if before else None
    if before is None or change is None or abs(change.points) < NOTEWORTHY:
        return telling.weakest(now.scored, now.i, now.engine)
    return telling.told(change, before, now)


def largest_change(before: Place, now: Place) -> Change | None:
    """The cause that moved most points, the same as the whole split has it; another scorecard is one cause."""
    if before.version.pk == now.version.pk and _steady(before, now):
        changes = _steady_changes(before, now)
    else:
        changes = split_change(
            snapshot(before.scored, before.i, before.engine), snapshot(now.scored, now.i, now.engine)
        )
    return max(telling.merged(changes), key=lambda change: abs(change.points), default=None)


def _steady(before: Place, now: Place) -> bool:
    """Whether the same measures have data on both days, the same stands in for the others, and nobody overrode any."""
    if before.scored.override_effect[before.i] or now.scored.override_effect[now.i]:
        return False
    (was, is_now), (stood, stands) = (
        [has_value(one.scored.states[one.i, : len(one.engine.measures)]) for one in (before, now)],
        [one.scored.points[one.i] for one in (before, now)],
    )
    return np.array_equal(was, is_now) and np.array_equal(stood[~was], stands[~was], equal_nan=True)


def _steady_changes(before: Place, now: Place) -> list[Change]:
    """The split where only values and caps moved: no need to go through it measure by measure."""
    weights = (before.scored.weights[before.i] + now.scored.weights[now.i]) / 2
    moved = np.nan_to_num(weights * (now.scored.points[now.i] - before.scored.points[before.i]))
    j = int(np.argmax(np.abs(moved)))
    home = now.engine.component_keys[now.engine.component_of[j]]
    limits = now.scored.cap_effects[now.i] - before.scored.cap_effects[before.i]
    clamp = now.scored.clamp_effect[now.i] - before.scored.clamp_effect[before.i]
    return [
        Change("value", home, now.engine.metric_keys[j], float(moved[j])),
        *(Change("cap", cap.label, None, float(x)) for cap, x in zip(now.engine.caps, limits, strict=True)),
        Change("cap", CLAMP, None, float(clamp)),
    ]
