"""The first reading of a file: is its structure sound, which rows are beaten by a later one, which ids does it hold."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import numpy as np

from accounts.ingestion.extracting import Extractor
from accounts.ingestion.kinds.base import Kind, Values
from accounts.ingestion.problems import Problem
from accounts.ingestion.reading import Table
from accounts.ingestion.rows import CHUNK, Cells, Row


@dataclass
class Survey:
    """What is known of a file before its first write. Identities are kept as 64-bit hashes: 8 bytes a row.

    `winners` holds, for identities that occur more than once, the line of the last sound row and its contents' hash.
    """

    rows: int = 0
    winners: dict[int, tuple[int, int]] = field(default_factory=dict)
    ids: np.ndarray[Any, np.dtype[np.int64]] | None = None

    def is_beaten(self, kind: Kind, row: Row) -> bool:
        """Whether a later row of the file has the same identity; different contents are noticed."""
        if not self.winners or not row.records:
            return False
        winner = self.winners.get(fingerprint(kind, row.records[0].values))
        if winner is None or winner[0] == row.read.line:
            return False
        if winner[1] != hash(tuple(row.read.cells)):
            row.notices.append("id_clash")
        return True

    def holds(self, key: str) -> bool:
        """Whether some row of the file has this id; only asked of kinds that refer to themselves."""
        if self.ids is None or not len(self.ids):
            return False
        place = int(np.searchsorted(self.ids, hash((key,))))
        return place < len(self.ids) and int(self.ids[place]) == hash((key,))


def in_chunks(rows: Iterable[Cells]) -> Iterator[list[Cells]]:
    """Stretches of rows, as many as one transaction takes."""
    rest = iter(rows)
    while chunk := list(islice(rest, CHUNK)):
        yield chunk


def survey(table: Table, extractor: Extractor) -> Survey:
    """Read the whole file once; raises Refused when its structure is bad anywhere."""
    found, kind = Survey(), extractor.section.kind
    hashes, ids = array("q"), array("q")
    for chunk in in_chunks(table.rows()):
        found.rows += len(chunk)
        keys, days, _reads = _identities(extractor, chunk)
        hashes.extend(map(hash, zip(keys, days, strict=True)))
        if kind.own_reference:
            ids.extend(map(hash, keys))
    found.ids = np.unique(np.frombuffer(ids, np.int64)) if ids else None
    repeated = _repeated(hashes)
    if repeated and not extractor.section.is_grouped:
        found.winners = _winners(table, extractor, repeated)
    return found


def fingerprint(kind: Kind, values: Values) -> int:
    """The hash of what tells rows of a file apart: the identity, and for states the day it was observed."""
    return hash((kind.key_of(values), values.get("observed_on")))


def _identities(extractor: Extractor, chunk: Sequence[Cells]) -> tuple[list[Any], list[Any], list[Cells]]:
    """The identities of the rows that have a sound one, the days they were observed, and the rows."""
    kind, rules = extractor.section.kind, extractor.section.rules
    width, wanted = len(extractor.header), extractor.is_wanted
    reads = [read for read in chunk if len(read.cells) == width and (not extractor.section.where or wanted(read.cells))]
    columns = {
        kind.column[name].attribute: extractor.values(kind.column[name], rules[name], reads)
        for name in kind.tells_apart
        if name in rules and not rules[name].total
    }
    bad = {place for values in columns.values() for place, value in enumerate(values) if type(value) is Problem}
    keys, days = kind.keys_of(columns, len(reads)), columns.get("observed_on", [None] * len(reads))
    sound = [place for place in range(len(reads)) if place not in bad] if bad else range(len(reads))
    return [keys[place] for place in sound], [days[place] for place in sound], [reads[place] for place in sound]


def _repeated(hashes: array[int]) -> set[int]:
    if not hashes:
        return set()
    values, counts = np.unique(np.frombuffer(hashes, np.int64), return_counts=True)
    return set(values[counts > 1].tolist())


def _winners(table: Table, extractor: Extractor, repeated: set[int]) -> dict[int, tuple[int, int]]:
    """The last row of each repeated identity; a row that cannot be applied beats none."""
    winners, kind = {}, extractor.section.kind
    for chunk in in_chunks(table.rows()):
        keys, days, reads = _identities(extractor, chunk)
        several = zip(keys, days, reads, strict=True)
        candidates = [read for key, day, read in several if hash((key, day)) in repeated]
        for row in extractor.rows(candidates):
            if row.records and not row.problem:
                contents = hash(tuple(row.read.cells))
                winners[fingerprint(kind, row.records[0].values)] = (row.read.line, contents)
    return winners
