"""The parts of the value score as a small table: the weight of each, and its points by value or word."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from scoring.wording import field_label

MOST: Final = 1e12
FORMS: Final = ("steps", "curve", "words")


def points_text(part: Mapping[str, Any]) -> str:
    """The points of a part on one line: "0: 15, 25000: 45" or "high: 100, low: 0"."""
    pairs = part.get("words", {}).items() if "words" in part else part.get("steps", part.get("curve", ()))
    return ", ".join(f"{_said(key)}: {_said(points)}" for key, points in pairs)


class PointsField(forms.CharField):
    """Pairs of a value, or a word, and the points it gives."""

    def __init__(self, *, words: bool, **options: Any) -> None:
        super().__init__(max_length=1000, **options)
        self.words = words

    def clean(self, value: Any) -> Any:
        """[[value, points], …], or {word: points}. Raises ValidationError."""
        pairs = [self._pair(one) for one in super().clean(value).split(",")]
        if len({key for key, _ in pairs}) < len(pairs):
            raise ValidationError("A value is named twice; give each once")
        return dict(pairs) if self.words else [list(pair) for pair in pairs]

    def _pair(self, text: str) -> tuple[Any, Any]:
        key, _, points = text.rpartition(":")
        number = _number(points, 0, 100)
        named: Any = key.strip() if self.words else _number(key, -MOST, MOST)
        if number is None or named is None or named == "":
            right = "high: 100" if self.words else "25000: 45"
            raise ValidationError(
                f"{text.strip()[:40]!r} cannot be read; give pairs with 0 to 100 points, such as {right}"
            )
        return named, number


class ValueForm(forms.Form):
    """Weights and points of the parts; which fields they read stays."""

    source = forms.CharField(label="Source", required=False, max_length=200)

    def __init__(self, data: QueryDict | None = None, *, body: Mapping[str, Any]) -> None:
        super().__init__(data, initial={"source": body.get("source", "")})
        self.parts: list[dict[str, Any]] = deepcopy(list(body.get("parts", ())))
        for i, part in enumerate(self.parts):
            label = field_label(part["field"])
            weight = forms.FloatField(
                label=f"{label}, weight", min_value=0, max_value=1e6, initial=_said(part["weight"])
            )
            points = PointsField(words="words" in part, label=f"{label}, points", initial=points_text(part))
            for one in (weight, points):
                one.widget.attrs["aria-label"] = str(one.label)
            self.fields |= {f"weight_{i}": weight, f"points_{i}": points}

    @property
    def table(self) -> list[tuple[str, forms.BoundField, forms.BoundField]]:
        """Each part with the field of its weight and that of its points."""
        labels = [field_label(part["field"]) for part in self.parts]
        return [(label, self[f"weight_{i}"], self[f"points_{i}"]) for i, label in enumerate(labels)]

    @property
    def plain(self) -> list[forms.BoundField]:
        """The fields beside the table."""
        return [self["source"]]

    def said(self) -> dict[str, Any]:
        """The parts with their weights and points, and the source."""
        for i, part in enumerate(self.parts):
            held = next(key for key in FORMS if key in part)
            part |= {"weight": _plain(self.cleaned_data[f"weight_{i}"]), held: self.cleaned_data[f"points_{i}"]}
        return {"parts": self.parts, "source": self.cleaned_data["source"]}

    def clean(self) -> dict[str, Any]:
        """Not all weights are nought."""
        said = super().clean() or self.cleaned_data
        weights = [said.get(f"weight_{i}") for i in range(len(self.parts))]
        if weights and all(weight == 0 for weight in weights):
            self.add_error(None, "All weights are 0; give at least one a weight above 0")
        return said


def _number(text: str, low: float, high: float) -> float | int | None:
    """A number between two ends; None for anything else."""
    try:
        found = float(text.strip().replace("_", "x"))
    except ValueError:
        return None
    return _plain(found) if low <= found <= high else None


def _plain(number: float) -> float | int:
    return int(number) if float(number).is_integer() else number


def _said(value: Any) -> Any:
    return _plain(value) if isinstance(value, float) else value
