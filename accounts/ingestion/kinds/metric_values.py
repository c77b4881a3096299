"""metric_values.csv: the user's own numbers; a wide table becomes one value per column."""

from __future__ import annotations

from accounts.ingestion.columns import Details
from accounts.ingestion.kinds.base import Kind

KIND = Kind(
    name="metric_values",
    columns="customer metric date value",
    required="customer metric date value",
    identity=("customer metric date",),
    found_by="customer date",
    details={"date": Details(past=True)},
    unpivots=("metric", "value"),
)
