"""The mapping file: TOML whose tables are sections; every error names the key and its line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from accounts.ingestion.problems import IngestError
from accounts.ingestion.rules import RuleError
from accounts.ingestion.sections import Section, section_from
from accounts.ingestion.sources import SourceOptions, options_from
from accounts.kinds import KINDS


@dataclass(frozen=True)
class Plan:
    """What to read: how the source writes, and the sections in the order of loading."""

    source: SourceOptions
    sections: tuple[Section, ...]


def read_mapping(path: Path) -> Plan:
    """Read and check a mapping file; raises IngestError."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        return _parse(path.name, text, tomllib.loads(text))
    except OSError as error:
        raise IngestError(f"{path}: the mapping file cannot be read: {error.strerror}") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise IngestError(f"{path.name}: this is not a TOML file: {error}") from None


def _parse(file: str, text: str, document: Mapping[str, Any]) -> Plan:
    for name in document:
        if name not in ("source", *KINDS):
            line = line_of(text, name, 0, "")
            raise IngestError(f"{file} line {line}: “{name}” is no kind of the import format: {', '.join(KINDS)}")
    place = "source", 0
    try:
        source = options_from(_as_table(document.get("source", {})))
        sections = []
        for name, number, declared in _declared(document):
            place = name, number
            sections.append(section_from(name, _as_table(declared)))
    except RuleError as error:
        raise IngestError(f"{file} line {line_of(text, *place, error.key)}: [{place[0]}] {error}") from None
    if not sections:
        raise IngestError(f"{file}: the mapping has no section such as [customers]")
    return Plan(source, tuple(sections))


def _declared(document: Mapping[str, Any]) -> Iterator[tuple[str, int, Any]]:
    """The sections in the order of loading: kind, how manieth of its kind, and what it says."""
    for name in KINDS:
        written = document.get(name, [])
        for number, declared in enumerate(written if isinstance(written, list) else [written]):
            yield name, number, declared


def _as_table(written: Any) -> Mapping[str, Any]:
    if isinstance(written, dict):
        return written
    raise RuleError("this must be a table: [name] on a line of its own, its keys below")


def line_of(text: str, section: str, number: int, key: str) -> int:
    """The line of a key within the section that is the number-th (from 0) of its name; without it, the section's."""
    inside, seen, header = False, -1, 1
    key_pattern = re.compile(rf"(?:^|[\s{{,.])[\"']?{re.escape(key)}[\"']?\s*=")
    for line, content in enumerate(text.splitlines(), 1):
        if found := re.match(r"\s*\[\[?\s*[\"']?([^\]\"']+?)[\"']?\s*\]\]?", content):
            seen += found[1] == section
            inside = found[1] == section and seen == number
            header = line if inside else header
        elif inside and key and key_pattern.search(content):
            return line
    return header
