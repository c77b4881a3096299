"""The columns of a kind, made from the fields of its model: type, size, accepted values, what an empty cell means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from django.db import models

from accounts.ingestion import dates, numbers, parsing
from accounts.ingestion.formats import Format, Parser
from accounts.ingestion.problems import Bad
from accounts.models import User

LARGEST = {models.PositiveIntegerField: 2**31 - 1, models.BigIntegerField: 2**63 - 1}
TEXT_LIMIT = 32_768  # a cell is never longer


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the import format. `attribute` is where its value goes in the model; `refers_to` makes it a key."""

    name: str
    attribute: str
    parse: Parser
    empty: Any = None
    refers_to: type[models.Model] | None = None
    many: bool = False


@dataclass(frozen=True)
class Details:
    """What a model's field does not say about its column."""

    past: bool = False
    low: float | None = None
    high: float | None = None
    variants: Mapping[str, str] = field(default_factory=dict)
    accepted: tuple[str, ...] = ()


def column_of(model: type[models.Model], name: str, attribute: str, details: Details) -> Column:
    """The column that fills a field of a model."""
    target: Any = model._meta.get_field(attribute)
    if isinstance(target, models.ForeignKey | models.ManyToManyField):
        return reference(name, target.related_model, target)
    column = Column(name, attribute, _parser(name, target, details), _empty(target))
    return replace(column, parse=_not_after_now(column.parse)) if details.past else column


def reference(name: str, model: type[models.Model], target: models.Field[Any, Any] | None = None) -> Column:
    """A column that names another record by its id, sku or e-mail; without a target it is handled by its kind."""
    parse = parsing.email(254) if model is User else parsing.text(255)
    attribute = target.attname if target else name
    if isinstance(target, models.ManyToManyField):
        return Column(name, attribute, parsing.words(parse), [], model, many=True)
    return Column(name, attribute, parse, None, model)


def _parser(name: str, target: models.Field[Any, Any], details: Details) -> Parser:
    match target:
        case models.BooleanField():
            return parsing.boolean
        case models.DateTimeField():
            return dates.moment
        case models.DateField():
            return dates.day
        case models.DecimalField():
            return numbers.decimal(target.max_digits, target.decimal_places, details.low, details.high)
        case models.FloatField():
            return numbers.real(details.low, details.high)
        case models.IntegerField():
            return numbers.whole(int(details.low or 0), LARGEST[type(target)])
        case models.JSONField():
            each = parsing.choice(details.accepted, details.variants) if details.accepted else parsing.text(255)
            return parsing.words(each)
    return _text_parser(name, target, details)


def _text_parser(name: str, target: models.Field[Any, Any], details: Details) -> Parser:
    if isinstance(target, models.TextField):
        return parsing.text(TEXT_LIMIT, parsing.CONTROL_BUT_LINES)
    if isinstance(target, models.EmailField):
        return parsing.email(254)
    if target.choices:
        return parsing.choice([value for value, _label in target.choices], details.variants)
    special = {"currency": parsing.currency, "time_zone": parsing.time_zone}
    return special.get(name) or parsing.text(target.max_length or TEXT_LIMIT)


def _empty(target: models.Field[Any, Any]) -> Any:
    """What clearing a field puts there: null where it may be, else its default."""
    if target.null or not target.has_default():
        return None
    return target.get_default()


def _not_after_now(parse: Parser) -> Parser:
    def past(cell: str, format: Format) -> Any:
        value = parse(cell, format)
        late = value > format.now if isinstance(value, datetime) else isinstance(value, date) and value > format.today
        if late:
            raise Bad("future_date", f"{value:%Y-%m-%d} is in the future; this can only have happened already")
        return value

    return past
