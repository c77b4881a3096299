"""Bodies that an editor may not write: each refusal names the place, the value and what would be right."""

from __future__ import annotations

from typing import Any

import pytest

from scoring.definitions import every_entry, forget
from scoring.definitions.checking import InvalidDefinition, check
from scoring.models import Definition

pytestmark = pytest.mark.django_db
MANY = {"field": "open_opportunities", "op": ">=", "value": 10}
DUE = {"field": "days_over", "op": ">", "value": 0}
TIER = {"rule": MANY, "hours_per_year": 40, "executive": True, "touch": "pooled"}


def reads(field: str, value: float | str = 1) -> dict[str, Any]:
    return {"field": field, "op": "==", "value": value}


def part(**changes: Any) -> dict[str, Any]:
    return {"field": "arr", "weight": 1, "steps": [[0, 0], [1, 100]], **changes}


@pytest.mark.parametrize("kind", ["indicator", "segment", "stage", "tier", "revenue_tier", "value"])
def test_what_comes_with_the_product_passes(kind: str) -> None:
    assert every_entry(kind)
    for entry in every_entry(kind):
        check(kind, entry.body)


@pytest.mark.parametrize(
    ("kind", "body", "words"),
    [
        ("colour", {}, "kind is 'colour'; give one of indicator, segment"),
        ("segment", [], "give an object with rule"),
        ("segment", {}, "rule is missing; it is required"),
        ("segment", {"rule": MANY, "colour": 1}, "colour is not a known key"),
        ("segment", {"rule": reads("open_opportunitys")}, "rule is 'open_opportunitys'; name a metric"),
        ("segment", {"rule": reads("open_opportunitys")}, "such as open_opportunities"),
        ("segment", {"rule": reads("usage_growing_28")}, "rule is 'usage_growing_28'"),
        ("segment", {"rule": reads("stage")}, "rule is 1.0; stage holds words"),
        ("segment", {"rule": reads("arr", "much")}, "rule is 'much'; arr holds numbers"),
        ("segment", {"rule": {"field": "arr", "op": "<", "value": float("nan")}}, "rule.value is nan"),
        ("segment", {"rule": MANY, "tag_when": {"all": []}}, "tag_when.all is []"),
        ("segment", {"rule": MANY, "always_tag": 1}, "always_tag is 1; give true or false"),
        ("segment", {"rule": MANY, "programme": "a\0"}, "programme is 'a\\x00'"),
        ("stage", {"enter": reads("nothing")}, "enter is 'nothing'"),
        ("stage", {"leave": DUE, "expected_days": {"small": 0}}, "expected_days.small is 0"),
        ("stage", {"leave": DUE, "expected_days": {"tiny": 5}}, "expected_days.tiny is not a known key"),
        ("tier", {**TIER, "hours_per_year": 9000}, "hours_per_year is 9000"),
        ("tier", {**TIER, "touch": "none"}, "touch is 'none'; give one of digital, pooled, high-touch"),
        ("tier", {**TIER, "rule": reads("score")}, "rule is 'score'"),
        ("revenue_tier", {"rule": None}, "rule is None, which is no rule"),
        ("value", {"parts": []}, "parts is []; give a list with at least 1 entries"),
        ("value", {"parts": [part(weight=0)]}, "parts all have weight 0"),
        ("value", {"parts": [part(), part()]}, "parts[1].field is 'arr'; another part reads it"),
        ("value", {"parts": [part(field="nothing")]}, "parts[0].field is 'nothing'"),
        ("value", {"parts": [part(words={"a": 1})]}, "parts[0] has steps and words; give it steps or a curve"),
        ("value", {"parts": [part(field="industry")]}, "parts[0] has steps; give it words and their points"),
        ("value", {"parts": [part(steps=[[0, 0]])]}, "parts[0].steps is [[0, 0]]; give a list with at least 2"),
        ("value", {"parts": [part(steps=[[0, 0], [0, 9]])]}, "parts[0].steps[1][0] is 0.0; give more than"),
        ("value", {"parts": [part(steps=[[0, 0], [1, 101]])]}, "parts[0].steps[1][1] is 101"),
        ("value", {"parts": [part(steps=[[0, 0], 5])]}, "parts[0].steps[1] is 5; give a pair"),
        ("value", {"parts": [part(weight=-1)]}, "parts[0].weight is -1"),
    ],
)
def test_what_cannot_be_used_is_named(kind: str, body: object, words: str) -> None:
    with pytest.raises(InvalidDefinition) as refusal:
        check(kind, body)
    assert words in str(refusal.value)


@pytest.mark.parametrize("words", [{}, {"high": 101}, ["high"], {"high": "much"}])
def test_words_of_the_value_score_have_points(words: object) -> None:
    with pytest.raises(InvalidDefinition, match=r"parts\[0\]\.words"):
        check("value", {"parts": [{"field": "growth_potential", "weight": 1, "words": words}]})


@pytest.mark.parametrize(("kind", "field"), [("segment", "segment"), ("tier", "tier"), ("stage", "stage")])
def test_no_rule_reads_what_it_decides(kind: str, field: str) -> None:
    key = "leave" if kind == "stage" else "rule"
    rest = {"hours_per_year": 1, "touch": "digital"} if kind == "tier" else {}
    with pytest.raises(InvalidDefinition, match=f"{key} of a {kind} reads {field}, a circle"):
        check(kind, {key: reads(field, "any"), **rest})


def test_a_circle_over_another_vocabulary_is_named() -> None:
    Definition.objects.filter(kind="stage", key="growth").update(body={"leave": reads("segment", "dormant")})
    forget()
    with pytest.raises(InvalidDefinition, match="rule of a segment reads stage, which reads segment, a circle"):
        check("segment", {"rule": reads("stage", "growth")})
    check("tier", {**TIER, "rule": reads("stage", "growth")})


def test_without_a_circle_one_vocabulary_reads_another() -> None:
    check("segment", {"rule": reads("stage", "growth")})
    check("segment", {"rule": reads("tier", "strategic")})
    check("stage", {"leave": {"all": [reads("segment", "dormant"), DUE, reads("usage_growing_28"), reads("I1")]}})
