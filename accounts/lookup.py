"""Finds a customer by the id that people use: the external id, with its source in front where two sources share one."""

from __future__ import annotations

from accounts.models import Customer


class UnknownCustomer(LookupError):
    """No customer, or more than one, has this id."""


def customer_named(identifier: str) -> Customer:
    """The customer with an external id (or `source:external_id`). Raises UnknownCustomer with what to write instead."""
    customers = Customer.objects.select_related("source").order_by("source__name", "external_id")
    found = list(customers.filter(external_id=identifier)[:3])
    if not found and ":" in identifier:
        source, _, external_id = identifier.partition(":")
        found = list(customers.filter(source__name=source, external_id=external_id))
    if not found:
        found = list(customers.filter(aliases__external_id=identifier).distinct()[:3])
    if len(found) > 1:
        names = " or ".join(f"{customer.source.name}:{customer.external_id}" for customer in found)
        raise UnknownCustomer(f"customer {identifier!r} is in more than one source; write {names}")
    if not found:
        raise UnknownCustomer(f"there is no customer {identifier!r}; give the external id of a customer")
    return found[0]
