"""invoices.csv: what was billed and paid."""

from __future__ import annotations

from accounts.ingestion.columns import Details
from accounts.ingestion.kinds.base import Kind, Values


def undated(values: Values) -> str | None:
    """One that is paid, by its status or in full, on a day that nobody names."""
    paid = values.get("amount_paid")
    is_paid = values.get("status") == "paid" or (paid and paid >= values["amount"])
    return "invoice_paid_undated" if is_paid and not values.get("paid_on") else None


KIND = Kind(
    name="invoices",
    columns="""customer external_id issued_on due_on paid_on amount amount_paid currency status kind subscription
    failed_attempts""",
    required="customer external_id issued_on amount",
    identity=("external_id",),
    details={
        "issued_on": Details(past=True),
        "paid_on": Details(past=True),
        "status": Details(variants={"voided": "void"}),
        "kind": Details(variants={"creditnote": "credit_note"}),
    },
    undated=undated,
    undated_by="status amount amount_paid paid_on",
)
