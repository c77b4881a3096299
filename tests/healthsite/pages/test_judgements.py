"""What people say about a customer's score: the page, and the forms in which they say it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Customer, Expectation, Pulse, User
from scoring.models import CurrentScore, Objection, Override, Settlement
from tests.cast import give, make_row, make_user
from tests.healthsite.pages.world import live
from tests.scoring.judgements.cast import DAY, TODAY, pulse, scored, stored_override

pytestmark = pytest.mark.django_db
OVERRIDE = {"score": "80", "until_on": "2025-10-31", "reason": "They renewed"}
OBJECT = {"should_be": "red", "component": "", "reason": "Their sponsor left"}
PULSE = {"band": "red", "reason": "Silent"}
MUTE = {"metric": "nps", "expected": "", "until_on": "2025-12-01", "reason": "Migration"}
SETTLE = {"said": "red", "role": "yellow", "verdict": "person", "reason": "We know"}
FORMS: dict[str, dict[str, str]] = {"override": OVERRIDE, "object": OBJECT, "pulse": PULSE, "expect": MUTE}
Log = Callable[[User], Client]


@pytest.fixture
def bob() -> User:
    return make_user("Bob")


@pytest.fixture
def acme(bob: User) -> Customer:
    """60 points, yellow."""
    return scored(60, bob, name="Acme")


@pytest.fixture
def client(bob: User, browse: Log) -> Client:
    return browse(bob)


def send(client: Client, name: str, customer: Customer, **fields: Any) -> Any:
    return client.post(reverse(name, args=[customer.pk]), {**FORMS.get(name, SETTLE), **fields})


def text(client: Client, customer: Customer) -> str:
    return client.get(reverse("judgements", args=[customer.pk])).content.decode()


def words(html: str) -> str:
    return " ".join(html.split())


def test_an_override_is_made_and_shown_with_the_automatic_score_beneath(client: Client, acme: Customer) -> None:
    answer = send(client, "override", acme, next=reverse("judgements", args=[acme.pk]))
    assert (answer.status_code, answer["Location"]) == (302, reverse("judgements", args=[acme.pk]))
    CurrentScore.objects.update(score=80.0, automatic=52.34)
    page = words(text(client, acme))
    assert "Overridden to 80.0</b> until 31 October 2025: They renewed" in page
    assert "Automatic: <b>52.3</b>" in page


def test_it_is_ended_with_a_button(client: Client, acme: Customer, bob: User) -> None:
    made = stored_override(acme, bob, TODAY - DAY, TODAY + DAY)
    end = reverse("override-end", args=[made.pk])
    assert f'action="{end}"' in text(client, acme)
    assert client.post(end).status_code == 302
    made.refresh_from_db()
    assert (made.until_on, made.ended_by) == (TODAY, bob)
    assert "No override is in force." in text(client, acme)


@pytest.mark.parametrize(
    ("name", "fields", "complaint"),
    [
        ("override", {"score": "101"}, "less than or equal to 100"),
        ("override", {"score": "nan"}, "Enter a number"),
        ("override", {"score": "1e400"}, "Enter a number"),
        ("override", {"reason": ""}, "required"),
        ("override", {"reason": "a\0b"}, "Null characters"),
        ("override", {"reason": "x" * 2001}, "2000 fit"),
        ("override", {"until_on": "2026-01-01"}, "90 days at most"),
        ("override", {"until_on": "9999-12-31"}, "2200"),
        ("override", {"until_on": "2025-10-01"}, "has to be after"),
        ("object", {"should_be": "yellow"}, "not one of the available choices"),
        ("object", {"component": "luck"}, "not one of the available choices"),
        ("pulse", {"reason": ""}, "The reason is empty"),
        ("pulse", {"band": "blue"}, "not one of the available choices"),
        ("expect", {"until_on": ""}, "muted until a date"),
        ("expect", {"metric": "logins"}, "not one of the available choices"),
        ("expect", {"expected": "1e999"}, "Enter a number"),
        ("expect", {"reason": "a\0b"}, "Null characters"),
        ("expect", {"expected": "5"}, "NPS is compared with no expectation; leave the value empty"),
    ],
)
def test_what_makes_no_sense_comes_back_with_what_was_typed(
    client: Client, acme: Customer, name: str, fields: dict[str, str], complaint: str
) -> None:
    answer = send(client, name, acme, **fields)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert complaint in page
    kept = {**FORMS[name], **fields}["reason"]
    assert kept.replace("\0", "") in page.replace("\0", "")
    assert not any(model.objects.exists() for model in (Override, Objection, Pulse, Expectation))


@pytest.mark.parametrize(("name", "model"), [("override", Override), ("object", Objection), ("pulse", Pulse)])
def test_what_is_sent_twice_is_there_once(client: Client, acme: Customer, name: str, model: Any) -> None:
    assert [send(client, name, acme).status_code for _ in range(2)] == [302, 302]
    assert model.objects.count() == 1


def test_an_objection_is_shown_until_it_is_settled(client: Client, acme: Customer) -> None:
    send(client, "object", acme)
    one = Objection.objects.get()
    assert "Their sponsor left" in text(client, acme)
    assert f"objection={one.pk}" in text(client, acme)
    assert send(client, "settle", acme, objection=one.pk).status_code == 302
    assert "No objection is open." in text(client, acme)
    assert "The person is right" in text(client, acme)


def test_the_form_to_settle_holds_what_was_looked_at(client: Client, acme: Customer, bob: User) -> None:
    pulse(acme, bob)
    page = client.get(reverse("settle", args=[acme.pk])).content.decode()
    assert 'name="said" value="red"' in page
    assert 'name="role" value="yellow"' in page
    assert send(client, "settle", acme).status_code == 302
    assert Settlement.objects.get().verdict == "person"


def test_who_looked_at_another_pulse_is_told(client: Client, acme: Customer, bob: User) -> None:
    pulse(acme, bob, "green")
    answer = send(client, "settle", acme)
    assert answer.status_code == 422
    assert "The pulse is green by now" in answer.content.decode()
    assert not Settlement.objects.exists()


@pytest.mark.parametrize("key", ["0", "x", str(2**70), "999999"])
def test_an_objection_that_cannot_be_is_not_there(client: Client, acme: Customer, key: str) -> None:
    address = reverse("settle", args=[acme.pk])
    assert client.get(address, {"objection": key}).status_code == 404


def test_a_pulse_stands_in_the_history_with_its_reason(client: Client, acme: Customer) -> None:
    send(client, "pulse", acme)
    assert "Silent" in text(client, acme)
    assert "Bob, 1 October 2025" in text(client, acme)


def test_a_metric_is_muted_until_a_day_and_speaks_again_when_it_ends(client: Client, acme: Customer) -> None:
    assert send(client, "expect", acme).status_code == 302
    page = text(client, acme)
    assert "muted, a change is expected until 1 December 2025: Migration" in page
    assert "Bob, 1 October 2025" in page
    end = reverse("expectation-end", args=[Expectation.objects.get().pk])
    assert [client.post(end).status_code for _ in range(2)] == [302, 302]
    assert "Nothing special is expected." in text(client, acme)


def test_a_value_is_expected_without_an_end(client: Client, acme: Customer) -> None:
    curve = [[0, 0], [100, 100]]
    measures = [{"metric": metric, "weight": 1, "curve": curve} for metric in ("active_users_vs_expected", "csat")]
    live(components=[{"key": "satisfaction", "label": "Satisfaction", "weight": 1, "measures": measures}])
    CurrentScore.objects.all().delete()
    users = {"metric": "active_users_vs_expected", "until_on": ""}
    for refused in ("0", "-5"):
        answer = send(client, "expect", acme, expected=refused, **users)
        assert f"{refused} is no value; say more than 0" in answer.content.decode()
    assert send(client, "expect", acme, expected="12.5", **users).status_code == 302
    assert "12.5 is expected" in text(client, acme)


def test_what_a_file_expects_says_where_it_is_from(client: Client, acme: Customer) -> None:
    make_row(Expectation, acme, metric="nps", from_on=TODAY, expected=3)
    assert "From crm" in text(client, acme)


@pytest.mark.parametrize("name", ["judgements", "override", "object", "pulse", "expect", "settle"])
def test_a_customer_out_of_scope_is_not_there(acme: Customer, browse: Log, name: str) -> None:
    stranger = browse(make_user("Charlie"))
    assert stranger.get(reverse(name, args=[acme.pk])).status_code == 404


def test_what_is_said_of_a_customer_out_of_scope_is_not_ended(acme: Customer, bob: User, browse: Log) -> None:
    made = stored_override(acme, bob, TODAY - DAY, TODAY + DAY)
    noted = make_row(Expectation, acme, metric="nps", from_on=TODAY)
    stranger = browse(make_user("Charlie"))
    assert stranger.post(reverse("override-end", args=[made.pk])).status_code == 404
    assert stranger.post(reverse("expectation-end", args=[noted.pk])).status_code == 404


@pytest.mark.parametrize("name", ["override", "object", "pulse", "expect", "settle"])
def test_a_viewer_reads_and_says_nothing(acme: Customer, browse: Log, name: str) -> None:
    vera = make_user("Vera", "viewer")
    give(acme, vera, "collaborator")
    address = reverse(name, args=[acme.pk])
    assert browse(vera).get(address).status_code == 403
    assert send(browse(vera), name, acme).status_code == 403
    assert address not in text(browse(vera), acme)


def test_a_viewer_ends_nothing(acme: Customer, bob: User, browse: Log) -> None:
    vera = make_user("Vera", "viewer")
    give(acme, vera, "collaborator")
    made = stored_override(acme, bob, TODAY - DAY, TODAY + DAY)
    noted = make_row(Expectation, acme, metric="nps", from_on=TODAY)
    assert browse(vera).post(reverse("override-end", args=[made.pk])).status_code == 403
    assert browse(vera).post(reverse("expectation-end", args=[noted.pk])).status_code == 403


def test_an_executive_says_what_they_think_and_decides_nothing(acme: Customer, browse: Log) -> None:
    edgar = make_user("Edgar", "executive")
    give(acme, edgar, "executive")
    codes = {name: send(browse(edgar), name, acme).status_code for name in (*FORMS, "settle")}
    assert codes == {"override": 403, "object": 302, "pulse": 302, "expect": 302, "settle": 403}


@pytest.mark.parametrize("name", ["override-end", "expectation-end"])
def test_ending_is_a_post(client: Client, name: str) -> None:
    assert client.get(reverse(name, args=[1])).status_code == 405


def test_without_a_score_the_page_says_where_to_look(client: Client, acme: Customer) -> None:
    CurrentScore.objects.all().delete()
    assert "There is no score" in text(client, acme)
    assert send(client, "override", acme).status_code == 422


def test_an_override_that_is_over_is_judged_later(client: Client, acme: Customer, bob: User) -> None:
    stored_override(acme, bob, TODAY - 61 * DAY, TODAY - DAY, automatic=50.0)
    page = text(client, acme)
    assert "Overrides before" in page
    assert "the automatic score" in page  # 60 lies 20 from the override and 10 from the score of then
