"""What a person can say about a customer's score: override it, object to it, give a pulse, expect something."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from accounts.business_days import today
from accounts.expecting import expect
from accounts.models import Customer, User
from healthsite.pages.judgements.asking import Question, answer
from healthsite.pages.judgements.forms import ExpectForm, ObjectionForm, OverrideForm, PulseForm
from healthsite.pages.telling import name_of
from scoring.judgements.allowing import may_judge
from scoring.judgements.objecting import object_to, say_pulse
from scoring.judgements.overriding import override

ASKED: Final = ["GET", "HEAD", "POST"]


@require_http_methods(ASKED)
def override_ask(request: HttpRequest, pk: int) -> HttpResponse:
    """Set the score of a customer for a while."""
    return answer(request, pk, OVERRIDE)


@require_http_methods(ASKED)
def objection_ask(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that the score is wrong."""
    return answer(request, pk, OBJECTION)


@require_http_methods(ASKED)
def pulse_ask(request: HttpRequest, pk: int) -> HttpResponse:
    """Say how a customer stands in one's own eyes."""
    return answer(request, pk, PULSE)


@require_http_methods(ASKED)
def expectation_ask(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what is expected of a metric."""
    return answer(request, pk, EXPECTATION)


def _override(said: dict[str, Any], customer: Customer, by: User) -> str:
    made = override(customer=customer, by=by, on=today(), **said)
    return f"Score overridden to {made.score:g} until {made.until_on:%-d %B %Y}. The live score follows in seconds."


def _object(said: dict[str, Any], customer: Customer, by: User) -> str:
    made = object_to(customer=customer, by=by, **said)
    return f"Noted: the score should be {made.should_be}. It stands on the desk of disagreements."


def _say_pulse(said: dict[str, Any], customer: Customer, by: User) -> str:
    return f"Pulse set to {say_pulse(customer=customer, by=by, **said).band}."


def _expect(said: dict[str, Any], customer: Customer, by: User) -> str:
    made = expect(customer=customer, by=by, from_on=today(), **said)
    if made.expected is not None:
        return f"{name_of(made.metric)}: {made.expected:g} is expected."
    return f"{name_of(made.metric)} is muted until {made.until_on:%-d %B %Y}."


OVERRIDE: Final = Question(
    "Override the score of",
    "The automatic score goes on beneath, and counts again from the day on which the override ends.",
    "Override",
    OverrideForm,
    _override,
    may_judge,
)
OBJECTION: Final = Question(
    "This score is wrong:",
    "What is shown now is kept with it. Managers and the CSM settle it on the desk of disagreements.",
    "Object",
    ObjectionForm,
    _object,
)
PULSE: Final = Question(
    "Pulse of",
    "How does the customer stand, whatever the score says? Where the two differ it goes to the desk of disagreements.",
    "Set the pulse",
    PulseForm,
    _say_pulse,
)
EXPECTATION: Final = Question(
    "Expect something of",
    "A value takes the place of the usual one where the metric compares with what is expected. Without a value the "
    "metric is muted until the day: it is left out of the score, and no indicator speaks of it.",
    "Expect it",
    ExpectForm,
    _expect,
)
