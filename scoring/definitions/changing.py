"""Changes entries of the vocabularies: checked first, each with a reason, and written down with what was before."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final

from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from scoring.definitions.checking import check
from scoring.definitions.entries import forget
from scoring.engine.rules import InvalidRule, parse_rule
from scoring.engine.version import digest
from scoring.models import Definition
from scoring.models.definitions import MOST_NUMBER
from scoring.scorecards.drafting import NoReason, Outdated
from scoring.wording import rule_words

FIRST_OWN: Final = 31  # lower numbers are of the entries that come with the product
STEP: Final = 10  # between positions
MOST_KEY: Final = 32
INDICATOR: Final = Definition.Kind.INDICATOR


class Refused(ValueError):
    """A change that makes no sense; the message says what would be right."""


def digest_of(entry: Definition) -> str:
    """What an entry says, as a digest: another one tells that somebody has changed it meanwhile."""
    return digest({"title": entry.title, "body": entry.body, "is_active": entry.is_active})


def change_entry(
    *,
    entry: Definition,
    title: str,
    body: Mapping[str, Any],
    is_active: bool,
    reason: str,
    by: User,
    seen: str | None = None,
) -> Definition:
    """Let an entry say something else. Who sends the same again changes nothing.

    `seen` is `digest_of` what the person looked at. Raises NoReason, Outdated where it has changed since, and what
    `check` raises; then nothing is written.
    """
    asked = Definition(kind=entry.kind, key=entry.key, title=_titled(title), body=dict(body), is_active=is_active)
    with transaction.atomic():
        current = _held(entry.kind)[entry.pk]
        if digest_of(current) == digest_of(asked):
            return current
        _needs(reason)
        if seen is not None and digest_of(current) != seen:
            raise Outdated(f"{current} was changed by somebody else meanwhile; look at it again before you change it")
        check(entry.kind, asked.body)
        said = difference(current, asked)
        current.title, current.body, current.is_active = asked.title, asked.body, asked.is_active
        _save(current, by)
        _log(by, current, f"{said}. Reason: {reason.strip()}", CHANGE)
    return current


def add_entry(*, kind: str, title: str, body: Mapping[str, Any], reason: str, by: User, key: str = "") -> Definition:
    """A new entry, asked after all others, under a number that no entry has had.

    Without a key an indicator is called by its number, any other entry by its title. Who sends the same again gets the
    entry that is there. Raises NoReason, Refused, and what `check` raises.
    """
    title = _titled(title)
    with transaction.atomic():
        others = list(_held(kind).values())
        same = [one for one in others if one.title == title]
        if same and digest(same[0].body) == digest(body):
            return same[0]
        if same:
            raise Refused(f"The title {title!r} is taken by {same[0].key}; give another one")
        _needs(reason)
        check(kind, body)
        number = _free_number({one.number for one in others})
        key = key or (f"I{number}" if kind == INDICATOR else _key(title, {one.key for one in others}))
        last = max((one.position for one in others), default=0)
        entry = Definition(kind=kind, key=key, number=number, position=last + STEP, title=title, body=dict(body))
        _save(entry, by)
        _log(by, entry, f"Added. Reason: {reason.strip()}", ADDITION)
    return entry


def move_entry(*, entry: Definition, up: bool, reason: str, by: User) -> bool:
    """Let an entry be asked one place earlier or later; False where it stands at that end. Raises NoReason."""
    with transaction.atomic():
        order = list(_held(entry.kind).values())
        place = next(i for i, one in enumerate(order) if one.pk == entry.pk)
        other = place - 1 if up else place + 1
        if not 0 <= other < len(order):
            return False
        _needs(reason)
        order[place], order[other] = order[other], order[place]
        for i, one in enumerate(order, start=1):
            one.position = STEP * i
        Definition.objects.bulk_update(order, ["position"])
        moved = order[other]
        _save(moved, by)
        _log(by, moved, f"Moved from place {place + 1} to {other + 1}. Reason: {reason.strip()}", CHANGE)
    return True


def difference(before: Definition, after: Definition) -> str:
    """What an entry says otherwise than before, in words."""
    said = [f"Title: {before.title} to {after.title}"] if before.title != after.title else []
    if before.is_active != after.is_active:
        said.append("Switched on" if after.is_active else "Switched off")
    keys = dict.fromkeys([*before.body, *after.body])
    changed = [key for key in keys if digest([before.body.get(key)]) != digest([after.body.get(key)])]
    said += [f"{_named(key)}: {_words(before.body.get(key))} to {_words(after.body.get(key))}" for key in changed]
    return "; ".join(said)


def _held(kind: str) -> dict[int, Definition]:
    """The entries of a kind in their order, held until the transaction ends."""
    return {one.pk: one for one in Definition.objects.select_for_update().filter(kind=kind)}


def _needs(reason: str) -> None:
    if not reason.strip():
        raise NoReason("The reason is empty; say in a sentence why")


def _titled(title: str) -> str:
    if not title.strip():
        raise Refused("The title is empty; give a few words")
    return title.strip()


def _free_number(taken: set[int]) -> int:
    free = [number for number in range(FIRST_OWN, MOST_NUMBER + 1) if number not in taken]
    if not free:
        raise Refused(f"All numbers up to {MOST_NUMBER} are taken; change an entry that is switched off instead")
    return free[0]


def _key(title: str, taken: set[str]) -> str:
    """A name for rules, made of the title: enterprise_base, enterprise_base_2."""
    plain = re.sub(r"[^a-z0-9]+", "_", title.casefold()).strip("_")[: MOST_KEY - 3] or "entry"
    names = [plain, *(f"{plain}_{n}" for n in range(2, MOST_NUMBER + 2))]
    return next(name for name in names if name not in taken and name != "new")


def _save(entry: Definition, by: User) -> None:
    entry.changed_by, entry.changed_at = by, timezone.now()
    entry.save()
    transaction.on_commit(forget)


def _named(key: str) -> str:
    return key.replace("_", " ").capitalize()


def _words(value: Any) -> str:
    """A part of a body: a rule as its sentence, nothing as a dash, all else as it is stored."""
    if isinstance(value, dict):
        try:
            return rule_words(parse_rule(value, "rule"))
        except InvalidRule:
            pass
    if value in (None, "", [], {}):
        return "–"
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else _stored(value)


def _stored(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _log(by: User, entry: Definition, message: str, flag: int) -> None:
    """Into the history that the page shows."""
    LogEntry.objects.log_actions(by.pk, Definition.objects.filter(pk=entry.pk), flag, message, single_object=True)
