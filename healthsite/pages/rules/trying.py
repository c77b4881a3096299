"""What a changed rule would do: for how many customers it held on the last night, who enters and who leaves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np

from accounts.models import Customer
from accounts.wording import counted
from healthsite.pages.rules.kinds import KINDS
from scoring.definitions import entries
from scoring.engine.conditions import Answer, Fields, Rule
from scoring.engine.frame import Bools
from scoring.engine.rules import parse_rule
from scoring.fields import load_fields
from scoring.models import Definition, Purpose, Run, ScoreRecord
from scoring.nights import Ints

NAMES_SHOWN: Final = 20
BLOCK: Final = 5000  # customers read at a time
Ranked = Sequence[tuple[int, Rule]]  # rules in the order in which they are asked, with their numbers


@dataclass(frozen=True, slots=True)
class Trial:
    """One rule before and after on a night: customers in all, for how many it holds, and who is moved."""

    label: str
    night: date
    total: int
    now: int
    then: int
    untold: int
    entering: list[Customer]
    leaving: list[Customer]
    enter: int
    leave: int

    @property
    def sentence(self) -> str:
        """The numbers in words."""
        untold = f" It cannot be told for {counted(self.untold, 'customer')}: data is missing." if self.untold else ""
        return (
            f"{self.label}: holds for {self.now:,} of {counted(self.total, 'customer')} on {self.night:%-d %B %Y}; "
            f"with this rule for {self.then:,}.{untold}"
        )


def try_out(entry: Definition, body: Mapping[str, Any]) -> list[Trial]:
    """What each rule of an entry would do with this body; empty before the first night.

    Where the first rule that holds counts, a customer is one of the entry's only where no earlier rule holds.
    """
    run = Run.objects.filter(purpose=Purpose.NIGHTLY, finished_at__isnull=False).order_by("-as_of").first()
    kind = KINDS[entry.kind]
    if run is None:
        return []
    ids = np.array(ScoreRecord.objects.filter(run=run).order_by("customer_id").values_list("customer_id", flat=True))
    if kind.first:
        sides = [(_title(entry), _ranked(entry, entry.body), _ranked(entry, body))]
    else:
        labels = {**kind.rules, "rule": _title(entry)}
        sides = [(labels[key], _alone(entry.body.get(key)), _alone(body.get(key))) for key in kind.rules]
    number = entry.number if kind.first else 0
    return [_trial(run, ids, label, (before, after), number) for label, before, after in sides if before or after]


def _trial(run: Run, ids: Ints, label: str, sides: tuple[Ranked, Ranked], number: int) -> Trial:
    names = sorted(set().union(*(rule.fields() for side in sides for _, rule in side)))
    found = [_answers(load_fields(run, block, names), len(block), sides, number) for block in _blocks(ids)]
    before, after, untold = (
        (np.concatenate(parts) for parts in zip(*found, strict=True)) if found else [np.zeros(0, bool)] * 3
    )
    enter, leave = ids[after & ~before], ids[before & ~after]
    names_of = Customer.objects.in_bulk([*enter[:NAMES_SHOWN].tolist(), *leave[:NAMES_SHOWN].tolist()])
    entering, leaving = ([names_of[pk] for pk in some[:NAMES_SHOWN].tolist()] for some in (enter, leave))
    numbers = (len(ids), int(before.sum()), int(after.sum()), int(untold.sum()))
    return Trial(label, run.as_of, *numbers, entering, leaving, len(enter), len(leave))


def _title(entry: Definition) -> str:
    return entry.title or "The rule"


def _blocks(ids: Ints) -> list[Ints]:
    return [ids[start : start + BLOCK] for start in range(0, len(ids), BLOCK)]


def _answers(fields: Fields, size: int, sides: tuple[Ranked, Ranked], number: int) -> tuple[Bools, Bools, Bools]:
    """Who held before, who holds then, and for whom the new rule itself cannot be told."""
    (before, _), (after, untold) = (_winning(fields, size, side, number) for side in sides)
    return before, after, untold


def _winning(fields: Fields, size: int, ranked: Ranked, number: int) -> Answer:
    """Where the rule of a number is the first that holds, and where it is unknown."""
    taken, won, untold = (np.zeros(size, bool) for _ in range(3))
    for one, rule in ranked:
        holds, unknown = rule.evaluate(fields)
        if one == number:
            won, untold = holds & ~taken, unknown & ~taken
        taken = taken | holds
    return won, untold


def _alone(rule: Any) -> Ranked:
    return [(0, parse_rule(rule, "rule"))] if rule else []


def _ranked(entry: Definition, body: Mapping[str, Any]) -> Ranked:
    """The rules of the kind as they are asked, that of the entry as its body has it; a new one comes last."""
    stored: list[tuple[int, Any]] = [(one.number, one.rule) for one in entries(entry.kind)]
    if entry.number not in {number for number, _ in stored}:
        stored.append((entry.number, None))
    own = _alone(body.get("rule"))
    ranked = [(number, own[0][1] if number == entry.number and own else rule) for number, rule in stored]
    return [(number, rule) for number, rule in ranked if rule is not None]
