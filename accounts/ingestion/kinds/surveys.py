"""surveys.csv: answers, each on the scale of its kind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from accounts.ingestion.columns import Details
from accounts.ingestion.kinds.base import Kind
from accounts.ingestion.problems import Problem
from accounts.models.surveys import SURVEY_SCALES


def fits_its_scale(values: Mapping[str, Any]) -> Problem | None:
    """Whether the score is possible for the kind of question."""
    low, high = SURVEY_SCALES[values["kind"]]
    if low <= values["score"] <= high:
        return None
    return Problem("out_of_range", "score", f"{values['score']:g} is not between {low} and {high} of {values['kind']}")


KIND = Kind(
    name="surveys",
    columns="customer external_id kind score at sent_at topic contact ticket comment",
    required="customer external_id kind score at",
    identity=("external_id",),
    details={"at": Details(past=True), "sent_at": Details(past=True)},
    check=fits_its_scale,
)
