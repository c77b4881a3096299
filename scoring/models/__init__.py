"""Scorecards and their versions, runs and their shards, and the scores they made."""

from __future__ import annotations

from scoring.models.runs import Failure, Kept, Leased, Purpose, Run, Shard
from scoring.models.scorecards import Scorecard, ScorecardVersion
from scoring.models.scores import CurrentScore, ScoreRecord

__all__ = [
    "CurrentScore",
    "Failure",
    "Kept",
    "Leased",
    "Purpose",
    "Run",
    "Scorecard",
    "ScorecardVersion",
    "ScoreRecord",
    "Shard",
]
