"""Drafts in the admin: previewed, published with a reason, and the way back to an old version."""

from __future__ import annotations

import csv
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from scoring.administration import previews
from scoring.models import ScorecardVersion
from scoring.past.rescoring import refresh_current
from scoring.scorecards.drafting import make_draft
from scoring.scorecards.publishing import live_version
from tests.cast import give, make_customer, make_user
from tests.digest import digest_of
from tests.healthsite.pages.world import D, customer_at, live, supply
from tests.scoring.administering import ADDRESS, act, change, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(client: Client) -> User:
    ada = make_user("Ada", "admin")
    client.force_login(ada, backend="django.contrib.auth.backends.ModelBackend")
    return ada


@pytest.fixture
def draft(ada: User) -> ScorecardVersion:
    return make_draft(version=live(), by=ada)


def test_the_preview_shows_who_moves_with_arr_and_owner(client: Client, draft: ScorecardVersion) -> None:
    """90 and 20: 62 becomes 90 x 10 / 50 + 20 x 40 / 50 = 34."""
    falls = make_customer("Halden", arr=5000)
    give(falls, make_user("Bob"))
    supply(falls, D, csat=4.6, nps=80, goal_attainment=20)
    refresh_current(D)
    change(client, draft, first="10")
    page = text(client.get(f"{ADDRESS}{draft.pk}/preview/"))
    assert "1 of 1 customers would be in another band" in page
    for words in ("Halden", "62.0", "34.0", "€5k", "Bob", "To a lower band"):
        assert words in page, words


def test_the_csv_has_everybody_who_moves_and_runs_no_formula(client: Client, draft: ScorecardVersion) -> None:
    customer_at(60, name="=Halden", external_id="C-1", arr=5000)
    refresh_current(D)
    change(client, draft, **{"bands[1].lower": "61"})
    response = client.get(f"{ADDRESS}{draft.pk}/preview.csv")
    rows = list(csv.reader(response.getvalue().decode().splitlines()))
    assert rows == [list(previews.HEADERS), ["C-1", "'=Halden", "", "60.0", "60.0", "Fair", "Poor", "5000.0"]]
    assert response["Content-Disposition"] == 'attachment; filename="preview-by-hand-v2.csv"'


@pytest.mark.parametrize("page", ["1", "2", "99", "0", "-1", "x", "9" * 5000, "%00"])
def test_the_preview_is_paged_and_takes_any_page(
    client: Client, draft: ScorecardVersion, monkeypatch: pytest.MonkeyPatch, page: str
) -> None:
    monkeypatch.setattr(previews, "ROWS", 2)
    for n in range(3):
        customer_at(60, name=f"Customer {n}")
    refresh_current(D)
    change(client, draft, **{"bands[1].lower": "61"})
    response = client.get(f"{ADDRESS}{draft.pk}/preview/?page={page}")
    assert response.status_code == 200
    assert len(response.context["rows"]) in (1, 2)


@pytest.mark.parametrize("customers", [2, 20])
def test_queries_of_the_preview_do_not_grow(
    client: Client, draft: ScorecardVersion, customers: int, django_assert_num_queries: Any
) -> None:
    bob = make_user("Bob")
    for _ in range(customers):
        give(customer_at(60), bob)
    refresh_current(D)
    change(client, draft, **{"bands[1].lower": "61"})
    with django_assert_num_queries(11):
        client.get(f"{ADDRESS}{draft.pk}/preview/")


def test_without_scores_the_preview_says_what_comes_next(client: Client, draft: ScorecardVersion) -> None:
    assert "No current scores to compare with" in text(client.get(f"{ADDRESS}{draft.pk}/preview/"))


def test_publishing_makes_it_live_and_says_who_when_and_why(client: Client, ada: User, draft: ScorecardVersion) -> None:
    change(client, draft, first="30")
    response = act(client, draft, "publish", note="Outcomes matter more")
    page = text(client.get(response["Location"]))
    assert "Published by-hand v2. It is live: the next night scores by it." in page
    assert "Ada: Published: Outcomes matter more" in page
    version = live_version()
    assert version
    assert (version.pk, version.published_by, version.note) == (draft.pk, ada, "Outcomes matter more")


@pytest.mark.parametrize("note", ["", "   ", "a\0b", "x" * 2001])
def test_publishing_without_a_fit_note_is_refused(client: Client, draft: ScorecardVersion, note: str) -> None:
    change(client, draft, first="30")
    before = digest_of()
    assert act(client, draft, "publish", note=note).status_code == 422
    assert digest_of() == before


def test_publishing_twice_says_so(client: Client, draft: ScorecardVersion) -> None:
    change(client, draft, first="30")
    act(client, draft, "publish", note="Now")
    before = digest_of()
    response = client.post(f"{ADDRESS}{draft.pk}/publish/", {"note": "Again"}, follow=True)
    assert "Published already: by-hand v2." in text(response)
    assert digest_of() == before


def test_a_draft_that_says_nothing_new_is_told_so(client: Client, draft: ScorecardVersion) -> None:
    response = act(client, draft, "publish", note="Now")
    assert response.status_code == 422
    assert "by-hand v1 says exactly the same" in text(response)


def test_an_old_version_is_made_live_again(client: Client, draft: ScorecardVersion) -> None:
    old = live_version()
    assert old
    change(client, draft, first="30")
    act(client, draft, "publish", note="Now")
    assert act(client, old, "restore", note="").status_code == 422
    response = client.post(f"{ADDRESS}{old.pk}/restore/", {"note": "Too many turned red"}, follow=True)
    assert "Made by-hand v1 live: the next night scores by it." in text(response)
    assert "Made live: Too many turned red" in text(response)
    assert live_version() == old


def test_a_draft_is_not_made_live_before_it_is_published(client: Client, draft: ScorecardVersion) -> None:
    response = client.post(f"{ADDRESS}{draft.pk}/restore/", {"note": "Now"}, follow=True)
    assert "Publish by-hand v2 first; it is a draft." in text(response)
    assert live_version() != draft


def test_what_was_changed_after_the_preview_is_not_published(client: Client, draft: ScorecardVersion) -> None:
    change(client, draft, first="30")
    seen = client.get(f"{ADDRESS}{draft.pk}/preview/").context["seen"]
    change(client, draft, first="20")
    response = act(client, draft, "publish", note="Now", seen=seen)
    assert response.status_code == 422
    assert "by-hand v2 was changed by somebody else meanwhile" in text(response)
    assert live_version() != draft
