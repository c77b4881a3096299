"""usage.csv: how much a customer used a product in the days that end on a date."""

from __future__ import annotations

from accounts.ingestion.columns import Details
from accounts.ingestion.kinds.base import Kind, Party, Values


def before_subscription(values: Values, party: Party | None) -> str | None:
    """Usage before the subscription through which it came, or the customer's first."""
    start = party and party.subscribed_on
    return "usage_before_subscription" if start and values["date"] < start else None


KIND = Kind(
    name="usage",
    columns="""customer date product period_days active_users active_users_7d active_users_28d licensed_users logins
    executive_logins sessions minutes actions api_calls integrations units features_used core_features_used
    advanced_features_used portal_visits errors""",
    required="customer date",
    identity=("customer date product",),
    found_by="customer date",
    details={
        "date": Details(past=True),
        "period_days": Details(low=1),
        "minutes": Details(low=0),
        "units": Details(low=0),
    },
    follows_subscription=True,
    notice=before_subscription,
    noticed="date",
)
