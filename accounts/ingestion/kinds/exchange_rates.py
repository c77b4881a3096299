"""exchange_rates.csv: what a currency is worth in the reporting currency from a date on."""

from __future__ import annotations

from accounts.ingestion.columns import Details
from accounts.ingestion.kinds.base import Kind

KIND = Kind(
    name="exchange_rates",
    columns="currency date rate",
    required="currency date rate",
    identity=("currency date",),
    is_state=True,
    details={"rate": Details(low=1e-8)},
)
