"""The rules that a night asks of every customer: alerts, triggers of playbooks, and exits of open plays."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np

from playbooks import definitions
from playbooks.closing import EXIT
from playbooks.definitions import alert_rules
from playbooks.episodes import Asked, Ids
from playbooks.facts import Night, fields_of_alert, fields_of_play
from playbooks.models import AlertRule, Episode, Play, Playbook
from playbooks.parsing import InvalidPlaybook, parse_alert, parse_playbook
from playbooks.stepping import plan_of
from scoring.engine.frame import Bools
from scoring.engine.rules import Rule
from scoring.fields import is_field
from scoring.models import ScorecardVersion

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Book:
    """An active playbook that starts by itself, and its row."""

    row: Playbook
    plan: definitions.Playbook
    when: Rule


@dataclass(frozen=True, slots=True)
class Alert:
    """A rule to ask; where it is asked for each component, of which."""

    rule: str
    when: Rule
    component: str


@dataclass(frozen=True, slots=True)
class Library:
    """Everything that is active. A definition that cannot be read is left out; the log names it."""

    books: dict[str, Book]  # by key
    alerts: list[Alert]

    @classmethod
    def load(cls, versions: Iterable[ScorecardVersion]) -> Library:
        """Read it, for the components of the scorecards that score customers; two queries."""
        components = list(dict.fromkeys(key for version in versions for key in version.engine.component_keys))
        return cls({book.row.key: book for book in _books()}, list(_alerts(components)))

    def fields(self) -> set[str]:
        """What has to be known of every customer."""
        books = (book.plan.fields() | fields_of_play(book.plan) for book in self.books.values())
        return set().union(*books, *(fields_of_alert(alert.when) for alert in self.alerts))


def _books() -> Iterator[Book]:
    for row in Playbook.objects.filter(is_active=True).order_by("key"):
        try:
            plan = parse_playbook(row.definition, is_field)
        except InvalidPlaybook as error:
            log.error("playbook %s cannot be read and starts nothing: %s", row.key, error)
            continue
        if plan.when:
            yield Book(row, plan, plan.when)


def _alerts(components: list[str]) -> Iterator[Alert]:
    for row in AlertRule.objects.filter(is_active=True).order_by("key"):
        try:
            alert = parse_alert(row.definition, is_field)
        except InvalidPlaybook as error:
            log.error("alert rule %s cannot be read and tells nobody: %s", row.key, error)
            continue
        for key, rule in alert_rules(alert, components):
            yield Alert(key, rule, key.partition(":")[2])


def ask(library: Library, night: Night, silent: Callable[[Rule], Bools]) -> Iterator[Asked]:
    """Ask the alert rules and triggers. `silent` says where a rule that begins to hold is the baseline."""
    for alert in library.alerts:
        facts = partial(night.alert, alert.when, alert.component)
        yield Asked(Episode.Kind.ALERT, alert.rule, *night.ask(alert.when), silent(alert.when), facts)
    for key, book in library.books.items():
        holds, unknown = night.ask(book.when)
        quiet = silent(book.when)
        if book.plan.starts == "date":
            # A date that is not known is no date: a trigger that waited for one would never clear for the next renewal.
            quiet, unknown = np.zeros_like(holds), np.zeros_like(holds)
        if book.plan.provided:
            quiet = quiet | ~night.ask(book.plan.provided)[0]
        yield Asked(Episode.Kind.TRIGGER, key, holds, unknown, quiet, partial(night.numbers, book.when.fields()))


def exit_of(play: Play) -> str:
    """The rule of a play's exit episodes."""
    return f"{play.playbook.key}{EXIT}"


def ask_exits(plays: Iterable[Play], night: Night, ids: Ids) -> Iterator[Asked]:
    """Ask of each open play whether its own exit condition holds; of nobody else."""
    found: dict[str, Bools] = {}
    for play in plays:
        condition, i = plan_of(play).exit, int(np.searchsorted(ids, play.customer_id))
        if condition and i < len(ids) and ids[i] == play.customer_id:
            holds = found.setdefault(exit_of(play), np.zeros(len(ids), dtype=np.bool_))
            holds[i] = night.ask(condition.when)[0][i]
    for rule, holds in found.items():
        nothing = np.zeros_like(holds)
        yield Asked(Episode.Kind.EXIT, rule, holds, nothing, nothing)
