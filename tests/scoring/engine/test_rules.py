"""The rule language: three-valued answers, clear refusals, plain sentences."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest

from scoring.engine.conditions import Column
from scoring.engine.rules import InvalidRule, parse_rule, sentence
from tests.scoring.engine.builders import compare

T, F, U = "true", "false", "unknown"
VALUE = {T: 1.0, F: 0.0, U: np.nan}
AND = {(T, T): T, (T, F): F, (T, U): U, (F, F): F, (F, U): F, (U, U): U}
OR = {(T, T): T, (T, F): T, (T, U): T, (F, F): F, (F, U): U, (U, U): U}
NOT = {T: F, F: T, U: U}
A, B = compare("a", "==", 1), compare("b", "==", 1)


def column(value: Any) -> Column:
    if isinstance(value, tuple):
        low, high = value
        return np.array([low], dtype=np.float64), np.array([high], dtype=np.float64)
    return np.array([value], dtype=np.float64)


def answer(data: object, **fields: Any) -> str:
    true, unknown = parse_rule(data, "rule").evaluate({name: column(value) for name, value in fields.items()})
    assert not (true & unknown).any()
    return T if true[0] else U if unknown[0] else F


@pytest.mark.parametrize(("a", "b"), list(product([T, F, U], repeat=2)))
def test_all_any_and_not_follow_kleene(a: str, b: str) -> None:
    fields = {"a": VALUE[a], "b": VALUE[b]}

    assert answer({"all": [A, B]}, **fields) == AND.get((a, b), AND.get((b, a)))
    assert answer({"any": [A, B]}, **fields) == OR.get((a, b), OR.get((b, a)))
    assert answer({"not": A}, **fields) == NOT[a]


@pytest.mark.parametrize(
    ("op", "value", "below", "at", "above"),
    [
        ("<", 5, T, F, F),
        ("<=", 5, T, T, F),
        (">", 5, F, F, T),
        (">=", 5, F, T, T),
        ("==", 5, F, T, F),
        ("!=", 5, T, F, T),
        ("in", [5, 6], F, T, T),
    ],
)
def test_each_comparison_below_at_and_above_its_value(op: str, value: Any, below: str, at: str, above: str) -> None:
    rule = compare("x", op, value)

    assert [answer(rule, x=x) for x in (4, 5, 6)] == [below, at, above]
    assert answer(rule, x=np.nan) == U


@pytest.mark.parametrize(
    ("op", "value", "between", "expected"),
    [
        ("<", 5, (1, 4), T),
        ("<", 5, (1, 9), U),
        ("<", 5, (5, 9), F),
        (">=", 5, (5, 9), T),
        (">=", 5, (1, 5), U),
        ("==", 5, (1, 9), U),
        ("==", 5, (5, 5), T),
        ("==", 5, (6, 9), F),
        ("!=", 5, (6, 9), T),
        ("!=", 5, (1, 9), U),
        ("!=", 5, (5, 5), F),
        ("in", [5, 20], (6, 9), F),
        ("in", [5, 20], (6, 20), U),
        ("<", 5, (np.nan, np.nan), U),
    ],
)
def test_a_field_known_only_between_two_ends_answers_when_all_between_agree(
    op: str, value: Any, between: tuple[float, float], expected: str
) -> None:
    assert answer(compare("x", op, value), x=between) == expected


def test_a_field_that_the_frame_lacks_is_unknown_for_every_customer() -> None:
    rule = parse_rule(compare("absent", "<", 1), "rule")

    true, unknown = rule.evaluate({"other": np.array([1.0, 2.0])})
    assert (true.tolist(), unknown.tolist()) == ([False, False], [True, True])
    assert rule.evaluate({"other": (np.zeros(3), np.ones(3))})[1].tolist() == [True] * 3
    assert len(rule.evaluate({})[0]) == 0


def test_a_rule_names_every_field_it_reads() -> None:
    rule = parse_rule({"any": [A, {"not": {"all": [B, compare("score", "<", 3)]}}]}, "rule")

    assert rule.fields() == {"a", "b", "score"}


def test_a_rule_gives_its_json_back() -> None:
    data = {"any": [A, {"not": {"all": [B, compare("c", "in", [1, 2])]}}]}

    assert parse_rule(data, "rule").definition() == data


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (None, "here is None, which is no rule"),
        ({}, "here is {}, which is no rule"),
        ({**A, "extra": 1}, "which is no rule"),
        ({"not": A, "all": [A]}, "which is no rule"),
        ({"all": [A], "more": 1}, "which is no rule"),
        ({"any": [A], "more": 1}, "which is no rule"),
        ({"all": []}, r"here.all is \[\]; give a list of 1 to 50 rules"),
        ({"any": "x"}, "here.any is 'x'; give a list"),
        ({"any": [A, {"not": 3}]}, r"here.any\[1\].not is 3, which is no rule"),
        (compare("", "<", 1), "here.field is ''"),
        ({"field": 3, "op": "<", "value": 1}, "here.field is 3"),
        (compare("a", "=<", 1), "here.op is '=<'; give one of < <= > >= == != in"),
        ({"field": "a", "op": [], "value": 1}, r"here.op is \[\]"),
        (compare("a", "in", 1), "here.value is 1; give a list"),
        (compare("a", "in", []), r"here.value is \[\]; give a list"),
        (compare("a", "<", [1]), r"here.value is \[1\]; give a number"),
        ({"field": "a", "op": "<", "value": True}, "here.value is True; give a number"),
        ({"field": "a", "op": "<", "value": "7"}, "here.value is '7'; words have no order: compare them with == != in"),
        (compare("a", "<", float("nan")), "here.value is nan"),
        (compare("a", "<", float("inf")), "here.value is inf"),
        (compare("a", "<", 10**400), "here.value is 1000"),
    ],
)
def test_a_wrong_rule_is_refused_with_place_and_value(data: object, message: str) -> None:
    with pytest.raises(InvalidRule, match=message):
        parse_rule(data, "here")


def test_a_rule_may_be_eight_levels_deep_and_no_deeper() -> None:
    deep: dict[str, Any] = A
    for _ in range(7):
        deep = {"not": deep}

    parse_rule(deep, "here")
    with pytest.raises(InvalidRule, match="nested too deep; at most 8"):
        parse_rule({"not": deep}, "here")


def test_a_rule_may_not_have_more_than_fifty_parts() -> None:
    with pytest.raises(InvalidRule, match="give a list of 1 to 50 rules"):
        parse_rule({"all": [A] * 51}, "here")


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (compare("people", "<", 2), "Active people is below 2"),
        (compare("won_amount", ">=", 10_000_000), "won amount is at least 10,000,000"),
        (compare("people", "in", [1]), "Active people is one of 1"),
        (compare("people", "in", [1, 2.5, 3]), "Active people is one of 1, 2.5 or 3"),
        ({"not": compare("people", "==", 0)}, "not (Active people is 0)"),
        ({"all": [A, compare("b", "!=", 1)]}, "a is 1 and b is not 1"),
        ({"all": [A, {"any": [B, compare("c", ">", 1)]}]}, "a is 1 and (b is 1 or c is above 1)"),
        ({"any": [A, {"any": [B, compare("c", "<=", 1)]}]}, "a is 1 or b is 1 or c is at most 1"),
    ],
)
def test_a_rule_reads_as_a_sentence(data: object, text: str) -> None:
    assert sentence(parse_rule(data, "rule"), {"people": "Active people"}) == text
