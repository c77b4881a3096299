"""The vocabularies: read by all as sentences, tried and changed by admins with a reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from healthsite.pages.rules.entry_form import EntryForm
from healthsite.pages.rules.layout import laid_out
from healthsite.pages.rules.readable import of_kind
from scoring.definitions import RULES
from scoring.definitions.changing import digest_of
from scoring.definitions.checking import check
from scoring.engine.rules import parse_rule
from scoring.engine.version import digest
from scoring.models import CurrentScore, Definition, Policy
from tests.cast import give, make_user
from tests.healthsite.pages.test_portfolio import text_of
from tests.healthsite.pages.world import customer_at, live, score

pytestmark = pytest.mark.django_db
Browse = Callable[[User], Client]
SEGMENT = "/rules/segment/strategic/"


def entry_of(kind: str, key: str) -> Definition:
    return Definition.objects.get(kind=kind, key=key)


def sent(entry: Definition, *rows: tuple[str, str, str], **more: Any) -> dict[str, Any]:
    """What the form of a segment or indicator sends, with these conditions."""
    body = {key: value for key, value in entry.body.items() if isinstance(value, str | int) and value is not False}
    cells = {f"rule-{name}": [row[i] for row in rows] for i, name in enumerate(("field", "op", "value"))}
    said = {"title": entry.title, "is_active": "on", "seen": digest_of(entry), "reason": "We sell more", "act": "save"}
    return {**body, **said, **cells, "rule-group": [""] * len(rows), "rule-join-": "all", **more}


MANY = ("open_opportunities", ">=", "12")


def test_every_entry_stands_there_as_a_sentence(client: Client) -> None:
    text = text_of(client, "/rules/")
    assert "Strategic" in text
    assert "is at least 10" in text
    assert "Logins falling I1 · Leading" in text
    for heading in ("Indicators", "Segments", "Lifecycle stages", "Value tiers", "Revenue tiers", "Value score"):
        assert heading in text


def test_every_rule_that_comes_with_the_product_stands_in_rows() -> None:
    rules = {
        (entry.kind, entry.key, place): parse_rule(entry.body[place], place)
        for entry in Definition.objects.all()
        for place in RULES
        if entry.body.get(place)
    }
    assert len(rules) > 50
    assert [where for where, rule in rules.items() if laid_out(rule) is None] == []


def test_customers_are_counted_whom_one_may_see(client: Client, browse: Browse) -> None:
    live()
    bob, acme, other = make_user("Bob"), customer_at(90), customer_at(90)
    give(acme, bob)
    score()
    CurrentScore.objects.update(segment=2, indicators=1 << 5 | 1 << 6)
    bob_reads = text_of(browse(bob), SEGMENT)
    assert ("Customers 1 Place 2 of 7" in bob_reads, "Change it" in bob_reads) == (True, False)
    assert "Customers 2" in text_of(client, SEGMENT)
    assert "Customers 2" in text_of(client, "/rules/indicator/I5/")
    CurrentScore.objects.filter(customer=other).update(indicators=1 << 6)
    assert "Customers 1" in text_of(client, "/rules/indicator/I5/")


@pytest.mark.parametrize("role", ["csm", "manager", "executive", "account_executive", "viewer"])
def test_everybody_reads_and_only_admins_write(browse: Browse, role: str) -> None:
    client, entry = browse(make_user("Somebody", role)), entry_of("segment", "strategic")
    assert client.get("/rules/").status_code == client.get(SEGMENT).status_code == 200
    assert b"Add an indicator" not in client.get("/rules/").content
    writes = [
        client.post(SEGMENT, sent(entry, MANY)),
        client.get("/rules/segment/new/"),
        client.post("/rules/segment/new/", {}),
        client.post(f"{SEGMENT}move/", {"act": "up", "reason": "x"}),
        client.post("/rules/say/?rule=rule&on=segment", {}),
    ]
    assert [answer.status_code for answer in writes] == [403] * 5
    assert not LogEntry.objects.exists()


@pytest.mark.parametrize(
    ("address", "status"),
    [("/rules/segment/none/", 404), ("/rules/nothing/I1/", 404), ("/rules/stage/new/", 404), ("/rules/band/new/", 404),
     ("/rules/say/", 405), (f"{SEGMENT}move/", 405)],
)  # fmt: skip
def test_what_is_not_there_is_404(client: Client, address: str, status: int) -> None:
    assert client.get(address).status_code == status


def test_an_admin_changes_a_rule_with_a_reason(client: Client, admin: User) -> None:
    entry = entry_of("segment", "strategic")
    answer = client.post(SEGMENT, sent(entry, MANY, title="Key accounts"))
    assert (answer.status_code, answer["Location"]) == (302, SEGMENT)
    now = entry_of("segment", "strategic")
    assert now.body == {**entry.body, "rule": {"field": "open_opportunities", "op": ">=", "value": 12}}
    assert (now.title, now.changed_by, now.number) == ("Key accounts", admin, entry.number)
    said = LogEntry.objects.get().get_change_message()
    assert "Title: Strategic to Key accounts; Rule: " in said
    assert said.endswith("Reason: We sell more")
    assert "is at least 10 to " in said
    assert said[:40] in text_of(client, SEGMENT)


@pytest.mark.parametrize(
    ("rows", "more", "message"),
    [
        ([("open_opportunities", ">=", "many")], {}, "is no number; give a number"),
        ([("open_opportunities", ">=", "nan")], {}, "is no number; give a number"),
        ([("segment", "==", "strategic")], {}, "is nothing that a rule reads here"),
        ([("shoe_size", ">=", "40")], {}, "is nothing that a rule reads here"),
        ([("industry", "==", "a\0b")], {}, "cannot be read"),
        ([], {}, "There is no condition"),
        ([MANY] * 51, {}, "give at most 50"),
        ([MANY], {"title": " "}, "This field is required"),
        ([MANY], {"title": "x" * 256}, "at most 255 characters"),
        ([MANY], {"programme": "a\0b"}, "Null characters are not allowed"),
        ([MANY], {"reason": " "}, "The reason is empty; say in a sentence why"),
        ([MANY], {"seen": "0" * 64}, "was changed by somebody else meanwhile"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_and_kept(
    client: Client, rows: list[tuple[str, str, str]], more: dict[str, str], message: str
) -> None:
    entry = entry_of("segment", "strategic")
    answer = client.post(SEGMENT, sent(entry, *rows, **more))
    assert answer.status_code == 422
    assert message in answer.content.decode()
    assert all(f'value="{value}"' in answer.content.decode() for _, _, value in rows if "\0" not in value)
    assert entry_of("segment", "strategic").body == entry.body


def test_a_rule_that_leads_back_to_itself_is_refused_by_name(client: Client) -> None:
    entry = entry_of("segment", "strategic")
    text = '{"field": "segment", "op": "==", "value": "growing"}'
    answer = client.post(SEGMENT, {**sent(entry), "rule-json": text})
    assert answer.status_code == 422


def test_the_same_again_changes_nothing(client: Client) -> None:
    entry = entry_of("segment", "strategic")
    for _ in range(2):
        assert client.post(SEGMENT, sent(entry, MANY)).status_code == 302
    assert LogEntry.objects.count() == 1


def test_buttons_without_script_add_a_row_and_save_nothing(client: Client) -> None:
    entry = entry_of("segment", "strategic")
    answer = client.post(SEGMENT, sent(entry, MANY, **{"rule-act": "add"}))
    shown = answer.context["form"].rules[0].drawn.rows
    assert (answer.status_code, [row.value for row in shown]) == (200, ["12", ""])
    assert entry_of("segment", "strategic").body == entry.body


def test_a_trial_says_who_would_enter_and_leave(client: Client) -> None:
    live()
    worst, best = customer_at(10, name="Worst"), customer_at(90, name="Best")
    assert worst.pk < best.pk
    score()
    Definition.objects.filter(kind="segment", key="unclassified").update(is_active=False)
    entry = entry_of("segment", "strategic")
    entry.body["rule"] = {"field": "score", "op": "<", "value": 50}
    entry.save()
    answer = client.post(SEGMENT, sent(entry, ("score", ">", "80"), act="try", reason=""))
    text = " ".join(answer.content.decode().split())
    assert answer.status_code == 200
    assert "Strategic: holds for 1 of 2 customers on 30 September 2025; with this rule for 1." in text
    assert text.index("would enter") < text.index(">Best<") < text.index("would leave") < text.index(">Worst<")
    assert not LogEntry.objects.exists()


def test_a_trial_before_the_first_night_says_so(client: Client) -> None:
    answer = client.post(SEGMENT, sent(entry_of("segment", "strategic"), MANY, act="try"))
    assert "No night has been scored yet" in answer.content.decode()


def test_an_indicator_is_added_under_a_new_number(client: Client) -> None:
    blank = Definition(kind="indicator", title="Quiet week", body={"type": "leading", "meaning": "Nobody came"})
    answer = client.post("/rules/indicator/new/", sent(blank, ("csat", "<", "2"), nights="14"))
    made = Definition.objects.get(title="Quiet week")
    assert answer["Location"] == f"/rules/indicator/{made.key}/"
    assert (made.key, made.number) == ("I31", 31)
    assert made.body["nights"] == 14
    assert "CSAT is below 2" in text_of(client, answer["Location"])


def test_a_segment_moves_up_with_a_reason_and_not_beyond_the_first(client: Client) -> None:
    assert client.post(f"{SEGMENT}move/", {"act": "up", "reason": ""}).status_code == 422
    for _ in range(2):
        assert client.post(f"{SEGMENT}move/", {"act": "up", "reason": "It goes first"}).status_code == 302
    order = [one.key for one in Definition.objects.filter(kind="segment")]
    assert order[:2] == ["strategic", "unclassified"]
    assert LogEntry.objects.get().get_change_message() == "Moved from place 2 to 1. Reason: It goes first"


def test_a_stage_keeps_its_rules_apart_and_its_days_together(client: Client) -> None:
    entry = entry_of("stage", "mature")
    said = {"title": "Mature", "is_active": "on", "reason": "At last", "other": "700", "seen": digest_of(entry)}
    leave = {"leave-field": "tenure_days", "leave-op": ">", "leave-value": "900", "leave-group": ""}
    assert client.post("/rules/stage/mature/", {**said, **leave}).status_code == 302
    now = entry_of("stage", "mature").body
    assert (now["expected_days"], now["enter"]) == ({"other": 700}, None)
    assert now["leave"] == {"field": "tenure_days", "op": ">", "value": 900}


@pytest.mark.parametrize(
    ("more", "message"),
    [({}, ""), ({"points_0": "0: 15, x: 45"}, "cannot be read"), ({"points_1": "high: 101"}, "with 0 to 100 points"),
     ({"points_0": "0: 1, 0: 2"}, "A value is named twice"), ({"weight_0": "nan"}, "Enter a number"),
     ({"weight_0": "0", "weight_1": "0", "weight_2": "0"}, "All weights are 0")],
)  # fmt: skip
def test_the_value_score_is_a_small_table(client: Client, more: dict[str, str], message: str) -> None:
    entry = entry_of("value", "value")
    said = {"title": "Value score", "is_active": "on", "reason": "New prices", "seen": digest_of(entry)}
    points = {"points_0": "0: 10, 50000: 100", "points_1": "high: 100, low: 0", "points_2": "0: 0, 1: 100"}
    answer = client.post("/rules/value/value/", {**said, **points, **{f"weight_{i}": "20" for i in range(3)}, **more})
    assert answer.status_code == (422 if message else 302)
    assert message in answer.content.decode()
    parts = entry_of("value", "value").body["parts"]
    assert (parts[0].get("steps") == [[0, 10], [50000, 100]]) is not bool(message)


def test_a_rule_is_said_while_it_is_written(client: Client) -> None:
    row = {"rule-field": "csat", "rule-op": "<", "rule-value": "2", "rule-group": ""}
    assert client.post("/rules/say/?rule=rule&on=segment", row).json() == {"sentence": "CSAT is below 2", "errors": {}}
    said = client.post("/rules/say/?rule=rule&on=segment", {**row, "rule-value": "x"}).json()
    assert said["errors"] == {"Condition 1": "'x' is no number; give a number, such as 20 or -0.5"}
    assert client.post("/rules/say/?rule=rule&version=99", row).status_code == 404
    assert client.post("/rules/say/?rule=rule&on=nothing", row).status_code == 404
    assert client.post("/rules/say/?rule=rule&on=customers", row).json()["sentence"] == "CSAT is below 2"
    version = live()
    said = client.post(f"/rules/say/?rule=rule&version={version.pk}", {**row, "rule-field": "outcomes"}).json()
    assert said["sentence"] == "Outcomes is below 2"


@pytest.mark.parametrize("address", ["/rules/", SEGMENT, "/rules/indicator/I1/", "/rules/stage/renewal/"])
def test_queries_do_not_grow_with_customers_or_entries(client: Client, address: str) -> None:
    live()
    customer_at(90, industry="Retail")
    score()
    with CaptureQueriesContext(
        connection,
    ) as few:
        client.get(address)
    for n in range(5):
        customer_at(50, industry=f"Trade {n}")
        body = {"type": "leading", "meaning": "M", "rule": {"field": "satisfaction", "op": "<", "value": n}}
        Definition.objects.create(
            kind="indicator", key=f"I{50 + n}", number=50 + n, position=900, title=f"T{n}", body=body
        )
    score()
    with CaptureQueriesContext(connection) as more:
        assert client.get(address).status_code == 200
    assert len(more) <= len(few) <= 20


def test_the_policy_is_changed_in_the_admin(client: Client) -> None:
    assert client.get("/admin/scoring/policy/").status_code == 302
    page = "/admin/scoring/policy/1/change/"
    assert client.get(page).status_code == 200
    fields = ("second_person_share", "override_days", "peers_least", "stability_points", "stability_share")
    values = {name: getattr(Policy(), name) for name in fields}
    assert client.post(page, {**values, "override_days": 30}).status_code == 302
    assert Policy.current().override_days == 30
    assert client.get("/admin/scoring/policy/add/").status_code == 403


def as_drawn(form: EntryForm) -> QueryDict:
    """What a browser sends of the form of a stored entry."""
    data = QueryDict(mutable=True)
    fields = [field for one in (form.title, form.body, form.why) for field in one]
    data.update({field.name: field.value() for field in fields if field.value() not in (None, False)})
    for rule in form.rules:
        data.update({f"{rule.prefix}-join-{group}": joiner for group, joiner in rule.drawn.joiners.items()})
        for row in rule.drawn.rows:
            for name in ("field", "op", "value", "group"):
                data.appendlist(f"{rule.prefix}-{name}", getattr(row, name))
        if rule.drawn.text is not None:
            data[f"{rule.prefix}-json"] = rule.drawn.text
    data["reason"] = "Looked at"
    return data


@pytest.mark.parametrize("kind", ["indicator", "segment", "stage", "tier", "revenue_tier", "value"])
def test_every_entry_of_the_library_comes_back_from_its_form_as_it_is(kind: str) -> None:
    live()
    readable = of_kind(kind)
    for entry in Definition.objects.filter(kind=kind):
        form = EntryForm(entry, readable, as_drawn(EntryForm(entry, readable)))
        assert form.is_valid(), (entry, [rule.errors for rule in form.rules], form.body.errors)
        check(kind, form.said())
        same = {key: digest([value]) for key, value in entry.body.items() if key not in form.kind.rules}
        assert {key: digest([value]) for key, value in form.said().items() if key in same} == same
        assert form.said().keys() == entry.body.keys()
