"""Scorecards and their versions, runs and their shards, the scores they made, and what people say about them."""

from __future__ import annotations

from scoring.models.definitions import CustomMetric, Definition
from scoring.models.judgements import Objection, Override, Settlement, Stay
from scoring.models.policies import Policy
from scoring.models.runs import Backfill, Failure, Kept, Leased, Purpose, Run, Shard
from scoring.models.scorecards import Proposal, Scorecard, ScorecardVersion
from scoring.models.scores import CurrentScore, ScoreRecord

__all__ = [
    "Backfill",
    "CurrentScore",
    "CustomMetric",
    "Definition",
    "Failure",
    "Kept",
    "Leased",
    "Objection",
    "Override",
    "Policy",
    "Proposal",
    "Purpose",
    "Run",
    "Scorecard",
    "ScorecardVersion",
    "ScoreRecord",
    "Settlement",
    "Shard",
    "Stay",
]
