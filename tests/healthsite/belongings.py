"""One of everything that an address can be about, and what each form sends that changes something."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from accounts.models import Assignment, Customer, User
from accounts.noting import log_interaction
from playbooks.models import Playbook
from playbooks.starting import start_play
from playbooks.tasking import create_task
from scoring.drafting import change_draft, make_draft
from scoring.engine.version import digest
from scoring.models import ScorecardVersion
from tests.healthsite.pages.world import NOW, score

CARD: Final = "admin:scoring_scorecardversion_"


def fill(customer: Customer, csm: User, admin: User) -> None:
    """A score, a draft of its scorecard, and a task, a plan and a note that the CSM made."""
    score()
    draft = make_draft(version=ScorecardVersion.objects.get(), by=admin)
    change_draft(draft=draft, values={"min_coverage": 0.4}, seen=digest(draft.definition), by=admin)
    log_interaction(customer=customer, by=csm, kind="note", at=NOW, subject="They asked for a call")
    create_task(customer=customer, by=csm, assignee=csm, title="Call them", due_at=NOW, now=NOW)
    start_play(customer=customer, playbook=Playbook.objects.get(key="PB-4"), by=csm, at=NOW)


def _csm(customer: Customer) -> int:
    return Assignment.objects.get(customer=customer, role="csm").user_id


# What is sent to each address that changes something, so that whoever may send it is answered with 302.
SENT: Final[dict[str, Callable[[Customer], dict[str, Any]]]] = {
    "log": lambda acme: {
        "kind": "call",
        "at": "2025-10-01T08:00",
        "subject": "Spoke with them",
        "key": "7f0c2c0e-3a43-4a53-9d3e-0d7a4a2f7c11",
    },
    "log-undo": lambda acme: {},
    "play-close": lambda acme: {"outcome": "done"},
    "play-start": lambda acme: {"playbook": "PB-2"},
    "task-act": lambda acme: {"what": "complete", "outcome": "done"},
    "task-new": lambda acme: {
        "customer": acme.pk,
        "title": "Write to them",
        "assignee": _csm(acme),
        "due_at": "2025-10-02",
        "priority": 3,
        "hours": 1,
    },
    "tasks-reassign": lambda acme: {
        "task": list(acme.tasks.values_list("pk", flat=True)),
        "to": User.objects.filter(role="manager").earliest("pk").pk,
    },
    f"{CARD}copy": lambda acme: {},
    f"{CARD}publish": lambda acme: {"note": "For the winter"},
    f"{CARD}restore": lambda acme: {"note": "As it was"},
}
