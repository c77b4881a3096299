"""churn_events.csv: leaving, shrinking, growing and coming back, as labels; announced ones may lie in the future."""

from __future__ import annotations

from accounts.ingestion.columns import Details
from accounts.ingestion.kinds.base import Kind, Party, Values


def before_signup(values: Values, party: Party | None) -> str | None:
    """An event of somebody who was no customer yet."""
    since, on = party and party.since, values.get("on")
    return "churn_before_signup" if since and on and on < since else None


KIND = Kind(
    name="churn_events",
    columns="customer external_id on announced_on kind voluntary reason mrr_change currency comment",
    required="customer external_id on",
    identity=("external_id",),
    details={"announced_on": Details(past=True)},
    notice=before_signup,
    noticed="on",
)
