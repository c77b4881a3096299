"""invoices.csv: what was billed and paid."""

from __future__ import annotations

from accounts.ingestion.columns import Details
from accounts.ingestion.kinds.base import Kind

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
)
