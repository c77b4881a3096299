"""Decides what a run of the demo command has to make, and refuses what it cannot."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from accounts.models import Customer, Source
from healthsite.demo.world import SOURCE, World, read_world

CUSTOMERS, DAYS, SEED = 200, 400, 1
_FEWEST_DAYS = 60  # below that no story has happened yet


class Refused(ValueError):
    """The workspace that is there, or what was asked for, does not allow it."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What was asked for; None where the user said nothing."""

    until: date
    customers: int | None = None
    days: int | None = None
    seed: int | None = None


def plan(wish: Wish) -> World:
    """The world to build: new, or the stored one with a later end. Raises Refused before anything is written."""
    if Customer.objects.exclude(source__name=SOURCE).exists():
        raise Refused(
            "This database holds customers that are not the demo's, so the demo is not added. "
            "Try it in a database of its own: DATABASE_URL=sqlite:///.local/demo.sqlite3"
        )
    source = Source.objects.filter(name=SOURCE).first()
    return _extended(read_world(source), wish) if source else _new(wish)


def _new(wish: Wish) -> World:
    customers, days = (
        CUSTOMERS if wish.customers is None else wish.customers,
        DAYS if wish.days is None else wish.days,
    )
    if customers < 1:
        raise Refused(f"--customers {customers}: at least 1 is needed.")
    if days < _FEWEST_DAYS:
        raise Refused(f"--days {days}: at least {_FEWEST_DAYS} are needed.")
    seed = SEED if wish.seed is None else wish.seed
    if seed < 0:
        raise Refused(f"--seed {seed}: a number from 0 up is needed.")
    return World(seed, customers, days, anchor=wish.until, until=wish.until)


def _extended(stored: World, wish: Wish) -> World:
    for name in ("customers", "seed"):
        asked, there = getattr(wish, name), getattr(stored, name)
        if asked not in (None, there):
            raise Refused(f"--{name} {asked}: this demo was made with {there}; take it away first (--remove).")
    longest = (wish.until - stored.first).days + 1
    if wish.days is not None and wish.days > max(longest, stored.days):
        raise Refused(f"--days {wish.days}: this demo begins on {stored.first}; take it away first (--remove).")
    return replace(stored, until=max(wish.until, stored.until))
