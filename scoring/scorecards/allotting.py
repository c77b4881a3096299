"""Decides which customers a scorecard is for: its rule, and its place among those that are asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.contrib.admin.models import CHANGE, LogEntry
from django.db import transaction

from accounts.models import User
from scoring.engine.rules import InvalidRule, Rule, parse_rule
from scoring.metrics import METRICS
from scoring.metrics.attributes import attribute, word_fields
from scoring.models import Proposal, Scorecard, ScorecardVersion
from scoring.models.scorecards import Use
from scoring.scorecards.choosing import SEGMENT_BEFORE, STAGE, Choice, choices_now
from scoring.scorecards.drafting import NoReason, check_share, take_up, write_proposal
from scoring.scorecards.previewing import Reallotted, reallotted
from scoring.scorecards.publishing import hold_scorecards, live_versions

LAST: Final = 1000  # position


class NotShared(ValueError):
    """A rule that cannot decide who gets a scorecard; the message names place, value and what would be right."""


@dataclass(frozen=True, slots=True)
class Allotment:
    """For whom a scorecard is to be (None = everybody whom no other takes), and when it is asked."""

    scorecard: Scorecard
    rule: Rule | None
    position: int

    def choices(self) -> list[Choice]:
        """The live scorecards in the order in which they would be asked."""
        found = []
        for one in choices_now():
            mine = one.version.scorecard_id == self.scorecard.pk
            rule, position = (self.rule, self.position) if mine else (one.when, one.version.scorecard.position)
            found.append((rule is None, position, one.version.pk, Choice(one.version, rule)))
        return [choice for *_, choice in sorted(found, key=lambda place: place[:3])]

    def as_json(self) -> dict[str, Any]:
        """The form in which a proposal holds it."""
        return {"when": self.rule.definition() if self.rule else None, "position": self.position}


def allotment(scorecard: Scorecard, when: Mapping[str, Any] | None, position: int) -> Allotment:
    """What is asked for, checked. Raises NotShared."""
    rule = None if when is None else read_choice(when)
    if not 0 <= position <= LAST:
        raise NotShared(f"position is {position}; give a whole number from 0 to {LAST}")
    others = [live for live in live_versions() if live.scorecard_id != scorecard.pk]
    if _is_live(scorecard) and rule and all(other.scorecard.when for other in others):
        raise NotShared("when would leave some customers without a scorecard; one live scorecard has no rule")
    if _is_live(scorecard) and rule is None and not all(other.scorecard.when for other in others):
        raise NotShared("when is empty, and another live scorecard is for everybody already; give a rule")
    return Allotment(scorecard, rule, position)


def foresee_choice(asked: Allotment) -> Reallotted | None:
    """What it would do to the current scores; None of a scorecard that is not live: nobody is scored by it."""
    return reallotted(asked.choices()) if _is_live(asked.scorecard) else None


def set_choice(
    *, scorecard: Scorecard, when: Mapping[str, Any] | None, position: int, note: str, by: User
) -> Scorecard:
    """Say for whom a scorecard is (None = everybody whom no other takes) and when it is asked, from the next night on.

    Raises NotShared, NoReason without a note, and NeedsSecondPerson where more customers would change band than
    `Policy.second_person_share`: then `propose_choice`. Nothing is written then.
    """
    _needs(note)
    asked = allotment(scorecard, when, position)
    effect = foresee_choice(asked)
    if effect:
        check_share(effect.moved_share)
    return _set(asked, note.strip(), by)


def propose_choice(
    *, scorecard: Scorecard, when: Mapping[str, Any] | None, position: int, note: str, by: User
) -> Proposal:
    """Ask a second person to agree to who gets a live scorecard. Raises as `set_choice` does, but NeedsSecondPerson."""
    _needs(note)
    asked = allotment(scorecard, when, position)
    version = ScorecardVersion.objects.get(scorecard=scorecard, use=Use.LIVE)
    share = reallotted(asked.choices()).moved_share
    return write_proposal(version=version, note=note, by=by, share=share, choice=asked.as_json())


def approve_choice(*, proposal: Proposal, by: User) -> Scorecard:
    """Agree to it as the second person, in the name of both. Raises NotYours, Outdated and NotShared."""
    with transaction.atomic():
        current = take_up(proposal=proposal, by=by)
        choice = current.choice or {}
        asked = allotment(current.draft.scorecard, choice["when"], choice["position"])
        return _set(asked, f"{current.note} (proposed by {current.by}, agreed to by {by})", by)


def _set(asked: Allotment, note: str, by: User) -> Scorecard:
    with transaction.atomic():
        hold_scorecards()
        scorecard = allotment(asked.scorecard, **asked.as_json()).scorecard  # as others have left it meanwhile
        scorecard.when, scorecard.position = asked.as_json()["when"], asked.position
        scorecard.save(update_fields=["when", "position"])
        said = f"For {'customers by rule' if asked.rule else 'everybody else'}, place {asked.position}: {note}"
        LogEntry.objects.log_actions(by.pk, Scorecard.objects.filter(pk=scorecard.pk), CHANGE, said, single_object=True)
    return scorecard


def _is_live(scorecard: Scorecard) -> bool:
    return scorecard.versions.filter(use=Use.LIVE).exists()


def _needs(note: str) -> None:
    if not note.strip():
        raise NoReason("The note is empty; deciding who gets a scorecard needs a note that says why")


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
