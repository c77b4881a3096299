"""Who looks after a demo customer, and since when."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from accounts.models import Assignment, User
from healthsite.demo.lives import Life
from healthsite.demo.rows import Row, Step

UNOWNED: Final = frozenset({5, 10})  # customers that nobody has taken yet


def assignments(life: Life) -> Iterator[Row]:
    """The CSM, or two in turn; an account executive for some, an executive for few."""
    start, changes = life.days[0], life.event(life.story.changes_csm)
    first, second = _csms(life)
    if first and changes:
        yield life.row(Assignment, start, Step(changes, {"until_on": changes}), user=first, role="csm")
        yield life.row(Assignment, changes, user=second, role="csm", from_on=changes)
    elif first:
        yield life.row(Assignment, start, user=first, role="csm")
    if life.number % 3 == 0 or life.story.is_prospect:
        yield life.row(Assignment, start, user=life.setting.people.account_executive, role="account_executive")
    if life.number % 20 == 1:
        yield life.row(Assignment, start, user=life.setting.people.executive, role="executive")


def csm_on(life: Life, day: date) -> User | None:
    """Who is CSM on a day."""
    changes = life.event(life.story.changes_csm)
    return _csms(life)[bool(changes and day >= changes)]


def _csms(life: Life) -> tuple[User, User] | tuple[None, None]:
    """The first CSM and the one who would follow; every CSM meets every story (the cast repeats in multiples of 8)."""
    if life.number in UNOWNED:
        return None, None
    csms, place = life.setting.people.csms, life.number + life.number // 8
    return csms[place % len(csms)], csms[(place + 3) % len(csms)]
