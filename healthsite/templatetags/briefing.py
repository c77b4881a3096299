"""Words of the pages about what to do."""

from __future__ import annotations

from django import template

from accounts.wording import trimmed

register = template.Library()


@register.filter
def net(count: int) -> str:
    """How many came less how many went: +2, −3, 0."""
    return f"+{count:,}" if count > 0 else trimmed(count, 0)
