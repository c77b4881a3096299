"""Checks the parts of the value score (library 5): what each reads, how much it weighs, how it becomes points."""

from __future__ import annotations

from typing import Final

from scoring.engine.reading import InvalidScorecard, Node, number, open_node, refuse
from scoring.metrics import METRICS
from scoring.metrics.worth import NUMBERS, WORDS

PART_KEYS: Final = ("field", "weight", "steps", "curve", "words")
DRAWN: Final = ("steps", "curve")
MOST_WEIGHT, MOST_RAW = 1e6, 1e15
MOST_WORDS: Final = 50


def check_parts(node: Node) -> None:
    """Raise InvalidScorecard unless `parts` can be weighed: known fields, each once, not all of weight 0."""
    parts = node.nodes("parts", PART_KEYS)
    seen: set[str] = set()
    for part in parts:
        field = part.choice("field", [*NUMBERS, *WORDS, *METRICS])
        if field in seen:
            raise refuse(part.at("field"), field, "another part reads it: use it once")
        seen.add(field)
        _check_form(part, is_word=field in WORDS)
    if not sum(part.number("weight", 0, MOST_WEIGHT) for part in parts):
        raise InvalidScorecard("parts all have weight 0; give at least one a weight above 0")


def _check_form(part: Node, *, is_word: bool) -> None:
    given = [key for key in (*DRAWN, "words") if key in part.data]
    right = "words and their points" if is_word else "steps or a curve"
    if len(given) != 1 or (given == ["words"]) != is_word:
        raise InvalidScorecard(f"{part.place} has {' and '.join(given) or 'no points'}; give it {right}")
    if is_word:
        _check_words(part)
    else:
        _check_drawn(part, given[0])


def _check_words(part: Node) -> None:
    words = part.get("words")
    if not isinstance(words, dict) or not 1 <= len(words) <= MOST_WORDS:
        raise refuse(part.at("words"), words, f"give an object of 1 to {MOST_WORDS} words and their points")
    node = open_node(words, part.at("words"), words)
    for word in words:
        node.number(word, 0, 100)


def _check_drawn(part: Node, key: str) -> None:
    """Pairs of a raw value and its points, the raw values ascending."""
    last = -MOST_RAW * 2
    for i, pair in enumerate(part.entries(key, 2)):
        place = f"{part.at(key)}[{i}]"
        if not isinstance(pair, list | tuple) or len(pair) != 2:
            raise refuse(place, pair, "give a pair [raw value, points]")
        raw = number(pair[0], f"{place}[0]", -MOST_RAW, MOST_RAW)
        number(pair[1], f"{place}[1]", 0, 100)
        if raw <= last:
            raise refuse(f"{place}[0]", raw, f"give more than the one before it, {last:g}")
        last = raw
