"""opportunities.csv: sales in the making."""

from __future__ import annotations

from accounts.ingestion.columns import Details
from accounts.ingestion.kinds.base import Kind, Values


def undated(values: Values) -> str | None:
    """One of which it is known that it was won, but not when: it is open until it closes."""
    return "opportunity_won_undated" if values.get("won") and not values.get("closed_on") else None


KIND = Kind(
    name="opportunities",
    columns="""customer external_id name kind stage amount recurring_amount probability currency product subscription
    owner opened_on expected_close_on closed_on won lost_reason competitor""",
    required="customer external_id",
    identity=("external_id",),
    is_state=True,
    details={
        "kind": Details(variants={"crosssell": "cross_sell", "up_sell": "upsell"}),
        "probability": Details(low=0, high=100),
        "opened_on": Details(past=True),
        "closed_on": Details(past=True),
    },
    in_order=(("opened_on", "closed_on"),),
    undated=undated,
    undated_by="won closed_on",
)
