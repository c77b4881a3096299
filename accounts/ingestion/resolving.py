"""From ids to keys: finds the customer and the other records that rows name, one query per column and chunk."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Min, Model

from accounts.ingestion.circles import refuse_circles
from accounts.ingestion.columns import Column
from accounts.ingestion.kinds.base import Party
from accounts.ingestion.problems import Problem
from accounts.ingestion.rows import Record, Row
from accounts.ingestion.sections import Section
from accounts.ingestion.surveying import Survey
from accounts.kinds import KINDS
from accounts.models import Alias, Calendar, Customer, Product, Source, Subscription, Team, User

# Records that are named before they are known: the key field, and what a stub of them is made of.
STUBS: dict[type[Model], tuple[str, Any]] = {
    Product: ("sku", lambda sku: Product(sku=sku, name=sku)),
    Team: ("name", lambda name: Team(name=name)),
    Calendar: ("key", lambda key: Calendar(key=key)),
    User: ("email", lambda email: User(email=email, name=email, is_active=False, password="!")),
}


@dataclass(frozen=True)
class Resolver:
    """Finds what the rows of one section refer to, among the records of one source."""

    section: Section
    source: Source
    survey: Survey
    found: dict[str, Party] = field(default_factory=dict)  # customers seen so far: every chunk names the same ones

    def resolve(self, rows: Sequence[Row]) -> None:
        """Put keys in the place of ids; a row that names nothing known gets a problem."""
        for column in self.section.kind.references:
            naming = [(row, record) for row in rows if not row.problem for record in row.records]
            naming = [(row, record) for row, record in naming if record.values.get(column.attribute)]
            if naming and column.refers_to is Customer and column.name == "customer":
                self._find_customers(naming)
            elif naming:
                self._find(column, naming)
        own = self.section.kind.own_reference
        if own and own.refers_to is Customer:
            refuse_circles(rows, self.source, own.name)

    def _find_customers(self, naming: Sequence[tuple[Row, Record]]) -> None:
        ids = {record.values["customer_id"] for _row, record in naming}
        parties = self.parties(ids)
        strangers = Customer.objects.filter(external_id__in=ids - parties.keys())
        several = set(strangers.values_list("external_id", flat=True)) if not self.section.through else set()
        for row, record in naming:
            id = record.values["customer_id"]
            if party := parties.get(id):
                record.party, record.values["customer_id"] = party, party.pk
            else:
                row.problem = row.problem or self._no_customer(id, ambiguous=id in several)

    def parties(self, ids: set[str]) -> dict[str, Party]:
        """The customers with these ids, those that are unknown or ambiguous left out.

        By id in the same source, then by alias, then as the only customer of any source with that id; or through
        another record.
        """
        new = ids - self.found.keys()
        through = self.section.through
        self.found.update(self._parties_through(through, new) if through else self._customers(new))
        return {id: self.found[id] for id in ids & self.found.keys()}

    def _customers(self, ids: set[str]) -> dict[str, Party]:
        customers = Customer.objects.filter(source=self.source, external_id__in=ids)
        found = dict(customers.values_list("external_id", "pk"))
        aliases = Alias.objects.filter(source=self.source, external_id__in=ids - found.keys())
        found |= dict(aliases.values_list("external_id", "customer_id"))
        elsewhere = Customer.objects.filter(external_id__in=ids - found.keys()).values_list("external_id")
        found |= dict(
            elsewhere.annotate(only=Min("pk"), several=Count("pk")).filter(several=1).values_list("external_id", "only")
        )
        known = self._as_parties(set(found.values()))
        return {id: known[pk] for id, pk in found.items()}

    def _as_parties(self, pks: set[int]) -> dict[int, Party]:
        starts: dict[int, Any] = {}
        if self.section.kind.follows_subscription:
            first = Subscription.objects.filter(customer__in=pks).values_list("customer_id")
            starts = dict(first.annotate(start=Min("started_on")))
        customers = Customer.objects.filter(pk__in=pks).values_list("pk", "customer_since")
        return {pk: Party(pk, since, starts.get(pk)) for pk, since in customers}

    def _parties_through(self, through: str, ids: set[str]) -> dict[str, Party]:
        start = ["started_on"] if through == "subscriptions" else []
        records = KINDS[through]._default_manager.filter(source=self.source, external_id__in=ids)
        found = records.values_list("external_id", "customer_id", "customer__customer_since", *start)
        return {id: Party(*party) for id, *party in found}

    def _no_customer(self, id: str, *, ambiguous: bool) -> Problem:
        rule = self.section.rules.get("customer")
        column = (rule and rule.column) or "customer"
        if ambiguous:
            reason = f"customers of several sources have the id “{id}”; name the source or merge them"
            return Problem("ambiguous_customer", column, reason)
        whose = f"none of {self.section.through}" if self.section.through else "no customer"
        return Problem("unknown_customer", column, f"{whose} has the id “{id}”")

    def _find(self, column: Column, naming: Sequence[tuple[Row, Record]]) -> None:
        attribute = column.attribute
        named = [record.values[attribute] for _row, record in naming]
        keys = self.keys(column, {id for ids in named for id in ids} if column.many else set(named))
        for row, record in naming:
            ids = record.values[attribute] if column.many else [record.values[attribute]]
            unknown = [id for id in ids if id not in keys]
            if not unknown:
                found = [keys[id] for id in ids]
                record.values[attribute] = found if column.many else found[0]
            elif column is self.section.kind.own_reference and self.survey.holds(unknown[0]):
                del record.values[attribute]  # it stands further down; `linking` comes back to it
            else:
                rule = self.section.rules.get(column.name)
                name = (rule and rule.column) or column.name
                reason = f"no record with the id “{unknown[0]}” is known"
                row.problem = row.problem or Problem("unknown_reference", name, reason)

    def keys(self, column: Column, ids: set[str]) -> dict[str, int]:
        """The records that a column names by these ids; stubs are made for those that may be."""
        model = column.refers_to
        assert model is not None
        if model is Customer:
            return {id: party.pk for id, party in self._customers(ids).items()}
        if model in STUBS:
            may_follow = column is self.section.kind.own_reference
            strangers = {id for id in ids if not (may_follow and self.survey.holds(id))}
            return by_key(model, ids) | stubs_for(model, strangers)
        records = model._default_manager.filter(source=self.source, external_id__in=ids)
        return dict(records.values_list("external_id", "pk"))


def by_key(model: type[Model], ids: Iterable[str]) -> dict[str, int]:
    """The records of a model that is known by a key of its own, such as products by sku."""
    key = STUBS[model][0]
    return dict(model._default_manager.filter(**{f"{key}__in": set(ids)}).values_list(key, "pk"))


def stubs_for(model: type[Model], ids: set[str]) -> dict[str, int]:
    """The same, with a stub made for each that nobody has heard of."""
    _key, make = STUBS[model]
    new = sorted(ids - by_key(model, ids).keys())
    model._default_manager.bulk_create([make(id) for id in new], ignore_conflicts=True)
    return by_key(model, ids)
