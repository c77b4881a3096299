"""customers.csv: customers and prospects; who looks after them becomes dated assignments."""

from __future__ import annotations

from accounts.ingestion.columns import Details
from accounts.ingestion.kinds.base import Kind, Party, Values
from accounts.models import User


def notice(values: Values, _party: Party | None) -> str | None:
    """Leaving before signing up: the dates of two different times as a customer, or a mistake."""
    since, churned = values.get("customer_since"), values.get("churned_on")
    return "churn_before_signup" if since and churned and churned < since else None


KIND = Kind(
    name="customers",
    columns="""external_id name industry size employees region country territory domains time_zone csm
    account_executive arr annual_revenue currency customer_since churned_on churn_reason renewal_on parent
    lifecycle_stage growth_potential is_reference expected_active_users support_level tags""",
    required="external_id name",
    identity=("external_id",),
    is_state=True,
    beside={"csm": User, "account_executive": User},
    details={
        "size": Details(variants={"midmarket": "mid_market"}),
        "expected_active_users": Details(low=0),
    },
    notice=notice,
)
