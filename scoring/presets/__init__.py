"""The eight scorecards that come with the product, as JSON definitions beside this file.

framework-002 follows document 002, framework-003 document 003, the component family document 004, activity-value
document 001 and install-base document 000. A preset may extend another one and say only what differs.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

# In the order that decides a tie when the first scorecard is made live.
PRESET_KEYS = (
    "framework-002",
    "framework-003",
    "component-default",
    "component-plg",
    "component-enterprise",
    "component-consumer",
    "activity-value",
    "install-base",
)


def load_preset(key: str) -> dict[str, Any]:
    """The definition of a preset, ready for parse_version; KeyError for an unknown key."""
    if key not in PRESET_KEYS:
        raise KeyError(f"no preset {key!r}; there are {', '.join(PRESET_KEYS)}")
    own = json.loads((Path(__file__).parent / f"{key}.json").read_text(encoding="utf-8"))
    return _extended(own) if "extends" in own else own


def _extended(own: dict[str, Any]) -> dict[str, Any]:
    definition = load_preset(own.pop("extends"))
    weights = own.pop("component_weights")
    for component in definition["components"]:
        component["weight"] = weights[component["key"]]
    return {**definition, **own}
