"""Entries of the vocabularies are changed with a reason, checked before, and written down with what was."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry

from accounts.models import User
from scoring.definitions import entries, every_entry, forget
from scoring.definitions.changing import Refused, add_entry, change_entry, digest_of, move_entry
from scoring.definitions.checking import InvalidDefinition
from scoring.models import Definition
from scoring.scorecards.drafting import NoReason, Outdated
from tests.cast import make_user

pytestmark = pytest.mark.django_db
RULE = {"field": "csat", "op": "<", "value": 2}
BODY = {"rule": RULE, "programme": "", "always_tag": False}


@pytest.fixture
def ada() -> User:
    return make_user("Ada", "admin")


@pytest.fixture
def growing() -> Definition:
    return Definition.objects.get(kind="segment", key="growing")


def change(entry: Definition, by: User, **changes: Any) -> Definition:
    said = {"title": entry.title, "body": entry.body, "is_active": entry.is_active, "reason": "It fits better"}
    return change_entry(entry=entry, by=by, **{**said, **changes})


def messages() -> list[str]:
    return [one.get_change_message() for one in LogEntry.objects.order_by("pk")]


def test_a_change_says_what_was_and_what_is(growing: Definition, ada: User) -> None:
    change(growing, ada, body={**growing.body, "rule": RULE, "always_tag": True}, is_active=False)
    assert messages() == [
        "Switched off; Rule: Open opportunities is from 1 to 4 to CSAT is below 2; Always tag: no to yes."
        " Reason: It fits better"
    ]


def test_a_change_is_seen_at_once(growing: Definition, ada: User, django_capture_on_commit_callbacks: Any) -> None:
    assert "growing" in [one.key for one in entries("segment")]
    with django_capture_on_commit_callbacks(execute=True):
        change(growing, ada, is_active=False)
    assert "growing" not in [one.key for one in entries("segment")]
    assert "growing" in [one.key for one in every_entry("segment")]


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"title": " "}, Refused),
        ({"title": "Other", "reason": " "}, NoReason),
        ({"title": "Other", "seen": "0" * 64}, Outdated),
        ({"body": {"rule": {**RULE, "field": "shoe_size"}}}, InvalidDefinition),
        ({"body": {"rule": {**RULE, "field": "segment"}}}, InvalidDefinition),
        ({"body": {}}, InvalidDefinition),
    ],
)
def test_what_is_refused_is_not_written(
    growing: Definition, ada: User, changes: dict[str, Any], refusal: type[ValueError]
) -> None:
    with pytest.raises(refusal):
        change(growing, ada, **changes)
    now = Definition.objects.get(pk=growing.pk)
    assert (digest_of(now), now.changed_by, messages()) == (digest_of(growing), None, [])


def test_the_same_twice_is_once_even_with_what_one_saw_first(growing: Definition, ada: User) -> None:
    seen = digest_of(growing)
    for _ in range(2):
        change(growing, ada, title="Growing fast", seen=seen)
    assert len(messages()) == 1


def test_a_new_entry_has_a_number_of_its_own_and_comes_last(ada: User) -> None:
    made = add_entry(kind="segment", title="Café & Bar", body=BODY, reason="New trade", by=ada)
    again = add_entry(kind="segment", title="Café & Bar", body=BODY, reason="New trade", by=ada)
    assert (made.pk, made.key, made.number) == (again.pk, "caf_bar", 31)
    assert Definition.objects.filter(kind="segment").last() == made
    assert messages() == ["Added. Reason: New trade"]


def test_a_title_is_not_given_twice_and_neither_is_a_number(ada: User) -> None:
    with pytest.raises(Refused, match="is taken by growing"):
        add_entry(kind="segment", title="Growing", body=BODY, reason="x", by=ada)
    numbers = [add_entry(kind="segment", title=f"S {n}", body=BODY, reason="x", by=ada).number for n in range(32)]
    assert numbers == list(range(31, 63))
    with pytest.raises(Refused, match="All numbers up to 62 are taken"):
        add_entry(kind="segment", title="One more", body=BODY, reason="x", by=ada)


def test_keys_that_meet_are_told_apart(ada: User) -> None:
    keys = [
        add_entry(kind="segment", title=title, body=BODY, reason="x", by=ada).key for title in ("New", "A!", "A?", "…")
    ]
    assert keys == ["new_2", "a", "a_2", "entry"]


def test_a_move_changes_places_with_the_neighbour_alone(growing: Definition, ada: User) -> None:
    before = [one.key for one in Definition.objects.filter(kind="segment")]
    place = before.index("growing")
    assert move_entry(entry=growing, up=True, reason="Earlier", by=ada)
    after = [one.key for one in Definition.objects.filter(kind="segment")]
    assert after == [*before[: place - 1], "growing", before[place - 1], *before[place + 1 :]]
    assert messages() == [f"Moved from place {place + 1} to {place}. Reason: Earlier"]


def test_nothing_moves_beyond_an_end_or_without_a_reason(growing: Definition, ada: User) -> None:
    last = Definition.objects.filter(kind="segment").last()
    assert last is not None
    assert not move_entry(entry=last, up=False, reason="Later", by=ada)
    with pytest.raises(NoReason):
        move_entry(entry=growing, up=True, reason=" ", by=ada)
    assert messages() == []


def test_what_cannot_be_read_is_named_and_an_entry_without_its_rule_is_left_out(
    growing: Definition, caplog: pytest.LogCaptureFixture
) -> None:
    mature = Definition.objects.get(kind="stage", key="mature")
    Definition.objects.filter(pk=growing.pk).update(body={**growing.body, "rule": {"field": "csat"}})
    Definition.objects.filter(pk=mature.pk).update(body={**mature.body, "stuck": "soon", "behind": RULE})
    forget()
    assert "growing" not in [one.key for one in every_entry("segment")]
    (stage,) = (one for one in entries("stage") if one.key == "mature")
    assert (stage.rules.get("stuck"), stage.rules["behind"].fields(), stage.rule) == (None, frozenset({"csat"}), None)
    named = [record.getMessage() for record in caplog.records]
    assert [("growing.rule" in one, "mature.stuck" in one) for one in named] == [(True, False), (False, True)]
