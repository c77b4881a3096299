"""From when to when conditions hold of customers: a night opens, prolongs and clears episodes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt

from playbooks.models import Episode
from scoring.engine.frame import Bools

Ids = npt.NDArray[np.int64]
AT_ONCE = 5000  # keys in one statement; SQLite takes some 30,000


@dataclass(frozen=True, slots=True)
class Asked:
    """A rule and what it says of each customer of a shard.

    `silent`: an episode that opens here never fires; `facts`: what it keeps, by the customer's place in the shard.
    """

    kind: str
    rule: str
    holds: Bools
    unknown: Bools
    silent: Bools
    facts: Callable[[int], dict[str, Any]] = lambda _: {}


@dataclass(frozen=True, slots=True)
class Dates:
    """The night's business date, and that of the nightly run before it, where there is one."""

    on: date
    before: date | None


@dataclass
class Moves:
    """What a night does to the episodes of a shard; `opened` is not saved yet."""

    opened: list[Episode] = field(default_factory=list)
    held: list[Episode] = field(default_factory=list)
    cleared: list[Episode] = field(default_factory=list)

    def holding(self) -> Iterator[Episode]:
        """Every episode that holds tonight."""
        yield from self.held
        yield from self.opened

    def save(self, on: date) -> None:
        """Write them; what fired among the opened is written with it."""
        Episode.objects.bulk_create(self.opened, batch_size=AT_ONCE)
        touch(self.held, held_on=on)
        touch(self.cleared, cleared_on=on)


def touch(episodes: Sequence[Episode], **values: Any) -> None:
    """Give saved episodes the same values."""
    for start in range(0, len(episodes), AT_ONCE):
        part = [episode.pk for episode in episodes[start : start + AT_ONCE]]
        Episode.objects.filter(pk__in=part).update(**values)


def move(asked: Iterable[Asked], ids: Ids, there: Iterable[Episode], dates: Dates) -> Moves:
    """Compare tonight's answers with the open episodes of these customers.

    Alerts and triggers clear after two nights in a row without their condition and wait while it is unknown; exits
    clear at the first night on which it is not known to hold (library 7). Episodes of rules not asked any more clear.
    """
    moves, by_rule = Moves(), _by_rule(there)
    for one in asked:
        open_ones = by_rule.pop(one.rule, {})
        for i in np.flatnonzero(one.holds).tolist():
            episode = open_ones.pop(int(ids[i]), None)
            if episode is None:
                moves.opened.append(_open(one, int(ids[i]), i, dates.on))
            elif episode.held_on <= dates.on:
                episode.held_on = dates.on
                moves.held.append(episode)
        moves.cleared += [one_open for one_open in open_ones.values() if _is_over(one_open, one, ids, dates)]
    moves.cleared += [episode for unasked in by_rule.values() for episode in unasked.values()]
    return moves


def _by_rule(there: Iterable[Episode]) -> defaultdict[str, dict[int, Episode]]:
    by_rule: defaultdict[str, dict[int, Episode]] = defaultdict(dict)
    for episode in there:
        by_rule[episode.rule][episode.customer_id] = episode
    return by_rule


def _open(one: Asked, customer: int, i: int, on: date) -> Episode:
    return Episode(
        customer_id=customer,
        kind=one.kind,
        rule=one.rule,
        opened_on=on,
        held_on=on,
        is_baseline=bool(one.silent[i]),
        facts=one.facts(i),
    )


def _is_over(episode: Episode, one: Asked, ids: Ids, dates: Dates) -> bool:
    """Whether an episode that does not hold tonight ends."""
    if episode.opened_on > dates.on:
        return False  # opened by day, after the date of this night
    if one.kind == Episode.Kind.EXIT:
        return True
    i = int(np.searchsorted(ids, episode.customer_id))
    if i == len(ids) or ids[i] != episode.customer_id or one.unknown[i]:
        return False
    return dates.before is not None and episode.held_on < dates.before
