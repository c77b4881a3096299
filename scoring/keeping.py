"""Keeps what a night has read beside its records until somebody has reacted to it, so that it is read once."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Final

import numpy as np
from django.utils import timezone

from scoring.engine.card import Version
from scoring.engine.frame import Floats
from scoring.loading import Loaded
from scoring.models import Kept, Run, Shard
from scoring.nights import Ints

FOR: Final = timedelta(days=2)  # of the clock: a reaction that comes later reads the facts again


def keep(shard: Shard, parts: Iterable[tuple[Ints, Mapping[str, Floats]]]) -> None:
    """Keep columns of stretches of customers, ids ascending, with the shard of a night."""
    some = [(ids, columns) for ids, columns in parts if len(ids)]
    if some:
        names = list(dict.fromkeys(name for _, columns in some for name in columns))
        ids, order = _in_order([ids for ids, _ in some])
        matrix = np.concatenate([_stacked(part, names) for part in some], axis=1)[:, order]
        Kept.objects.create(shard=shard, names=names, data=zlib.compress(ids.tobytes() + matrix.tobytes(), 1))


def _stacked(part: tuple[Ints, Mapping[str, Floats]], names: list[str]) -> Floats:
    """The columns (names x n); one that a part has in its records instead is NaN."""
    ids, columns = part
    nothing = np.full(len(ids), np.nan)
    return np.stack([columns.get(name, nothing) for name in names])


def _in_order(parts: list[Ints]) -> tuple[Ints, Ints]:
    """All ids ascending, and their places: customers of several scorecards lie between each other."""
    ids = np.concatenate(parts)
    order = np.argsort(ids)
    return ids[order], order


def columns_of(loaded: Loaded, version: Version) -> dict[str, Floats]:
    """What was loaded and is not in the record: metrics that only rules read, NaN = none, and facts of the customer."""
    inputs = set(version.inputs)
    metrics = {name: values for name, values in loaded.frame.values.items() if name not in inputs}
    return {**metrics, **loaded.fields, "arr": loaded.arr}


def kept_of(run: Run, ids: Ints) -> dict[str, Floats]:
    """The kept columns of customers (ids ascending) of a night; empty where not all of them are there. One query."""
    rows = Kept.objects.filter(shard__run=run, shard__first_customer__lte=ids[-1], shard__last_customer__gte=ids[0])
    parts = [_unpacked(row) for row in rows.order_by("shard__first_customer")]
    if not parts or any(list(columns) != list(parts[0][1]) for _, columns in parts):
        return {}
    owners = np.concatenate([owners for owners, _ in parts])
    place = np.minimum(np.searchsorted(owners, ids), len(owners) - 1)
    if not (owners[place] == ids).all():
        return {}
    return {name: np.concatenate([columns[name] for _, columns in parts])[place] for name in parts[0][1]}


def _unpacked(row: Kept) -> tuple[Ints, dict[str, Floats]]:
    data = zlib.decompress(row.data)
    count = len(data) // 8 // (1 + len(row.names))
    matrix = np.frombuffer(data, np.float64, offset=8 * count).reshape(len(row.names), count)
    return np.frombuffer(data, np.int64, count), dict(zip(row.names, matrix, strict=True))


def forget() -> None:
    """Drop what was kept some days ago."""
    Kept.objects.filter(shard__run__started_at__lt=timezone.now() - FOR).delete()
