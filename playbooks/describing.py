"""Definitions of playbooks as sentences: when one starts, who does what by when, and when it ends."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from accounts.wording import counted, listed, trimmed
from playbooks.definitions import ROLES, Exit, Playbook, Step
from scoring.engine.rules import Comparison, Group, Not, Rule, sentence
from scoring.fields import label_of

COLOURS: Final = {0: "red", 1: "yellow", 2: "green"}
SIZES: Final = {1: "small", 2: "mid-market", 3: "enterprise"}
CODED: Final = {"role": COLOURS, "role_before": COLOURS, "size": SIZES}  # numbers that stand for words
BEGINS: Final = {"enters": "on which this begins to hold", "date": "that first finds this"}
YES_NO: Final = re.compile(r"churn_risk|expansion|emergency|renewal_decided|I\d+")


def rule_words(rule: Rule) -> str:
    """A condition as a person says it: colours, sizes and yes or no by their words, the rest as the rule reads."""
    if isinstance(rule, Not):
        return f"not ({rule_words(rule.part)})"
    if isinstance(rule, Group):
        return (" and " if rule.kind == "all" else " or ").join(_parts(rule))
    return _coded(rule) or sentence(rule, {rule.field: label_of(rule.field)})


def _parts(group: Group) -> Iterator[str]:
    """The parts in words, in brackets where they are joined in the other way; two ends of one field become one."""
    parts = list(group.parts)
    while parts:
        ends = _ends(Group(group.kind, tuple(parts[:2])))
        part = parts.pop(0)
        if ends:
            parts.pop(0)
            yield ends
        else:
            mixed = isinstance(part, Group) and part.kind != group.kind and not _ends(part)
            yield f"({rule_words(part)})" if mixed else rule_words(part)


def _ends(group: Group) -> str:
    """At least so much and at most so much of one field in one clause; empty where the group is something else."""
    match group:
        case Group(
            "all",
            (Comparison(low, ">=", (int() | float() as first,)), Comparison(high, "<=", (int() | float() as last,))),
        ) if low == high:
            return f"{label_of(low)} is from {trimmed(first, 2)} to {trimmed(last, 2)}"
    return ""


def _coded(rule: Comparison) -> str:
    """A comparison with a code in words; empty where the number is a number."""
    label, value = label_of(rule.field), rule.values[0]
    if YES_NO.fullmatch(rule.field) and rule.op in ("==", "!=") and value in (0, 1):
        return f"{label}: {'yes' if (value == 1) == (rule.op == '==') else 'no'}"
    codes = CODED.get(rule.field) or (COLOURS if rule.field.endswith(".role") else {})
    if rule.op not in ("==", "!=", "in") or not all(one in codes for one in rule.values):
        return ""
    names = " or ".join(codes[int(one)] for one in rule.values)
    return f"{label} is {'not ' if rule.op == '!=' else ''}{names}"


def trigger_words(plan: Playbook) -> str:
    """When it starts."""
    if plan.when is None or plan.starts == "manual":
        return "It is started by hand only."
    return f"It starts on the night {BEGINS[plan.starts]}: {condition_words(plan)}."


def condition_words(plan: Playbook) -> str:
    """What has to begin to hold."""
    if plan.when is None or plan.starts == "manual":
        return "by hand only"
    provided = f", provided that {rule_words(plan.provided)}" if plan.provided else ""
    return f"{rule_words(plan.when)}{provided}{'; once for each renewal' if plan.per else ''}"


def wait_words(plan: Playbook) -> str:
    """How long it waits after a close before it can start again."""
    if not plan.cool_down_days:
        return "It can start again at once."
    return f"After it is closed it waits {counted(plan.cool_down_days, 'day')} before it can start again."


def exit_words(leave: Exit | None) -> str:
    """When it ends by itself."""
    if leave is None:
        return "It ends when all steps are done."
    nights = f" on {leave.nights} nights in a row" if leave.nights > 1 else ""
    steps = listed([str(place + 1) for place in leave.steps])
    besides = f", and step{f's {steps} are' if len(leave.steps) > 1 else f' {steps} is'} done" if steps else ""
    return f"It ends when this holds{nights}: {rule_words(leave.when)}{besides}."


def who(step: Step) -> str:
    """The roles that do a step."""
    roles = [step.role, *filter(None, [step.with_role])]
    return " with ".join(ROLES.get(role, role) for role in roles)


def sla_words(step: Step) -> str:
    """What is promised, and who hears of it when it is missed; empty without a promise."""
    if step.sla is None:
        return ""
    told = listed([ROLES.get(role, role) for role in step.escalate_to])
    return f"SLA {step.sla}{f', else it goes to {told}' if told else ''}"


def repeat_words(step: Step) -> str:
    """How a step comes again; empty where it does not."""
    if step.repeat is None:
        return ""
    until = "until the plan is closed" if step.repeat.times is None else f"{counted(step.repeat.times, 'time')} in all"
    return f"again every {step.repeat.every}, {until}"


def step_words(step: Step) -> str:
    """All of a step but its title and roles, in clauses."""
    clauses = [
        "nobody has to do anything" if step.automatic else f"due {step.due}",
        sla_words(step),
        repeat_words(step),
        f"only if {rule_words(step.when)}" if step.when else "",
    ]
    return "; ".join(filter(None, clauses))
