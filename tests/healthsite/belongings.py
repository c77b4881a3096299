"""One of everything that an address can be about, and what each form sends that changes something."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, Final

from accounts.expecting import expect
from accounts.models import Assignment, Customer, User
from accounts.noting import log_interaction, set_pulse
from healthsite.pages.scorecards.editing import Editor
from playbooks.models import Playbook
from playbooks.starting import start_play
from playbooks.tasking import create_task
from scoring.definitions.changing import digest_of
from scoring.engine.version import digest
from scoring.judgements.overriding import override
from scoring.metrics.custom.making import make_metric
from scoring.models import CurrentScore, Definition, ScorecardVersion
from scoring.past.backfills import ask_backfill
from scoring.scorecards.drafting import change_draft, make_draft, propose
from scoring.scorecards.publishing import publish
from tests.healthsite.pages.editors import said_by
from tests.healthsite.pages.world import NOW, definition, score

CARD: Final = "admin:scoring_scorecardversion_"
WHY: Final[dict[str, Any]] = {"reason": "Agreed with them"}
NOTE: Final[dict[str, Any]] = {"note": "For the winter"}
DECLARED: Final = {"unit": "%", "better": "up", "meaning": "How NPS has grown.", "validity": 30, "window": 30}
GROWTH: Final = {"label": "NPS growth", **DECLARED, "source": {"from": "growth", "of": "nps", "times": 100}}
CONDITION: Final = {
    "rule-join-": "all",
    "rule-group": [""],
    "rule-field": ["open_opportunities"],
    "rule-op": [">="],
    "rule-value": ["12"],
}


def fill(customer: Customer, csm: User, admin: User) -> None:
    """A score, scorecards, a task, a plan and a note that the CSM made, and what the CSM thinks of the score."""
    score()
    _scorecards(admin)
    log_interaction(customer=customer, by=csm, kind="note", at=NOW, subject="They asked for a call")
    create_task(customer=customer, by=csm, assignee=csm, title="Call them", due_at=NOW, now=NOW)
    start_play(customer=customer, playbook=Playbook.objects.get(key="PB-4"), by=csm, at=NOW)
    judge(customer, csm)
    ask_backfill(first=date(2025, 7, 1), last=date(2025, 7, 2), by=admin)
    make_metric(key="nps_growth", body=GROWTH, by=admin)


def _scorecards(admin: User) -> None:
    """A changed draft of the live version that is proposed to others, and an idle version beside it."""
    draft = make_draft(version=ScorecardVersion.objects.get(), by=admin)
    draft = change_draft(draft=draft, values={"min_coverage": 0.4}, seen=digest(draft.definition), by=admin)
    propose(version=draft, by=admin, **NOTE)
    publish(definition(min_coverage=0.35))


def judge(customer: Customer, by: User) -> None:
    """An override, a pulse that differs from the score, and an expectation."""
    override(customer=customer, by=by, on=NOW.date(), score=80, until_on=date(2025, 10, 20), **WHY)
    set_pulse(customer=customer, by=by, band="red", at=NOW, **WHY)
    expected: dict[str, Any] = {"metric": "nps", "from_on": NOW.date(), "until_on": None, "expected": 20}
    expect(customer=customer, by=by, **expected, **WHY)


def _draft() -> ScorecardVersion:
    return ScorecardVersion.objects.get(status="draft")


def _entry() -> dict[str, Any]:
    """The segment Strategic with another rule."""
    entry = Definition.objects.get(kind="segment", key="strategic")
    return {"title": entry.title, "is_active": "on", "seen": digest_of(entry), **WHY, **CONDITION}


def _csm(customer: Customer) -> int:
    return Assignment.objects.get(customer=customer, role="csm").user_id


def _role(customer: Customer) -> str:
    return CurrentScore.objects.values_list("role", flat=True).get(customer=customer)


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
    "override": lambda acme: {"score": 70, "until_on": "2025-10-15", **WHY},
    "override-end": lambda acme: {},
    "object": lambda acme: {"should_be": "red", **WHY},
    "pulse": lambda acme: {"band": "green", **WHY},
    "expect": lambda acme: {"metric": "csat", "until_on": "2025-12-01", **WHY},
    "expectation-end": lambda acme: {},
    "settle": lambda acme: {"said": "red", "role": _role(acme), "verdict": "data", **WHY},
    "stage-set": lambda acme: {"stage": "mature", **WHY},
    "scorecard": lambda acme: said_by(Editor(_draft())) | {"min_coverage": "0.45"},
    "scorecard-choice": lambda acme: {"position": 2, **NOTE},
    "scorecard-delete": lambda acme: {},
    "scorecard-draft": lambda acme: {},
    "scorecard-proposal": lambda acme: {"answer": "withdraw"},
    "scorecard-publish": lambda acme: NOTE,
    "scorecard-restore": lambda acme: NOTE,
    "scorecard-shadow-run": lambda acme: NOTE,
    "preset-draft": lambda acme: {},
    "rule-say": lambda acme: CONDITION,
    "vocabulary": lambda acme: _entry(),
    "vocabulary-move": lambda acme: {"act": "down", **WHY},
    "vocabulary-new": lambda acme: {"title": "Many deals", **WHY, **CONDITION},
    "metric-new": lambda acme: {"label": "CSAT growth", "key": "csat_growth", **DECLARED, "of": "csat", "times": 100},
    "metric-retire": lambda acme: WHY,
    "backfill-ask": lambda acme: {"first": "2025-08-01", "last": "2025-08-02", "known": "now", "scorecard": ""},
    "backfill-stop": lambda acme: {},
    "run-retry": lambda acme: {},
    f"{CARD}copy": lambda acme: {},
    f"{CARD}publish": lambda acme: {"note": "For the winter"},
    f"{CARD}restore": lambda acme: {"note": "As it was"},
}
