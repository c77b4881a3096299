"""Territory 56088, the account that document 000 shows: 63 units in its own counts (S000-57…64, X13, X14, X32).

The document names the products AP-325, AP-335 and DL360p Gen8, the areas (37, 17, 7 and 2 units), the kinds of support
(33, 20, 6 and 4) and the ends of life (27 from 2009 to 2019, 36 in 2099). It counts 37 units of WLAN but 36 without an
end, and calls these Aruba: the 37th is taken to be one older access point that has ended. It does not say what is
current technology: the 36 without an end are, the 27 that have ended are not (presets, Territory 56088).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final, NamedTuple

from accounts.models import Asset
from healthsite.demo.lives import Life
from healthsite.demo.rows import Row

WLAN, STORAGE = "WLAN HW", "Server Storage & Inf"
RACK, BLADES = "x86 Premium and Scale-up Rack", "C-Class Units & Enclosures"
NEXT_SERVER: Final = "DEMO-SRV-NEXT"  # sold in place of the old servers (S000-63); nobody has one yet
_NONE_ANNOUNCED: Final = date(2099, 12, 31)


class Ware(NamedTuple):
    """A product of the territory, and how its units are supported: a letter each, as in `_SUPPORT`."""

    sku: str
    name: str
    area: str
    ends: date
    units: str
    replacement: str = ""


WARES: Final = (
    Ware("DEMO-AP-325", "Aruba AP-325", WLAN, _NONE_ANNOUNCED, "a" * 18 + "u" * 2),
    Ware("DEMO-AP-335", "Aruba AP-335", WLAN, _NONE_ANNOUNCED, "a" * 12 + "u" * 2 + "ff"),
    Ware("DEMO-AP-OLD", "Access point, first generation", WLAN, date(2016, 7, 31), "u", "DEMO-AP-325"),
    Ware("DEMO-MEM-8", "Memory module 8 GB", STORAGE, date(2012, 9, 30), "uuuuff"),
    Ware("DEMO-HDD-600", "Storage drive 600 GB", STORAGE, date(2014, 3, 31), "uuuuux"),
    Ware("DEMO-SSD-240", "Storage drive 240 GB", STORAGE, date(2019, 11, 30), "aaa"),
    Ware("DEMO-SRV-KIT", "Server accessory kit", STORAGE, date(2009, 12, 31), "ux"),
    Ware("DEMO-DL360P", "HP DL360p Gen8", RACK, date(2015, 6, 30), "uuuuffx", NEXT_SERVER),
    Ware("DEMO-ENC-7", "Blade enclosure", BLADES, date(2013, 1, 31), "ux"),
)
_SUPPORT: Final = {"a": "active", "u": "expired_uncovered", "f": "expired_flex", "x": "expired_fixed"}
_SITES: Final = ("Main site", "Warehouse", "Branch")


def territory(life: Life) -> Iterator[Row]:
    """A row for each of the 63 units. Support that is active ends years after the history, the other before it."""
    for ware in WARES:
        for place, letter in enumerate(ware.units):
            yield _unit(life, ware, place, letter)


def _unit(life: Life, ware: Ware, place: int, letter: str) -> Row:
    serial = f"{life.external_id}-{ware.sku.removeprefix('DEMO-')}-{place + 1:02d}"
    is_current = ware.ends == _NONE_ANNOUNCED
    bought = life.days[0] - timedelta(days=500 + 11 * place) if is_current else ware.ends - timedelta(days=1800)
    supported_until = life.world.day(800 + 9 * place) if letter == "a" else life.world.day(-900 - 20 * place)
    return life.row(
        Asset,
        life.days[0],
        external_id=serial,
        serial=serial,
        observed_on=life.days[0],
        product=life.setting.products[ware.sku],
        site=_SITES[place % len(_SITES)],
        purchased_on=bought,
        installed_on=bought + timedelta(days=20),
        support_level="premium" if letter == "a" else "",
        support_status=_SUPPORT[letter],
        support_ends_on=supported_until,
        end_of_life_on=ware.ends,
    )
