"""expectations.csv: what is expected of a metric for a while."""

from __future__ import annotations

from accounts.ingestion.kinds.base import Kind

KIND = Kind(
    name="expectations",
    columns="customer metric from until expected reason",
    required="customer metric from",
    identity=("customer metric from",),
    found_by="customer metric",
    is_state=True,
    renamed={"from": "from_on", "until": "until_on"},
    in_order=(("from", "until"),),
)
