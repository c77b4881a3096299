"""attributes.csv: any text of the user's own about a customer."""

from __future__ import annotations

from accounts.ingestion.kinds.base import Kind

KIND = Kind(
    name="attributes",
    columns="customer attribute value",
    required="customer attribute",
    identity=("customer attribute",),
    unpivots=("attribute", "value"),
)
