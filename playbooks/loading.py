"""What one shard of a night's second phase has to know: its customers with their fields, episodes and plays."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np

from accounts.history import stretch
from accounts.models import Customer
from playbooks.asking import Library
from playbooks.episodes import Dates, Ids
from playbooks.facts import Night
from playbooks.models import Episode, Play, Reaction, ReactionShard
from playbooks.stepping import plan_of
from scoring.engine.frame import Bools
from scoring.engine.rules import Rule
from scoring.fields import load_fields, run_versions
from scoring.models import Purpose, Run, ScoreRecord

Range = tuple[int, int]


def run_before(run: Run) -> Run | None:
    """The nightly run before this one."""
    nightly = Run.objects.filter(purpose=Purpose.NIGHTLY, finished_at__isnull=False, as_of__lt=run.as_of)
    return nightly.order_by("-as_of").first()


@dataclass(frozen=True)
class Records:
    """The nightly records of a stretch of customers, ascending: which version scored them, and whether it could."""

    ids: Ids
    versions: Ids
    scored: Bools

    @classmethod
    def of(cls, run: Run | None, inside: Range) -> Records:
        """Read them; none without a run."""
        rows = ScoreRecord.objects.filter(stretch(inside), run=run) if run else ScoreRecord.objects.none()
        read = rows.order_by("customer_id").values_list("customer_id", "version_id", "outcome")
        table = np.array(list(read), dtype=np.int64).reshape(-1, 3)
        return cls(table[:, 0], table[:, 1], table[:, 2] == 0)

    def scored_by(self) -> set[tuple[int, int]]:
        """Customer and version of each score."""
        return set(zip(self.ids[self.scored].tolist(), self.versions[self.scored].tolist(), strict=True))


@dataclass(frozen=True)
class Stretch:
    """A shard's customers on a night."""

    dates: Dates
    fires: bool
    ids: Ids
    scored: Bools
    is_first: Bools  # no score by the same version the night before: the baseline
    night: Night
    eve: Night | None  # the night before, where nothing has ever reacted to it: what held then does not begin now
    library: Library
    plays: list[Play]  # open, with their playbooks
    episodes: list[Episode]  # open
    lost: frozenset[int]  # customers with something open who are customers no longer

    @classmethod
    def load(cls, shard: ReactionShard) -> Stretch:
        """Load it; the number of queries does not grow with customers."""
        reaction = Reaction.objects.select_related("run__version__scorecard").get(pk=shard.reaction_id)
        run, inside = reaction.run, (shard.first_customer, shard.last_customer)
        before = run_before(run)
        records, earlier = Records.of(run, inside), Records.of(before, inside)
        plays = list(Play.objects.open().filter(stretch(inside)).select_related("playbook").order_by("pk"))
        episodes = list(Episode.objects.open().filter(stretch(inside)).order_by("pk"))
        library = Library.load(run_versions(run).values())
        names = library.fields() | _exit_fields(plays)
        return cls(
            dates=Dates(run.as_of, before.as_of if before else None),
            fires=reaction.fires,
            ids=records.ids,
            scored=records.scored,
            is_first=_is_first(records, earlier),
            night=Night(load_fields(run, records.ids, names), run.as_of),
            eve=_eve(run, before, records.ids, names),
            library=library,
            plays=plays,
            episodes=episodes,
            lost=_lost(_customers(plays, episodes) - set(records.ids.tolist()), run.as_of),
        )

    @property
    def on(self) -> date:
        """The business date."""
        return self.dates.on

    def silent(self, rule: Rule) -> Bools:
        """Where a rule that holds tonight does not begin to hold, as far as anybody can tell."""
        return self.is_first | self.eve.ask(rule)[0] if self.eve else self.is_first

    def running_plays(self) -> list[Play]:
        """Open plays of those who are customers, that were open on the night's date."""
        return [play for play in self.plays if play.customer_id not in self.lost and play.opened_on <= self.on]

    def lost_plays(self) -> list[Play]:
        """Open plays of those who have left."""
        return [play for play in self.plays if play.customer_id in self.lost]

    def plays_without(self, reached: set[int]) -> dict[int, list[Play]]:
        """Open plays by customer, but for those that end tonight."""
        found: dict[int, list[Play]] = {}
        for play in self.plays:
            if play.pk not in reached:
                found.setdefault(play.customer_id, []).append(play)
        return found

    def episodes_of_customers(self) -> list[Episode]:
        """Open episodes of those who are customers."""
        return [episode for episode in self.episodes if episode.customer_id not in self.lost]

    def episodes_of_lost(self) -> list[Episode]:
        """Open episodes of those who have left."""
        return [episode for episode in self.episodes if episode.customer_id in self.lost]


def _exit_fields(plays: Iterable[Play]) -> set[str]:
    exits = (plan_of(play).exit for play in plays)
    return set().union(*(condition.when.fields() for condition in exits if condition))


def _is_first(records: Records, earlier: Records) -> Bools:
    before = earlier.scored_by()
    pairs = zip(records.ids.tolist(), records.versions.tolist(), strict=True)
    return np.fromiter((pair not in before for pair in pairs), dtype=np.bool_, count=len(records.ids))


def _eve(run: Run, before: Run | None, ids: Ids, names: set[str]) -> Night | None:
    reacted = Reaction.objects.filter(run__as_of__lt=run.as_of, finished_at__isnull=False)
    if before is None or reacted.exists():
        return None
    return Night(load_fields(before, ids, names), before.as_of)


def _customers(plays: list[Play], episodes: list[Episode]) -> set[int]:
    return {play.customer_id for play in plays} | {episode.customer_id for episode in episodes}


def _lost(missing: set[int], on: date) -> frozenset[int]:
    """Those of the customers who are in no period on the date; others could not be scored, and wait."""
    here = Customer.objects.active_on(on).filter(pk__in=missing).values_list("pk", flat=True)
    return frozenset(missing.difference(here))
