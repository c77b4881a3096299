"""What a score does without: measures that have no data, why, and which files would bring it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from accounts.wording import counted, listed
from healthsite.pages import telling, words
from scoring.engine.card import Version
from scoring.engine.frame import State, has_value
from scoring.engine.scoring import Scored
from scoring.explaining import Explained
from scoring.metrics import METRICS

REASONS: Final = {State.MISSING: "nothing has arrived", State.EXPIRED: "the last value is too old"}
MOST_FILES = 3
LONG_GONE = 30  # days after which a renewal that nobody has moved on is an old date rather than a late signature
Muted = Mapping[str, tuple[date | None, str]]
NOBODY: Final[Muted] = {}


@dataclass(frozen=True, slots=True)
class Gap:
    """A measure without data: its share (0-1) of the scorecard, the reason in words, and the files that feed it."""

    label: str
    share: float
    reason: str
    files: str


def gaps(explained: Explained, muted: Muted = NOBODY) -> list[Gap]:
    """Every measure without fresh data, the heaviest first; `muted` says until when and why one does not count."""
    engine = explained.version.engine
    states = explained.scored.states[0, : len(engine.measures)]
    found = [
        Gap(telling.name_of(metric), share, _why(metric, State(int(state)), muted), listed(_files(metric)))
        for metric, share, state in zip(engine.metric_keys, engine.measure_shares, states, strict=True)
        if not has_value(state)
    ]
    return sorted(found, key=lambda gap: -gap.share)


def _why(metric: str, state: State, muted: Muted) -> str:
    if metric not in muted:
        return REASONS[state]
    until, reason = muted[metric]
    end = f"until {until:%-d %B %Y}" if until else "for now"
    return f"muted {end}: {reason}" if reason else f"muted {end}"


def advice(explained: Explained) -> str:
    """Which files would bring most of what is missing, in a sentence; empty where nothing is."""
    found = missing_files(explained.scored, 0, explained.version.engine)
    told = [f"{file} ({words.percent(share)} of the weight)" for file, share in found[:MOST_FILES]]
    return f"Most would come with {listed(told)}." if told else ""


def missing_files(scored: Scored, i: int, version: Version) -> list[tuple[str, float]]:
    """The files that would feed what customer i lacks, with the share of the weight each would bring; most first."""
    worth: dict[str, float] = {}
    states = scored.states[i, : len(version.measures)]
    for metric, share, state in zip(version.metric_keys, version.measure_shares, states, strict=True):
        if not has_value(state):
            file = next(iter(_files(metric)), "metric_values.csv")
            worth[file] = worth.get(file, 0.0) + share
    return sorted(worth.items(), key=lambda item: -item[1])


def renewal_gap(days: float) -> str:
    """What is wrong with a renewal date so many days ahead (NaN = not known), in a sentence; empty where nothing is."""
    if math.isnan(days):
        return (
            "No renewal date is known, so that the customer never enters the Renewal stage: "
            "it comes with customers.csv or subscriptions.csv."
        )
    if days < -LONG_GONE:
        return f"The renewal was due {counted(int(-days), 'day')} ago, and no later date has arrived."
    return ""


def _files(metric: str) -> list[str]:
    return [f"{kind}.csv" for kind in METRICS[metric].kinds] if metric in METRICS else []
