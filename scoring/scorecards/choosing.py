"""Which of several live scorecards a customer gets: the first whose rule holds on the date."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np

from scoring.engine.conditions import Rule
from scoring.engine.frame import Floats
from scoring.engine.rules import parse_rule
from scoring.metrics import METRICS
from scoring.metrics.attributes import attribute
from scoring.metrics.block import Block
from scoring.metrics.evaluating import evaluate
from scoring.models import Run, ScorecardVersion
from scoring.nights import Ints, night_before
from scoring.scorecards.publishing import live_versions
from scoring.vocabulary.placing import codes
from scoring.vocabulary.stays import stage_on

SEGMENT_BEFORE: Final = "segment_before"
STAGE: Final = "stage"
OF_THE_NIGHT: Final = frozenset({SEGMENT_BEFORE, STAGE})  # decided by earlier nights, so that nobody can read ahead


@dataclass(frozen=True, slots=True)
class Choice:
    """A live scorecard's version, and the rule by which it is chosen; None takes everybody who is left."""

    version: ScorecardVersion
    when: Rule | None = None


def choices_now() -> list[Choice]:
    """The live scorecards in the order in which they are asked; the one without a rule comes last."""
    return [Choice(version, _rule(version.scorecard.when)) for version in live_versions()]


def choices_of(run: Run) -> list[Choice]:
    """What a run holds: its live scorecards as they were when it began, or its one version. One query at most."""
    if not run.choices:
        return [Choice(run.version)]
    versions = ScorecardVersion.objects.select_related("scorecard").in_bulk([one["version"] for one in run.choices])
    return [Choice(versions[one["version"]], _rule(one["when"])) for one in run.choices]


def as_json(choices: Sequence[Choice]) -> list[dict[str, Any]]:
    """The form in which a run holds them."""
    return [
        {"version": choice.version.pk, "when": choice.when.definition() if choice.when else None} for choice in choices
    ]


def chosen(ids: Ints, on: date, choices: Sequence[Choice]) -> Ints:
    """For each customer (ids ascending) the place of its choice (n); who fits no rule gets the last.

    A rule that cannot be told does not hold. Where there is one choice, nothing is read.
    """
    places = np.full(len(ids), len(choices) - 1, np.int64)
    rules = [(place, choice.when) for place, choice in enumerate(choices[:-1]) if choice.when]
    if not rules or not len(ids):
        return places
    block = Block(ids, on)
    fields = {name: known_before(block, name) for name in sorted(set().union(*(rule.fields() for _, rule in rules)))}
    for place, rule in reversed(rules):  # the first last: of several that hold it counts
        places[rule.evaluate(fields)[0]] = place
    return places


def known_before(block: Block, name: str) -> Floats:
    """A field that is known before anybody is scored (n): a metric, an attribute, the stage, the segment of before."""
    if name in METRICS:
        return evaluate(METRICS[name], block, METRICS[name].window).values
    if name == SEGMENT_BEFORE:
        return codes("segment", night_before(block.ids, block.on).segment)
    if name == STAGE:
        return stage_on(block.ids, block.on)
    fact = attribute(name)
    return fact.compute(block) if fact else np.full(len(block), np.nan)


def is_known_before(name: str) -> bool:
    """Whether `known_before` knows the name."""
    return name in METRICS or name in OF_THE_NIGHT or attribute(name) is not None


def _rule(definition: Any) -> Rule | None:
    return None if definition is None else parse_rule(definition, "when")
