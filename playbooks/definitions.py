"""What a playbook and an alert rule are made of. No Django, no clock."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from scoring.engine.rules import Comparison, Group, Not, Rule

Unit = Literal["bh", "bd", "h", "d"]
Anchor = Literal["renewal", "notice"]

UNITS: dict[Unit, str] = {"bh": "business hours", "bd": "business days", "h": "clock hours", "d": "calendar days"}
ANCHORS: tuple[Anchor, ...] = ("renewal", "notice")
ROLES = {
    "CSM": "CSM",
    "AE": "Account executive",
    "MGR": "Manager",
    "EXEC": "Executive",
    "SUP": "Support",
    "TRN": "Training",
    "FIN": "Billing",
    "SR": "Senior CSM",
    "ADMIN": "Admin",
    "HEAD": "Head of CS",
}
COMPONENT = "component"  # stands for each component in the rule of an alert that is asked for each


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time: 4 business hours, 5 business days, 48 clock hours, 7 calendar days."""

    amount: float
    unit: Unit

    def __str__(self) -> str:
        words = UNITS[self.unit]
        return f"{self.amount:g} {words.removesuffix('s') if self.amount == 1 else words}"


@dataclass(frozen=True, slots=True)
class Due:
    """When a step should be done: a span after the play's start, after a step is finished, or before a date."""

    span: Span
    after: int | None = None  # place of the step, from 0, whose completion starts this one
    before: Literal["", "renewal", "notice"] = ""

    def __str__(self) -> str:
        if self.before:
            return f"{self.span} before the {self.before} date"
        return f"{self.span} after {'the start' if self.after is None else f'step {self.after + 1}'}"


@dataclass(frozen=True, slots=True)
class Sla:
    """The latest moment before a step is escalated: hours after its task was made, or a date of the customer."""

    hours: float | None
    calendar: Literal["clock", "business"] = "business"
    anchor: Literal["", "notice"] = ""

    def __str__(self) -> str:
        return f"the {self.anchor} date" if self.anchor else f"{self.hours:g} {self.calendar} hours"


@dataclass(frozen=True, slots=True)
class Repeat:
    """A step that comes again, so long after it was done; `times` in all, None = until the play closes."""

    every: Span
    times: int | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """Something that somebody does in a play; with `when` only for customers of whom that holds."""

    title: str
    role: str
    due: Due
    with_role: str = ""
    sla: Sla | None = None
    escalate_to: tuple[str, ...] = ()
    when: Rule | None = None
    repeat: Repeat | None = None
    automatic: bool = False  # nobody has to do anything
    hours: float = 1.0  # what it is reckoned to take
    details: str = ""


@dataclass(frozen=True, slots=True)
class Exit:
    """When a play has done its work: `when` held on so many nights in a row, and some steps are finished."""

    when: Rule
    nights: int
    steps: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Playbook:
    """A way to deal with a situation (library 7).

    `starts` "enters": on the night on which `when` begins to hold, if `provided` holds too; "date": likewise, and on a
    first night as well; "manual": by hand only. Of the open plays of a customer in one `group` the lowest `severity`
    number remains. `cool_down_days` after a close before it starts again, None = no such wait; `per` "renewal" = once
    for each renewal date.
    """

    key: str
    title: str
    source: str
    starts: Literal["enters", "date", "manual"]
    when: Rule | None
    provided: Rule | None
    severity: int
    group: str
    cool_down_days: int | None
    per: Literal["", "renewal"]
    steps: tuple[Step, ...]
    exit: Exit | None
    success: str

    def fields(self) -> frozenset[str]:
        """Every field that one of its rules reads."""
        rules = [self.when, self.provided, self.exit and self.exit.when, *(step.when for step in self.steps)]
        return frozenset().union(*(rule.fields() for rule in rules if rule))


@dataclass(frozen=True, slots=True)
class AlertRule:
    """A condition that account people are told of when it begins to hold; `each` "component": asked for every one."""

    key: str
    title: str
    when: Rule
    each: Literal["", "component"] = ""


def alert_rules(alert: AlertRule, component_keys: Iterable[str]) -> list[tuple[str, Rule]]:
    """The rules to ask, each with the key of its episodes: `A1`, or `A2:usage` for every component."""
    if not alert.each:
        return [(alert.key, alert.when)]
    return [(f"{alert.key}:{key}", for_component(alert.when, key)) for key in component_keys]


def for_component(rule: Rule, key: str) -> Rule:
    """The rule with `component` and `component.role` read of one component."""
    if isinstance(rule, Group):
        return Group(rule.kind, tuple(for_component(part, key) for part in rule.parts))
    if isinstance(rule, Not):
        return Not(for_component(rule.part, key))
    name, dot, rest = rule.field.partition(".")
    return Comparison(f"{key}{dot}{rest}", rule.op, rule.values) if name == COMPONENT else rule
