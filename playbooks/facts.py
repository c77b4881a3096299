"""The numbers that plays and alerts keep of the day they began, from which the words are made when they are shown."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from math import isnan
from typing import Any

from accounts.models import Goal
from accounts.models.goals import GoalKind
from playbooks.definitions import Playbook
from scoring.engine.frame import Bools, Floats
from scoring.engine.rules import Rule
from scoring.indicators import counted_keys

NOTED = ("score", "role", "arr", "days_to_renewal", "days_to_notice")  # what every play keeps
CHANGE = "score_change_"
DECLINING = "I19"  # counts other indicators


def fields_of_play(plan: Playbook) -> set[str]:
    """What has to be known of a customer to start the playbook."""
    rules = [plan.when, *(step.when for step in plan.steps)]
    return {*NOTED, *(name for rule in rules if rule for name in rule.fields())}


def fields_of_alert(rule: Rule) -> set[str]:
    """What has to be known of a customer to ask the rule, and to say in words what it found."""
    names = {"score", *rule.fields()}
    return {*names, *(name.removesuffix(".role") for name in names), *(counted_keys() if DECLINING in names else ())}


@dataclass(frozen=True)
class Night:
    """The fields of some customers on a business date, and what rules say of them, each asked once."""

    fields: Mapping[str, Floats]
    on: date
    answers: dict[Rule, tuple[Bools, Bools]] = field(default_factory=dict)

    def ask(self, rule: Rule) -> tuple[Bools, Bools]:
        """Where the rule holds, and where it cannot be told."""
        if rule not in self.answers:
            self.answers[rule] = rule.evaluate(self.fields)
        return self.answers[rule]

    def number(self, name: str, i: int) -> float | None:
        """A field of one customer; None where it is not known."""
        column = self.fields.get(name)
        value = float("nan") if column is None else float(column[i])
        return None if isnan(value) else value

    def play(self, plan: Playbook, i: int) -> dict[str, Any]:
        """The facts of a play: numbers by field, `renewal_on` and `notice_on`, and `left_out`, steps not called for."""
        facts: dict[str, Any] = self.numbers(fields_of_play(plan), i)
        for name in ("renewal", "notice"):
            days = facts.pop(f"days_to_{name}", None)
            if days is not None:
                facts[f"{name}_on"] = (self.on + timedelta(days=days)).isoformat()
        left_out = [place for place, step in enumerate(plan.steps) if step.when and not self.ask(step.when)[0][i]]
        return {**facts, "left_out": left_out} if left_out else facts

    def numbers(self, names: Iterable[str], i: int) -> dict[str, float]:
        """Those of the fields that are known of one customer."""
        return {name: value for name in sorted(names) if (value := self.number(name, i)) is not None}

    def alert(self, rule: Rule, component: str, i: int) -> dict[str, Any]:
        """The facts of an alert: numbers by field, and by what the rule asks about

        a change of the score: `from`, `to`, `from_on`; a component: `component`, `points`; declining several:
        `indicators` (keys), `count`. The goals of A4 come apart, from `overdue_milestones`.
        """
        facts: dict[str, Any] = self.numbers(rule.fields(), i)
        for name in sorted(rule.fields()):
            facts |= self._change(name, i)
        if component:
            facts |= {"component": component, "points": self.number(component, i)}
        if DECLINING in rule.fields():
            found = [key for key in counted_keys() if self.number(key, i)]
            facts |= {"indicators": found, "count": len(found)}
        return facts

    def _change(self, name: str, i: int) -> dict[str, Any]:
        to, change = self.number("score", i), self.number(name, i)
        if not name.startswith(CHANGE) or to is None or change is None:
            return {}
        before = self.on - timedelta(days=int(name.removeprefix(CHANGE)))
        return {"from": to - change, "to": to, "from_on": before.isoformat()}


def overdue_milestones(customers: Iterable[int], on: date) -> dict[int, list[int]]:
    """Milestones due before the date and not achieved by it (S002-27): ids by customer, ascending."""
    goals = Goal.objects.filter(customer__in=list(customers), kind=GoalKind.MILESTONE, due_on__lt=on)
    found: defaultdict[int, list[int]] = defaultdict(list)
    for customer, goal in goals.exclude(achieved_on__lte=on).order_by("pk").values_list("customer", "pk"):
        found[customer].append(goal)
    return found
