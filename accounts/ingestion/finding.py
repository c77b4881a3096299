"""Finds the records that rows may already have made, with a query or two per chunk."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from django.db.models import Model, Q, QuerySet

from accounts.ingestion.kinds.base import Kind, Values
from accounts.models import Source

ALTERNATIVES = 200  # conditions joined by OR in one query; SQLite allows trees of a thousand levels


def existing(kind: Kind, source: Source, several: Sequence[Values]) -> dict[tuple[Any, ...], Model]:
    """The stored records with the identities of these values, by identity."""
    wanted = {kind.key_of(values) for values in several}
    found = (record for records in _nearby(kind, source, several) for record in records)
    return {key: record for record in found if (key := kind.key_of(vars(record))) in wanted}


def existing_keys(kind: Kind, source: Source, several: Sequence[Values]) -> set[tuple[Any, ...]]:
    """Identities that are stored, among them all of these values that are."""
    names = [name for names in kind.keys for name in names]
    nearby = (records.values(*names) for records in _nearby(kind, source, several))
    return {kind.key_of(values) for records in nearby for values in records}


def _nearby(kind: Kind, source: Source, several: Sequence[Values]) -> Iterator[QuerySet[Any]]:
    """Queries that find all the records sought, and few others."""
    records = kind.model._default_manager.all()
    if kind.sourced:
        records = records.filter(source=source)
    return (records.filter(condition) for condition in _conditions(kind, several))


def _conditions(kind: Kind, several: Sequence[Values]) -> Iterator[Q]:
    """Conditions that hold for all the records sought, and for few others."""
    last = several
    for (name,) in kind.keys[:-1]:
        named = {values[name] for values in several if values.get(name)}
        last = [values for values in last if not values.get(name)]
        if named:
            yield Q(**{f"{name}__in": named})
    if last:
        yield from _near(kind.narrowing, last)


def _near(names: Sequence[str], several: Iterable[Values]) -> Iterator[Q]:
    if len(names) == 1:
        yield Q(**{f"{names[0]}__in": {values[names[0]] for values in several}})
        return
    first, second = names
    pairs: dict[Any, set[Any]] = {}
    for values in several:
        pairs.setdefault(values[first], set()).add(values[second])
    everything = set().union(*pairs.values())
    if len(pairs) * len(everything) <= 4 * sum(map(len, pairs.values())):
        yield Q(**{f"{first}__in": set(pairs), f"{second}__in": everything})
        return
    rest = iter(pairs.items())
    while some := list(islice(rest, ALTERNATIVES)):
        condition = Q()
        for one, others in some:
            condition |= Q(**{first: one, f"{second}__in": others})
        yield condition
