"""assets.csv: the install base."""

from __future__ import annotations

from accounts.ingestion.columns import Details
from accounts.ingestion.kinds.base import Kind, Values


def take_the_serial(values: Values) -> None:
    """The serial number identifies an asset that has no other id."""
    values["external_id"] = values.get("external_id") or values.get("serial")


KIND = Kind(
    name="assets",
    columns="""customer external_id serial sku quantity status site purchased_on installed_on refreshed_on contract
    support_level support_status support_ends_on end_of_life_on""",
    required="customer external_id sku",
    identity=("external_id",),
    is_state=True,
    renamed={"sku": "product"},
    details={
        "support_status": Details(
            variants={
                "active_warranty": "active",
                "active_contract": "active",
                "expired_flex_support": "expired_flex",
                "expired_fixed_support": "expired_fixed",
            }
        ),
        "purchased_on": Details(past=True),
    },
    stand_ins={"external_id": "serial"},
    complete=take_the_serial,
)
