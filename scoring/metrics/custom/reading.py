"""Who reads a metric: scorecards, vocabularies, rules that choose a scorecard, and metrics that are made of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from scoring.definitions import entries
from scoring.models import CustomMetric, Definition, Scorecard, ScorecardVersion
from scoring.models.scorecards import Status, Use
from scoring.vocabulary.circles import fields_of


@dataclass(frozen=True, slots=True)
class Reader:
    """What reads a metric, in words; a version as well, where it is one."""

    words: str
    version: ScorecardVersion | None = None
    entry: tuple[str, str] | None = None  # kind and key


def readers(key: str) -> list[Reader]:
    """Everything in use that reads a metric: while there is any it cannot be retired. Three queries at most."""
    return [*versions_reading(key), *_choices(key), *_entries(key), *_metrics(key)]


def versions_reading(key: str) -> list[Reader]:
    """The live and shadow versions and the drafts that have it as a measure or read it in a rule. One query."""
    return [
        Reader(f"{_use(one)} {one.scorecard.title} v{one.number}", version=one)
        for one in versions_in_use()
        if key in one.engine.inputs
    ]


def versions_in_use() -> Iterable[ScorecardVersion]:
    """Versions that score, or may come to: live, shadow, draft. One query."""
    versions = ScorecardVersion.objects.select_related("scorecard").order_by("scorecard__position", "scorecard", "pk")
    return versions.exclude(status=Status.PUBLISHED, use=Use.IDLE)


def _use(version: ScorecardVersion) -> str:
    return "draft" if version.status == Status.DRAFT else f"{version.use} version"


def _choices(key: str) -> Iterable[Reader]:
    ruled = Scorecard.objects.exclude(when=None).filter(versions__use=Use.LIVE).distinct()
    return (Reader(f"the rule who gets {one.title}") for one in ruled if key in _named(one.when))


def _entries(key: str) -> Iterable[Reader]:
    for kind, label in Definition.Kind.choices:
        for entry in entries(kind):
            if key in entry.fields():
                yield Reader(f"{str(label).lower()} {entry.title}", entry=(entry.kind, entry.key))


def _metrics(key: str) -> Iterable[Reader]:
    made = CustomMetric.objects.filter(retired_at=None).order_by("pk")
    return (Reader(f"the metric {one.label}") for one in made if key in _parts(one.body))


def _parts(body: Mapping[str, Any]) -> tuple[Any, Any]:
    return body["source"].get("of"), body["source"].get("by")


def _named(rule: Any) -> set[str]:
    """The fields of a stored rule."""
    return set(fields_of({"rule": rule}))
