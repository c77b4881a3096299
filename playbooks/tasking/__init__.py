"""What people do with tasks: who may, one event for each act, and no overwriting of what somebody else did."""

from __future__ import annotations

from playbooks.tasking.allowing import (
    NotAllowed,
    assignable,
    may_comment,
    may_create,
    may_reassign,
    may_work,
)
from playbooks.tasking.assigning import assign
from playbooks.tasking.creating import Extras, create_task, due_on
from playbooks.tasking.finishing import complete, reopen
from playbooks.tasking.pausing import resume, snooze, wait
from playbooks.tasking.planning import prioritise, reschedule
from playbooks.tasking.recording import state_of
from playbooks.tasking.working import comment, start

__all__ = [
    "Extras",
    "NotAllowed",
    "assign",
    "assignable",
    "comment",
    "complete",
    "create_task",
    "due_on",
    "may_comment",
    "may_create",
    "may_reassign",
    "may_work",
    "prioritise",
    "reopen",
    "reschedule",
    "resume",
    "snooze",
    "start",
    "state_of",
    "wait",
]
