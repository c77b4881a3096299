"""interactions.csv: meetings, calls, messages and notes; what is planned may lie in the future."""

from __future__ import annotations

from accounts.ingestion.columns import Details
from accounts.ingestion.kinds.base import Kind

KIND = Kind(
    name="interactions",
    columns="""customer external_id kind at duration_minutes subject notes outcome initiated_by campaign contact
    attendees attended opened_at replied_at executive_present sentiment competitor_mentioned budget_concern author""",
    required="customer external_id kind at",
    identity=("external_id",),
    details={
        "kind": Details(variants={"e_mail_in": "email_in", "e_mail_out": "email_out"}),
        "duration_minutes": Details(low=0),
        "opened_at": Details(past=True),
        "replied_at": Details(past=True),
        "sentiment": Details(low=-1, high=1),
    },
)
