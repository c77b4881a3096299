"""What pending episodes of a night lead to: alerts, and plays where none of library 7's rules is against it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from accounts.business_days import end_of
from playbooks.asking import Book, Library
from playbooks.episodes import Ids
from playbooks.facts import Night
from playbooks.models import Episode, Mail, Play
from playbooks.starting import Start, prepare, superseded
from playbooks.stepping import Desk, plan_of
from scoring.engine.frame import Bools


@dataclass(frozen=True, slots=True)
class Scene:
    """The customers of a shard on a night, who of them has a score, and which plays they have open."""

    night: Night
    ids: Ids
    scored: Bools
    plays: dict[int, list[Play]]  # open, by customer


@dataclass
class Fired:
    """What came of it; nothing is saved yet, but `fired_at` is set on the episodes."""

    episodes: list[Episode] = field(default_factory=list)
    starts: list[Start] = field(default_factory=list)
    superseded: list[Play] = field(default_factory=list)
    readers: set[int] = field(default_factory=set)  # users who get the mail of the night

    def mails(self, on: date) -> list[Mail]:
        """One mail for each person, whatever the number of shards that have something for them."""
        kind, at = Mail.Kind.NIGHT, end_of(on)
        return [
            Mail(dedupe_key=f"night:{on}:{user}", kind=kind, recipient_id=user, on=on, created_at=at, next_try_at=at)
            for user in sorted(self.readers)
        ]


def fire(holding: Iterable[Episode], scene: Scene, library: Library) -> Fired:
    """Fire alerts and start plays for what holds tonight and has not fired; the most severe playbook comes first."""
    pending = sorted(_pending(holding, scene), key=lambda episode: _order(episode, library))
    if not pending:
        return Fired()
    customers = {episode.customer_id for episode in pending}
    firing = Firing(scene, Desk.of(customers, scene.night.on), _past(customers))
    for episode in pending:
        if episode.kind == Episode.Kind.ALERT:
            firing.tell(episode)
        elif episode.rule in library.books:
            firing.start(episode, library.books[episode.rule])
    return firing.fired


def _pending(holding: Iterable[Episode], scene: Scene) -> list[Episode]:
    scored = set(scene.ids[scene.scored].tolist())
    return [
        episode
        for episode in holding
        if episode.kind != Episode.Kind.EXIT
        and not episode.is_baseline
        and episode.fired_at is None
        and episode.customer_id in scored
    ]


def _order(episode: Episode, library: Library) -> tuple[int, int, str]:
    book = library.books.get(episode.rule)
    return episode.customer_id, book.plan.severity if book else 0, episode.rule


def _past(customers: set[int]) -> defaultdict[int, list[Play]]:
    past: defaultdict[int, list[Play]] = defaultdict(list)
    for play in Play.objects.filter(customer__in=customers, closed_at__isnull=False).defer("definition", "note"):
        past[play.customer_id].append(play)
    return past


@dataclass
class Firing:
    """Episodes firing one after the other; each sees what the ones before have started."""

    scene: Scene
    desk: Desk
    past: defaultdict[int, list[Play]]  # closed plays by customer
    fired: Fired = field(default_factory=Fired)

    def tell(self, episode: Episode) -> None:
        """Let it fire, and its customer's CSM read of it."""
        episode.fired_at = end_of(self.scene.night.on)
        self.fired.episodes.append(episode)
        owner = self.desk.staff.who(episode.customer_id, "CSM")
        if owner is not None:
            self.fired.readers.add(owner.pk)

    def start(self, episode: Episode, book: Book) -> None:
        """Start the play unless something is against it; then the episode stays pending for the next night."""
        customer = episode.customer_id
        play, plays = _play(episode, book, self.scene), self.scene.plays.get(customer, [])
        if is_held_back(play, book, plays) or was_lately(play, book, self.past[customer]):
            return
        start = prepare(play, self.desk)
        if start is None:
            return
        less = superseded(book.plan, plays)
        self.scene.plays[customer] = [other for other in plays if other not in less] + [play]
        self.fired.superseded += less
        self.fired.starts.append(start)
        self.fired.readers |= {task.assignee_id for task in start.tasks}
        self.tell(episode)


def _play(episode: Episode, book: Book, scene: Scene) -> Play:
    on, place = scene.night.on, int(np.searchsorted(scene.ids, episode.customer_id))
    play = Play(customer_id=episode.customer_id, playbook=book.row, definition=book.row.definition)
    play.opened_on, play.started_at, play.facts = on, end_of(on), scene.night.play(book.plan, place)
    return play


def is_held_back(play: Play, book: Book, plays: Iterable[Play]) -> bool:
    """Whether an open play is against it: of the same playbook, or a more severe one of its group."""
    return any(other.playbook_id == play.playbook_id or _is_more_severe(other, book) for other in plays)


def _is_more_severe(other: Play, book: Book) -> bool:
    plan = plan_of(other)
    return bool(plan.group) and plan.group == book.plan.group and plan.severity < book.plan.severity


def was_lately(play: Play, book: Book, past: Iterable[Play]) -> bool:
    """Whether an earlier play is against it: closed within the cool-down, or of the same renewal."""
    same = [other for other in past if other.playbook_id == play.playbook_id]
    wait = book.plan.cool_down_days or 0
    renewal = play.facts.get("renewal_on")
    return any(
        (other.closed_on is not None and (play.opened_on - other.closed_on).days < wait)
        or (book.plan.per == "renewal" and other.facts.get("renewal_on") == renewal)
        for other in same
    )
