"""What a rule may read where it stands: the fields to choose from, what they are called and which words they hold."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from django.utils.html import format_html, format_html_join

from healthsite.pages.rules.words import known_words
from scoring.definitions import every_entry
from scoring.engine.card import SCORE, Version
from scoring.indicators import indicators
from scoring.indicators.indicator import FALLEN, OPEN
from scoring.indicators.indicator import STAGE as STAGE_FIELD
from scoring.indicators.parsing import SAID
from scoring.metrics import METRICS
from scoring.metrics.attributes import ATTRIBUTES, word_fields
from scoring.scorecards.choosing import SEGMENT_BEFORE
from scoring.scorecards.publishing import live_versions
from scoring.vocabulary.circles import PLACES
from scoring.vocabulary.reading_rules import REVENUE_TIER, SEGMENT, STAGE, TIER
from scoring.vocabulary.reading_rules import readable as readable_of
from scoring.vocabulary.stepping import OF_STAY
from scoring.wording import codes_of, field_label, unit_of

INDICATOR: Final = "indicator"
READS: Final = {reads.kind: reads for reads in (SEGMENT, STAGE, TIER, REVENUE_TIER)}
GROUPS: Final[Mapping[str, Collection[str]]] = {
    "Score": (*SAID, OPEN, FALLEN),
    "Standing": (*PLACES, SEGMENT_BEFORE),
    "Stay": OF_STAY,
    "Metrics": METRICS,
    "Customer": ATTRIBUTES,
}


@dataclass(frozen=True, slots=True)
class Field:
    """A field: where it stands in the list, and the words it holds; None = it holds numbers.

    `codes` are the words that its numbers stand for, such as 0 for red.
    """

    key: str
    label: str
    group: str
    words: tuple[str, ...] | None = None
    codes: Mapping[int, str] = field(default_factory=dict)
    unit: str = ""

    @property
    def is_word(self) -> bool:
        """Whether it holds words."""
        return self.words is not None

    @property
    def offered(self) -> tuple[str, ...]:
        """The words to propose while somebody types."""
        return self.words if self.words is not None else tuple(self.codes.values())


@dataclass(frozen=True)
class Readable:
    """Fields by key, in the order of the list; `asks` tells the address that says a rule which fields these are."""

    fields: Mapping[str, Field]
    asks: str = ""

    def find(self, key: str) -> Field | None:
        """The field of a key; None where there is none to read here."""
        return self.fields.get(key)

    @cached_property
    def labels(self) -> dict[str, str]:
        """What each field is called."""
        return {key: one.label for key, one in self.fields.items()}

    @cached_property
    def options(self) -> str:
        """The fields as options of a select, by group; made once, for every row shows them."""
        groups: dict[str, list[Field]] = {}
        for one in self.fields.values():
            groups.setdefault(one.group, []).append(one)
        listed = ((group, _options(fields)) for group, fields in groups.items())
        return format_html_join("", '<optgroup label="{}">{}</optgroup>', listed)


def _options(fields: Iterable[Field]) -> str:
    return format_html_join("", "{}", ((_option(one),) for one in sorted(fields, key=lambda one: one.label)))


def _option(one: Field) -> str:
    unit = f" ({one.unit})" if one.unit else ""
    return format_html('<option value="{}">{}{}</option>', one.key, one.label, unit)


def number_field(key: str, group: str, label: str = "") -> Field:
    """A field of numbers, or of numbers that stand for words."""
    return Field(key, label or field_label(key), group, codes=codes_of(key), unit=unit_of(key))


def facts(words: Mapping[str, tuple[str, ...]]) -> list[Field]:
    """Metrics and facts of the customer: what every rule may read."""
    of_customer = [
        Field(key, field_label(key), "Customer", words.get(key, ())) if is_word else number_field(key, "Customer")
        for key, is_word in word_fields().items()
    ]
    return of_customer + [number_field(key, "Metrics", metric.label) for key, metric in METRICS.items()]


def of_version(version: Version, asks: str = "") -> Readable:
    """What caps, flags and bounds of a scorecard read: facts, its components and its score. A few queries."""
    components = [number_field(one.key, "Components", one.label) for one in version.components]
    return _readable([number_field(SCORE, "Score"), *components, *facts(known_words())], asks)


def of_customers(asks: str = "on=customers") -> Readable:
    """What decides who gets a scorecard: facts and the stage, nothing that a score says. A few queries."""
    words = known_words()
    return _readable([*_states(("stage", SEGMENT_BEFORE), words), *facts(words)], asks)


def of_kind(kind: str) -> Readable:
    """What the entries of a vocabulary read, as it is checked when one is saved. A few queries."""
    words = known_words()
    labels = component_labels() if kind in (INDICATOR, STAGE.kind) else {}
    holds = _of_indicators(labels) if kind == INDICATOR else readable_of(READS[kind]) if kind in READS else {}
    further = [*labels, *indicators()] if kind == STAGE.kind else []
    holds = {**dict.fromkeys([*further, *_read_already(kind)], False), **holds}
    fields = [_field(key, is_word, words, labels) for key, is_word in holds.items() if key != kind]
    return _readable(fields, f"on={kind}")


def _of_indicators(labels: Mapping[str, str]) -> dict[str, bool]:
    return {**dict.fromkeys([*SAID, OPEN, FALLEN, *labels, *METRICS], False), STAGE_FIELD: True}


def _read_already(kind: str) -> list[str]:
    """What the stored entries read: it stays, such as the components of scorecards that are not live."""
    return sorted(frozenset().union(*(entry.fields() for entry in every_entry(kind))))


def component_labels() -> dict[str, str]:
    """What the components of the live scorecards are called, by their keys. One query."""
    return {one.key: one.label for version in live_versions() for one in version.engine.components}


def _field(key: str, is_word: bool, words: Mapping[str, tuple[str, ...]], labels: Mapping[str, str]) -> Field:
    group = next((group for group, keys in GROUPS.items() if key in keys), _other_group(key))
    label = labels.get(key) or field_label(key)
    return Field(key, label, group, words.get(key, ())) if is_word else number_field(key, group, label)


def _other_group(key: str) -> str:
    return "Indicators" if key in indicators() else "Components"


def _states(keys: Iterable[str], words: Mapping[str, tuple[str, ...]]) -> list[Field]:
    return [Field(key, field_label(key), "Standing", words.get(key, ())) for key in keys]


def _readable(fields: Iterable[Field], asks: str) -> Readable:
    found: dict[str, Field] = {}
    for one in fields:
        found.setdefault(one.key, one)
    return Readable(found, asks)
