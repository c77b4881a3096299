"""Finds metrics declared without code among the stored ones; each is read once, for it never changes."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from threading import RLock
from time import monotonic
from typing import Any, Final

from django.db.backends.signals import connection_created

from scoring.metrics.attributes import ATTRIBUTES
from scoring.metrics.custom.declaring import metric_of
from scoring.metrics.custom.parsing import InvalidMetric, parse_body
from scoring.metrics.metric import Metric
from scoring.models import CustomMetric

log = logging.getLogger(__name__)

KEPT_FOR: Final = 2.0  # seconds: so long another process may not know of a new one
KEY: Final = re.compile(r"[a-z][a-z0-9_]{0,63}")
# Asked for all day, and names that no metric gets: `make_metric` refuses them.
NEVER: Final = frozenset({*ATTRIBUTES, "score", "role", "stage", "segment", "segment_before", "tier", "revenue_tier"})

_found: dict[str, Metric] = {}
_kept: dict[str, Any] = {}
_reading: Final = RLock()  # reading one asks for those it is made of

_process: Final = set[str]()  # modules that list all metrics while they are loaded must not open a connection


def _connected(**signal: Any) -> None:
    _process.add("connected")


connection_created.connect(_connected)


def find(key: object) -> Metric | None:
    """The metric of a key, retired ones too; None where there is none. One query at most, none for what was found."""
    if isinstance(key, str) and key not in _found and key not in NEVER and KEY.fullmatch(key):
        _in_use()
    return _found.get(key) if isinstance(key, str) else None


def in_use() -> Mapping[str, Metric]:
    """Those that are not retired, by key; none in a process that has not spoken to its database yet."""
    return {key: _found[key] for key in _in_use()} if "connected" in _process else {}


def look_again() -> None:
    """Ask the database the next time; what was found stays."""
    _kept.clear()


def forget() -> None:
    """Know nothing: for tests, whose metrics go again."""
    _kept.clear()
    _found.clear()


def _in_use() -> tuple[str, ...]:
    """The keys of those in use. One query, and none for a moment after it."""
    with _reading:  # whoever comes while another thread reads waits, and misses nothing
        if monotonic() >= _kept.get("until", 0.0):
            rows = list(CustomMetric.objects.order_by("pk"))
            _kept.update(until=monotonic() + KEPT_FOR, keys=())
            for row in rows:  # in the order in which they were made: each is made of earlier ones
                _keep(row)
            _kept["keys"] = tuple(row.key for row in rows if row.retired_at is None and row.key in _found)
        found: tuple[str, ...] = _kept["keys"]
        return found


def _keep(row: CustomMetric) -> None:
    """Read a row once; one that cannot be read is left out, and the log names it."""
    if row.key not in _found:
        try:
            _found[row.key] = metric_of(row.key, parse_body(row.body, row.key))
        except InvalidMetric as error:
            log.error("The metric %s cannot be read and is left out: %s", row.key, error)
