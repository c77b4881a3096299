"""The vocabularies as a page: each indicator, segment, stage and tier as a sentence, and how many customers hold it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.wording import counted, listed
from healthsite.pages.rules.holding import holders
from healthsite.pages.rules.kinds import KINDS, TYPES, Kind
from healthsite.pages.rules.readable import component_labels
from healthsite.pages.rules.saying import may_edit_rules
from healthsite.pages.rules.value_form import points_text
from healthsite.pages.visitors import user_of
from scoring.definitions import every_entry
from scoring.engine.rules import InvalidRule, parse_rule
from scoring.models import Definition
from scoring.wording import field_label, rule_words


@dataclass(frozen=True, slots=True)
class Line:
    """An entry as the page shows it; `count` is None where nobody counts who holds it."""

    entry: Definition
    sentences: list[tuple[str, str]]
    count: int | None
    type: str = ""

    @property
    def meaning(self) -> str:
        """What it means, or what goes with it."""
        return meaning_of(self.entry.body)


@require_safe
def vocabularies(request: HttpRequest) -> HttpResponse:
    """All of them."""
    user = user_of(request)
    counts = holders(user, [entry for kind in KINDS for entry in every_entry(kind)])
    rows = Definition.objects.select_related("changed_by")
    labels = component_labels()
    lines = [line_of(row, counts.get((row.kind, row.key)), labels) for row in rows]
    return render(request, "rules/vocabularies.html", {"groups": groups(lines), "may_edit": may_edit_rules(user)})


def groups(lines: list[Line]) -> list[tuple[Kind, list[Line]]]:
    """The lines by kind, indicators by type within theirs."""
    types = list(TYPES.values())
    ordered = sorted(lines, key=lambda line: types.index(line.type) if line.type in types else len(types))
    return [(kind, [line for line in ordered if line.entry.kind == key]) for key, kind in KINDS.items()]


def line_of(row: Definition, count: int | None, labels: Mapping[str, str]) -> Line:
    """An entry in words."""
    kind = TYPES.get(str(row.body.get("type")), "")
    return Line(row, sentences_of(row, labels), count, kind)


def sentences_of(row: Definition, labels: Mapping[str, str]) -> list[tuple[str, str]]:
    """Each rule of an entry with its label, empty where there is one alone; the value score by its parts."""
    kind = KINDS[row.kind]
    if "parts" in row.body:
        return [_part(part) for part in row.body["parts"]]
    held = [(label, row.body[key]) for key, label in kind.rules.items() if row.body.get(key)]
    return [
        (label if len(kind.rules) > 1 and label != "Rule" else "", _words(rule, row, labels)) for label, rule in held
    ]


def _words(rule: Any, row: Definition, labels: Mapping[str, str]) -> str:
    try:
        return rule_words(parse_rule(rule, row.key), labels)
    except InvalidRule as error:
        return f"This rule cannot be read, and is left out: {error}"


def meaning_of(body: Mapping[str, Any]) -> str:
    """What an entry means, or which programme, time and stay go with it."""
    said = [str(body.get("meaning") or body.get("programme") or "")]
    said += [f"on {counted(body['nights'], 'night')} in a row"] if body.get("nights", 1) > 1 else []
    said += [f"{body['hours_per_year']:g} hours a year, {body['touch']}"] if "hours_per_year" in body else []
    stays = [f"{size} {counted(days, 'day')}" for size, days in body.get("expected_days", {}).items()]
    said += [f"Expected stay: {listed(stays)}"] if stays else []
    return "; ".join(filter(None, said))


def _part(part: dict[str, Any]) -> tuple[str, str]:
    return field_label(part["field"]), f"weight {part['weight']:g}; points {points_text(part)}"
