"""tickets.csv: support cases."""

from __future__ import annotations

from accounts.business_days import date_of
from accounts.ingestion.columns import Details
from accounts.ingestion.kinds.base import Kind, Party, Values


def before_signup(values: Values, party: Party | None) -> str | None:
    """A ticket of somebody who was no customer yet."""
    since, opened = party and party.since, values.get("opened_at")
    return "ticket_before_signup" if since and opened and date_of(opened) < since else None


def undated(values: Values) -> str | None:
    """A ticket that is closed by its status alone: whether it is open follows from its dates."""
    return "ticket_closed_undated" if values.get("status") == "closed" and not values.get("closed_at") else None


KIND = Kind(
    name="tickets",
    columns="""customer external_id opened_at resolved_at closed_at status type channel severity subject topic product
    serial contact csat sentiment escalated first_response_minutes reopened sla_breached""",
    required="customer external_id opened_at",
    identity=("external_id",),
    details={
        "opened_at": Details(past=True),
        "resolved_at": Details(past=True),
        "closed_at": Details(past=True),
        "channel": Details(variants={"e_mail": "email"}),
        "csat": Details(low=1, high=5),
        "sentiment": Details(low=-1, high=1),
        "first_response_minutes": Details(low=0),
    },
    in_order=(("opened_at", "resolved_at"), ("opened_at", "closed_at")),
    notice=before_signup,
    noticed="opened_at",
    undated=undated,
    undated_by="status closed_at",
)
