"""Leases: one worker at a time does a stretch of customers, and who comes too late is fenced off."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import timedelta
from itertools import takewhile
from typing import Any, TypeVar

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from scoring.models import Leased

log = logging.getLogger(__name__)

One = TypeVar("One", bound=Leased)
MOST_ATTEMPTS = 5  # after so many workers lost with a stretch it is cut in two, to find the customer that kills them


class Fenced(Exception):
    """Somebody else has taken over the stretch; what was done for it is undone."""


def free() -> Q:
    """The condition that nobody works on a stretch: it waits, or its worker is overdue."""
    return Q(state=Leased.State.WAITING) | Q(state=Leased.State.LEASED, lease_until__lt=timezone.now())


def take(model: type[One], pk: int) -> One | None:
    """Take a free stretch; None where another has it."""
    return next(iter(take_in_turn(model, [pk])), None)


def take_in_turn(model: type[One], pks: Iterable[int]) -> list[One]:
    """Take stretches in this order, up to the first that another has. Counted updates, no lock."""
    stretches, until = model._default_manager, timezone.now() + timedelta(seconds=settings.SHARD_LEASE_SECONDS)
    lease = {"state": Leased.State.LEASED, "lease_until": until, "token": F("token") + 1, "attempts": F("attempts") + 1}
    with transaction.atomic():
        mine = list(takewhile(lambda pk: stretches.filter(free(), pk=pk).update(**lease), pks))
    found = stretches.in_bulk(mine)
    return [found[pk] for pk in mine]


def end(stretch: Leased, **counts: Any) -> None:
    """Say that a taken stretch is done, as the last step of the transaction that did it. Raises Fenced."""
    mine = type(stretch)._default_manager.filter(pk=stretch.pk, token=stretch.token, state=Leased.State.LEASED)
    if not mine.update(state=Leased.State.DONE, lease_until=None, **counts):
        raise Fenced(f"{stretch._meta.verbose_name} {stretch.pk} was taken over")


def give_back(stretch: Leased) -> None:
    """Let another take a stretch at once, where who has it cannot go on."""
    mine = type(stretch)._default_manager.filter(pk=stretch.pk, token=stretch.token, state=Leased.State.LEASED)
    mine.update(state=Leased.State.WAITING, lease_until=None, attempts=F("attempts") - 1)  # nobody was lost with it


def attempt(model: type[One], pk: int, work: Callable[[One], object], finish: Callable[[One], object]) -> str:
    """Do a stretch if nobody else does, and what is to be done after it; says what became of it."""
    stretch = take(model, pk)
    if stretch is None:
        return "taken"
    try:
        work(stretch)
    except Fenced as fenced:
        log.warning("%s", fenced)
        return "fenced"
    finish(stretch)
    return "done"
