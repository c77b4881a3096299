"""The steps of an action plan with how far each is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from playbooks.definitions import Step
from playbooks.describing import step_words, who
from playbooks.models import Play, Task
from playbooks.stepping import has_task, plan_of, waits_for

# State of a step: its word, and the class that gives it a shape.
DONE: Final = ("Done", "done")
IN_WORK: Final = ("In work", "work")
OPEN: Final = ("To do", "todo")
LATER: Final = ("Later", "later")
SKIPPED: Final = ("Not needed", "skipped")
BY_ITSELF: Final = ("By itself", "skipped")


@dataclass(frozen=True, slots=True)
class Line:
    """A step of the plan with its tasks, the newest turn first."""

    number: int
    step: Step
    tasks: tuple[Task, ...]
    state: tuple[str, str]
    waits: str  # what it waits for, empty where it does not

    @property
    def who(self) -> str:
        """The roles that do it."""
        return who(self.step)

    @property
    def words(self) -> str:
        """By when, what is promised, how often."""
        return step_words(self.step)

    @property
    def counts(self) -> bool:
        """Whether it counts for the progress: what comes again is never finished, what is left out never begun."""
        return self.step.repeat is None and self.state not in (SKIPPED, BY_ITSELF)


@dataclass(frozen=True, slots=True)
class Progress:
    """How many of the steps that count are done."""

    done: int
    total: int

    @property
    def percent(self) -> float:
        """For a meter."""
        return 100 * self.done / self.total if self.total else 0.0


def lines(play: Play, tasks: Iterable[Task]) -> list[Line]:
    """The plan's steps as they were when it started, each with its tasks."""
    of_step: dict[int | None, list[Task]] = defaultdict(list)
    for task in sorted(tasks, key=lambda task: -task.turn):
        of_step[task.step].append(task)
    return [_line(play, place, tuple(of_step[place])) for place in range(len(plan_of(play).steps))]


def progress(steps: Iterable[Line]) -> Progress:
    """Done of those that count."""
    counting = [line for line in steps if line.counts]
    return Progress(sum(line.state == DONE for line in counting), len(counting))


def _line(play: Play, place: int, tasks: tuple[Task, ...]) -> Line:
    plan = plan_of(play)
    step, after = plan.steps[place], waits_for(play, plan, place)
    state = state_of(tasks) if tasks else _without_task(play, place, step)
    waits = f"starts when step {after + 1} is done" if state == LATER and after is not None else ""
    return Line(place + 1, step, tasks, state, waits)


def _without_task(play: Play, place: int, step: Step) -> tuple[str, str]:
    if step.automatic:
        return BY_ITSELF
    return LATER if has_task(play, plan_of(play), place) and play.closed_at is None else SKIPPED


def state_of(tasks: Iterable[Task]) -> tuple[str, str]:
    """How far a step with tasks is: what is in work shows before what waits to be done, that before what is done."""
    found = {task.status for task in tasks}
    if found & {Task.Status.STARTED, Task.Status.WAITING}:
        return IN_WORK
    if Task.Status.OPEN in found:
        return OPEN
    return DONE if Task.Status.DONE in found else SKIPPED
