"""subscriptions.csv: what a customer pays for regularly."""

from __future__ import annotations

from accounts.ingestion.columns import Details
from accounts.ingestion.kinds.base import Kind

KIND = Kind(
    name="subscriptions",
    columns="""customer external_id product plan plan_rank status kind started_on ended_on renews_on notice_days
    cancel_requested_on trial_ends_on mrr currency seats committed_units unit billing_period auto_renew is_trial""",
    required="customer external_id",
    identity=("external_id",),
    is_state=True,
    details={
        "status": Details(variants={"cancelled": "canceled", "trial": "trialing"}),
        "kind": Details(variants={"onetime": "one_time"}),
        "billing_period": Details(variants={"annually": "annual", "yearly": "annual"}),
        "committed_units": Details(low=0),
    },
    in_order=(("started_on", "ended_on"),),
)
