"""What a version would change if it were live: every current score made again from its stored inputs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any, Final

import numpy as np

from accounts.business_days import today
from accounts.models import Assignment
from scoring.engine.card import Version
from scoring.engine.frame import Frame
from scoring.engine.scoring import Scored, score
from scoring.loading import load, window_of
from scoring.metrics import METRICS
from scoring.models import CurrentScore, ScorecardVersion
from scoring.models.scores import Outcome
from scoring.packing import rescore_all
from scoring.shifting import NOT_SCORED, Ints, Name, Portfolio

AT_ONCE: Final = 5000  # customers; larger blocks fall out of the processor's cache
LOADED_AT_MOST: Final = 5000  # customers read anew from their facts, so that the page never takes as long as a night
COLUMNS: Final = ("customer_id", "version_id", "outcome", "score", "band", "arr", "as_of", "inputs")
ROLES: Final = {"red": Name("Red", "red"), "yellow": Name("Yellow", "yellow"), "green": Name("Green", "green")}


@dataclass(frozen=True, slots=True)
class Preview:
    """The customers before and after, as of the newest current score; `loaded` of them were read from facts.

    `left_out`: customers beyond LOADED_AT_MOST whose stored inputs do not say what the version reads.
    """

    portfolio: Portfolio
    as_of: date | None
    loaded: int = 0
    left_out: int = 0


@dataclass
class _Table:
    """The current scores as arrays (n), and what the version makes of them; doubtful = to be read from facts."""

    ids: Ints
    versions: Ints
    before: Any
    band: Ints
    arr: Any
    after: Any
    new_band: Any
    doubtful: Any
    as_of: date | None


def preview(version: ScorecardVersion) -> Preview:
    """Compare the current scores with what the version would make of the same data.

    Whether there was evidence was judged when a score was stored; a customer without a score who would get one is read
    from facts, as is everybody whose stored inputs lack something. Five queries, and those of one block of loading.
    """
    used = CurrentScore.objects.order_by().values_list("version_id", flat=True).distinct()
    stored = ScorecardVersion.objects.select_related("scorecard").in_bulk(list(used))
    rows = CurrentScore.objects.order_by("customer_id").values_list(*COLUMNS).iterator(chunk_size=AT_ONCE)
    engines = {pk: one.engine for pk, one in stored.items()}
    table = _joined([_table(batch, engines, version.engine) for batch in _batches(rows)])
    chosen = _load_doubtful(table, version.engine)
    kept = ~table.doubtful
    return Preview(_portfolio(table, kept, engines, version.engine), table.as_of, chosen, int((~kept).sum()))


def owners_today() -> dict[int, str]:
    """The CSM's name for every customer that has one."""
    holding = Assignment.objects.in_force(today()).filter(role="csm").order_by("from_on", "pk")
    return dict(holding.values_list("customer_id", "user__name"))


def serves(stored: Version, new: Version) -> bool:
    """Whether what was stored for one version is all that another one reads, measured the same way."""
    if dict(stored.parameters) != dict(new.parameters) or not set(new.inputs) <= set(stored.inputs):
        return False
    return all(window_of(METRICS[key], stored) == window_of(METRICS[key], new) for key in new.inputs)


def _batches(rows: Iterable[Any]) -> Iterator[list[Any]]:
    rows = iter(rows)
    while batch := list(islice(rows, AT_ONCE)):
        yield batch


def _table(batch: Sequence[Any], engines: Mapping[int, Version], new: Version) -> _Table:
    ids, versions, outcomes, scores, bands, arrs, days, inputs = zip(*batch, strict=True)
    table = _Table(
        ids=np.array(ids, np.int64),
        versions=np.array(versions, np.int64),
        before=np.array(scores, np.float64),  # None becomes NaN
        band=np.array(bands, np.int64),
        arr=np.array(arrs, np.float64),
        after=np.full(len(ids), np.nan),
        new_band=np.full(len(ids), -1, np.int64),
        doubtful=np.zeros(len(ids), np.bool_),
        as_of=max(days),
    )
    for pk in set(versions):
        at = np.flatnonzero(table.versions == pk)
        if not serves(engines[pk], new):
            table.doubtful[at] = True
            continue
        scored = _again(table.ids[at].tolist(), [inputs[i] for i in at], engines[pk], new)
        _put(table, at, scored)
        _doubt(table, at, np.array(outcomes)[at], _weighted(new) <= _weighted(engines[pk]))
    return table


