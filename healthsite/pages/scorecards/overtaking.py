"""Drafts beside what is live by now: a draft copied earlier takes back, once published, what others changed since."""

from __future__ import annotations

from dataclasses import dataclass

from scoring.models import ScorecardVersion
from scoring.models.scorecards import Status, Use


@dataclass(frozen=True, slots=True)
class Overtaken:
    """The live version that a draft does not come from, and the published one that it does, where that is known."""

    live: ScorecardVersion
    source: ScorecardVersion | None


def live_beside(version: ScorecardVersion) -> ScorecardVersion | None:
    """The live version of the same scorecard; None where there is none, or this is it."""
    others = ScorecardVersion.objects.filter(scorecard=version.scorecard_id, use=Use.LIVE).exclude(pk=version.pk)
    return others.select_related("scorecard").first()


def overtaken(version: ScorecardVersion, live: ScorecardVersion | None) -> Overtaken | None:
    """What a draft has missed of what is live beside it; None where it comes from that, and where nothing is."""
    if live is None or version.status != Status.DRAFT:
        return None
    source = _source(version)
    return None if source == live else Overtaken(live, source)


def _source(draft: ScorecardVersion) -> ScorecardVersion | None:
    """The published version that a draft was copied from, by way of other drafts too."""
    source = draft.made_from
    while source is not None and source.status == Status.DRAFT:
        source = source.made_from
    return source
