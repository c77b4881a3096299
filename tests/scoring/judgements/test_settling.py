"""The desk of disagreements: what is open, what settles it, and what opens it anew."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied

from accounts.models import Customer, User
from accounts.noting import NotLogged
from scoring.judgements.desk import disagreements, settlements, verdicts
from scoring.judgements.gathering import judgements_of
from scoring.judgements.objecting import object_to
from scoring.judgements.settling import settle
from scoring.models import CurrentScore, Objection, Settlement
from tests.cast import give, make_customer, make_user
from tests.healthsite.pages.world import NOW
from tests.scoring.judgements.cast import DAY, TODAY, in_colour, pulse, scored, stored_override

pytestmark = pytest.mark.django_db


def kinds(**fields: Any) -> list[str]:
    return [kind for kind, *_ in disagreements(Customer.objects.all(), fields.pop("now", NOW), **fields)]


def decide(customer: Customer, by: User, **fields: Any) -> Settlement:
    usual: dict[str, Any] = {"said": "red", "role": "yellow", "verdict": "score", "reason": "Looked at it"}
    return settle(customer=customer, by=by, **{**usual, **fields})


def objection(customer: Customer, by: User, should_be: str = "red") -> Objection:
    return object_to(customer=customer, by=by, should_be=should_be, reason="Their sponsor left")


@pytest.mark.parametrize(("band", "open_"), [("red", ["pulse"]), ("green", ["pulse"]), ("yellow", [])])
def test_a_pulse_of_another_colour_is_a_disagreement(acme: Customer, bob: User, band: str, open_: list[str]) -> None:
    pulse(acme, bob, band)
    assert kinds() == open_


@pytest.mark.parametrize(("days_ago", "open_"), [(89.99, ["pulse"]), (90, [])])
def test_an_old_pulse_says_nothing(acme: Customer, bob: User, days_ago: float, open_: list[str]) -> None:
    pulse(acme, bob, "red", days_ago)
    assert kinds() == open_


def test_only_the_latest_pulse_counts(acme: Customer, bob: User) -> None:
    pulse(acme, bob, "red", 2)
    pulse(acme, make_user("Ada", "admin"), "yellow", 1)
    assert kinds() == []


def test_of_two_at_the_same_moment_the_one_written_last_counts(acme: Customer, bob: User) -> None:
    pulse(acme, make_user("Ada", "admin"), "yellow")
    pulse(acme, bob, "red")
    assert kinds() == ["pulse"]


def test_who_has_no_score_is_not_on_the_desk(acme: Customer, bob: User) -> None:
    pulse(acme, bob)
    in_colour(acme, "")
    assert kinds() == []
    CurrentScore.objects.all().delete()
    assert kinds() == []


def test_an_objection_is_open_until_the_score_comes_round(acme: Customer, bob: User) -> None:
    objection(acme, bob)
    assert kinds() == ["objection"]
    in_colour(acme, "red")
    assert kinds() == []


def test_what_is_worth_most_stands_first(acme: Customer, bob: User) -> None:
    big = scored(60, bob)
    CurrentScore.objects.filter(customer=big).update(arr=9e5)
    for customer in (acme, big):
        pulse(customer, bob)
    objection(acme, bob)
    found = disagreements(Customer.objects.all(), NOW)
    assert [(kind, whose) for kind, _, whose, _ in found] == [
        ("pulse", big.pk),
        ("objection", acme.pk),
        ("pulse", acme.pk),
    ]
    assert found.count() == 3
    assert kinds(kind="objection") == ["objection"]


def test_what_others_look_after_is_not_on_ones_desk(acme: Customer, bob: User) -> None:
    pulse(acme, bob)
    theirs = Customer.objects.visible_to(make_user("Charlie"))
    assert list(disagreements(theirs, NOW)) == []


def test_it_is_settled_with_a_verdict_and_a_reason(acme: Customer, bob: User) -> None:
    pulse(acme, bob)
    made = decide(acme, bob)
    assert (made.said, made.role, made.verdict, made.by, made.at) == ("red", "yellow", "score", bob, NOW)
    assert kinds() == []


def test_a_later_pulse_opens_it_anew(acme: Customer, bob: User) -> None:
    pulse(acme, bob, "red", 1)
    decide(acme, bob)
    with time_machine.travel(NOW + DAY, tick=False):
        pulse(acme, bob, "red", -1)
    assert kinds(now=NOW + DAY) == ["pulse"]


def test_another_colour_of_the_score_opens_it_anew(acme: Customer, bob: User) -> None:
    pulse(acme, bob)
    decide(acme, bob)
    in_colour(acme, "green")
    assert kinds() == ["pulse"]
    in_colour(acme, "yellow")
    assert kinds() == []


def test_an_objection_is_settled_by_itself(acme: Customer, bob: User) -> None:
    pulse(acme, bob)
    one = objection(acme, bob)
    decide(acme, bob, objection=one)
    assert kinds() == ["pulse"]
    in_colour(acme, "green")
    assert sorted(kinds()) == ["objection", "pulse"]


def test_a_settled_pulse_leaves_the_objection_open(acme: Customer, bob: User) -> None:
    pulse(acme, bob)
    objection(acme, bob)
    decide(acme, bob)
    assert kinds() == ["objection"]


def test_the_same_again_changes_nothing(acme: Customer, bob: User) -> None:
    pulse(acme, bob)
    assert decide(acme, bob) == decide(acme, bob)
    assert Settlement.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"said": "green"}, "said"),
        ({"role": "green"}, "role"),
        ({"role": ""}, "role"),
        ({"verdict": "nobody"}, "verdict"),
        ({"reason": " "}, "reason"),
        ({"reason": "a\0b"}, "reason"),
    ],
)
def test_what_is_not_so_any_more_is_refused(acme: Customer, bob: User, fields: dict[str, Any], field: str) -> None:
    pulse(acme, bob)
    with pytest.raises(NotLogged) as refusal:
        decide(acme, bob, **fields)
    assert set(refusal.value.errors) == {field}
    assert not Settlement.objects.exists()


def test_without_a_pulse_there_is_nothing_to_settle(acme: Customer, bob: User) -> None:
    with pytest.raises(NotLogged, match="Nobody has given a pulse"):
        decide(acme, bob)


def test_where_both_agree_there_is_nothing_to_settle(acme: Customer, bob: User) -> None:
    pulse(acme, bob, "yellow")
    with pytest.raises(NotLogged, match="nothing to settle"):
        decide(acme, bob, said="yellow")


def test_an_objection_is_about_its_own_customer(acme: Customer, bob: User) -> None:
    other = make_customer()
    give(other, bob)
    with pytest.raises(NotLogged, match="not about"):
        decide(other, bob, objection=objection(acme, bob))


def test_only_who_may_judge_settles(acme: Customer, bob: User) -> None:
    pulse(acme, bob)
    edgar = make_user("Edgar", "executive")
    give(acme, edgar, "executive")
    with pytest.raises(PermissionDenied):
        decide(acme, edgar)


def test_the_verdicts_are_counted(acme: Customer, bob: User) -> None:
    pulse(acme, bob)
    decide(acme, bob, verdict="person")
    decide(acme, bob, verdict="data", objection=objection(acme, bob))
    everybody = Customer.objects.all()
    assert verdicts(everybody) == {"score": 0, "person": 1, "data": 1, "watch": 0}
    assert verdicts(everybody, "pulse") == {"score": 0, "person": 1, "data": 0, "watch": 0}
    assert [one.verdict for one in settlements(everybody, "objection")] == ["data"]


def test_a_page_asks_twice_what_people_say(acme: Customer, bob: User, django_assert_num_queries: Any) -> None:
    made, one = stored_override(acme, bob, TODAY - DAY, TODAY + DAY, at=NOW - DAY), objection(acme, bob)
    with django_assert_num_queries(2):
        found = judgements_of(acme, TODAY)
    assert (found.override, found.objections) == (made, [one])


def test_a_day_before_nothing_had_been_said(acme: Customer, bob: User) -> None:
    stored_override(acme, bob, TODAY - DAY, TODAY + DAY)
    objection(acme, bob)
    found = judgements_of(acme, TODAY - timedelta(days=1))
    assert (found.override, found.objections) == (None, [])
