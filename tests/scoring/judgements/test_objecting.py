"""Objecting to a score, and giving a pulse with a reason."""

from __future__ import annotations

from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied

from accounts.models import Customer, Pulse, User
from accounts.noting import NotLogged
from scoring.judgements.objecting import object_to, say_pulse
from scoring.models import Objection
from tests.cast import give, make_customer, make_user
from tests.healthsite.pages.world import NOW, D
from tests.scoring.judgements.cast import DAY

pytestmark = pytest.mark.django_db


def objection(customer: Customer, by: User, **fields: Any) -> Objection:
    return object_to(customer=customer, by=by, **{"should_be": "red", "reason": "Their sponsor left", **fields})


def wrong(customer: Customer, by: User, **fields: Any) -> dict[str, str]:
    with pytest.raises(NotLogged) as refusal:
        objection(customer, by, **fields)
    assert not Objection.objects.exists()
    return refusal.value.errors


def test_what_was_shown_is_kept_with_it(acme: Customer, bob: User) -> None:
    made = objection(acme, bob, component="outcomes")
    assert (made.role, made.as_of, made.component, made.by) == ("yellow", D, "outcomes", bob)
    assert made.score == pytest.approx(60)


def test_that_there_is_no_score_can_be_wrong_too(bob: User) -> None:
    unknown = make_customer()
    give(unknown, bob)
    made = objection(unknown, bob)
    assert (made.score, made.role, made.as_of) == (None, "", NOW.date())


def test_the_same_again_changes_nothing(acme: Customer, bob: User) -> None:
    assert objection(acme, bob) == objection(acme, bob)
    assert Objection.objects.count() == 1


def test_two_people_object_each(acme: Customer, bob: User) -> None:
    objection(acme, bob)
    objection(acme, make_user("Ada", "admin"))
    assert Objection.objects.count() == 2


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"should_be": "yellow"}, "should_be", "yellow already"),
        ({"should_be": "blue"}, "should_be", "no colour"),
        ({"component": "luck"}, "component", "no component"),
        ({"reason": ""}, "reason", "empty"),
        ({"reason": "a\0b"}, "reason", "NUL"),
    ],
)
def test_what_makes_no_sense_is_refused(
    acme: Customer, bob: User, fields: dict[str, Any], field: str, words: str
) -> None:
    assert words in wrong(acme, bob, **fields)[field]


def test_a_viewer_and_a_stranger_say_nothing(acme: Customer) -> None:
    vera = make_user("Vera", "viewer")
    give(acme, vera, "collaborator")
    for someone in (vera, make_user("Charlie")):
        with pytest.raises(PermissionDenied):
            objection(acme, someone)
        with pytest.raises(PermissionDenied):
            say_pulse(customer=acme, band="red", reason="x", by=someone)


def test_a_pulse_of_the_scores_colour_needs_no_reason(acme: Customer, bob: User) -> None:
    assert say_pulse(customer=acme, band="yellow", reason="", by=bob).band == "yellow"


def test_one_of_another_colour_does(acme: Customer, bob: User) -> None:
    with pytest.raises(NotLogged) as refusal:
        say_pulse(customer=acme, band="red", reason=" ", by=bob)
    assert set(refusal.value.errors) == {"reason"}
    assert say_pulse(customer=acme, band="red", reason="Silent", by=bob).reason == "Silent"


def test_without_a_score_no_reason_is_needed(bob: User) -> None:
    unknown = make_customer()
    give(unknown, bob)
    assert say_pulse(customer=unknown, band="red", reason="", by=bob).band == "red"


def test_a_pulse_has_a_colour(acme: Customer, bob: User) -> None:
    with pytest.raises(NotLogged, match="no colour"):
        say_pulse(customer=acme, band="blue", reason="x", by=bob)


def test_the_same_pulse_again_on_a_day_is_one(acme: Customer, bob: User) -> None:
    for days in (0, 0, 1):
        with time_machine.travel(NOW + days * DAY, tick=False):
            say_pulse(customer=acme, band="red", reason="Silent", by=bob)
    assert Pulse.objects.count() == 2
