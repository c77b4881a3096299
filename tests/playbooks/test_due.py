"""Which nights are to be reacted to, in which order, and which of them fires."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from accounts.business_days import end_of
from accounts.models import Customer
from playbooks.models import Reaction
from playbooks.running import NotInOrder, due_reactions, open_reaction, react, waiting_shards
from scoring.models import Run
from tests.playbooks.nights import RED, WELL, D, Nights, plays


@pytest.fixture(autouse=True)
def _a_month_later() -> Iterator[None]:
    with time_machine.travel(end_of(D + timedelta(days=30)) + timedelta(hours=3), tick=False):
        yield


def test_nights_are_due_in_date_order_until_they_are_done(night: Nights, acme: Customer) -> None:
    night.next = D + timedelta(days=24)
    first, second = night.scored({acme: WELL}), night.scored({acme: RED})
    assert due_reactions() == [first, second]
    react(first)
    assert due_reactions() == [second]
    react(second)
    assert due_reactions() == []


@pytest.mark.parametrize(
    "change",
    [{"backfilled": True}, {"finished_at": None}, {"purpose": "restated"}, {"as_of": D + timedelta(days=22)}],
)
def test_other_runs_are_not_due(night: Nights, acme: Customer, change: dict[str, Any]) -> None:
    night.next = D + timedelta(days=24)
    run = night.scored({acme: WELL})
    assert due_reactions() == [run]
    Run.objects.update(**change)
    assert due_reactions() == []


def test_nothing_older_than_the_newest_reaction_is_due_or_possible(night: Nights, acme: Customer) -> None:
    night.next = D + timedelta(days=24)
    older = night.scored({acme: WELL})
    night({acme: WELL})
    assert due_reactions() == []
    with pytest.raises(NotInOrder, match="2025-09-25 cannot be reacted to: 2025-09-26 was"):
        react(older)
    assert not Reaction.objects.filter(run=older).exists()


def test_a_night_that_was_overtaken_while_it_was_scored_is_not_due(night: Nights, acme: Customer) -> None:
    night.next = D + timedelta(days=24)
    late, newer = night.scored({acme: WELL}), night.scored({acme: WELL})
    open_reaction(newer)
    assert due_reactions() == [newer]
    assert late.finished_at


def test_only_the_oldest_night_is_handed_out(night: Nights, acme: Customer) -> None:
    first, second = night.scored({acme: WELL}), night.scored({acme: RED})
    open_reaction(first), open_reaction(second)
    assert [shard.reaction.run for shard in waiting_shards()] == [first]
    react(first)
    assert [shard.reaction.run for shard in waiting_shards()] == [second]


def test_a_past_night_fires_where_it_is_asked_to(night: Nights, acme: Customer) -> None:
    night({acme: WELL})
    past, _ = night.scored({acme: RED}), night.scored({acme: WELL})
    Run.objects.update(backfilled=True)
    assert react(past, fires=True).fires
    assert plays(acme) == ["PB-2"]
