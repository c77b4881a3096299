"""Who reads a metric, in every app: scorecards, vocabularies, other metrics, playbooks and alerts."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from playbooks.models import AlertRule, Playbook
from playbooks.parsing import InvalidPlaybook, parse_alert, parse_playbook
from scoring.metrics.custom.reading import Reader, readers


@dataclass(frozen=True, slots=True)
class Use:
    """One reader in words, with its page where it has one."""

    words: str
    address: str = ""


def uses(key: str) -> list[Use]:
    """Everything in use that reads a metric."""
    return [*(Use(one.words, _address(one)) for one in readers(key)), *uses_above(key)]


def uses_above(key: str) -> list[Use]:
    """The playbooks and alerts in use that read it. Two queries."""
    books = [
        Use(f"playbook {one.title}", reverse("playbook", args=[one.key]))
        for one in Playbook.objects.filter(is_active=True)
        if key in _of_playbook(one)
    ]
    rules = AlertRule.objects.filter(is_active=True)
    return books + [Use(f"alert {one.title}") for one in rules if key in _of_alert(one)]


def _of_playbook(playbook: Playbook) -> frozenset[str]:
    try:
        return parse_playbook(playbook.definition, _any).fields()
    except InvalidPlaybook:
        return frozenset()


def _of_alert(rule: AlertRule) -> frozenset[str]:
    try:
        return frozenset(parse_alert(rule.definition, _any).when.fields())
    except InvalidPlaybook:
        return frozenset()


def _any(name: str) -> bool:
    """Whether a field is known does not matter here."""
    return True


def _address(reader: Reader) -> str:
    if reader.version is not None:
        return reverse("scorecard", args=[reader.version.pk])
    return reverse("vocabulary", args=reader.entry) if reader.entry else ""
