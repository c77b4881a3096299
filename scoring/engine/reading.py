"""Read the JSON objects of a scorecard definition; whatever is wrong is named with place, value and remedy."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

_REQUIRED = object()


class InvalidScorecard(ValueError):
    """A definition that cannot be used; the message names the place, the value and what would be right."""


def refuse(place: str, value: object, right: str) -> InvalidScorecard:
    """The error for a value that does not fit its place."""
    text = repr(value)
    return InvalidScorecard(f"{place} is {text if len(text) <= 80 else text[:77] + '...'}; {right}")


@dataclass(frozen=True, slots=True)
class Node:
    """A JSON object and the place where it stands, such as components[2].measures[0]."""

    data: Mapping[str, Any]
    place: str

    def at(self, key: str) -> str:
        """The place of one of its keys."""
        return f"{self.place}.{key}" if self.place else key

    def get(self, key: str, default: object = _REQUIRED) -> Any:
        """The value of a key; raises InvalidScorecard when a required one is absent."""
        if key not in self.data and default is _REQUIRED:
            raise InvalidScorecard(f"{self.at(key)} is missing; it is required")
        return self.data.get(key, default)

    def number(self, key: str, low: float, high: float, default: object = _REQUIRED) -> float:
        """A finite number from `low` to `high`."""
        return number(self.get(key, default), self.at(key), low, high)

    def whole(self, key: str, high: int, default: object = _REQUIRED) -> int:
        """A whole number from 1 to `high`."""
        value = self.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= high:
            raise refuse(self.at(key), value, f"give a whole number from 1 to {high:,}")
        return value

    def text(self, key: str, pattern: str = r".*\S.*", right: str = "give a text") -> str:
        """A text that matches the whole pattern and has at most 200 characters."""
        value = self.get(key)
        if not isinstance(value, str) or len(value) > 200 or not re.fullmatch(pattern, value):
            raise refuse(self.at(key), value, right)
        return value

    def choice(self, key: str, choices: Collection[str], default: object = _REQUIRED) -> Any:
        """One of some words."""
        value = self.get(key, default)
        if not isinstance(value, str) or value not in choices:
            raise refuse(self.at(key), value, f"give one of {', '.join(choices)}")
        return value

    def truth(self, key: str, default: bool) -> bool:
        """True or false."""
        value = self.get(key, default)
        if not isinstance(value, bool):
            raise refuse(self.at(key), value, "give true or false")
        return value

    def entries(self, key: str, least: int, default: object = _REQUIRED) -> list[Any]:
        """A list with at least so many entries."""
        value = self.get(key, default)
        if not isinstance(value, list | tuple) or len(value) < least:
            raise refuse(self.at(key), value, f"give a list with at least {least} entries")
        return list(value)

    def nodes(self, key: str, keys: Collection[str], least: int = 1) -> list[Node]:
        """A list of JSON objects that have no keys but `keys`; may be left out when it may be empty."""
        found = self.entries(key, least, _REQUIRED if least else ())
        return [open_node(entry, f"{self.at(key)}[{i}]", keys) for i, entry in enumerate(found)]


def open_node(data: object, place: str, keys: Collection[str]) -> Node:
    """A JSON object that has no keys but `keys`."""
    if not isinstance(data, Mapping):
        raise refuse(place or "the definition", data, f"give an object with {', '.join(keys)}")
    node = Node(data, place)
    for key in data:
        if key not in keys:
            raise InvalidScorecard(f"{node.at(str(key))} is not a known key; known here: {', '.join(keys)}")
    return node


def number(value: object, place: str, low: float, high: float) -> float:
    """A number from `low` to `high`; JSON true, texts, NaN and infinity are none."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise refuse(place, value, f"give a number from {low:,.10g} to {high:,.10g}")
    return float(value)
