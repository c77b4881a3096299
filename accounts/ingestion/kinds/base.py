"""What each kind declares about its rows, and what follows from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

from django.db import models

from accounts.ingestion.columns import Column, Details, column_of, reference
from accounts.ingestion.problems import Problem
from accounts.kinds import KINDS

Values = dict[str, Any]


class Party(NamedTuple):
    """The customer of a row, with what its notices compare dates with."""

    pk: int
    since: date | None = None
    subscribed_on: date | None = None  # the subscription through which the row came, else the customer's first


@dataclass(frozen=True)
class Kind:
    """One kind of the import format.

    `columns` are its names, separated by blanks. `identity` lists the columns that tell records apart; where there are
    alternatives, the first whose columns are all filled holds, the last always. `found_by` is one or two of the last
    alternative's columns that narrow a query down.
    """

    name: str
    columns: str
    required: str
    identity: tuple[str, ...]
    found_by: str = ""
    is_state: bool = False
    renamed: Mapping[str, str] = field(default_factory=dict)
    details: Mapping[str, Details] = field(default_factory=dict)
    beside: Mapping[str, type[models.Model]] = field(default_factory=dict)  # columns that are no field of the model
    looked_up_last: str = ""  # a column whose records may be made by the same rows
    in_order: tuple[tuple[str, str], ...] = ()
    unpivots: tuple[str, str] | None = None  # the key and value columns of a wide table
    follows_subscription: bool = False  # its notice compares with the start of a subscription
    stand_ins: Mapping[str, str] = field(default_factory=dict)  # what identifies a record whose column is empty
    complete: Callable[[Values], None] | None = None
    check: Callable[[Mapping[str, Any]], Problem | None] | None = None
    notice: Callable[[Values, Party | None], str | None] | None = None
    noticed: str = ""  # the one attribute that the notice compares with the customer's dates
    undated: Callable[[Values], str | None] | None = None  # a notice of what is said to be over, and not since when
    undated_by: str = ""  # the attributes that it looks at
    at_creation: Callable[[], Values] | None = None

    @property
    def model(self) -> type[models.Model]:
        """Where its records are kept."""
        return KINDS[self.name]

    @cached_property
    def column(self) -> dict[str, Column]:
        """Its columns by name, in their order, `updated_at` and for states `observed_on` included."""
        stamps = ["updated_at", *(["observed_on"] if self.is_state else [])]
        return {name: self._column(name) for name in [*self.columns.split(), *stamps]}

    @cached_property
    def sourced(self) -> bool:
        """Whether the source is part of the identity."""
        return any(f.name == "source" for f in self.model._meta.fields)

    @cached_property
    def needed(self) -> dict[str, str]:
        """The attributes without which no record can be made, with their columns."""
        return {self.column[name].attribute: name for name in self.required.split()}

    @cached_property
    def keys(self) -> tuple[tuple[str, ...], ...]:
        """The identity's alternatives as attributes."""
        return tuple(tuple(self.column[name].attribute for name in names.split()) for names in self.identity)

    @cached_property
    def narrowing(self) -> tuple[str, ...]:
        """The attributes by which records of the last alternative are found."""
        return tuple(self.column[name].attribute for name in (self.found_by or self.identity[-1]).split())

    @cached_property
    def references(self) -> tuple[Column, ...]:
        """The columns that name other records."""
        named = (column for column in self.column.values() if column.refers_to)
        return tuple(column for column in named if column.name != self.looked_up_last)

    @cached_property
    def own_reference(self) -> Column | None:
        """The column that names another record of the same kind, which may stand further down in the file."""
        own = (column for column in self.references if column.refers_to is self.model)
        return next((column for column in own if column.name not in self.beside), None)

    @cached_property
    def fields(self) -> frozenset[str]:
        """The attributes of the model that values go to."""
        return frozenset(f.attname for f in self.model._meta.concrete_fields)

    @cached_property
    def tells_apart(self) -> tuple[str, ...]:
        """The columns that tell rows of one file apart."""
        names = {name for names in self.identity for name in names.split()} | set(self.stand_ins.values())
        return (*names, *(["observed_on"] if self.is_state else []))

    def key_of(self, values: Mapping[str, Any]) -> tuple[Any, ...]:
        """The identity of a record within its source."""
        for (name,) in self.keys[:-1]:
            if values.get(name):
                return name, values[name]
        return tuple([values.get(name) for name in self.keys[-1]])

    def keys_of(self, columns: Mapping[str, Sequence[Any]], rows: int) -> list[tuple[Any, ...]]:
        """The identities of several records, given as columns by attribute."""

        def column(name: str) -> Sequence[Any]:
            values = columns.get(name, [None] * rows)
            other = columns.get(self.stand_ins.get(name, ""))
            return [one or two for one, two in zip(values, other, strict=True)] if other else values

        keys = list(zip(*(column(name) for name in self.keys[-1]), strict=True))
        for (name,) in self.keys[:-1]:
            if name in columns:
                keys = [(name, value) if value else key for value, key in zip(columns[name], keys, strict=True)]
        return keys

    def _column(self, name: str) -> Column:
        if name in self.beside:
            return reference(name, self.beside[name])
        details = self.details.get(name, Details(past=name in ("updated_at", "observed_on")))
        attribute = self.renamed.get(name, name)
        if not any(attribute == f.name for f in self.model._meta.get_fields()):
            return Column(name, name, _day_observed(details))
        column = column_of(self.model, name, attribute, details)
        # What must be given has no default to fall back to.
        return replace(column, empty=None) if name in self.required.split() else column


def _day_observed(details: Details) -> Any:
    from accounts.models import Customer  # any model with the stamp: the parser is what matters

    return column_of(Customer, "observed_on", "observed_on", details).parse
