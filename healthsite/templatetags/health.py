"""Presentation words for templates."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import template
from django.conf import settings
from django.http import QueryDict

from accounts.business_days import today
from accounts.wording import MINUS, trimmed
from healthsite.pages import words
from scoring.engine.display import shown
from scoring.engine.rules import parse_rule
from scoring.wording import rule_words

register = template.Library()
register.filter("shown", shown)
register.filter("signed", words.signed)
register.filter("percent", words.percent)


@register.filter
def money(amount: float | None) -> str:
    """An amount in the reporting currency, short."""
    return words.money(amount, settings.REPORTING_CURRENCY)


@register.filter
def amount(value: float | None) -> str:
    """An amount in the reporting currency, in full."""
    return words.amount(value, settings.REPORTING_CURRENCY)


@register.filter
def whole(number: float) -> str:
    """A number with thousands marked."""
    return trimmed(number, 0)


@register.filter
def rule_said(definition: Mapping[str, Any] | None) -> str:
    """A stored rule as a sentence; none is for everybody whom no other takes."""
    return rule_words(parse_rule(definition, "when")) if definition else "everybody whom no other takes"


@register.filter
def until(day: date | None) -> str:
    """How far a date is from today."""
    return words.until(day, today())


@register.filter
def days_left(day: date | None) -> str:
    """How far a date is from today, as short as a column wants it."""
    return words.days_left(day, today())


@register.filter
def direction(points: float | None) -> str:
    """The class of a change: up, down or neither."""
    text = words.signed(points)
    return "up" if text.startswith("+") else "down" if text.startswith(MINUS) else "quiet"


@register.simple_tag(takes_context=True)
def address(context: dict[str, Any], **changes: Any) -> str:
    """The query of this page with some parameters changed; an empty one is left out, and paging starts again."""
    return _address(context["request"].GET, {"page": "", **changes})


@register.simple_tag(takes_context=True)
def without(context: dict[str, Any], name: str) -> str:
    """The query of this page without a parameter."""
    return _address(context["request"].GET, {"page": "", name: ""})


@register.inclusion_tag("components/sort_header.html", takes_context=True)
def sort_header(context: dict[str, Any], key: str, label: str, kind: str = "") -> dict[str, str]:
    """A column heading that sorts by it; where it is the order already, the other way round."""
    order = context["order"]
    direction = {key: "ascending", f"-{key}": "descending"}.get(order, "")
    turned = f"-{key}" if order == key else key
    query = _address(context["request"].GET, {"page": "", "order": turned})
    return {"address": query, "label": label, "kind": kind, "direction": direction}


def _address(query: QueryDict, changes: dict[str, Any]) -> str:
    changed = query.copy()
    for name, value in changes.items():
        changed.pop(name, None)
        if value not in (None, ""):
            changed[name] = str(value)
    for name in [name for name, value in changed.items() if value == ""]:
        del changed[name]
    return f"?{changed.urlencode()}"
