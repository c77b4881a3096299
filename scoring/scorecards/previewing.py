"""What a version would change if it were live: every current score made again from its stored inputs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from functools import partial
from itertools import islice
from typing import Any, Final

import numpy as np
from django.db.models import Max

from accounts.business_days import today
from accounts.models import Assignment
from scoring.engine.card import Version
from scoring.engine.frame import Bools, Frame
from scoring.engine.measuring import measure
from scoring.engine.reweighing import reweigh
from scoring.engine.rules import parse_rule
from scoring.engine.scoring import Scored, score
from scoring.loading import load, window_of
from scoring.metrics import METRICS
from scoring.models import CurrentScore, ScorecardVersion
from scoring.models.scores import Outcome
from scoring.packing import DOUBLE
from scoring.scorecards.choosing import Choice, choices_now, chosen
from scoring.scorecards.shifting import NOT_SCORED, Ints, Name, Portfolio

AT_ONCE: Final = 5000  # customers; larger blocks fall out of the processor's cache
LOADED_AT_MOST: Final = 5000  # customers read anew from their facts, so that the page never takes as long as a night
COLUMNS: Final = (
    "customer_id", "version_id", "outcome", "score", "automatic", "band", "arr", "segment", "tier", "inputs",
)  # fmt: skip
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
    against: tuple[ScorecardVersion, ...] = ()  # the versions that made the scores before


@dataclass
class Table:
    """Scores as arrays (n), and what another version makes of them; doubtful = to be read from facts.

    A band is a place in the bands of its version, -1 = none; before and after NaN = no score.
    """

    ids: Ints
    versions: Ints
    before: Any
    overrides: Any  # NaN = none
    band: Ints
    arr: Any
    segment: Ints
    tier: Ints
    after: Any
    new_band: Any
    doubtful: Any

    def only(self, who: Bools) -> Table:
        """Some of the customers."""
        return self if who.all() else Table(**{one.name: getattr(self, one.name)[who] for one in fields(self)})


def preview(version: ScorecardVersion) -> Preview:
    """Compare the current scores of those whom its scorecard would score with what the version makes of the same data.

    Whether there was evidence was judged when a score was stored; a customer without a score who would get one is read
    from facts, as is everybody whose stored inputs lack something. What a person has set stays. Four queries, those of
    one block of loading, and those of the rules where there are several live scorecards.
    """
    return _against(version, partial(_compared, version))


@dataclass(frozen=True, slots=True)
class Reallotted:
    """What another rule or place of a live scorecard would do to the customers who have a score."""

    customers: int
    changing: int  # who would be scored by another scorecard
    moved: int  # who would change band by it

    @property
    def moved_share(self) -> float:
        """The share (0-1) of the customers who would change band."""
        return self.moved / self.customers if self.customers else 0.0


def reallotted(choices: Sequence[Choice]) -> Reallotted:
    """What would become of the current scores if customers were shared out by these choices. As costly as `preview`
    for each of them.
    """
    now, moved, changing = choices_now(), 0, 0
    for place, choice in enumerate(choices):
        mine = choice.version

        def gained(ids: Ints, on: date | None, place: int = place, mine: ScorecardVersion = mine) -> Bools:
            if on is None:
                return np.zeros(len(ids), np.bool_)
            before = [one.version.pk != mine.pk for one in now]
            return (chosen(ids, on, choices) == place) & np.array(before)[chosen(ids, on, now)]

        book = _against(mine, gained).portfolio
        changing, moved = changing + len(book.ids), moved + int(book.moved.sum())
    return Reallotted(CurrentScore.objects.filter(score__isnull=False).count(), changing, moved)


def _against(version: ScorecardVersion, whom: Callable[[Ints, date | None], Bools]) -> Preview:
    """The current scores of some customers (n: ids and the newest date), and what a version makes of them."""
    newest = dict(CurrentScore.objects.order_by().values_list("version_id").annotate(Max("as_of")))
    as_of = max(newest.values(), default=None)
    stored = ScorecardVersion.objects.select_related("scorecard").in_bulk(list(newest))
    engines = {pk: one.engine for pk, one in stored.items()}
    rows = CurrentScore.objects.order_by("customer_id").values_list(*COLUMNS).iterator(chunk_size=AT_ONCE)
    table = _joined([_table(batch, engines, version) for batch in _batches(rows)])
    table = table.only(whom(table.ids, as_of))
    loaded = _load_doubtful(table, version.engine, as_of)
    left_out, used = int(table.doubtful.sum()), np.unique(table.versions).tolist()
    # Who is compared by no other scorecard is compared band by band, whatever bands that one has.
    portfolio = portfolio_of(table.only(~table.doubtful), {pk: engines[pk] for pk in used}, version.engine)
    return Preview(portfolio, as_of, loaded, left_out, tuple(stored[pk] for pk in used))


def moved_share(version: ScorecardVersion) -> float:
    """The share (0-1) of customers with a score before or after who would change band; 0 where there are none."""
    return preview(version).portfolio.moved_share


def owners_today() -> dict[int, str]:
    """The CSM's name for every customer that has one."""
    holding = Assignment.objects.in_force(today()).filter(role="csm").order_by("from_on", "pk")
    return dict(holding.values_list("customer_id", "user__name"))