def _again(ids: Sequence[int], packed: Sequence[bytes], stored: Version, new: Version) -> Scored:
    """Stored inputs scored by another version."""
    if stored.inputs == new.inputs:
        return rescore_all(ids, packed, new)
    was = rescore_all(ids, packed, stored)
    places = {metric: i for i, metric in enumerate(stored.inputs)}
    frame = Frame(
        ids=was.ids,
        values={metric: was.raw[:, i] for metric, i in places.items()},
        states={metric: was.states[:, i] for metric, i in places.items()},
        evidence=dict.fromkeys(places, np.ones(len(was.ids), np.bool_)),
    )
    return score(frame, new)


def _put(table: _Table, at: Ints, scored: Scored) -> None:
    table.after[at], table.new_band[at] = scored.score, scored.band


def _doubt(table: _Table, at: Ints, outcomes: Any, no_more_evidence: bool) -> None:
    """Of those without a score: who has no evidence still has none, unless more measures count; the rest is asked."""
    gains = ~np.isnan(table.after[at])
    certain = (outcomes == Outcome.NO_EVIDENCE) & no_more_evidence
    table.doubtful[at] = gains & (outcomes != Outcome.SCORED) & ~certain
    for column, none in ((table.after, np.nan), (table.new_band, -1)):
        column[at[certain]] = none


def _weighted(version: Version) -> set[str]:
    return {key for key, share in zip(version.metric_keys, version.measure_shares, strict=True) if share > 0}


def _load_doubtful(table: _Table, new: Version) -> int:
    """Read doubtful customers from their facts, those with the largest ARR first; how many there were."""
    rows = np.flatnonzero(table.doubtful)
    if not len(rows) or table.as_of is None:
        return 0
    largest = rows[np.argsort(-np.nan_to_num(table.arr[rows]), kind="stable")]
    at = np.sort(largest[:LOADED_AT_MOST])
    _put(table, at, score(load(table.ids[at], table.as_of, new).frame, new))
    table.doubtful[at] = False
    return len(at)


def _joined(tables: Sequence[_Table]) -> _Table:
    def column(name: str) -> Any:
        return np.concatenate([getattr(table, name) for table in tables] or [np.empty(0, np.int64)])

    names = ("ids", "versions", "before", "band", "arr", "after", "new_band")
    days = [table.as_of for table in tables if table.as_of]
    doubtful = column("doubtful").astype(np.bool_)
    return _Table(**{name: column(name) for name in names}, doubtful=doubtful, as_of=max(days, default=None))


def _portfolio(table: _Table, kept: Any, engines: Mapping[int, Version], new: Version) -> Portfolio:
    names = [NOT_SCORED]
    same = all(len(engine.bands) == len(new.bands) for engine in engines.values())
    was, was_place = np.zeros(len(table.ids), np.int64), np.full(len(table.ids), -1, np.int64)
    for pk, engine in engines.items():
        at = np.flatnonzero(table.versions == pk)
        was[at], was_place[at] = _named(engine, names, same)[:, table.band[at]]
    will, will_place = _named(new, names, same)[:, table.new_band]
    places = tuple(Name(band.label, band.role) for band in new.bands) if same else tuple(ROLES.values())
    return Portfolio(
        ids=table.ids[kept],
        before=table.before[kept],
        after=table.after[kept],
        was=was[kept],
        will=will[kept],
        was_place=was_place[kept],
        will_place=will_place[kept],
        arr=table.arr[kept],
        names=tuple(names),
        places=places,
    )


def _named(version: Version, names: list[Name], same: bool) -> Ints:
    """For each band of a version its place in `names` and among the bands; the last column is "no band" (-1).

    Versions with as many bands each are compared band by band, others by colour.
    """
    found = [(len(names) + b, b if same else list(ROLES).index(band.role)) for b, band in enumerate(version.bands)]
    names += [Name(band.label, band.role) for band in version.bands]
    return np.array([*found, (0, -1)], np.int64).T
