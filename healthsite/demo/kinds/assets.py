"""The install base of a demo customer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from accounts.models import Asset
from healthsite.demo.catalogue import HARDWARE
from healthsite.demo.lives import Life
from healthsite.demo.rows import Row
from healthsite.demo.stories import TERRITORY
from healthsite.demo.territory import territory

_SITES: Final = ("Main site", "Depot", "Branch")
_COVERED: Final = 0.6  # share of the units under support
_ROWS: Final = 24


def assets(life: Life) -> Iterator[Row]:
    """Two dozen lines of hardware of all ages, some of it without support; the territory has its own."""
    if life.number == TERRITORY:
        yield from territory(life)
        return
    start = life.days[0]
    for place in range(_ROWS):
        product, luck = life.setting.products[HARDWARE[place % len(HARDWARE)]], life.dice_of(f"asset{place}")
        covered, serial = luck < _COVERED, f"{life.external_id}-S{place:02d}"
        bought = life.traits.since + timedelta(days=round(200 * luck))
        ends = life.world.day(round(700 * (_COVERED - luck)) + (30 if covered else -30))
        yield life.row(
            Asset,
            start,
            external_id=serial,
            serial=serial,
            observed_on=start,
            product=product,
            quantity=1 + place % 4,
            status="spare" if place == _ROWS - 1 else "in_use",
            site=_SITES[place % len(_SITES)],
            purchased_on=min(bought, start),
            installed_on=min(bought, start),
            support_level="premium" if covered else "",
            support_status="active" if covered else "expired_uncovered",
            support_ends_on=ends,
            end_of_life_on=product.end_of_life_on,
        )
