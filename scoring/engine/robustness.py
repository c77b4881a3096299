"""How often a customer lies in each band under plausible other weights (D7): a matter of fact, or of taste.

Scores are made in single precision, where about 1e-5 points are lost. Where all that counts lies on one side of a bound
no weights can cross it, and that is decided in double precision: 60 points everywhere are 60 under every weighting.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scoring.engine.banding import Bands, Places
from scoring.engine.card import SCORE, Cap, Version
from scoring.engine.frame import Bools, Floats
from scoring.engine.measuring import Measured
from scoring.engine.scoring import Scored
from scoring.engine.settling import Settled, settle_caps
from scoring.engine.weighing import settled
from scoring.engine.weightings import Plausible, Singles, Weightings, draw_weightings

Rows = npt.NDArray[np.intp]
CHUNK = 400_000  # scores at once: 1.6 MB in single precision, which stay near the processor


@dataclass(frozen=True, slots=True)
class _Book:
    """n customers as the weightings see them."""

    version: Version
    caps: Settled
    fields: dict[str, Floats]  # of rules, n each
    bounds: Floats  # n x B
    weightings: Weightings
    counts: Bools  # M, measures with a weight in the score


def robustness(
    scored: Scored, version: Version, plausible: Plausible | None = None, before: Places | None = None
) -> Floats:
    """The share (0-1) of plausible weightings under which each customer lies in each band (n x B), NaN without a score.

    It is about the automatic score, caps and clamp included. `before` are the bands that a hysteresis remembers.
    """
    fields = Measured(scored.raw, scored.states, scored.points).fields(version)
    caps, bounds = settle_caps(version, scored.points, fields), _bounds(version, fields, len(scored.ids), before)
    counts = np.array(version.measure_shares) > 0
    book = _Book(version, caps, fields, bounds, draw_weightings(version, plausible or Plausible()), counts)
    reaching = np.full((len(scored.ids), len(version.bands) + 1), np.nan)
    alike = np.hstack([~np.isnan(caps.points), np.isfinite(caps.limits)])
    for group in _by_pattern(alike, np.flatnonzero(~np.isnan(scored.automatic))):
        for some, way in ((group[~caps.open[group]], _linear), (group[caps.open[group]], _capped)):
            for part in _parts(some, len(book.weightings)):
                reaching[part] = _reaching(book, part, way)
    return reaching[:, :-1] - reaching[:, 1:]


def bounds_of(scored: Scored, version: Version, before: Places | None = None) -> Floats:
    """The lower bounds of the bands as they hold for each customer (n x B), thresholds and hysteresis included.

    Whoever was in a band keeps it down to its bound less the hysteresis, and up to the next bound plus the hysteresis.
    """
    fields = Measured(scored.raw, scored.states, scored.points).fields(version)
    return _bounds(version, fields, len(scored.ids), before)


def _bounds(version: Version, fields: dict[str, Floats], n: int, before: Places | None) -> Floats:
    lowers = Bands(version, fields, n).lowers
    if before is None or not version.hysteresis:
        return lowers
    places, rows = np.arange(lowers.shape[1]), np.arange(n)
    there = np.clip(before, 0, len(places) - 1)
    above = np.hstack([lowers, np.full((n, 1), np.inf)])[rows, there + 1] + version.hysteresis
    kept = np.minimum(lowers, (lowers[rows, there] - version.hysteresis)[:, np.newaxis])
    moved = np.where(places <= there[:, np.newaxis], kept, np.maximum(lowers, above[:, np.newaxis]))
    moved[:, 0] = lowers[:, 0]  # below the lowest band there is none
    return np.where(((before >= 0) & (before < len(places)))[:, np.newaxis], moved, lowers)


def _by_pattern(used: Bools, rows: Rows) -> Iterator[Rows]:
    """The rows in groups of which the same measures are used, and the same components cut in part."""
    codes = np.zeros(len(rows), dtype=np.int64)
    for first in range(0, used.shape[1], 32):
        part = used[rows, first : first + 32]
        bits = part @ (np.int64(1) << np.arange(part.shape[1], dtype=np.int64))
        codes = np.unique(codes << 32 | bits, return_inverse=True)[1]
    order = np.argsort(codes, kind="stable")
    yield from np.split(rows[order], np.flatnonzero(np.diff(codes[order])) + 1)


Way = Callable[[_Book, Rows, Floats], Floats]


def _parts(rows: Rows, draws: int) -> list[Rows]:
    return np.array_split(rows, -(-len(rows) * draws // CHUNK)) if len(rows) else []


def _reaching(book: _Book, part: Rows, way: Way) -> Floats:
    """The share of weightings that reach each bound (n x B): all reach the first, and none one more beyond the last."""
    low, high = book.version.clamp
    bounds = book.bounds[part]
    # What caps and clamp cut cannot reach a bound above; what the clamp lifts reaches every bound below.
    most = np.minimum(book.caps.most[part], high)[:, np.newaxis]
    bounds = np.where(bounds <= low, -np.inf, np.where(bounds > most, np.inf, bounds))
    bounds[:, 0] = -np.inf
    return np.hstack([way(book, part, bounds), np.zeros((len(part), 1))])


def _linear(book: _Book, part: Rows, bounds: Floats) -> Floats:
    """Customers of one pattern of whom every cap holds or not: a matrix product, and one for each cut component."""
    points, limits = book.caps.points[part], book.caps.limits[part]
    home, used = np.array(book.version.component_of), ~np.isnan(points[0])
    cut = np.isfinite(limits[0])
    some = used & ~cut[home]
    scores: Singles = points[:, some].astype(np.float32) @ book.weightings.effective(used)[some]
    for c in np.flatnonzero(cut):
        scores += _cut_in_part(book, points, used, (int(c), limits[:, c]))
    counted = np.minimum(points, limits[:, home])[:, used & book.counts]
    least, most = (settled(end(counted, axis=1))[:, np.newaxis] for end in (np.min, np.max))
    return np.where(least >= bounds, 1.0, np.where(most < bounds, 0.0, _share_above(scores, bounds)))


def _share_above(scores: Singles, bounds: Floats) -> Floats:
    """The share of n x D scores that reach each bound (n x B); everybody reaches the first."""
    single = bounds.astype(np.float32)
    counts = [np.count_nonzero(scores >= single[:, b : b + 1], axis=1) for b in range(1, bounds.shape[1])]
    return np.stack([np.ones(len(scores)), *(count / scores.shape[1] for count in counts)], axis=1)


def _cut_in_part(book: _Book, points: Floats, used: Bools, cap: tuple[int, Floats]) -> Singles:
    """What a component adds to the score (n x D), that lies above its cap (n) under some weights."""
    c, most = cap
    mine, there = np.array(book.version.component_of) == c, book.weightings.split(used)
    inside = book.weightings.inside(c, there[c])[there[c]]
    made: Singles = points[:, mine & used].astype(np.float32) @ inside.astype(np.float32)
    np.minimum(made, most.astype(np.float32)[:, np.newaxis], out=made)
    made *= book.weightings.shares(np.array([some.any() for some in there]))[c].astype(np.float32)
    return made


def _capped(book: _Book, part: Rows, bounds: Floats) -> Floats:
    """Customers of one pattern whose caps depend on the weights: component by component, every cap asked every time."""
    version, caps = book.version, [cap for cap in book.version.caps if cap.on]
    shares, there = _components(book, part)
    capped = dict(there)
    for cap in caps:
        if cap.target != SCORE:
            capped[cap.target] = _cut(book, part, cap, (there, capped[cap.target]))
    total = sum((np.nan_to_num(capped[key]) * shares[c] for c, key in enumerate(version.component_keys)), start=0.0)
    scores = settled(np.asarray(total))
    for cap in caps:
        if cap.target == SCORE:
            scores = _cut(book, part, cap, (capped, scores))
    return np.stack([np.mean(scores >= bound[:, np.newaxis], axis=1) for bound in bounds.T], axis=1)


def _components(book: _Book, part: Rows) -> tuple[Floats, dict[str, Floats]]:
    """The shares of the components (C x D), and the points of each before caps (n x D), NaN without any."""
    points, home = book.caps.points[part], np.array(book.version.component_of)
    components, there = {}, []
    for c, key in enumerate(book.version.component_keys):
        mine = points[:, home == c]
        used = ~np.isnan(mine[0])
        made = settled(np.nan_to_num(mine) @ book.weightings.inside(c, used))
        components[key] = made if used.any() else np.full_like(made, np.nan)
        there.append(used.any())
    return book.weightings.shares(np.array(there)), components


def _cut(book: _Book, part: Rows, cap: Cap, against: tuple[dict[str, Floats], Floats]) -> Floats:
    """What a cap leaves of its target (n x D), given what the components (n x D each) are."""
    components, target = against
    facts = {name: book.fields[name][part][:, np.newaxis] for name in cap.when.fields() & book.fields.keys()}
    spread = {name: np.broadcast_to(column, target.shape) for name, column in facts.items()}
    holds, _ = cap.when.evaluate({**spread, **components})
    return np.where(holds, np.minimum(target, cap.at_most), target)
