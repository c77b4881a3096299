"""Reads the body of a metric declared without code; whatever is wrong is named with place, value and remedy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from scoring.engine.reading import InvalidScorecard, Node, open_node, refuse
from scoring.metrics.custom.comparing import parse_where
from scoring.metrics.custom.declared import (
    DATED_ONLY,
    FROMS,
    OF_ONE,
    OF_TWO,
    WHATS,
    Declared,
    Derived,
    Rows,
    Source,
    Supplied,
)
from scoring.metrics.custom.tables import PLANNED, TABLES, TEN_YEARS, Table
from scoring.metrics.metric import REGISTRY, Quiet

BODY_KEYS: Final = ("label", "unit", "better", "meaning", "validity", "window", "quiet", "minimum", "source")
SOURCE_KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "supplied": ("from",),
    "rows": ("from", "kind", "what", "column", "where"),
    **dict.fromkeys(OF_TWO, ("from", "of", "by", "times")),
    **dict.fromkeys(OF_ONE, ("from", "of", "times")),
}
BETTER: Final = ("up", "down", "between")
PLAIN: Final = r"[^\x00-\x1f\ud800-\udfff]*[^\s\x00-\x1f\ud800-\udfff][^\x00-\x1f\ud800-\udfff]*"
PLAIN_RIGHT: Final = "give a text of one line with at most 200 characters"
MOST_UNIT: Final = 40  # characters
MOST_SAMPLE: Final = 10_000
MOST_TIMES: Final = 1e9
# Where nothing is no answer of nought: a mean of nothing, and no day on which something happened last.
NEVER_ZERO: Final = ("mean", "min", "latest", "days_since")


class InvalidMetric(ValueError):
    """A body that cannot be used; the message names the place, the value and what would be right."""


def parse_body(body: object, key: str = "") -> Declared:
    """Read a body; `key` is what the metric will be called, of which it may not be made. Raises InvalidMetric."""
    try:
        return _declared(open_node(body, "", BODY_KEYS), key)
    except InvalidScorecard as error:
        raise InvalidMetric(str(error)) from error


def _declared(node: Node, key: str) -> Declared:
    source = _source(node, key)
    unit = node.text("unit", PLAIN, PLAIN_RIGHT)
    if len(unit) > MOST_UNIT:
        raise refuse("unit", unit, f"give at most {MOST_UNIT} characters")
    return Declared(
        label=node.text("label", PLAIN, PLAIN_RIGHT),
        unit=unit,
        better=node.choice("better", BETTER),
        meaning=node.text("meaning", PLAIN, PLAIN_RIGHT),
        validity=node.whole("validity", TEN_YEARS),
        window=_window(node, source),
        quiet=_quiet(node, source),
        minimum=node.whole("minimum", MOST_SAMPLE, 1),
        source=source,
    )


def _source(root: Node, key: str) -> Source:
    anything = open_node(root.get("source"), "source", sorted({one for keys in SOURCE_KEYS.values() for one in keys}))
    made = anything.choice("from", FROMS)
    node = open_node(anything.data, "source", SOURCE_KEYS[made])
    if made == "supplied":
        return Supplied()
    return _rows(node) if made == "rows" else _derived(node, made, key)


def _rows(node: Node) -> Rows:
    table, what = TABLES[node.choice("kind", TABLES)], node.choice("what", WHATS)
    if what in DATED_ONLY and not table.date:
        raise refuse(node.at("what"), what, f"{table.label} have no date of their own; give another one")
    return Rows(table.kind, what, _column(node, table, what), parse_where(node, table))


def _column(node: Node, table: Table, what: str) -> str:
    """The column that is added up; of days since, the date of the kind itself where none is named."""
    given = node.get("column", "")
    if what == "count":
        if given != "":
            raise refuse(
                node.at("column"), given, "a count is of rows; leave it out, and say in where which rows count"
            )
        return ""
    if what == "days_since" and given == "" and table.date:
        return table.date
    fits = [one for one, holds in table.columns.items() if holds in WHATS[what] and not _is_ahead(one, what)]
    if given not in fits:
        raise refuse(node.at("column"), given, f"give one of {', '.join(fits)}")
    return str(given)


def _is_ahead(column: str, what: str) -> bool:
    return what == "days_since" and column in PLANNED


def _derived(node: Node, how: Any, key: str) -> Derived:
    of, by = _metric(node, "of", key), _metric(node, "by", key) if how in OF_TWO else ""
    usual = 1.0 if how in ("difference", "change") else 100.0
    times = node.number("times", -MOST_TIMES, MOST_TIMES, usual)
    if times == 0:
        raise refuse(node.at("times"), times, "give another number than 0")
    return Derived(how, of, by, times)


def _metric(node: Node, place: str, key: str) -> str:
    given = node.get(place)
    if key and given == key:
        raise refuse(node.at(place), given, "a metric cannot be made of itself; give another one")
    if not isinstance(given, str) or given not in REGISTRY:
        raise refuse(node.at(place), given, "give the key of a metric that is there")
    return given


def _window(node: Node, source: Source) -> int:
    given = node.get("window", 0)
    if isinstance(source, Rows) and source.table.date:
        return node.whole("window", source.table.most_days)
    if isinstance(source, Derived) and source.how in OF_ONE:
        return node.whole("window", TEN_YEARS)
    if given != 0 or isinstance(given, bool):
        raise refuse("window", given, "give 0: it is as of the day, or looks back as far as what it is made of")
    return 0


def _quiet(node: Node, source: Source) -> Quiet:
    if not isinstance(source, Rows):
        return Quiet(node.choice("quiet", [Quiet.MISSING], Quiet.MISSING.value))
    quiet = Quiet(node.choice("quiet", list(Quiet)))
    if (quiet is Quiet.COUNTS) and source.what != "days_since":
        raise refuse("quiet", quiet.value, "only days since go on counting; give zero or missing")
    if quiet is Quiet.ZERO and source.what in NEVER_ZERO:
        right = "counts or missing" if source.what == "days_since" else "missing"
        raise refuse("quiet", quiet.value, f"{source.what} of no rows is not nought; give {right}")
    return quiet
