"""Processes beside this one that know Django and its database. Imported in them before Django is set up: no models."""

from __future__ import annotations

import gc
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import django
from django.db import connection


def pool(processes: int) -> ProcessPoolExecutor:
    """A pool of processes. Spawned, not forked: a child must not share its parent's connection."""
    # The parent's database, whichever the environment names.
    name = connection.settings_dict["NAME"]
    return ProcessPoolExecutor(processes, get_context("spawn"), initializer=_start, initargs=(name,))


def _start(database: str) -> None:
    django.setup()
    gc.freeze()  # what was imported stays; and many rows at once are no reason to look for garbage again and again
    gc.set_threshold(100_000, 50, 50)
    connection.settings_dict["NAME"] = database
