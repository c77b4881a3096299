"""One shard of a night's second phase: load, ask, write, in one transaction that ends with its own "done"."""

from __future__ import annotations

import logging

from django.db import IntegrityError, transaction

from accounts.business_days import end_of
from playbooks.asking import ask, ask_exits, exit_of
from playbooks.closing import Closing, close_plays
from playbooks.episodes import Moves, move, touch
from playbooks.facts import overdue_milestones
from playbooks.firing import Fired, Scene, fire
from playbooks.loading import Stretch
from playbooks.models import Episode, Mail, Play, ReactionShard, Task
from playbooks.starting import save_starts
from playbooks.stepping import has_task, plan_of
from scoring.leasing import MOST_ATTEMPTS, Fenced, end

log = logging.getLogger(__name__)


def work(shard: ReactionShard) -> None:
    """React to a taken shard. Raises Fenced where another has taken it over; what was done is undone then."""
    if shard.attempts > MOST_ATTEMPTS and cut(shard):
        return None
    if shard.attempts > MOST_ATTEMPTS:
        log.error("customer %s ended worker after worker; %s goes on without", shard.first_customer, shard.reaction)
        return end(shard)
    try:
        _attempt(shard)
    except IntegrityError as error:  # somebody did the same at the same moment
        if not ReactionShard.objects.filter(pk=shard.pk, token=shard.token, state=ReactionShard.State.LEASED).exists():
            raise Fenced(f"reaction shard {shard.pk} was taken over") from error
        _attempt(shard)  # it was a person, and now their play is seen


def _attempt(shard: ReactionShard) -> None:
    stretch = Stretch.load(shard)  # outside the transaction: SQLite has one writer, and this takes the longest
    with transaction.atomic():
        end(shard, **_react(stretch))


def cut(shard: ReactionShard) -> bool:
    """Replace a shard by its halves; False where one customer is left."""
    if shard.first_customer == shard.last_customer:
        return False
    middle = (shard.first_customer + shard.last_customer + 1) // 2
    with transaction.atomic():
        ReactionShard.objects.create(reaction=shard.reaction, first_customer=middle, last_customer=shard.last_customer)
        ReactionShard.objects.filter(pk=shard.pk, token=shard.token).update(
            last_customer=middle - 1, state=ReactionShard.State.WAITING, attempts=0, lease_until=None
        )
    return True


def _react(stretch: Stretch) -> dict[str, int]:
    """Do all that the night does about these customers; the number of queries does not grow with them."""
    on, night, ids = stretch.on, stretch.night, stretch.ids
    plays = stretch.running_plays()
    asked = [*ask(stretch.library, night, stretch.silent), *ask_exits(plays, night, ids)]
    moves = move(asked, ids, stretch.episodes_of_customers(), stretch.dates)
    moves.cleared += stretch.episodes_of_lost()
    _add_goals(moves, stretch)
    reached = _reached(plays, moves, stretch)
    scene = Scene(night, ids, stretch.scored, stretch.plays_without({play.pk for play in reached}))
    fired = fire(moves.holding(), scene, stretch.library) if stretch.fires else Fired()
    _save(moves, fired, stretch)
    for outcome, ended in (("reached", reached), ("lost", stretch.lost_plays()), ("superseded", fired.superseded)):
        close_plays([play.pk for play in ended], Closing(outcome, end_of(on), on))
    tasks = save_starts(fired.starts, None)
    Mail.objects.bulk_create(fired.mails(on), ignore_conflicts=True)
    alerts = sum(episode.kind == Episode.Kind.ALERT for episode in fired.episodes)
    return {"alerts": alerts, "plays": len(fired.starts), "tasks": len(tasks)}


def _save(moves: Moves, fired: Fired, stretch: Stretch) -> None:
    there = {episode.pk for episode in moves.held}  # the opened are written with their moment
    moves.save(stretch.on)
    touch([episode for episode in fired.episodes if episode.pk in there], fired_at=end_of(stretch.on))


def _add_goals(moves: Moves, stretch: Stretch) -> None:
    """Alerts about milestones keep which ones."""
    opened = [episode for episode in moves.opened if "milestones_overdue" in episode.facts]
    goals = overdue_milestones([episode.customer_id for episode in opened], stretch.on) if opened else {}
    for episode in opened:
        if episode.kind == Episode.Kind.ALERT:
            episode.facts["goals"] = goals.get(episode.customer_id, [])


def _reached(plays: list[Play], moves: Moves, stretch: Stretch) -> list[Play]:
    """Plays whose exit condition has held long enough and whose steps asked for are finished (library 7)."""
    held = {(one.customer_id, one.rule): one.nights_held(stretch.on) for one in moves.holding()}
    waited = []
    for play in plays:
        condition = plan_of(play).exit
        if condition and held.get((play.customer_id, exit_of(play)), 0) >= condition.nights:
            waited.append(play)
    return _with_steps_finished(waited)


def _with_steps_finished(plays: list[Play]) -> list[Play]:
    tasks = Task.objects.filter(play__in=plays).exclude(status__in=Task.UNFINISHED)
    finished = set(tasks.values_list("play_id", "step"))
    return [play for play in plays if all((play.pk, place) in finished for place in _asked_for(play))]


def _asked_for(play: Play) -> list[int]:
    plan = plan_of(play)
    return [place for place in (plan.exit.steps if plan.exit else ()) if has_task(play, plan, place)]