def serves(stored: Version, new: Version) -> bool:
    """Whether what was stored for one version is all that another one reads, measured the same way."""
    if dict(stored.parameters) != dict(new.parameters) or not set(new.inputs) <= set(stored.inputs):
        return False
    metrics = [METRICS[key] for key in new.inputs if key in METRICS]
    return all(window_of(metric, stored) == window_of(metric, new) for metric in metrics)


def frame_of(ids: Ints, packed: Sequence[bytes | memoryview], stored: Version) -> Frame:
    """Stored inputs of customers of one version as a frame; evidence was judged when they were stored."""
    rows = np.frombuffer(b"".join(packed), np.uint8).reshape(len(ids), -1)
    split = len(stored.inputs) * DOUBLE.itemsize
    raw, states = np.ascontiguousarray(rows[:, :split]).view(DOUBLE), rows[:, split:]
    places = {name: i for i, name in enumerate(stored.inputs)}
    return Frame(
        ids=ids,
        values={name: raw[:, i] for name, i in places.items()},
        states={name: states[:, i] for name, i in places.items()},
        evidence=dict.fromkeys(places, np.ones(len(ids), np.bool_)),
    )


def portfolio_of(table: Table, engines: Mapping[int, Version], new: Version) -> Portfolio:
    """The table with its bands by name; `engines` by the keys of the versions before."""
    names = [NOT_SCORED]
    same = all(len(engine.bands) == len(new.bands) for engine in engines.values())
    was, was_place = np.zeros(len(table.ids), np.int64), np.full(len(table.ids), -1, np.int64)
    for pk, engine in engines.items():
        at = np.flatnonzero(table.versions == pk)
        was[at], was_place[at] = _named(engine, names, same)[:, table.band[at]]
    will, will_place = _named(new, names, same)[:, table.new_band]
    return Portfolio(
        ids=table.ids,
        before=table.before,
        after=table.after,
        was=was,
        will=will,
        was_place=was_place,
        will_place=will_place,
        arr=table.arr,
        segment=table.segment,
        tier=table.tier,
        overridden=~np.isnan(table.overrides),
        names=tuple(names),
        places=tuple(Name(band.label, band.role) for band in new.bands) if same else tuple(ROLES.values()),
    )


def _batches(rows: Iterable[Any]) -> Iterator[list[Any]]:
    rows = iter(rows)
    while batch := list(islice(rows, AT_ONCE)):
        yield batch


