"""The form of a metric made without code: first its source, then what it says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from django import forms

from healthsite.pages.metrics.typing_in import Unreadable, typed
from scoring.metrics import METRICS
from scoring.metrics.custom.comparing import EMPTINESS, OPS
from scoring.metrics.custom.declared import DATED_ONLY, OF_ONE, OF_TWO, WHATS
from scoring.metrics.custom.describing import OP_WORDS, QUIET_WORDS
from scoring.metrics.custom.tables import TABLES, TEN_YEARS, Table

ROWS: Final = "rows"
SOURCES: Final = [
    ("rows", "Rows of a file, counted or added up"),
    ("supplied", "Ready-made values of metric_values.csv"),
    ("ratio", "One metric divided by another"),
    ("difference", "One metric less another"),
    ("change", "How much a metric has changed over a window"),
    ("growth", "By what share a metric has changed over a window"),
]
WHAT_LABELS: Final = {
    "count": "Number of rows", "sum": "Sum", "mean": "Mean", "max": "Largest", "min": "Smallest",
    "distinct": "How many different", "latest": "Latest value", "days_since": "Days since the latest",
}  # fmt: skip
BETTER: Final = [("up", "More is better"), ("down", "Less is better"), ("between", "Best in the middle")]
CONDITIONS: Final = 4


def text(label: str, most: int, **options: Any) -> forms.CharField:
    """A line of text."""
    return forms.CharField(label=label, max_length=most, **options)


class StartForm(forms.Form):
    """Which source; said in the address, so that the next step knows which fields to show."""

    source = forms.ChoiceField(label="Where its numbers come from", choices=SOURCES)
    kind = forms.ChoiceField(
        label="Which rows",
        choices=[
            ("", "Choose, where it is made of rows"),
            *((one.kind, one.label.capitalize()) for one in TABLES.values()),
        ],
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        """Rows need a kind."""
        found = super().clean() or {}
        if found.get("source") == ROWS and not found.get("kind"):
            self.add_error("kind", "Choose which rows are counted or added up")
        return found


class MetricForm(forms.Form):
    """What every metric says; the fields of its source come after."""

    label = text("Name", 200)
    key = text("Key, for rules and files", 64)
    unit = text("Unit", 40, help_text="such as tickets, % or days")
    meaning = text("What it says, in a sentence", 200)
    better = forms.ChoiceField(label="Better", choices=BETTER)
    validity = forms.IntegerField(label="Days a value stays valid", min_value=1, max_value=TEN_YEARS, initial=30)

    def __init__(self, source: str, kind: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.source, self.table = source, TABLES.get(kind) if source == ROWS else None
        if self.table:
            self._of_rows(self.table)
        elif source in (*OF_TWO, *OF_ONE):
            self._of_metrics()

    def _of_rows(self, table: Table) -> None:
        whats = [(one, WHAT_LABELS[one]) for one in WHATS if table.date or one not in DATED_ONLY]
        columns = [("", "No column"), *((one, one.replace("_", " ")) for one in table.columns)]
        self.fields["what"] = forms.ChoiceField(label="What of them", choices=whats)
        self.fields["column"] = forms.ChoiceField(label="Column", choices=columns, required=False)
        if table.date:
            self.fields["window"] = _days("Window, in days", table.most_days)
        self.fields["quiet"] = forms.ChoiceField(label="No rows mean", choices=list(QUIET_WORDS.items()))
        self.fields["minimum"] = forms.IntegerField(
            label="Fewest rows that say something", min_value=1, max_value=10_000, initial=1
        )
        for i in range(CONDITIONS):
            self.fields[f"column{i}"] = forms.ChoiceField(label="Column", choices=columns, required=False)
            self.fields[f"op{i}"] = forms.ChoiceField(label="Comparison", choices=_ops(table), required=False)
            self.fields[f"value{i}"] = text("Value", 2000, required=False)

    def _of_metrics(self) -> None:
        listed = sorted(((key, f"{one.label} ({one.unit})") for key, one in METRICS.items()), key=lambda one: one[1])
        choices = [("", "Choose a metric"), *listed]
        self.fields["of"] = forms.ChoiceField(label="Metric", choices=choices)
        if self.source in OF_TWO:
            label = "Divided by" if self.source == "ratio" else "Less"
            self.fields["by"] = forms.ChoiceField(label=label, choices=choices)
        else:
            self.fields["window"] = _days("Against how many days earlier", TEN_YEARS)
        usual = 100 if self.source in ("ratio", "growth") else 1
        self.fields["times"] = forms.FloatField(label="Times", initial=usual, min_value=-1e9, max_value=1e9)

    @property
    def plain(self) -> Iterator[forms.BoundField]:
        """All fields but those of conditions."""
        return (one for one in self if not one.name[-1].isdigit())

    @property
    def conditions(self) -> Iterator[tuple[forms.BoundField, forms.BoundField, forms.BoundField]]:
        """Each condition's column, comparison and value."""
        if self.table:
            yield from ((self[f"column{i}"], self[f"op{i}"], self[f"value{i}"]) for i in range(CONDITIONS))

    def clean(self) -> dict[str, Any]:
        """Read the values of conditions by what their columns hold."""
        found = super().clean() or {}
        where = []
        for i in range(CONDITIONS) if self.table else ():
            if found.get(f"column{i}") and self.table:
                try:
                    where.append(_condition(found, i, self.table))
                except Unreadable as error:
                    self.add_error(f"value{i}", str(error))
            elif found.get(f"value{i}"):
                self.add_error(f"column{i}", "Choose the column that is to have this value, or empty the value")
        return {**found, "where": where}

    def body(self) -> dict[str, Any]:
        """The body of a valid form, as `scoring.metrics.custom.parsing` reads it."""
        said = self.cleaned_data
        general = {key: said[key] for key in ("label", "unit", "better", "meaning", "validity")}
        general |= {key: said[key] for key in ("window", "quiet", "minimum") if key in said}
        own = {key: said[key] for key in ("of", "by", "times", "what", "column") if said.get(key) not in (None, "")}
        if self.table:
            own |= {"kind": self.table.kind, "where": said["where"]}
        return {**general, "source": {"from": self.source, **own}}


def _days(label: str, most: int) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=1, max_value=most, initial=min(30, most))


def _ops(table: Table) -> list[tuple[str, str]]:
    """Every comparison that any column of the kind takes."""
    taken = {op for holds in table.columns.values() for op in OPS[holds]}
    return [(op, words) for op, words in OP_WORDS.items() if op in taken]


def _condition(found: dict[str, Any], i: int, table: Table) -> dict[str, Any]:
    column, op, value = found[f"column{i}"], found.get(f"op{i}") or "==", found.get(f"value{i}") or ""
    if op in EMPTINESS and not value:
        return {"column": column, "op": op}
    return {"column": column, "op": op, "value": typed(value, table.columns[column], op)}
