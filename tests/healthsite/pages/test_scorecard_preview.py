"""The preview of a version as a page and as CSV: what it shows, to whom, and in how many queries."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import Customer, User
from healthsite.pages.scorecards import preview as page
from scoring.engine.version import digest
from scoring.models import CurrentScore, Purpose, ScorecardVersion
from scoring.past.rescoring import official_version
from scoring.running import complete, open_run
from scoring.scorecards.drafting import change_draft, make_draft
from tests.cast import give, make_customer, make_user
from tests.healthsite.pages.test_portfolio import text_of
from tests.healthsite.pages.world import D, live, score, supply

pytestmark = pytest.mark.django_db
Browse = Callable[[User], Client]
FIRST = "components[0].weight"


def split(satisfied: float, successful: float, **fields: Any) -> Customer:
    """By hand 0.6 of the one and 0.4 of the other; under the draft 0.2 and 0.8."""
    customer = make_customer(**fields)
    supply(customer, D, csat=1 + satisfied / 25, nps=2 * satisfied - 100, goal_attainment=successful)
    return customer


@pytest.fixture
def draft(admin: User) -> ScorecardVersion:
    made = make_draft(version=live(), by=admin)
    return change_draft(draft=made, values={FIRST: 10}, seen=digest(made.definition), by=admin)


def address(version: ScorecardVersion, page: str = "preview/") -> str:
    return f"/scorecards/{version.pk}/{page}"


def names(client: Client, version: ScorecardVersion, query: str = "") -> list[str]:
    return [customer.name for _, customer, _ in client.get(address(version) + query).context["rows"]]


def test_movers_stand_by_arr_with_their_bands(client: Client, draft: ScorecardVersion) -> None:
    """90 and 20: 62 becomes 34. 20 and 90: 48 becomes 76."""
    split(90, 20, name="Falls", arr=5000), split(20, 90, name="Rises", arr=900_000), split(60, 60, name="Stays")
    score()
    answer = client.get(address(draft))
    assert [customer.name for _, customer, _ in answer.context["rows"]] == ["Rises", "Falls"]
    assert "2 of 3 customers would change band" in text_of(client, address(draft))


def test_who_moves_within_a_band_has_a_list_of_its_own(client: Client, draft: ScorecardVersion) -> None:
    """40 and 10: 28 becomes 16."""
    split(40, 10, name="Sinks"), split(90, 20, name="Falls")
    score()
    assert names(client, draft, "?who=shifted") == ["Sinks"]


def test_rules_that_would_hold_are_named_with_their_work(client: Client, draft: ScorecardVersion) -> None:
    bob = make_user("Bob")
    give(split(90, 20, name="Falls"), bob)
    score()
    answer = client.get(address(draft))
    assert answer.context["work_by_owner"][0][0] == "Bob"
    assert "nothing starts by itself that night" in text_of(client, address(draft))


def test_a_large_book_is_asked_for_its_work(
    client: Client, draft: ScorecardVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page, "AT_ONCE", 0)
    split(90, 20)
    score()
    assert client.get(address(draft)).context["foreseen"] is None
    assert client.get(address(draft) + "?work=1").context["foreseen"].customers == 1


def test_an_override_is_told_of(client: Client, draft: ScorecardVersion) -> None:
    split(90, 20)
    score()
    CurrentScore.objects.update(score=80, automatic=62, band=2, role="green")
    assert "1 customer keeps the score that a person has set" in text_of(client, address(draft))


def test_a_draft_has_the_form_that_publishes_it(client: Client, draft: ScorecardVersion) -> None:
    split(90, 20)
    score()
    answer = client.get(address(draft))
    assert (answer.context["share"], answer.context["needs_second"]) == (1.0, True)
    assert answer.context["publish_form"].initial["seen"] == digest(draft.definition)
    published = ScorecardVersion.objects.get(use="live")
    assert client.get(address(published)).context["publish_form"] is None


def test_the_csv_has_everybody_who_moves(client: Client, draft: ScorecardVersion) -> None:
    split(90, 20, external_id="C-falls", arr=5000), split(60, 60)
    score()
    answer = client.get(address(draft, "preview.csv"))
    header, *rows = b"".join(answer).decode().splitlines()
    assert header.startswith("customer_id,name,csm,score_before")
    assert [row.split(",")[0] for row in rows] == ["C-falls"]
    assert rows[0].endswith("Fair,Poor,no,5000.0")


def test_a_manager_sees_names_of_their_own_customers_only(browse: Browse, draft: ScorecardVersion) -> None:
    mel, bob = make_user("Mel", "manager"), make_user("Bob")
    split(90, 20, name="Mine")
    give(split(90, 20, name="Secret", external_id="C-secret"), bob)
    score()
    client = browse(mel)
    answer = client.get(address(draft))
    assert (names(client, draft), answer.context["others"], answer.context["publish_form"]) == (["Mine"], 1, None)
    assert "Secret" not in text_of(client, address(draft))
    csv = client.get(address(draft, "preview.csv"))
    assert b"C-secret" not in b"".join(csv)


@pytest.mark.parametrize(
    ("role", "status"),
    [("csm", 403), ("account_executive", 403), ("executive", 403), ("viewer", 403), ("manager", 200), ("admin", 200)],
)
@pytest.mark.parametrize("path", ["preview/", "preview.csv"])
def test_managers_look_and_others_do_not(
    browse: Browse, draft: ScorecardVersion, role: str, status: int, path: str
) -> None:
    assert browse(make_user("Eve", role)).get(address(draft, path)).status_code == status


def test_what_is_not_there_is_not_found(client: Client) -> None:
    for key in (7, 10**30):
        assert client.get(f"/scorecards/{key}/preview/").status_code == 404


@pytest.mark.parametrize("query", ["page=0", "page=99999999999999", "page=x", "who=%00", "work=maybe", "other=1"])
def test_an_address_that_makes_no_sense_is_no_error(client: Client, draft: ScorecardVersion, query: str) -> None:
    split(90, 20)
    score()
    assert len(names(client, draft, f"?{query}")) == 1


def test_before_the_first_night_it_says_what_to_do(client: Client, draft: ScorecardVersion) -> None:
    assert "they appear with the first night" in text_of(client, address(draft))


@pytest.mark.parametrize("customers", [3, 30])
def test_queries_do_not_grow(
    client: Client, draft: ScorecardVersion, customers: int, django_assert_max_num_queries: Any
) -> None:
    for n in range(customers):
        split(90 - n / 9, 20 + n / 9)
    complete(open_run(D, Purpose.NIGHTLY, official_version(D)))
    with django_assert_max_num_queries(20):
        client.get(address(draft))
