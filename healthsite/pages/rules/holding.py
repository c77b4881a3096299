"""How many customers hold each entry of the vocabularies now."""

from __future__ import annotations

from typing import Any, Final

from django.db.models import Count, F, Q

from accounts.business_days import today
from accounts.models import Customer, User
from scoring.definitions.entries import Entry
from scoring.models import CurrentScore, Definition

KEPT_IN: Final = {
    Definition.Kind.SEGMENT: "segment",
    Definition.Kind.STAGE: "stage",
    Definition.Kind.TIER: "tier",
    Definition.Kind.REVENUE_TIER: "revenue_tier",
}


def holders(user: User, every: list[Entry]) -> dict[tuple[str, str], int]:
    """By kind and key how many customers a person may see hold an entry; without those that are not kept. One query.

    Of an indicator those count for whom its condition holds on the day.
    """
    names = {f"n{place}": entry for place, entry in enumerate(every)}
    wanted = {name: Count("pk", filter=held) for name, entry in names.items() if (held := _held(entry)) is not None}
    visible = Customer.objects.visible_to(user).active_on(today())
    found: dict[str, Any] = (
        CurrentScore.objects.filter(customer__in=visible).annotate(**_bits(every)).aggregate(**wanted)
    )
    return {(names[name].kind, names[name].key): count for name, count in found.items()}


def _bits(every: list[Entry]) -> dict[str, Any]:
    return {f"bit{one.number}": F("indicators").bitand(one.bit) for one in every if _is_indicator(one)}


def _held(entry: Entry) -> Q | None:
    if _is_indicator(entry):
        return Q(**{f"bit{entry.number}__gt": 0})
    column = KEPT_IN.get(Definition.Kind(entry.kind))
    return Q(**{column: entry.number}) if column else None


def _is_indicator(entry: Entry) -> bool:
    return entry.kind == Definition.Kind.INDICATOR
