"""Every act on a task by the word that a form sends for it: its form, who is offered it, and what is done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from accounts.models import User
from healthsite.pages.tasks import forms
from playbooks import tasking
from playbooks.models import Task

Status = Task.Status
Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Act:
    """A way to act on a task: `states` it is offered in, the `form` it needs, `do` and what is said when it is done."""

    label: str
    form: type[forms.ActForm]
    states: tuple[Status, ...]
    done: str
    do: Callable[[Task, User, Answer], object]


UNFINISHED: Final = (Status.OPEN, Status.STARTED, Status.WAITING)
ACTS: Final[dict[str, Act]] = {
    "start": Act(
        "Start", forms.ActForm, (Status.OPEN,), "Started", lambda task, by, _: tasking.start(task=task, by=by)
    ),
    "resume": Act(
        "Take up again",
        forms.ActForm,
        (Status.WAITING,),
        "Taken up again",
        lambda task, by, _: tasking.resume(task=task, by=by),
    ),
    "complete": Act(
        "Complete",
        forms.CompleteForm,
        UNFINISHED,
        "Completed",
        lambda task, by, said: tasking.complete(task=task, by=by, outcome=said["outcome"], text=said["text"]),
    ),
    "snooze": Act(
        "Put off",
        forms.SnoozeForm,
        UNFINISHED,
        "Put off",
        lambda task, by, said: tasking.snooze(task=task, by=by, until=said["until"], reason=said["reason"]),
    ),
    "wait": Act(
        "Wait for the customer",
        forms.WaitForm,
        (Status.OPEN, Status.STARTED),
        "Waiting for the customer",
        lambda task, by, said: tasking.wait(task=task, by=by, reason=said["reason"]),
    ),
    "assign": Act(
        "Give to somebody else",
        forms.AssignForm,
        UNFINISHED,
        "Given to somebody else",
        lambda task, by, said: tasking.assign(task=task, by=by, to=said["assignee"]),
    ),
    "reschedule": Act(
        "Change the date",
        forms.RescheduleForm,
        UNFINISHED,
        "Date changed",
        lambda task, by, said: tasking.reschedule(
            task=task, by=by, due_at=tasking.due_on(said["due_at"], task.assignee), reason=said["reason"]
        ),
    ),
    "prioritise": Act(
        "Change the priority",
        forms.PrioritiseForm,
        UNFINISHED,
        "Priority changed",
        lambda task, by, said: tasking.prioritise(task=task, by=by, priority=said["priority"]),
    ),
    "comment": Act(
        "Comment",
        forms.CommentForm,
        tuple(Status),
        "Comment added",
        lambda task, by, said: tasking.comment(task=task, by=by, text=said["text"]),
    ),
    "reopen": Act(
        "Reopen", forms.ActForm, (Status.DONE,), "Reopened", lambda task, by, _: tasking.reopen(task=task, by=by)
    ),
}


def offered(user: User, task: Task) -> dict[str, Act]:
    """The acts that a person can do on the task as it stands."""
    works, gives = tasking.may_work(user, task), tasking.may_reassign(user, task)
    allowed = {"assign": gives, "comment": tasking.may_comment(user, task)}
    return {what: act for what, act in ACTS.items() if task.status in act.states and allowed.get(what, works)}
