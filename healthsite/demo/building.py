"""Writes the facts of a demo workspace, or the days that it still lacks."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import transaction

from accounts.models import Product, Source
from healthsite.demo.catalogue import SKUS, write_catalogue, write_exchange_rates
from healthsite.demo.customers import customers, join_families, write_periods
from healthsite.demo.deliveries import Deliveries
from healthsite.demo.kinds import GENERATORS
from healthsite.demo.lives import Life, Setting
from healthsite.demo.people import read_people, write_people
from healthsite.demo.rows import Row
from healthsite.demo.world import SOURCE, TELEMETRY, World
from healthsite.demo.writing import write_rows

Say = Callable[[str], None]

_TOGETHER = 25  # customers whose rows are in memory at once


@transaction.atomic
def build(world: World, *, say: Say) -> None:
    """Write everything that the world holds from the day after `world.after` to `world.until`; all of it or nothing."""
    setting = _first_day(world) if world.after is None else _setting()
    write_exchange_rates(world)
    lives = [Life(world, number, setting) for number in range(world.customers)]
    deliveries = Deliveries(world)
    known = [*customers(lives)]
    written = Counter(customers=_deliver(deliveries, setting, "customers", known))
    if world.after is None:
        write_periods(lives)
        join_families(lives)
    say(f"customers: {len(lives)}")
    for some in _chunks(lives):
        with _uncollected():
            for kind, rows in _tell(some).items():
                written[kind] += _deliver(deliveries, setting, kind, rows)
        say(f"facts: {100 * (some[-1].number + 1) // len(lives)} % of the customers")
    written["batches"] = deliveries.write(setting)
    say("new rows: " + ", ".join(f"{kind} {count}" for kind, count in written.items()))


def _first_day(world: World) -> Setting:
    write_people(world)
    write_catalogue(world)
    Source.objects.create(name=SOURCE, rhythm_days=7)
    Source.objects.create(name=TELEMETRY, rhythm_days=3, covers=[])
    return _setting()


def _setting() -> Setting:
    sources = Source.objects.in_bulk((SOURCE, TELEMETRY), field_name="name")
    products = Product.objects.in_bulk(SKUS, field_name="sku")
    return Setting(sources[SOURCE], sources[TELEMETRY], read_people(), products)


def _chunks(lives: list[Life]) -> Iterator[list[Life]]:
    for start in range(0, len(lives), _TOGETHER):
        yield lives[start : start + _TOGETHER]


def _tell(lives: list[Life]) -> dict[str, list[Row]]:
    """The rows of some customers by kind, in the order in which they can be written."""
    for life in lives:
        for kind, generate in GENERATORS.items():
            rows = generate(life) if kind in life.story.kinds else ()
            life.rows[kind] = [row for row in rows if life.tells(kind, row.day)]
    return {kind: [row for life in lives for row in life.rows.pop(kind)] for kind in GENERATORS}


@contextmanager
def _uncollected() -> Iterator[None]:
    """No search for garbage meanwhile: so many new objects hold no cycle, and it costs a third more time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _deliver(deliveries: Deliveries, setting: Setting, kind: str, rows: list[Row]) -> int:
    deliveries.count(kind, rows)
    return write_rows(deliveries.world, setting.source, kind, rows)
