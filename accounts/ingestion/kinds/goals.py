"""goals.csv: what the customer wants to reach."""

from __future__ import annotations

from accounts.ingestion.columns import Details
from accounts.ingestion.kinds.base import Kind

KIND = Kind(
    name="goals",
    columns="customer external_id name kind unit baseline target actual weight started_on due_on achieved_on",
    required="customer external_id name",
    identity=("external_id",),
    is_state=True,
    details={"weight": Details(low=0), "achieved_on": Details(past=True)},
)
