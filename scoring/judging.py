"""Judges loaded customers: the score with its reasons, and the indicators beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
from celery.exceptions import SoftTimeLimitExceeded
from django.db import InterfaceError, OperationalError

from scoring.engine.banding import Places
from scoring.engine.frame import Floats, has_value
from scoring.engine.scoring import Scored, score
from scoring.facts import ASKED, Facts
from scoring.indicators.evaluating import indicate, said
from scoring.keeping import columns_of
from scoring.loading import Loaded
from scoring.models import ScorecardVersion
from scoring.nights import Ints, Night, night_before
from scoring.scorecards.choosing import Choice, chosen
from scoring.vocabulary.placing import Placed, place

# The time of a worker is over, or the database is gone: the whole has to be tried again.
NOBODYS_FAULT: Final = (SoftTimeLimitExceeded, OperationalError, InterfaceError)


@dataclass(frozen=True, slots=True)
class Judged:
    """All that is recorded of n customers: scores, indicators that hold as bits, segments and tiers, and what was read.

    `beside` has a column (n, NaN = unknown) for each name, `arr` among them.
    """

    version: ScorecardVersion
    scored: Scored
    indicators: Ints
    placed: Placed
    beside: Mapping[str, Floats]

    @property
    def night(self) -> Night:
        """What a night records of them; without inputs, which `scored` has."""
        scored = self.scored
        return Night(
            ids=scored.ids,
            version=np.full(len(scored.ids), self.version.pk),
            score=scored.score,
            automatic=np.where(scored.automatic != scored.score, scored.automatic, np.nan),
            band=scored.band.astype(np.int64),
            indicators=self.indicators,
            segment=self.placed.segment,
            tags=self.placed.tags,
            inputs=[],
        )


def judge_all(
    ids: Ints, on: date, choices: Sequence[Choice], *, officially: bool = True, facts: Facts = ASKED
) -> Iterator[Judged]:
    """Load and judge customers (ids ascending), each by the live scorecard that its rule picks, a part for each."""
    places = chosen(ids, on, choices)
    for nth, choice in enumerate(choices):
        part = ids[places == nth]
        if len(part):
            loaded = facts.load(part, on, choice.version)
            yield judge(loaded, choice.version, on, officially=officially, facts=facts)


def judged_apart(ids: Ints, judged: Callable[[Ints], Iterable[Judged]], lost: dict[int, str]) -> Iterator[Judged]:
    """What `judged` says of customers; where it raises, of halves of them, down to the one who cannot be judged.

    That one is `lost`, with the reason, and the others go on. What is no customer's fault is raised.
    """
    if not len(ids):
        return
    try:
        yield from list(judged(ids))
    except NOBODYS_FAULT:
        raise
    except Exception as error:  # whatever it is, it is told by the name of the customer
        if len(ids) == 1:
            lost[int(ids[0])] = f"{type(error).__name__}: {error}"
            return
        middle = len(ids) // 2
        yield from judged_apart(ids[:middle], judged, lost)
        yield from judged_apart(ids[middle:], judged, lost)


def judge(
    loaded: Loaded,
    version: ScorecardVersion,
    on: date,
    *,
    officially: bool = True,
    facts: Facts = ASKED,
) -> Judged:
    """Score a loaded block by a version and evaluate its indicators as of the date.

    What persons have set counts only officially: a trial or a shadow shows what the scorecard says.
    """
    ids = loaded.frame.ids
    overrides = facts.overrides_on(ids, on) if officially else None
    scored = score(loaded.frame, version.engine, overrides, _bands_before(ids, on, version))
    return Judged(
        version=version,
        scored=scored,
        indicators=indicate(loaded.frame, scored, version, on, facts),
        placed=place(_fields(loaded, scored, version)),
        beside=columns_of(loaded, version.engine),
    )


def _fields(loaded: Loaded, scored: Scored, version: ScorecardVersion) -> dict[str, Floats]:
    """What the vocabularies read: all that was loaded, and what the score says."""
    frame = loaded.frame
    known = {name: np.where(has_value(frame.states[name]), frame.values[name], np.nan) for name in frame.values}
    return {**known, **loaded.fields, "arr": loaded.arr, **said(scored, version.engine)}


def _bands_before(ids: Ints, on: date, version: ScorecardVersion) -> Places | None:
    """The last band of each customer under the same version (n), -1 = none; needed only where bands are left late."""
    if not version.engine.hysteresis or not len(ids):
        return None
    before = night_before(ids, on)
    return np.where(before.version == version.pk, before.band, -1).astype(np.int8)
