"""Every address of the site with its name, made from the resolver, so that a new one cannot be forgotten."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress

from django.apps import apps
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse

Patterns = list[URLPattern | URLResolver]


def names() -> list[str]:
    """The name of every pattern, with its namespace; a pattern without a name goes by its route."""
    return sorted(set(_names(get_resolver().url_patterns, "")))


def _names(patterns: Patterns, space: str) -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from _names(pattern.url_patterns, inner)
        else:
            yield f"{space}{pattern.name}" if pattern.name else str(pattern.pattern)


def address(name: str, pk: int) -> str:
    """The address of a name, about a customer with this key, or in the admin about the first object of the model."""
    first = _first_of(name)
    for arguments in ([], [pk if first is None else first]):
        with suppress(NoReverseMatch):
            return reverse(name, args=arguments)
    # What the admin keeps for old links, or catches: any address below it.
    return {"admin:view_on_site": "/admin/r/1/1/", "admin:app_list": "/admin/accounts/"}.get(name, "/admin/nothing")


def _first_of(name: str) -> int | None:
    """The key of the first object that a page of the admin can be about, 0 where there is none; None elsewhere."""
    # Django names one page of users after its own model of them.
    named = name.replace("auth_user_password", "accounts_user")
    found = re.fullmatch(r"admin:(accounts|axes|scoring)_([a-z]+)_[a-z]+", named)
    if not found:
        return None
    objects = apps.get_model(found[1], found[2])._default_manager
    return objects.order_by("pk").values_list("pk", flat=True).first() or 0
