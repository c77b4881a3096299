"""features.csv: the features of products."""

from __future__ import annotations

from accounts.ingestion.kinds.base import Kind

KIND = Kind(
    name="features",
    columns="feature name product is_core is_advanced min_plan_rank released_on",
    required="feature",
    identity=("feature",),
    is_state=True,
)
