"""Puts the entries that come with the product into the database: what is missing, never over what was edited."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from django.apps import apps as installed_apps
from django.db import DEFAULT_DB_ALIAS

LIBRARY: Final = Path(__file__).parent / "library"


def library() -> list[dict[str, Any]]:
    """All entries that come with the product; one file a kind, entries in their order with key, number, title, body."""
    return [
        {"kind": path.stem, "position": 10 * place, **entry}
        for path in sorted(LIBRARY.glob("*.json"))
        for place, entry in enumerate(json.loads(path.read_text(encoding="utf-8")), start=1)
    ]


def install_library(*, using: str = DEFAULT_DB_ALIAS, apps: Any = installed_apps, **signal: Any) -> None:
    """Create each missing entry by kind and key; runs after every migrate and flush.

    `apps` are the models as they stand after the migration. Twice is once, also when two processes migrate at a time.
    """
    try:
        rows = apps.get_model("scoring", "Definition")._base_manager.using(using)
    except LookupError:  # migrated back to before the table was there
        return
    present = set(rows.values_list("kind", "key"))
    missing = [entry for entry in library() if (entry["kind"], entry["key"]) not in present]
    if missing:
        rows.bulk_create([rows.model(**entry) for entry in missing], ignore_conflicts=True)
