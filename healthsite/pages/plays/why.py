"""Why an action plan started, from the numbers that were kept with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.conf import settings

from accounts.wording import trimmed
from healthsite.pages import words
from playbooks.definitions import Playbook
from playbooks.models import Play
from playbooks.stepping import plan_of
from scoring.engine.display import shown
from scoring.fields import label_of
from scoring.metrics import METRICS
from scoring.wording import CODED, YES_NO, rule_words

AFTER: Final = ("role", "arr")  # said after what the rule asked for; days to a date are on the page already


def why(play: Play) -> str:
    """Who or what started it, in a sentence."""
    if play.started_by is not None:
        return f"Started by {play.started_by} by hand on {play.opened_on:%-d %B %Y}."
    plan = plan_of(play)
    rule = f": {rule_words(plan.when)}" if plan.when else ""
    return f"The night of {play.opened_on:%-d %B %Y} started it, because this began to hold{rule}."


def numbers(play: Play) -> list[tuple[str, str]]:
    """The numbers of that day, label and value: the score, what the rule asked for, the rest."""
    facts, asked = play.facts, _asked(plan_of(play))
    order = [name for name in ("score", *sorted(asked), *AFTER) if _is_number(facts, name)]
    return [(label_of(name), value_words(name, float(facts[name]))) for name in dict.fromkeys(order)]


def value_words(name: str, value: float) -> str:
    """A field's value as a person reads it."""
    if name in CODED and value in CODED[name]:
        return CODED[name][int(value)]
    if YES_NO.fullmatch(name):
        return "yes" if value else "no"
    if name == "arr":
        return words.money(value, settings.REPORTING_CURRENCY)
    if name in METRICS:
        return words.raw(value, METRICS[name].unit, settings.REPORTING_CURRENCY)
    return shown(value) if name == "score" else trimmed(value, 1)


def _asked(plan: Playbook) -> frozenset[str]:
    return plan.when.fields() if plan.when else frozenset()


def _is_number(facts: Mapping[str, Any], name: str) -> bool:
    return isinstance(facts.get(name), int | float) and not isinstance(facts[name], bool)
