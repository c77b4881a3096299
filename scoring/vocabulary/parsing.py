"""Checks what an editor wants to write into the body of a segment, stage, tier or the value score."""

from __future__ import annotations

from typing import Final

from scoring.engine.reading import Node, open_node
from scoring.vocabulary.reading_rules import REVENUE_TIER, SEGMENT, STAGE, TIER, check_rule
from scoring.vocabulary.stepping import OTHER, SIZES
from scoring.vocabulary.touching import TOUCHES
from scoring.vocabulary.valuing import check_parts

SEGMENT_KEYS: Final = ("rule", "programme", "always_tag", "tag_when", "source")
STAGE_KEYS: Final = ("enter", "leave", "expected_days", "behind", "stuck", "source")
TIER_KEYS: Final = ("rule", "hours_per_year", "executive", "touch", "source")
REVENUE_TIER_KEYS: Final = ("rule", "source")
VALUE_KEYS: Final = ("parts", "source")
HOURS_OF_A_YEAR: Final = 8760
TEN_YEARS: Final = 3650  # days
MOST_TEXT: Final = 200


def check_segment(body: object) -> None:
    """{"rule", "programme", "always_tag", "tag_when"}; raises InvalidScorecard with place, value and remedy."""
    node = open_node(body, "", SEGMENT_KEYS)
    check_rule(node, "rule", SEGMENT)
    check_rule(node, "tag_when", SEGMENT, required=False)
    node.truth("always_tag", False)
    _texts(node, "programme", "source")


def check_stage(body: object) -> None:
    """{"enter", "leave", "expected_days", "behind", "stuck"}, each rule or null; raises InvalidScorecard."""
    node = open_node(body, "", STAGE_KEYS)
    for key in ("enter", "leave", "behind", "stuck"):
        check_rule(node, key, STAGE, required=False)
    days = open_node(node.get("expected_days", {}), "expected_days", (*SIZES.values(), OTHER))
    for size in days.data:
        days.number(size, 1, TEN_YEARS)
    _texts(node, "source")


def check_tier(body: object) -> None:
    """{"rule", "hours_per_year", "executive", "touch"}; raises InvalidScorecard."""
    node = open_node(body, "", TIER_KEYS)
    check_rule(node, "rule", TIER)
    node.number("hours_per_year", 0, HOURS_OF_A_YEAR)
    node.truth("executive", False)
    node.choice("touch", TOUCHES)
    _texts(node, "source")


def check_revenue_tier(body: object) -> None:
    """{"rule"}; raises InvalidScorecard."""
    node = open_node(body, "", REVENUE_TIER_KEYS)
    check_rule(node, "rule", REVENUE_TIER)
    _texts(node, "source")


def check_value(body: object) -> None:
    """{"parts": [{"field", "weight", and one of "steps", "curve" and "words"}]}; raises InvalidScorecard."""
    node = open_node(body, "", VALUE_KEYS)
    check_parts(node)
    _texts(node, "source")


def _texts(node: Node, *keys: str) -> None:
    for key in keys:
        if node.get(key, ""):
            node.text(key, r"[^\x00]*", f"give a text of at most {MOST_TEXT} letters")
