"""Facts of a customer that are no metrics and that rules may read: size, worth and renewal, industry and plan."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from accounts.models import Attribute as OwnAttribute
from scoring.engine.conditions import code_of
from scoring.engine.frame import Floats
from scoring.metrics.block import Block
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


def codes(words: pd.Series) -> Floats:
    """The codes of words; empty = unknown."""
    known = {word: code_of(word) for word in words.unique() if isinstance(word, str) and word.strip()}
    return np.asarray(words.map(known), np.float64)


def _text(column: str) -> Callable[[Block], Floats]:
    return lambda block: codes(block.once(_texts)[column])


def _texts(block: Block) -> pd.DataFrame:
    return block.states("customers", TEXTS)


def plan(block: Block) -> Floats:
    """The plan of the subscription in force with the most MRR."""
    rows = block.states("subscriptions", ["plan", "mrr", "started_on", "ended_on"])
    there = rows[(rows["started_on"] <= block.day) & ~(rows["ended_on"] <= block.day)]
    latest = there.sort_values("mrr", kind="stable", na_position="first").groupby("pos").tail(1)
    result = np.full(len(block), np.nan)
    result[latest["pos"].to_numpy()] = codes(latest["plan"])
    return result


def own(name: str) -> Attribute:
    """An attribute that the user has brought: as it is now, for its changes are not kept."""

    def compute(block: Block) -> Floats:
        rows = block.of_customers(OwnAttribute).filter(attribute=name).order_by("pk")
        found = pd.DataFrame(list(rows.values_list("customer_id", "value")), columns=["customer_id", "value"])
        found = block.placed(found)
        result = np.full(len(block), np.nan)
        result[found["pos"].to_numpy(np.int64)] = codes(found["value"])
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
