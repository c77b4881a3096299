"""Facts of a customer that are no metrics and that rules may read: size, worth and renewal, industry and plan."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from accounts.models import Attribute as OwnAttribute
from accounts.numbering import columned
from scoring.engine.conditions import code_of
from scoring.engine.frame import Floats
from scoring.metrics.block import Block
from scoring.metrics.rows import Column, Table, coded
from scoring.metrics.subscriptions import arr
from scoring.metrics.worth import renewal_decided, size, value_points

OWN: Final = "attribute:"  # before the name of an attribute of the user's own
TEXTS: Final = ("industry", "region", "country", "territory", "support_level", "growth_potential")


@dataclass(frozen=True, slots=True)
class Attribute:
    """A fact of the customer; one that holds words has their codes (`code_of`). NaN = unknown."""

    key: str
    label: str
    is_word: bool
    compute: Callable[[Block], Floats]


def codes(words: Column) -> Floats:
    """The codes of words; empty = unknown."""
    place, known = coded(words)
    return np.array([*(code_of(word) if word.strip() else np.nan for word in known), np.nan], np.float64)[place]


def _text(column: str) -> Callable[[Block], Floats]:
    return lambda block: codes(block.customer(column))


def plan(block: Block) -> Floats:
    """The plan of the subscription in force with the most MRR."""
    rows = block.records("subscriptions", ["plan", "mrr", "started_on", "ended_on"])
    most = rows[(rows["started_on"] <= rows.day) & ~(rows["ended_on"] <= rows.day)].last("mrr")
    result = np.full(len(block), np.nan)
    result[most.pos] = codes(most["plan"])
    return result


def own(name: str) -> Attribute:
    """An attribute that the user has brought: as it is now, for its changes are not kept."""

    def compute(block: Block) -> Floats:
        named = block.of_customers(OwnAttribute).filter(attribute=name).order_by("pk")
        found = columned(named.values_list("customer_id", "value"), ["customer_id", "value"], OwnAttribute)
        rows = block.situated(Table.of(found))
        result = np.full(len(block), np.nan)
        result[rows.pos] = codes(rows["value"])
        return result

    return Attribute(f"{OWN}{name}", name.replace("_", " ").capitalize(), True, compute)


_PLAIN: Final = (
    Attribute("arr", "ARR", False, lambda block: block.once(arr)),
    Attribute("size", "Size", False, size),
    Attribute("value_points", "Value points", False, value_points),
    Attribute("renewal_decided", "Renewal decided", False, renewal_decided),
    Attribute("plan", "Plan", True, plan),
    *(Attribute(column, column.replace("_", " ").capitalize(), True, _text(column)) for column in TEXTS),
)
ATTRIBUTES: Final[Mapping[str, Attribute]] = {one.key: one for one in _PLAIN}


def attribute(name: str) -> Attribute | None:
    """The attribute of a name, the user's own ones too; None where there is none."""
    if name.startswith(OWN) and len(name) > len(OWN):
        return own(name.removeprefix(OWN))
    return ATTRIBUTES.get(name)


def word_fields() -> dict[str, bool]:
    """Every attribute by name, and whether it holds words; the user's own ones too. One query."""
    names = OwnAttribute.objects.order_by("attribute").values_list("attribute", flat=True).distinct()
    return {key: one.is_word for key, one in ATTRIBUTES.items()} | {f"{OWN}{name}": True for name in names}
