"""An admin edits playbooks and alert rules as JSON; what cannot be used is refused, and every change is kept."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from accounts.models import Change, User
from playbooks.models import AlertRule, Playbook
from tests.cast import make_user

pytestmark = pytest.mark.django_db

CALL = {"title": "Call", "role": "CSM", "due": {"span": {"amount": 8, "unit": "bh"}}}
WHEN = {"field": "score", "op": "<", "value": 50}
MINE: dict[str, Any] = {
    "key": "OWN-1",
    "title": "Our own",
    "starts": "enters",
    "when": WHEN,
    "severity": 5,
    "steps": [CALL],
}


@pytest.fixture
def ada(client: Client) -> User:
    ada = make_user("Ada", "admin")
    client.force_login(ada, backend="django.contrib.auth.backends.ModelBackend")
    return ada


def edit(client: Client, obj: Playbook | AlertRule, definition: object, **form: Any) -> Any:
    """Send the form of one; a text is sent as it is."""
    text = definition if isinstance(definition, str) else json.dumps(definition)
    address = f"/admin/playbooks/{obj._meta.model_name}/{obj.pk}/change/"
    return client.post(address, {"definition": text, "is_active": "on", **form})


def stored(key: str) -> Playbook:
    return Playbook.objects.get(key=key)


def test_a_playbook_shows_its_trigger_and_steps_in_words(client: Client, ada: User) -> None:
    page = client.get(f"/admin/playbooks/playbook/{stored('PB-1').pk}/change/").content.decode()
    assert "It starts on the night on which this begins to hold: Emergency: yes." in page
    assert "It ends when this holds on 14 nights in a row: Points above the emergency cut is at least 10." in page
    assert (
        "Speak to the customer – CSM – due 12 business hours after the start; SLA 48 clock hours, else it goes to"
        in page
    )
    assert "CSM with Manager – due 10 business days after the start" in page
    assert "again every 5 business days" in page


def test_an_alert_rule_shows_what_it_watches_for(client: Client, ada: User) -> None:
    page = client.get(f"/admin/playbooks/alertrule/{AlertRule.objects.get(key='A1').pk}/change/").content.decode()
    assert "When it begins to hold: Score change over 7 days is below −10" in page


def test_a_changed_definition_is_saved_with_its_title_and_logged(client: Client, ada: User) -> None:
    before = stored("PB-1")
    after = {**before.definition, "title": "All hands", "cool_down_days": 20}
    assert edit(client, before, after).status_code == 302
    assert (stored("PB-1").definition, stored("PB-1").title) == (after, "All hands")
    entry = Change.objects.get(kind="playbooks", record_id=before.pk)
    assert (entry.field, entry.before, entry.after, entry.actor) == ("definition", before.definition, after, ada)


def test_switching_one_off_is_logged_and_leaves_the_definition(client: Client, ada: User) -> None:
    rule = AlertRule.objects.get(key="A3")
    edit(client, rule, rule.definition, is_active="")
    rule.refresh_from_db()
    assert not rule.is_active
    entry = Change.objects.get(kind="alert_rules")
    assert (entry.field, entry.before, entry.after, entry.actor) == ("is_active", True, False, ada)


def test_saving_without_a_change_logs_nothing(client: Client, ada: User) -> None:
    assert edit(client, stored("PB-1"), stored("PB-1").definition).status_code == 302
    assert not Change.objects.exists()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"steps": []}, "steps is []; give a list with at least 1 entries"),
        ({"steps": [{**CALL, "role": "BOSS"}]}, "steps[0].role is 'BOSS'; give one of CSM, AE"),
        ({"when": {**WHEN, "field": "mood"}}, "when is 'mood'; a rule reads score, role, metrics"),
        ({"key": "PB-9"}, "key is 'PB-9'; a key never changes: give 'PB-1'"),
        ({"title": "<script>\0"}, "title is '<script>\\x00'; give a text on one line"),
        ({"severity": float("nan")}, "severity is nan; give a whole number"),
    ],
)
def test_what_cannot_be_used_is_refused_with_the_reason(
    client: Client, ada: User, change: dict[str, Any], message: str
) -> None:
    before = stored("PB-1")
    response = edit(client, before, {**before.definition, **change})
    [error] = response.context["adminform"].form.errors["definition"]
    assert error.startswith(message)
    assert stored("PB-1").definition == before.definition
    assert not Change.objects.exists()


@pytest.mark.parametrize("text", ["", "{", "null", "7", "[" * 100_000, "9" * 5000, '{"\\ud800": 1}', "\0"])
def test_what_is_no_json_is_refused_and_nothing_breaks(client: Client, ada: User, text: str) -> None:
    response = edit(client, stored("PB-1"), text)
    assert response.status_code == 200
    assert response.context["errors"]


def test_what_was_typed_comes_back_with_the_error(client: Client, ada: User) -> None:
    assert "{&quot;mine&quot;" in edit(client, stored("PB-1"), '{"mine"').content.decode()


def test_a_new_playbook_can_be_added_once(client: Client, ada: User) -> None:
    for _ in range(2):
        response = client.post("/admin/playbooks/playbook/add/", {"definition": json.dumps(MINE), "is_active": "on"})
    assert (stored("OWN-1").title, stored("OWN-1").definition) == ("Our own", MINE)
    assert "key is &#x27;OWN-1&#x27;; another has it" in response.content.decode()


def test_a_definition_that_can_no_longer_be_read_can_be_mended(client: Client, ada: User) -> None:
    Playbook.objects.filter(key="PB-1").update(definition={"broken": True})
    page = client.get(f"/admin/playbooks/playbook/{stored('PB-1').pk}/change/").content.decode()
    assert "the definition has not been saved, or cannot be read" in page
    assert edit(client, stored("PB-1"), {**MINE, "key": "PB-1"}).status_code == 302


@pytest.mark.parametrize("kind", ["playbook", "alertrule"])
def test_none_is_ever_taken_away(client: Client, ada: User, kind: str) -> None:
    first = (Playbook if kind == "playbook" else AlertRule).objects.all()[0]
    assert client.post(f"/admin/playbooks/{kind}/{first.pk}/delete/", {"post": "yes"}).status_code == 403
    assert "delete_selected" not in client.get(f"/admin/playbooks/{kind}/").content.decode()


@pytest.mark.parametrize("role", ["csm", "manager", "viewer"])
def test_only_an_admin_edits(client: Client, role: str) -> None:
    client.force_login(make_user("Bob", role))
    assert edit(client, stored("PB-1"), MINE).status_code == 403
