"""The fields that rules about customers read: metrics, what the score says, and how both changed, as of a night."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from scoring.engine.frame import Floats
from scoring.fields.naming import is_field, label_of
from scoring.fields.sheet import Sheet
from scoring.loading import snapshot
from scoring.models import Run, ScorecardVersion
from scoring.nights import Ints, recorded
from scoring.scorecards.choosing import choices_of

__all__ = ["is_field", "label_of", "load_fields", "run_versions"]


def load_fields(run: Run, ids: Ints, names: Iterable[str]) -> dict[str, Floats]:
    """Each field of the customers (ids ascending) as of a run's date (n each), NaN = unknown.

    What is in the record is read from it, as it was known that night; the other metrics are computed as of the date. A
    customer without a record in the run has NaN everywhere, and one without a score in all that comes from the score.
    A name that is no field, such as a component of a scorecard no longer in use, is NaN too. The number of queries
    depends on the names and on the live scorecards, not on the customers.
    """
    wanted = dict.fromkeys(names)
    found = {name: np.full(len(ids), np.nan) for name in wanted}
    if len(ids):
        with snapshot():
            night = recorded(run.pk, ids)
            versions = run_versions(run)
            for pk in np.unique(night.version[night.there]).tolist():
                theirs = night.version == pk
                sheet = Sheet(run, night.only(theirs), versions[pk].engine)
                for name in wanted:
                    found[name][theirs] = sheet.column(name)
    return found


def run_versions(run: Run) -> dict[int, ScorecardVersion]:
    """The versions that a run scores by. One query at most."""
    return {choice.version.pk: choice.version for choice in choices_of(run)}
