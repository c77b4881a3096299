"""A metric declared without code in words: where its number comes from, and which rows count."""

from __future__ import annotations

from typing import Final

from accounts.wording import listed, trimmed
from scoring.metrics.custom.declared import Condition, Declared, Derived, Rows, Supplied
from scoring.metrics.custom.tables import Holds
from scoring.metrics.metric import REGISTRY

WHAT_WORDS: Final = {
    "count": "Number of {kind}",
    "sum": "Sum of {column} over {kind}",
    "mean": "Mean {column} of {kind}",
    "max": "Largest {column} of {kind}",
    "min": "Smallest {column} of {kind}",
    "distinct": "How many different {column} there are among {kind}",
    "latest": "Latest {column} of {kind}",
    "days_since": "Days since the latest {column} of {kind}",
}
OP_WORDS: Final = {
    "==": "is", "!=": "is not", "<": "is below", "<=": "is at most", ">": "is above", ">=": "is at least",
    "in": "is one of", "empty": "is empty", "not_empty": "is not empty",
}  # fmt: skip
QUIET_WORDS: Final = {
    "zero": "nothing happened: 0",
    "missing": "nothing is known",
    "counts": "the days go on counting",
}
DIGITS: Final = 6


def source_words(declared: Declared) -> str:
    """Where the number comes from, in a sentence without its full stop."""
    source = declared.source
    if isinstance(source, Supplied):
        return "Values that arrive ready-made in metric_values.csv under its key"
    return _rows_words(source) if isinstance(source, Rows) else _derived_words(source, declared.window)


def _rows_words(source: Rows) -> str:
    said = WHAT_WORDS[source.what].format(kind=source.table.label, column=source.column.replace("_", " "))
    return f"{said} where {listed([condition_words(one, source) for one in source.where])}" if source.where else said


def condition_words(one: Condition, source: Rows) -> str:
    """severity is critical; closed at is empty; support ends on is at most 90 days after the day."""
    said = f"{one.column.replace('_', ' ')} {OP_WORDS[one.op]}"
    if one.value is None:
        return said
    if isinstance(one.value, tuple):
        return f"{said} {' or '.join(one.value)}"
    if isinstance(one.value, bool):
        return f"{said} {'yes' if one.value else 'no'}"
    if isinstance(one.value, str):
        return f"{said} {one.value}"
    days = trimmed(abs(one.value), DIGITS)
    if source.table.columns[one.column] is Holds.DAY:
        return f"{said} {days} days {'before' if one.value < 0 else 'after'} the day"
    return f"{said} {trimmed(one.value, DIGITS)}"


def _derived_words(source: Derived, window: int) -> str:
    of, times = _label(source.of), trimmed(source.times, DIGITS)
    by = _label(source.by) if source.by else ""
    before = f"the same {window} days earlier"
    return {
        "ratio": f"{times} × {of} ÷ {by}",
        "difference": f"{of} − {by}" if source.times == 1 else f"{times} × ({of} − {by})",
        "change": f"{of} less {before}" if source.times == 1 else f"{times} × ({of} less {before})",
        "growth": f"{times} × ({of} ÷ {before} − 1)",
    }[source.how]


def _label(key: str) -> str:
    return REGISTRY[key].label
