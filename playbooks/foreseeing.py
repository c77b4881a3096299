"""What a version would lead to: the alert rules and triggers asked of the newest night under it, against the record."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

import numpy as np

from accounts.history import stretch
from playbooks.asking import Book, Library, ask
from playbooks.definitions import ROLES
from playbooks.episodes import Asked, Ids
from playbooks.facts import Night
from playbooks.firing import is_held_back, was_lately
from playbooks.models import AlertRule, Episode, Play
from playbooks.starting import superseded
from playbooks.stepping import has_task, plan_of
from scoring.engine.card import Version
from scoring.engine.frame import Bools, Floats
from scoring.engine.rules import Rule
from scoring.engine.scoring import score
from scoring.fields import run_versions
from scoring.fields.sheet import Sheet
from scoring.loading import load
from scoring.models import Purpose, Run, ScorecardVersion
from scoring.nights import Night as Recorded
from scoring.nights import recorded
from scoring.scorecards.previewing import AT_ONCE, Preview, frame_of, serves

OF_SCORE: Final = ("score", "role", "churn_risk", "expansion", "emergency", "above_emergency")
ROLE_BEFORE: Final = "role_before"
_Trigger = tuple[int, int, Book]  # customer, their place in the block, and what would start


@dataclass(frozen=True, slots=True)
class Expected:
    """A rule: how many customers newly meet it, how many no longer do, and how many plays would start by it."""

    key: str
    title: str
    begins: int
    ends: int
    starts: int = 0


@dataclass
class Foreseen:
    """What would hold on the night of `on` under another version, among so many customers who have a record in it.

    `by_role` has the tasks and hours of all steps of the plays by who does them, `by_customer` by whose they are.
    """

    on: date | None = None
    customers: int = 0
    alerts: list[Expected] = field(default_factory=list)
    plays: list[Expected] = field(default_factory=list)
    by_role: dict[str, tuple[int, float]] = field(default_factory=dict)
    by_customer: dict[int, tuple[int, float]] = field(default_factory=dict)

    @property
    def tasks(self) -> int:
        """Steps that somebody would have to do."""
        return sum(tasks for tasks, _ in self.by_role.values())

    @property
    def hours(self) -> float:
        """What they are reckoned to take."""
        return sum(hours for _, hours in self.by_role.values())

    def by_owner(self, owners: Mapping[int, str]) -> list[tuple[str, int, float]]:
        """Name, tasks and hours for each CSM whose customers they are about, the most hours first."""
        found: defaultdict[str, list[tuple[int, float]]] = defaultdict(list)
        for customer, work in self.by_customer.items():
            found[owners.get(customer, "Nobody")].append(work)
        sums = [(name, sum(t for t, _ in works), sum(h for _, h in works)) for name, works in found.items()]
        return sorted(sums, key=lambda one: (-one[2], one[0]))


def foresee(version: ScorecardVersion, found: Preview) -> Foreseen:
    """Ask the active rules of the newest finished night, for the customers of a preview, under the version.

    Score, colour, flags and components are the version's, the colour of the night before is the recorded one of the
    night; changes over days and indicators stay as recorded, for both compare within one version. The number of queries
    grows with blocks of 5,000 customers only. Nothing is written.
    """
    run = _newest_night()
    if run is None:
        return Foreseen()
    outlook = _Outlook(run, version)
    ids = found.portfolio.ids
    for start in range(0, len(ids), AT_ONCE):
        part = slice(start, start + AT_ONCE)
        outlook.look(ids[part], ~np.isnan(found.portfolio.after[part]))
    return outlook.foreseen()


def _newest_night() -> Run | None:
    nights = Run.objects.filter(purpose=Purpose.NIGHTLY, finished_at__isnull=False).select_related("version__scorecard")
    return nights.order_by("-as_of").first()


class _Outlook:
    """A night seen by the record and by the version, block after block."""

    def __init__(self, run: Run, version: ScorecardVersion) -> None:
        versions = run_versions(run)
        self.run, self.version = run, version
        self.engines = {pk: one.engine for pk, one in versions.items()}
        components = {key for one in (*versions.values(), version) for key in one.engine.component_keys}
        self.of_score = {*OF_SCORE, *components, *(f"{key}.role" for key in components)}
        self.library = _touched(Library.load([*versions.values(), version]), {*self.of_score, ROLE_BEFORE})
        self.begins, self.ends, self.starts = Counter[str](), Counter[str](), Counter[str]()
        self.found = Foreseen(on=run.as_of)

    def look(self, ids: Ids, known: Bools) -> None:
        """A block of customers (ids ascending); the version has a score for those who are `known`."""
        record = recorded(self.run.pk, ids)
        was, will = (Night(fields, self.run.as_of) for fields in self._fields(record, known))
        self.found.customers += int(record.there.sum())
        before, after = _asked(self.library, was, ids), _asked(self.library, will, ids)
        there = Episode.objects.open().filter(stretch((int(ids[0]), int(ids[-1])))).order_by()
        running, pending = set(there.values_list("customer_id", "rule")), list[_Trigger]()
        for key, one in after.items():
            begins, ends = one.holds & ~before[key].holds, before[key].holds & ~one.holds & ~one.unknown
            self.begins[one.rule] += int(begins.sum())
            self.ends[one.rule] += int(ends.sum())
            if one.rule in self.library.books and one.kind == Episode.Kind.TRIGGER:
                rows = np.flatnonzero(begins & ~one.silent & known)
                book = self.library.books[one.rule]
                pending += [(int(ids[i]), i, book) for i in rows.tolist() if (int(ids[i]), one.rule) not in running]
        self._start(pending, will)

    def _fields(self, record: Recorded, known: Bools) -> tuple[dict[str, Floats], dict[str, Floats]]:
        """The fields of a block by the record and under the version, NaN for who has no record or is not known."""
        names = {*_fields_of(self.library), "role"} - {ROLE_BEFORE}
        was = {name: np.full(len(record.ids), np.nan) for name in names}
        will = {name: np.full(len(record.ids), np.nan) for name in names}
        for pk in np.unique(record.version[record.there]).tolist():
            theirs = record.version == pk
            sheet = Sheet(self.run, record.only(theirs), self.engines[pk])
            for name in names:
                was[name][theirs] = will[name][theirs] = sheet.column(name)
            for name in names & self.of_score:
                will[name][theirs] = np.nan
            if (theirs & known).any():
                under = self._under(record.only(theirs & known), self.engines[pk])
                for name in names & self.of_score:
                    will[name][theirs & known] = under.column(name)
        return was, {**will, ROLE_BEFORE: was["role"]}

    def _under(self, night: Recorded, stored: Version) -> Sheet:
        """The night of some customers of one version as it would be recorded under the other."""
        new = self.version.engine
        served = serves(stored, new)
        frame = frame_of(night.ids, night.inputs, stored) if served else load(night.ids, self.run.as_of, new).frame
        scored = score(frame, new, night.said.overrides)
        sheet = Sheet(self.run, replace(night, score=scored.score, band=scored.band.astype(np.int64)), new)
        sheet.scored = scored
        return sheet

    def _start(self, pending: list[_Trigger], night: Night) -> None:
        """Count the plays that triggers would start, the most severe playbook of a customer first, as `fire` does."""
        there: defaultdict[int, list[Play]] = defaultdict(list)
        for play in Play.objects.filter(customer__in={customer for customer, *_ in pending}).select_related("playbook"):
            there[play.customer_id].append(play)
        for customer, i, book in sorted(pending, key=lambda one: (one[0], one[2].plan.severity, one[2].row.key)):
            running = [one for one in there[customer] if one.closed_on is None]
            play = Play(customer_id=customer, playbook=book.row, definition=book.row.definition)
            play.opened_on, play.facts = night.on, night.play(book.plan, i)
            past = [one for one in there[customer] if one.closed_on is not None]
            if not is_held_back(play, book, running) and not was_lately(play, book, past):
                less = superseded(book.plan, running)
                there[customer] = [*past, *(one for one in running if one not in less), play]
                self._count(play)

    def _count(self, play: Play) -> None:
        self.starts[play.playbook.key] += 1
        work = [(ROLES.get(role, role), hours) for role, hours in _steps(play)]
        for role, hours in work:
            self.found.by_role[role] = _more(self.found.by_role.get(role), 1, hours)
        mine = self.found.by_customer.get(play.customer_id)
        self.found.by_customer[play.customer_id] = _more(mine, len(work), sum(hours for _, hours in work))

    def foreseen(self) -> Foreseen:
        """All of it, rules that change for nobody left out."""
        titles = dict(AlertRule.objects.values_list("key", "title"))
        for alert in self.library.alerts:
            key = alert.rule.partition(":")[0]
            self._expect(self.found.alerts, alert.rule, f"{titles[key]}{self._of(alert.component)}")
        for key, book in self.library.books.items():
            self._expect(self.found.plays, key, book.plan.title)
        self.found.by_role = dict(sorted(self.found.by_role.items(), key=lambda one: -one[1][1]))
        return self.found

    def _of(self, component: str) -> str:
        labels = {
            one.key: one.label for engine in (*self.engines.values(), self.version.engine) for one in engine.components
        }
        return f": {labels.get(component, component)}" if component else ""

    def _expect(self, lines: list[Expected], key: str, title: str) -> None:
        if self.begins[key] or self.ends[key]:
            lines.append(Expected(key, title, self.begins[key], self.ends[key], self.starts[key]))


def _touched(library: Library, names: set[str]) -> Library:
    """The rules that read what a version decides; of the others the answer is the same under any."""
    books = {
        key: book
        for key, book in library.books.items()
        if names & (book.when.fields() | (book.plan.provided.fields() if book.plan.provided else frozenset()))
    }
    return Library(books, [alert for alert in library.alerts if names & alert.when.fields()])


def _asked(library: Library, night: Night, ids: Ids) -> dict[tuple[str, str], Asked]:
    def never(rule: Rule) -> Bools:
        return np.zeros(len(ids), np.bool_)

    return {(one.kind, one.rule): one for one in ask(library, night, never)}


def _fields_of(library: Library) -> set[str]:
    """What has to be known to ask the rules, to leave out steps, and to tell one renewal from another."""
    rules = [alert.when for alert in library.alerts]
    for book in library.books.values():
        rules += [rule for rule in (book.when, book.plan.provided, *(step.when for step in book.plan.steps)) if rule]
    renewals = {"days_to_renewal"} if any(book.plan.per == "renewal" for book in library.books.values()) else set()
    return renewals.union(*(rule.fields() for rule in rules))


def _steps(play: Play) -> Iterator[tuple[str, float]]:
    """Role and hours of each step of a play that somebody has to do."""
    plan = plan_of(play)
    for place, step in enumerate(plan.steps):
        if has_task(play, plan, place):
            yield step.role, step.hours


def _more(sums: tuple[int, float] | None, tasks: int, hours: float) -> tuple[int, float]:
    before, spent = sums or (0, 0.0)
    return before + tasks, spent + hours
