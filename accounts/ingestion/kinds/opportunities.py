"""opportunities.csv: sales in the making."""

from __future__ import annotations

from accounts.ingestion.columns import Details
from accounts.ingestion.kinds.base import Kind

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
)
