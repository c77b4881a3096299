"""holidays.csv: days of a calendar on which nobody works."""

from __future__ import annotations

from accounts.ingestion.kinds.base import Kind

KIND = Kind(
    name="holidays",
    columns="calendar date name",
    required="calendar date",
    identity=("calendar date",),
    is_state=True,
)
