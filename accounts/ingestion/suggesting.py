"""Writes a first mapping for foreign files by matching the names of their columns."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from accounts.ingestion.kinds import DECLARED
from accounts.ingestion.kinds.base import Kind
from accounts.ingestion.problems import IngestError, Refused
from accounts.ingestion.reading import Table
from accounts.ingestion.sections import snake

# Other names under which exports often hold a field.
ALSO_CALLED = {
    "customer": ("account_id", "customer_id", "account", "client", "client_id", "company_id"),
    "external_id": ("id", "key", "number"),
    "name": ("account_name", "company", "company_name", "customer_name", "title", "full_name"),
    "customer_since": ("signup_date", "sign_up_date", "customer_start_date"),
    "churned_on": ("churn_date",),
    "started_on": ("start_date",),
    "ended_on": ("end_date",),
    "date": ("usage_date", "day", "event_time", "observation_date"),
    "on": ("churn_date",),
    "opened_at": ("created", "created_at", "submitted_at"),
    "at": ("start", "started_at"),
    "severity": ("priority",),
    "csat": ("satisfaction_score", "rating"),
    "feature": ("feature_name",),
    "uses": ("usage_count", "count"),
    "errors": ("error_count",),
    "mrr": ("mrr_amount",),
    "plan": ("plan_tier",),
    "product": ("sku",),
    "email": ("e_mail", "mail"),
}
HEAD = """# A first mapping, made by comparing names: check each line, fill in what is marked, delete what does not fit.

[source]
name = "import"
"""


def suggest_mapping(folder: Path) -> str:
    """The text of a mapping for the CSV files of a folder; what could not be placed stands in comments."""
    if not folder.is_dir():
        raise IngestError(f"{folder}: there is no such folder")
    files = [file for file in sorted(folder.iterdir()) if file.name.endswith((".csv", ".csv.gz"))]
    if not files:
        raise IngestError(f"{folder}: no .csv or .csv.gz file here")
    return "\n".join([HEAD, *(text for file in files for text in _section(file))])


def _section(file: Path) -> Iterator[str]:
    try:
        header = Table(file).header()
    except Refused as refusal:
        yield f"# {file.name}: {refusal}\n"
        return
    kind = _likeliest(file, header)
    placed = _placed(kind, header)
    yield f"[[{kind.name}]]\nfile = {json.dumps(file.name)}"
    yield from (f"{field} = {json.dumps(name, ensure_ascii=False)}" for field, name in placed.items())
    if "customer" not in placed and "subscription_id" in header and "customer" in kind.column:
        placed["customer"] = "subscription_id"
        yield 'customer = { column = "subscription_id", through = "subscriptions.external_id" }'
    missing = (name for name in kind.required.split() if name not in placed)
    yield from (f'# {name} = ""   # needed to make a record' for name in missing)
    yield from (f"# not placed: {name}" for name in header if name not in placed.values())
    yield ""


def _likeliest(file: Path, header: Sequence[str]) -> Kind:
    """The kind whose name is in the file's name, else the one with the largest share of matching columns."""
    name = snake(file.name.partition(".")[0])
    named = [kind for kind in DECLARED.values() if kind.name in name or kind.name.removesuffix("s") in name]
    return max(named or DECLARED.values(), key=lambda kind: (len(kind.name) if named else 0, _fit(kind, header)))


def _fit(kind: Kind, header: Sequence[str]) -> tuple[int, int]:
    placed = _placed(kind, header)
    return sum(name in placed for name in kind.required.split()), len(placed)


def _placed(kind: Kind, header: Sequence[str]) -> dict[str, str]:
    """Fields of the kind with the header that goes by their name, each header once."""
    free = {snake(name): name for name in header}
    placed = {}
    for field in kind.column:
        for name in (field, *_own_ids(kind, field), *ALSO_CALLED.get(field, ())):
            if name in free:
                placed[field] = free.pop(name)
                break
    return placed


def _own_ids(kind: Kind, field: str) -> tuple[str, ...]:
    if field != "external_id":
        return ()
    one = kind.name.removesuffix("s")
    own = (f"{one}_id", f"{one.rpartition('_')[2]}_id")
    return (*own, *ALSO_CALLED["customer"]) if kind.name == "customers" else own
