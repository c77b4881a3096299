"""Which names are fields, and how a page calls each."""

from __future__ import annotations

import re
from typing import Final

from scoring.definitions import Entry, every_entry
from scoring.indicators import indicators
from scoring.metrics import METRICS
from scoring.metrics.attributes import attribute
from scoring.scorecards.publishing import live_versions

ROLE_OF: Final = ".role"  # <component>.role
MOST_DAYS: Final = 365
PLAIN: Final = {
    "score": "Score",
    "role": "Band colour",
    "role_before": "Band colour the night before",
    "churn_risk": "Churn risk",
    "expansion": "Expansion",
    "emergency": "Emergency",
    "above_emergency": "Points above the emergency cut",
    "coverage": "Coverage",
    "stage": "Lifecycle stage",
    "segment": "Segment",
    "segment_before": "Segment the night before",
    "tier": "Value tier",
    "revenue_tier": "Revenue tier",
    "six_month_revenue": "Revenue expected over six months",
}
TAG: Final = "tag:"  # before the key of a segment: 1 where it is one of the customer's tags


def is_field(name: str) -> bool:
    """Whether a rule may read this name. Components are those of the live scorecard (one query)."""
    if name in METRICS or name in PLAIN or days_back(name) is not None or indicator_of(name) is not None:
        return True
    if attribute(name) is not None or tag_of(name) is not None:
        return True
    return name.removesuffix(ROLE_OF) in _component_labels()


def label_of(name: str) -> str:
    """A short noun for pages: the metric's or component's label, else plain words."""
    if name in METRICS:
        return METRICS[name].label
    days = days_back(name)
    if days is not None:
        return f"Score change over {days} days" if days > 1 else "Score change over a day"
    if indicator_of(name) is not None:
        return indicators()[name].name
    fact, tag = attribute(name), tag_of(name)
    if tag:
        return f"{tag.title} as a tag"
    known = fact.label if fact else PLAIN.get(name) or _component_label(name)
    return known or name.replace("_", " ").capitalize()


def days_back(name: str) -> int | None:
    """The N of score_change_N, 1 to 365; None for any other name."""
    found = re.fullmatch(r"score_change_([1-9]\d{0,2})", name)
    return int(found[1]) if found and int(found[1]) <= MOST_DAYS else None


def indicator_of(name: str) -> int | None:
    """The number of an indicator that is evaluated every night, such as 7 of I7; None for any other name."""
    found = indicators().get(name)
    return found.number if found else None


def tag_of(name: str) -> Entry | None:
    """The segment whose tag a field tells, such as tag:expired_base; None for any other name."""
    key = name.removeprefix(TAG)
    return next((one for one in every_entry("segment") if one.key == key), None) if key != name else None


def _component_label(name: str) -> str:
    label = _component_labels().get(name.removesuffix(ROLE_OF), "")
    return f"{label}, colour" if label and name.endswith(ROLE_OF) else label


def _component_labels() -> dict[str, str]:
    """The components of the live scorecards; of two with one key the first says what it is called."""
    components = (component for version in live_versions()[::-1] for component in version.engine.components)
    return {component.key: component.label for component in components}
