"""Judges loaded customers: the score with its reasons, and the indicators beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from scoring.engine.frame import Floats
from scoring.engine.scoring import Scored, score
from scoring.indicators.evaluating import indicate
from scoring.keeping import columns_of
from scoring.loading import Loaded
from scoring.models import ScorecardVersion
from scoring.nights import Ints


@dataclass(frozen=True, slots=True)
class Judged:
    """All that is recorded of n customers: scores, the bits of indicators that hold, and what was read `beside` them.

    `beside` has a column (n, NaN = unknown) for each name, `arr` among them.
    """

    scored: Scored
    indicators: Ints
    beside: Mapping[str, Floats]


def judge(loaded: Loaded, version: ScorecardVersion, on: date) -> Judged:
    """Score a loaded block by a version and evaluate its indicators as of the date."""
    scored = score(loaded.frame, version.engine)
    return Judged(scored, indicate(loaded.frame, scored, version, on), columns_of(loaded, version.engine))
