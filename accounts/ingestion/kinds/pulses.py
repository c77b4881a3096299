"""pulses.csv: how account people feel about a customer."""

from __future__ import annotations

from accounts.ingestion.columns import Details
from accounts.ingestion.kinds.base import Kind

KIND = Kind(
    name="pulses",
    columns="customer at author band reason",
    required="customer at author band",
    identity=("customer at author",),
    found_by="customer at",
    details={"at": Details(past=True)},
)
