"""products.csv: what is sold, with its dates of end of life."""

from __future__ import annotations

from accounts.ingestion.kinds.base import Kind

KIND = Kind(
    name="products",
    columns="""sku name family generation business_area category technology list_price currency end_of_sale_on
    end_of_life_on end_of_support_on replacement support_sku""",
    required="sku name",
    identity=("sku",),
    is_state=True,
)
