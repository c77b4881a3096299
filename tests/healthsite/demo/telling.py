"""What a demo workspace says, without the numbers that a database gives out."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any, Final

from django.db import models

from accounts.kinds import KINDS
from accounts.models import Batch, Calendar, Change, CustomerPeriod, Interaction, Source, Team
from healthsite.demo.building import build
from healthsite.demo.world import World

NAMED_BY: Final = ("external_id", "email", "key", "sku", "feature", "name", "from_on")
TOLD: Final[tuple[type[models.Model], ...]] = (
    *KINDS.values(),
    Batch,
    Calendar,
    Change,
    CustomerPeriod,
    Source,
    Team,
    Interaction.attendees.through,
)
SECRET: Final = ("id", "password")  # salted, so never twice the same
LAST: Final = date(2026, 3, 4)


def make(customers: int, *, days: int = 60, seed: int = 1, until: date = LAST) -> World:
    """Build a small workspace."""
    return build_quietly(World(seed, customers, days, anchor=until, until=until))


def build_quietly(world: World) -> World:
    build(world, say=silently)
    return world


def silently(line: str) -> None:
    """Say nothing."""


def facts() -> Counter[str]:
    """Every row of the workspace as text, references by their names, without the diary of the runs."""
    names = {model: _names(model) for model in TOLD}
    return Counter(text for model in TOLD for text in _texts(model, names) if "anchor=" not in text)


def _names(model: type[models.Model]) -> dict[int, Any]:
    name = next((name for name in NAMED_BY if hasattr(model, name)), "pk")
    return dict(model._default_manager.values_list("pk", name))


def _texts(model: type[models.Model], names: dict[Any, dict[int, Any]]) -> list[str]:
    columns = [field for field in model._meta.fields if field.name not in SECRET]
    rows = model._default_manager.values(*(field.attname for field in columns))
    return [f"{model.__name__} {[_value(row, field, names) for field in columns]}" for row in rows]


def _value(row: dict[str, Any], field: models.Field[Any, Any], names: dict[Any, dict[int, Any]]) -> Any:
    value = row[field.attname]
    if field.name == "record_id":
        return names[KINDS[row["kind"]]][value]
    return names[field.related_model].get(value) if field.related_model in names else value
