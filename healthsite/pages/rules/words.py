"""The words that fields of words hold today, to propose while somebody types."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, Final

from django.db.models import F, QuerySet, Value

from accounts.models import Attribute, Customer, Subscription
from scoring.definitions import entries
from scoring.metrics.attributes import OWN, TEXTS
from scoring.scorecards.choosing import SEGMENT_BEFORE

MOST_WORDS: Final = 60  # of one field; any other word can be typed


def known_words() -> dict[str, tuple[str, ...]]:
    """Words by field, in their order: texts of customers, plans, attributes of the user's own, entries. Two queries."""
    found: dict[str, list[str]] = defaultdict(list)
    for key, word in [*_of_customers(), *_own()]:
        if word.strip() and len(found[key]) < MOST_WORDS:
            found[key].append(word)
    kinds = {"stage": "stage", "segment": "segment", SEGMENT_BEFORE: "segment", "tier": "tier"}
    standings = {key: tuple(entry.key for entry in entries(kind)) for key, kind in kinds.items()}
    return {key: tuple(words) for key, words in found.items()} | standings


def _of_customers() -> QuerySet[Any, Any]:
    texts = [_distinct(Customer.objects.all(), column) for column in TEXTS]
    plans = _distinct(Subscription.objects.all(), "plan")
    return plans.union(*texts).order_by("key", "word")


def _distinct(rows: QuerySet[Any], column: str) -> QuerySet[Any, Any]:
    return rows.order_by().annotate(key=Value(column), word=F(column)).values_list("key", "word").distinct()


def _own() -> list[tuple[str, str]]:
    rows = Attribute.objects.order_by("attribute", "value").values_list("attribute", "value").distinct()
    return [(f"{OWN}{name}", word) for name, word in rows]
