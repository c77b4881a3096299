"""The indicators that are evaluated every night: the active ones of their vocabulary."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from scoring.definitions import Entry, entries
from scoring.indicators.indicator import Indicator
from scoring.indicators.parsing import InvalidIndicator, parse_indicator
from scoring.metrics import METRICS

log = logging.getLogger(__name__)

KIND: Final = "indicator"
_read: dict[int, tuple[Entry, Indicator | None]] = {}  # by number, with the entry it was read from


def indicators() -> Mapping[str, Indicator]:
    """The active indicators by key, in the order of their definitions. One query at most, and usually none."""
    found = (_indicator(entry) for entry in entries(KIND))
    return {one.key: one for one in found if one}


def indicator_metrics() -> tuple[str, ...]:
    """Every metric that an active indicator reads, by key."""
    read = {field for one in indicators().values() for field in one.rule.fields()}
    return tuple(sorted(field for field in read if field in METRICS))


def counted_keys() -> tuple[str, ...]:
    """The keys of the indicators that I19 counts (I1 to I12 as they come with the product)."""
    return tuple(key for key, one in indicators().items() if one.counts)


def _indicator(entry: Entry) -> Indicator | None:
    """The indicator of an entry, read once for each; one that cannot be read is left out, and the log names it."""
    kept = _read.get(entry.number)
    if kept is None or kept[0] is not entry:
        kept = _read[entry.number] = entry, _parsed(entry)
    return kept[1]


def _parsed(entry: Entry) -> Indicator | None:
    try:
        # What a rule may read was checked when it was saved; a component may have gone since, and is then unknown.
        body = parse_indicator(entry.body, entry.key, is_field=lambda name: True)
    except InvalidIndicator as error:
        log.error("Indicator %s cannot be read and is left out: %s", entry.key, error)
        return None
    return replace(body, key=entry.key, number=entry.number, name=entry.title)
