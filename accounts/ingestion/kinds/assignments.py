"""assignments.csv: who looks after whom, and from when until when."""

from __future__ import annotations

from accounts.ingestion.kinds.base import Kind

KIND = Kind(
    name="assignments",
    columns="customer user role from until",
    required="customer user role",
    identity=("customer user role from",),
    found_by="customer",
    is_state=True,
    renamed={"from": "from_on", "until": "until_on"},
    in_order=(("from", "until"),),
)