def _table(batch: Sequence[Any], engines: Mapping[int, Version], new: ScorecardVersion) -> Table:
    ids, versions, outcomes, scores, automatic, bands, arrs, segments, tiers, inputs = zip(*batch, strict=True)
    before = np.array(scores, np.float64)  # None becomes NaN
    table = Table(
        ids=np.array(ids, np.int64),
        versions=np.array(versions, np.int64),
        before=before,
        overrides=np.where(np.isnan(np.array(automatic, np.float64)), np.nan, before),
        band=np.array(bands, np.int64),
        arr=np.array(arrs, np.float64),
        segment=np.array(segments, np.int64),
        tier=np.array(tiers, np.int64),
        after=np.full(len(ids), np.nan),
        new_band=np.full(len(ids), -1, np.int64),
        doubtful=np.zeros(len(ids), np.bool_),
    )
    for pk in set(versions):
        at = np.flatnonzero(table.versions == pk)
        if not serves(engines[pk], new.engine):
            table.doubtful[at] = True
            continue
        frame = frame_of(table.ids[at], inputs if len(at) == len(ids) else [inputs[i] for i in at], engines[pk])
        # A band is left late under one version only: who comes from another has none to stay in.
        memory = table.band[at].astype(np.int8) if pk == new.pk else None
        outcome = reweigh(measure(frame, new.engine), new.engine, table.overrides[at], memory)
        table.after[at], table.new_band[at] = outcome.score, outcome.band
        _doubt(table, at, np.array(outcomes)[at], _weighted(new.engine) <= _weighted(engines[pk]))
    return table


def _doubt(table: Table, at: Ints, outcomes: Any, no_more_evidence: bool) -> None:
    """Of those without a score: who has no evidence still has none, unless more measures count; the rest is asked."""
    gains = ~np.isnan(table.after[at])
    certain = (outcomes == Outcome.NO_EVIDENCE) & no_more_evidence
    table.doubtful[at] = gains & (outcomes != Outcome.SCORED) & ~certain
    for column, none in ((table.after, np.nan), (table.new_band, -1)):
        column[at[certain]] = none


def _weighted(version: Version) -> set[str]:
    return {key for key, share in zip(version.metric_keys, version.measure_shares, strict=True) if share > 0}


def _compared(version: ScorecardVersion, ids: Ints, on: date | None) -> Bools:
    """Whom the version would score (n): with it in place of its scorecard's live one, else whom its rule picks."""
    live, when = choices_now(), version.scorecard.when
    mine = [place for place, choice in enumerate(live) if choice.version.scorecard_id == version.scorecard_id]
    if not mine:
        # A scorecard that is not live and has a rule: as if it were asked first.
        live = [Choice(version, parse_rule(when, "when")), Choice(version)] if when else []
    if on is None or len(live) < 2:
        return np.ones(len(ids), np.bool_)
    return chosen(ids, on, live) == (mine[0] if mine else 0)


def _load_doubtful(table: Table, new: Version, on: date | None) -> int:
    """Read doubtful customers from their facts, those with the largest ARR first; how many there were."""
    rows = np.flatnonzero(table.doubtful)
    if not len(rows) or on is None:
        return 0
    largest = rows[np.argsort(-np.nan_to_num(table.arr[rows]), kind="stable")]
    at = np.sort(largest[:LOADED_AT_MOST])
    scored: Scored = score(load(table.ids[at], on, new).frame, new, table.overrides[at])
    table.after[at], table.new_band[at] = scored.score, scored.band
    table.doubtful[at] = False
    return len(at)


def _joined(tables: Sequence[Table]) -> Table:
    def column(name: str) -> Any:
        return np.concatenate([getattr(table, name) for table in tables] or [np.empty(0, np.int64)])

    table = Table(**{one.name: column(one.name) for one in fields(Table)})
    table.doubtful = table.doubtful.astype(np.bool_)
    return table


def _named(version: Version, names: list[Name], same: bool) -> Ints:
    """For each band of a version its place in `names` and among the bands; the last column is "no band" (-1).

    Versions with as many bands each are compared band by band, others by colour.
    """
    found = [(len(names) + b, b if same else list(ROLES).index(band.role)) for b, band in enumerate(version.bands)]
    names += [Name(band.label, band.role) for band in version.bands]
    return np.array([*found, (0, -1)], np.int64).T
