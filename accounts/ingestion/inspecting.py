"""Checks a file before anything is written: it exists, its columns are there, its structure is sound to the end."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from accounts.ingestion.extracting import Extractor
from accounts.ingestion.formats import Format
from accounts.ingestion.grouping import grouped
from accounts.ingestion.problems import IngestError, Refused
from accounts.ingestion.reading import Table
from accounts.ingestion.rows import Cells
from accounts.ingestion.sections import Section, canonical_section, missing_identity
from accounts.ingestion.sources import SourceOptions
from accounts.ingestion.surveying import Survey, in_chunks, survey


@dataclass
class Inspected:
    """A file that is ready to be applied, or refused with the reason."""

    section: Section
    refused: str = ""
    extractor: Extractor | None = None
    table: Table | None = None
    survey: Survey = field(default_factory=Survey)
    sha256: str = ""
    unread: int = 0  # columns that belong to no field

    def chunks(self) -> Iterator[list[Cells]]:
        """The rows of the file, or the records they add up to, in the order of their lines."""
        assert self.table
        assert self.extractor
        rows = grouped(self.table, self.extractor) if self.section.is_grouped else self.table.rows()
        return in_chunks(rows)


def inspect(section: Section, folder: Path, options: SourceOptions, format: Format) -> Inspected:
    """Read a file once from end to end; raises IngestError when the mapping does not fit it."""
    path = folder / section.file
    if not path.is_file():
        raise IngestError(f"{path}: there is no such file, and [{section.kind.name}] names it")
    table = Table(path, options.delimiter, options.encoding)
    try:
        header = table.header()
        section, unread = _fitted(section, header)
        extractor = Extractor(section, header, format)
        found = survey(table, extractor)
    except Refused as refusal:
        return Inspected(section, refused=str(refusal))
    return Inspected(section, "", extractor, table, found, _fingerprint(table, section), unread)


def _fitted(section: Section, header: list[str]) -> tuple[Section, int]:
    """The section with its columns checked against the header, and how many columns nobody reads."""
    if section.declared:
        for name in sorted(section.headers - set(header)):
            raise IngestError(
                f"{section.file}: [{section.kind.name}] reads the column “{name}”, which is not in the header:"
                f" {', '.join(header)}"
            )
        return section, 0
    section = canonical_section(section.kind, section.file, header)
    if missing := missing_identity(section):
        raise Refused(
            f"line 1: the header has no column {', '.join(missing)}; it needs {section.kind.required} and may have"
            f" {', '.join(section.kind.column)}. Is the delimiter a comma?"
        )
    return section, len(set(header) - set(section.rules))


def _fingerprint(table: Table, section: Section) -> str:
    """What was read, and how: the same file under another mapping is another import."""
    file = table.sha256()
    if not section.declared:
        return file
    how = json.dumps(section.declared, sort_keys=True, default=str)
    return hashlib.sha256(f"{file}{how}".encode()).hexdigest()
