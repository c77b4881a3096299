"""Definitions of playbooks as sentences: when one starts, who does what by when, and when it ends."""

from __future__ import annotations

from typing import Final

from accounts.wording import counted, listed
from playbooks.definitions import ROLES, Exit, Playbook, Step
from scoring.wording import rule_words

BEGINS: Final = {"enters": "on which this begins to hold", "date": "that first finds this"}


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
