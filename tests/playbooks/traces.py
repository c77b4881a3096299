"""A digest over all that nights leave behind in which rows are named by what they are, not by their keys.

The order in which shards are done decides the keys and must decide nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import Any

from django.db import models, transaction

from playbooks.models import Episode, Mail, Play, Reaction, ReactionShard, Task, TaskEvent

PLAY = ("customer_id", "playbook__key", "opened_on")
TASK = ("customer_id", "play__playbook__key", "play__opened_on", "step", "turn", "title")
# Links to rows whose keys depend on the order, and what names those rows.
LINKS: dict[str, tuple[str, ...]] = {
    "play": tuple(f"play__{name}" for name in PLAY),
    "task": tuple(f"task__{name}" for name in TASK),
    "escalates": tuple(f"escalates__{name}" for name in TASK),
    "episode": ("episode__customer_id", "episode__rule", "episode__opened_on"),
    "reaction": ("reaction__run__as_of",),
}
LEASES = {"token", "attempts"}  # how often a shard was taken
# When work was done, where real workers do it; what a night writes about a customer has the night's own moment.
CLOCKS = {"Reaction.started_at", "Reaction.finished_at", "Mail.sent_at", "Mail.next_try_at"}


def trace(*, clocks: bool = True) -> str:
    """One hash over every row of every table of playbooks that a night writes, with the moments of work or without."""
    found = sha256()
    for model in (Episode, Play, Task, TaskEvent, Mail, Reaction, ReactionShard):
        rows: Any = model._default_manager.values_list(*_columns(model, set() if clocks else CLOCKS))
        for row in sorted(map(repr, rows)):
            found.update(f"{model.__name__} {row}\n".encode())
    return found.hexdigest()


def _columns(model: type[models.Model], left_out: set[str]) -> list[str]:
    columns: list[str] = []
    for field in model._meta.concrete_fields:
        named = f"{model.__name__}.{field.name}"
        if not field.primary_key and field.name not in LEASES and named not in left_out:
            columns += LINKS.get(field.name, (field.attname,))
    return columns


def undone(do: Callable[[], object], *, clocks: bool = True) -> str:
    """The trace that something leaves, and then everything as it was before."""
    with transaction.atomic():
        do()
        left = trace(clocks=clocks)
        transaction.set_rollback(True)
    return left
