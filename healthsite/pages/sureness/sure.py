"""How sure a score and its band are, in words: missing data on one side, weights as a matter of taste on the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from accounts.wording import listed
from healthsite.pages import words
from scoring.engine.card import Band
from scoring.engine.display import shown
from scoring.engine.robustness import bounds_of, robustness
from scoring.engine.weightings import Plausible
from scoring.explaining import Explained

PLAUSIBLE = Plausible()


@dataclass(frozen=True, slots=True)
class Share:
    """A band, its share (0-1) of the plausible weightings, and where its part of a bar 100 wide begins."""

    band: Band
    share: float
    start: float

    @property
    def width(self) -> float:
        """The width of its part."""
        return 100 * self.share


@dataclass(frozen=True, slots=True)
class Sureness:
    """Of a customer with a score, all by the scorecard: the range, the band, and how sure both are.

    `overridden` tells of a score set by hand, else empty. `bounds` are the bands' lower bounds as they hold here, the
    first apart; `shares` those of the bands in order.
    """

    low: float
    score: float
    high: float
    band: Band
    is_certain: bool
    certainty: str
    robustness: str
    overridden: str
    bounds: tuple[float, ...]
    shares: tuple[Share, ...]

    @property
    def range(self) -> str:
        """62.1, or 54.0–71.3 where data are missing."""
        ends = (shown(self.low), shown(self.high))
        return ends[0] if self.low == self.high else "–".join(ends)

    @property
    def width(self) -> float:
        """How far the ends of the range lie apart, in points."""
        return self.high - self.low


def sure_of(explained: Explained) -> Sureness | None:
    """How sure a stored score is; None without one. No query."""
    if explained.stored.score is None:
        return None
    engine, scored = explained.version.engine, explained.scored
    before = np.array([band_before(explained)], dtype=np.int8)
    lowers = bounds_of(scored, engine, before)[0].tolist()
    low, score, high = (float(column[0]) for column in (scored.low, scored.automatic, scored.high))
    first, place, last = (_place(lowers, value) for value in (low, score, high))
    shares = robustness(scored, engine, PLAUSIBLE, before)[0].tolist()
    return Sureness(
        low=low,
        score=score,
        high=high,
        band=engine.bands[place],
        is_certain=first == last,
        certainty=_certainty((low, high), engine.bands[first : last + 1]),
        robustness=_robustness(engine.bands, shares, place),
        overridden=_overridden(explained, engine.bands[place], score),
        bounds=tuple(lowers[1:]),
        shares=tuple(map(Share, engine.bands, shares, np.cumsum([0.0, *shares[:-1]]) * 100)),
    )


def band_before(explained: Explained) -> int:
    """The band that a hysteresis remembers: the stored one, but not where it is that of a score set by hand."""
    return -1 if explained.stored.automatic is not None else explained.stored.band


def _place(lowers: Sequence[float], score: float) -> int:
    return max(sum(lower <= score for lower in lowers) - 1, 0)


def _certainty(ends: tuple[float, float], bands: Sequence[Band]) -> str:
    low, high = ends
    if low == high:
        return "Band certain: nothing is missing."
    if len(bands) == 1:
        return f"Band certain: whatever the missing data say, it stays {bands[0].label}."
    return (
        f"Band not certain: with the missing data it could be {bands[0].label} ({shown(low)}) "
        f"or {bands[-1].label} ({shown(high)})."
    )


def _robustness(bands: Sequence[Band], shares: Sequence[float], place: int) -> str:
    if shares[place] == 1:
        return f"Band {bands[place].label} under every plausible weighting: no matter of taste."
    others = [(share, band.label) for band, share in zip(bands, shares, strict=True) if share and band != bands[place]]
    told = listed([f"{label} in {words.percent(share)}" for share, label in sorted(others, reverse=True)])
    return f"Band {bands[place].label} in {words.percent(shares[place])} of plausible weightings, {told}."


def _overridden(explained: Explained, band: Band, score: float) -> str:
    if explained.stored.automatic is None:
        return ""
    by_hand = explained.version.engine.bands[explained.stored.band].label
    return (
        f"The score is set by hand to {shown(explained.stored.score)} ({by_hand}). What follows is about what the "
        f"scorecard says beneath: {shown(score)} ({band.label})."
    )
