"""contacts.csv: the people at a customer."""

from __future__ import annotations

from accounts.ingestion.columns import Details
from accounts.ingestion.kinds.base import Kind
from accounts.models.contacts import ContactRole

KIND = Kind(
    name="contacts",
    columns="""customer external_id name email title department roles reports_to since left_on last_login_at
    opted_out""",
    required="customer external_id name",
    identity=("external_id",),
    is_state=True,
    details={
        "roles": Details(accepted=tuple(ContactRole.values)),
        "last_login_at": Details(past=True),
    },
    in_order=(("since", "left_on"),),
)
