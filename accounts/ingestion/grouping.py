"""Many rows become one record: totals by the identity of the kind, with how many rows each record stands for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from accounts.ingestion.converting import LEAVE
from accounts.ingestion.extracting import Extractor, note_problems
from accounts.ingestion.reading import Table
from accounts.ingestion.rows import Cells, Row
from accounts.ingestion.surveying import in_chunks


@dataclass(slots=True)
class Group:
    """The rows of one record so far: the last of them, how many, and the running totals by column name."""

    last: Cells
    count: int = 0
    totals: dict[str, Any] = field(default_factory=dict)


def grouped(table: Table, extractor: Extractor) -> list[Cells]:
    """One row per record and one per row that is skipped or bad, in the order of their last lines.

    Memory grows with the records, not with the rows.
    """
    groups: dict[Any, Group] = {}
    alone: list[Cells] = []
    for chunk in in_chunks(table.rows()):
        for row, key, cells in _read(extractor, chunk):
            if row.state or row.problem:
                row.read.problem = row.problem
                alone.append(row.read)
            else:
                _add(groups.setdefault(key, Group(row.read)), row.read, cells, extractor)
    made = [_as_cells(group) for group in groups.values()]
    return sorted([*alone, *made], key=lambda cells: cells.line)


def _read(extractor: Extractor, chunk: list[Cells]) -> Iterator[tuple[Row, Any, dict[str, Any]]]:
    """Each row with its identity and the cells that are totalled."""
    kind, rules = extractor.section.kind, extractor.section.rules
    rows = [extractor.begin(read) for read in chunk]
    yield from ((row, None, {}) for row in rows if row.state or row.problem)
    wanted = [row for row in rows if not row.state and not row.problem]
    reads = [row.read for row in wanted]
    columns = {
        name: extractor.totalled(kind.column[name], rule, reads)
        for name, rule in rules.items()
        if rule.total and rule.column
    }
    for column in columns.values():
        note_problems(wanted, column)
    several = zip(*columns.values(), strict=True) if columns else ((),) * len(wanted)
    for row, values, cells in zip(wanted, extractor.records(wanted, totals=False), several, strict=True):
        yield row, kind.key_of(values), dict(zip(columns, cells, strict=True))


def _add(group: Group, read: Cells, cells: dict[str, Any], extractor: Extractor) -> None:
    group.last = read
    group.count += 1
    for name, rule in extractor.section.rules.items():
        if rule.total and not (rule.column and cells[name] in (LEAVE, None, "")):
            group.totals[name] = _total(rule.total, group.totals.get(name), cells.get(name))


def _total(how: str, before: Any, cell: Any) -> Any:
    match how:
        case "count":
            return (before or 0) + 1
        case "distinct":
            seen = set() if before is None else before
            seen.add(cell)
            return seen
        case "sum":
            return cell if before is None else before + cell
    return cell if before is None else max(before, cell)


def _as_cells(group: Group) -> Cells:
    totals = {name: len(total) if isinstance(total, set) else total for name, total in group.totals.items()}
    return Cells(group.last.line, group.last.cells, group.count, totals)
