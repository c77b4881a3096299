"""Bodies of metrics without code that make no sense: refused with the place, the value and what would be right."""

from __future__ import annotations

from typing import Any

import pytest

from scoring.metrics.custom.declared import Derived, Rows, Supplied
from scoring.metrics.custom.parsing import InvalidMetric, parse_body
from scoring.metrics.metric import Quiet

pytestmark = pytest.mark.django_db
ROWS: dict[str, Any] = {"from": "rows", "kind": "tickets", "what": "count"}


def body(source: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    said = {"label": "Own", "unit": "tickets", "better": "down", "meaning": "Our own.", "validity": 30, "window": 30}
    return {**said, "quiet": "zero", "source": source or ROWS, **changes}


def test_a_body_is_read_with_what_it_leaves_out() -> None:
    found = parse_body(body())
    assert (found.minimum, found.quiet, found.source) == (1, Quiet.ZERO, Rows("tickets", "count"))
    made = {"window": 0, "quiet": "missing"}
    assert parse_body(body({"from": "supplied"}, **made)).source == Supplied()
    ratio = parse_body(body({"from": "ratio", "of": "open_tickets", "by": "nps"}, **made)).source
    assert ratio == Derived("ratio", "open_tickets", "nps", 100.0)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ({**ROWS, "kind": "moods"}, "source.kind is 'moods'; give one of usage,"),
        ({**ROWS, "kind": None}, "source.kind is None"),
        ({**ROWS, "what": "median"}, "source.what is 'median'; give one of count,"),
        ({**ROWS, "what": "sum"}, "source.column is ''; give one of"),
        ({**ROWS, "what": "sum", "column": "severity"}, "source.column is 'severity'; give one of"),
        ({**ROWS, "what": "sum", "column": "shoe_size"}, "source.column is 'shoe_size'"),
        ({**ROWS, "what": "distinct", "column": "status"}, "source.column is 'status'"),
        ({**ROWS, "column": "csat"}, "source.column is 'csat'; a count is of rows"),
        ({**ROWS, "kind": "goals", "what": "latest", "column": "actual"}, "source.what is 'latest'"),
        ({**ROWS, "kind": "goals", "what": "days_since", "column": "due_on"}, "source.column is 'due_on'"),
        ({**ROWS, "where": {"column": "csat"}}, "source.where is {'column': 'csat'}; give a list"),
        ({**ROWS, "where": [{"column": "status", "op": "empty"}]}, "source.where[0].column is 'status'"),
        ({**ROWS, "where": [{"column": "csat", "op": "~", "value": 1}]}, "source.where[0].op is '~'; give one of =="),
        ({**ROWS, "where": [{"column": "csat", "op": ">", "value": float("nan")}]}, "source.where[0].value is nan"),
        ({**ROWS, "where": [{"column": "csat", "op": ">", "value": True}]}, "value is True; give a number"),
        ({**ROWS, "where": [{"column": "csat", "op": ">"}]}, "source.where[0].value is missing"),
        ({**ROWS, "where": [{"column": "csat", "op": "empty", "value": 1}]}, "takes no value"),
        ({**ROWS, "where": [{"column": "severity", "op": "==", "value": "bad"}]}, "give one of critical, high"),
        ({**ROWS, "where": [{"column": "topic", "op": "==", "value": "a\0b"}]}, "give a word"),
        ({**ROWS, "where": [{"column": "topic", "op": "in", "value": []}]}, "give a list with at least 1"),
        ({**ROWS, "where": [{"column": "escalated", "op": "==", "value": 1}]}, "give true or false"),
        ({**ROWS, "where": [{"column": "csat", "op": "empty"}] * 11}, "give at most 10 conditions"),
        ({**ROWS, "by": "nps"}, "source.by is not a known key"),
        ({"from": "thin air"}, "source.from is 'thin air'; give one of supplied, rows"),
        ({"from": "ratio", "of": "nps"}, "source.by is missing"),
        ({"from": "ratio", "of": "nps", "by": "moods"}, "source.by is 'moods'; give the key of a metric that is there"),
        ({"from": "ratio", "of": "own", "by": "nps"}, "source.of is 'own'; a metric cannot be made of itself"),
        ({"from": "ratio", "of": "nps", "by": "csat", "times": 0}, "source.times is 0.0"),
        ({"from": "ratio", "of": ["nps"], "by": "csat"}, "source.of is ['nps']"),
        ([], "source is []; give an object"),
    ],
)  # fmt: skip
def test_a_source_that_makes_no_sense_is_refused(source: Any, message: str) -> None:
    with pytest.raises(InvalidMetric) as refusal:
        parse_body({**body(), "source": source}, "own")
    assert message in str(refusal.value)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"label": " "}, "label is ' '"),
        ({"label": "a\0b"}, "give a text of one line"),
        ({"meaning": "x" * 201}, "give a text of one line"),
        ({"unit": "x" * 41}, "give at most 40 characters"),
        ({"better": "sideways"}, "better is 'sideways'; give one of up, down, between"),
        ({"validity": 0}, "validity is 0; give a whole number from 1 to 3,650"),
        ({"window": 0}, "window is 0; give a whole number from 1 to 3,650"),
        ({"window": 93, "source": {**ROWS, "kind": "usage"}}, "window is 93; give a whole number from 1 to 92"),
        ({"window": 7, "source": {**ROWS, "kind": "assets"}}, "window is 7; give 0"),
        ({"window": 7, "quiet": "missing", "source": {"from": "supplied"}}, "window is 7; give 0"),
        ({"window": 0, "source": {"from": "supplied"}}, "quiet is 'zero'; give one of missing"),
        ({"quiet": "counts"}, "only days since go on counting"),
        ({"source": {**ROWS, "what": "mean", "column": "csat"}}, "mean of no rows is not nought; give missing"),
        ({"source": {**ROWS, "what": "days_since"}}, "days_since of no rows is not nought; give counts or missing"),
        ({"minimum": 1.5}, "minimum is 1.5"),
        ({"colour": "red"}, "colour is not a known key"),
    ],
)  # fmt: skip
def test_what_a_metric_says_of_itself_is_checked(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidMetric) as refusal:
        parse_body(body(**changes))
    assert message in str(refusal.value)
