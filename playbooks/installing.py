"""Puts the library that comes with the product into the database: what is missing, never over what was edited."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.apps import apps as installed_apps
from django.db import DEFAULT_DB_ALIAS

LIBRARY = Path(__file__).parent / "library"


def library_playbooks() -> list[dict[str, Any]]:
    """The definitions of the playbooks that come with the product, one file each."""
    return [json.loads(path.read_text(encoding="utf-8")) for path in sorted(LIBRARY.glob("pb-*.json"))]


def library_alerts() -> list[dict[str, Any]]:
    """The definitions of the alert rules that come with the product."""
    return list(json.loads((LIBRARY / "alerts.json").read_text(encoding="utf-8")))


def install_library(*, using: str = DEFAULT_DB_ALIAS, apps: Any = installed_apps, **signal: Any) -> None:
    """Create each missing playbook and alert rule by its key; runs after every migrate and flush.

    `apps` are the models as they stand after the migration. Twice is once, also when two processes migrate at a time.
    """
    for model, definitions in (("Playbook", library_playbooks()), ("AlertRule", library_alerts())):
        try:
            rows = apps.get_model("playbooks", model)._base_manager.using(using)
        except LookupError:  # migrated back to before the table was there
            return
        present = set(rows.values_list("key", flat=True))
        missing = [entry for entry in definitions if entry["key"] not in present]
        if missing:
            rows.bulk_create([_row(rows.model, entry) for entry in missing], ignore_conflicts=True)


def _row(model: Any, definition: dict[str, Any]) -> Any:
    return model(key=definition["key"], title=definition["title"], definition=definition)
