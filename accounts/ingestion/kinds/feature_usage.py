"""feature_usage.csv: use of one feature on a day; rows with an id of their own stand side by side."""

from __future__ import annotations

from accounts.ingestion.columns import Details
from accounts.ingestion.kinds.base import Kind
from accounts.ingestion.kinds.usage import before_subscription

KIND = Kind(
    name="feature_usage",
    columns="customer date feature external_id product users uses minutes errors",
    required="customer date feature",
    identity=("external_id", "customer date feature product"),
    found_by="customer date",
    details={"date": Details(past=True), "minutes": Details(low=0)},
    follows_subscription=True,
    notice=before_subscription,
    noticed="date",
)
