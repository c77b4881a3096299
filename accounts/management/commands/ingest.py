"""Brings files in, or prints a first mapping for them."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.ingestion.problems import IngestError
from accounts.ingestion.running import Order, ingest
from accounts.ingestion.suggesting import suggest_mapping
from accounts.models import Batch
from accounts.models.ingestion import ROW_STATES

COLUMNS = ("rows_read", *ROW_STATES, "records")


class Command(BaseCommand):
    """`manage.py ingest PATH [--mapping FILE] [--source NAME] [--dry-run] [--json]`."""

    help = "Bring in a folder or file of the import format, or foreign files with a mapping."

    def add_arguments(self, parser: CommandParser) -> None:
        """Say what the command takes."""
        parser.add_argument("path", nargs="?", type=Path, help="a folder, or one file")
        parser.add_argument("--mapping", type=Path, help="a TOML file that says which column fills which field")
        parser.add_argument("--source", default="", help="the name of the source (the mapping's, else “import”)")
        parser.add_argument("--dry-run", action="store_true", help="do everything, report it, and take it back")
        parser.add_argument("--json", action="store_true", help="print one JSON object")
        parser.add_argument("--suggest-mapping", type=Path, metavar="DIR", help="print a first mapping for a folder")

    def handle(self, **options: Any) -> None:
        """Run, print the outcome, and exit 1 when a file was refused."""
        try:
            if options["suggest_mapping"]:
                self.stdout.write(suggest_mapping(options["suggest_mapping"]))
                return
            self._bring_in(options)
        except IngestError as error:
            raise CommandError(str(error)) from None

    def _bring_in(self, options: dict[str, Any]) -> None:
        if options["path"] is None:
            raise CommandError("name a folder or a file to bring in")
        began = time.monotonic()
        order = Order(options["path"], options["mapping"], options["source"], dry_run=options["dry_run"])
        done = ingest(order, tell=self.stderr.write)
        seconds = round(time.monotonic() - began, 3)
        outcome = {"batches": [as_json(batch) for batch in done], "seconds": seconds}
        self.stdout.write(json.dumps(outcome) if options["json"] else as_table(done, seconds))
        if refused := [batch.file for batch in done if batch.refused]:
            raise CommandError(f"refused: {', '.join(refused)}")


def as_json(batch: Batch) -> dict[str, Any]:
    """A batch as scripts read it (commands, `ingest --json`)."""
    counts = {name: getattr(batch, name) for name in COLUMNS}
    head = {"kind": batch.kind, "file": batch.file}
    return {**head, **counts, "notices": batch.notices, "refused": batch.refused or None}


def as_table(batches: list[Batch], seconds: float) -> str:
    """The batches as people read them."""
    width = max(len(batch.file) for batch in batches)
    lines = [" ".join([f"{'file':{width}} {'kind':14}", *(f"{name:>11}" for name in COLUMNS)])]
    for batch in batches:
        counts = (f"{getattr(batch, name):>11,}" for name in COLUMNS)
        lines.append(" ".join([f"{batch.file:{width}} {batch.kind:14}", *counts]))
        lines += [f"  notice: {count:,} {code}" for code, count in sorted(batch.notices.items())]
        lines += [f"  refused: {batch.refused}"] if batch.refused else []
    return "\n".join([*lines, f"{seconds:.1f} seconds"])
