"""What the rules of each vocabulary may read, and that none reads itself, not even by a circle."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from scoring.engine.reading import InvalidScorecard, Node, refuse
from scoring.engine.rules import InvalidRule, Rule, parse_rule
from scoring.fields.naming import is_field
from scoring.metrics import METRICS
from scoring.metrics.attributes import word_fields
from scoring.scorecards.publishing import live_versions
from scoring.vocabulary.circles import PLACES, circle
from scoring.vocabulary.revenue import REVENUE
from scoring.vocabulary.stepping import OF_STAY

SCORE: Final = ("score", "role", "coverage", "churn_risk", "expansion", "emergency")


@dataclass(frozen=True, slots=True)
class Reads:
    """What rules of a kind may read beside metrics, facts of the customer and vocabularies.

    `numbers` are further names. What is asked `afterwards`, of the finished night, may read every field of it.
    """

    kind: str
    numbers: tuple[str, ...] = ()
    afterwards: bool = False


SEGMENT: Final = Reads("segment", SCORE)
STAGE: Final = Reads("stage", (*SCORE, *OF_STAY), afterwards=True)
TIER: Final = Reads("tier")
REVENUE_TIER: Final = Reads("revenue_tier", (*SCORE, REVENUE))


def readable(reads: Reads) -> dict[str, bool]:
    """Every field that a rule of the kind may read, and whether it holds words. Two queries.

    Where a rule reads the score, it may read the points of the components of live scorecards too.
    """
    components = {key for version in live_versions() for key in version.engine.component_keys}
    known = dict.fromkeys(components if reads.numbers else (), False)
    return {**known, **dict.fromkeys([*METRICS, *reads.numbers], False), **word_fields(), **dict.fromkeys(PLACES, True)}


def check_rule(node: Node, key: str, reads: Reads, *, required: bool = True) -> None:
    """Raise InvalidScorecard for a rule that cannot be read, reads what there is not, or leads back to itself."""
    if node.get(key, None) is None and not required:
        return
    try:
        rule = parse_rule(node.get(key), node.at(key))
    except InvalidRule as error:
        raise InvalidScorecard(str(error)) from error
    _check_circle(rule, node.at(key), reads.kind)
    known = readable(reads)
    if reads.afterwards:
        known |= {name: False for name in rule.fields() - known.keys() if is_field(name)}
    _check_fields(rule, node.at(key), known)


def _check_circle(rule: Rule, place: str, kind: str) -> None:
    if way := circle(kind, rule.fields()):
        said = ", which reads ".join(way[1:])
        right = "a rule must not read what it decides: read something else"
        raise InvalidScorecard(f"{place} of a {kind} reads {said}, a circle; {right}")


def _check_fields(rule: Rule, place: str, known: Mapping[str, bool]) -> None:
    for one in rule.comparisons():
        if one.field not in known:
            close = get_close_matches(one.field, known, n=1)
            raise refuse(place, one.field, ", such as ".join(["name a metric or a fact of the customer", *close]))
        for value in one.values:
            if isinstance(value, str) != known[one.field]:
                what = "words" if known[one.field] else "numbers"
                raise refuse(place, value, f"{one.field} holds {what}: compare it with one")
