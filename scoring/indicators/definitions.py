"""The indicators that are evaluated every night: the active ones of their vocabulary."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from scoring.definitions import Entry, entries
from scoring.indicators.indicator import Indicator
from scoring.indicators.parsing import InvalidIndicator, parse_indicator
from scoring.metrics import METRICS

log = logging.getLogger(__name__)

KIND: Final = "indicator"
_read: list[tuple[Sequence[Entry], Mapping[str, Indicator]]] = []  # the latest, with the entries it was read from


def indicators() -> Mapping[str, Indicator]:
    """The active indicators by key, in the order of their definitions. One query at most, and usually none."""
    asked = entries(KIND)
    if not _read or _read[0][0] is not asked:
        _read[:] = [(asked, {one.key: one for entry in asked if (one := _indicator(entry))})]
    return _read[0][1]


def indicator_metrics() -> tuple[str, ...]:
    """Every metric that an active indicator reads, by key."""
    read = {field for one in indicators().values() for field in one.rule.fields()}
    return tuple(sorted(field for field in read if field in METRICS))


def counted_keys() -> tuple[str, ...]:
    """The keys of the indicators that I19 counts (I1 to I12 as they come with the product)."""
    return tuple(key for key, one in indicators().items() if one.counts)


def _indicator(entry: Entry) -> Indicator | None:
    """The indicator of an entry; one that cannot be read is left out, and the log names it."""
    try:
        # What a rule may read was checked when it was saved; a component may have gone since, and is then unknown.
        body = parse_indicator(entry.body, entry.key, is_field=lambda name: True)
    except InvalidIndicator as error:
        log.error("Indicator %s cannot be read and is left out: %s", entry.key, error)
        return None
    return replace(body, key=entry.key, number=entry.number, name=entry.title)
