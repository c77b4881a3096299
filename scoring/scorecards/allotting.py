"""Decides which customers a scorecard is for: its rule, and its place among those that are asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.contrib.admin.models import CHANGE, LogEntry
from django.db import transaction

from accounts.models import User
from scoring.engine.rules import InvalidRule, Rule, parse_rule
from scoring.metrics import METRICS
from scoring.metrics.attributes import attribute, word_fields
from scoring.models import Scorecard
from scoring.scorecards.choosing import SEGMENT_BEFORE, STAGE
from scoring.scorecards.drafting import NoReason
from scoring.scorecards.publishing import hold_scorecards, live_versions

LAST: Final = 1000  # position


class NotShared(ValueError):
    """A rule that cannot decide who gets a scorecard; the message names place, value and what would be right."""


def set_choice(
    *, scorecard: Scorecard, when: Mapping[str, Any] | None, position: int, note: str, by: User
) -> Scorecard:
    """Say for whom a scorecard is (None = everybody whom no other takes) and when it is asked, from the next night on.

    Raises NotShared, and NoReason without a note; then nothing is written.
    """
    if not note.strip():
        raise NoReason("The note is empty; deciding who gets a scorecard needs a note that says why")
    rule = None if when is None else read_choice(when)
    if not 0 <= position <= LAST:
        raise NotShared(f"position is {position}; give a whole number from 0 to {LAST}")
    with transaction.atomic():
        hold_scorecards()
        others = [live for live in live_versions() if live.scorecard_id != scorecard.pk]
        is_live = scorecard.versions.filter(use="live").exists()
        if is_live and rule and all(other.scorecard.when for other in others):
            raise NotShared("when would leave some customers without a scorecard; one live scorecard has no rule")
        if is_live and rule is None and not all(other.scorecard.when for other in others):
            raise NotShared("when is empty, and another live scorecard is for everybody already; give a rule")
        scorecard.when, scorecard.position = rule.definition() if rule else None, position
        scorecard.save(update_fields=["when", "position"])
        said = f"For {'customers by rule' if rule else 'everybody else'}, place {position}: {note.strip()}"
        LogEntry.objects.log_actions(by.pk, Scorecard.objects.filter(pk=scorecard.pk), CHANGE, said, single_object=True)
    return scorecard


def read_choice(when: Mapping[str, Any]) -> Rule:
    """The rule; it may read what is known before anybody is scored. Raises NotShared."""
    try:
        rule = parse_rule(when, "when")
    except InvalidRule as error:
        raise NotShared(str(error)) from error
    words = {**word_fields(), SEGMENT_BEFORE: True, STAGE: True}
    for one in rule.comparisons():
        if one.field not in METRICS and one.field not in words and attribute(one.field) is None:
            right = f"it is asked before the score: give a metric, a fact of the customer, {STAGE} or {SEGMENT_BEFORE}"
            raise NotShared(f"when reads {one.field!r}; {right}")
        if any(isinstance(value, str) != words.get(one.field, False) for value in one.values):
            kind = "words" if words.get(one.field) else "numbers"
            raise NotShared(f"when compares {one.field} with {one.values[0]!r}; it holds {kind}")
    return rule
