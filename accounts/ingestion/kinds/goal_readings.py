"""goal_readings.csv: how far a goal was on a date."""

from __future__ import annotations

from accounts.ingestion.columns import Details
from accounts.ingestion.kinds.base import Kind

KIND = Kind(
    name="goal_readings",
    columns="customer goal date value",
    required="customer goal date value",
    identity=("goal date",),
    details={"date": Details(past=True)},
)
