"""Scorecard versions in the admin: read, drafted, changed and deleted, by admins alone."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import User
from scoring.models import ScorecardVersion
from scoring.scorecards.drafting import make_draft
from scoring.scorecards.publishing import live_version
from tests.cast import make_user
from tests.digest import digest_of
from tests.healthsite.pages.world import definition, live
from tests.scoring.administering import ADDRESS, act, change, fields, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(client: Client) -> User:
    ada = make_user("Ada", "admin")
    client.force_login(ada, backend="django.contrib.auth.backends.ModelBackend")
    return ada


@pytest.fixture
def draft(ada: User) -> ScorecardVersion:
    return make_draft(version=live(), by=ada)


def test_the_list_tells_status_and_use(client: Client, draft: ScorecardVersion) -> None:
    page = text(client.get(ADDRESS))
    assert "by-hand v1" in page
    assert "by-hand v2" in page
    assert "Live" in page
    assert "Draft" in page
    assert "delete_selected" not in page


def test_a_version_is_read_in_words(client: Client, ada: User) -> None:
    page = text(client.get(f"{ADDRESS}{live().pk}/change/"))
    for words in (
        "Satisfaction", "60.0\u00a0%", "30.0\u00a0%", "1 → 0, 5 → 100", "Poor", "while the score is below 50",
        "the score has at most 45 points while Days past due is at least 60", "For the tests",
    ):  # fmt: skip
        assert words in page, words
    assert '<input type="number"' not in page


def test_a_published_version_takes_no_change(client: Client, ada: User) -> None:
    version = live()
    before = digest_of()
    client.post(f"{ADDRESS}{version.pk}/change/", {"components[0].weight": "1"})
    assert digest_of() == before


def test_make_a_draft_leads_to_it(client: Client, ada: User) -> None:
    response = act(client, live(), "copy")
    draft = ScorecardVersion.objects.get(status="draft")
    assert response["Location"] == f"{ADDRESS}{draft.pk}/change/"
    assert "Made draft by-hand v2 from by-hand v1" in text(client.get(response["Location"]))


def test_weights_bands_and_coverage_are_changed_in_one_form(client: Client, draft: ScorecardVersion) -> None:
    places = {"bands[1].lower": "45.5", "bands[1].label": "Middling", "min_coverage": "0.25"}
    response = change(client, draft, first="30", csat="12.5", **places)
    assert response["Location"] == f"{ADDRESS}{draft.pk}/change/"
    draft = ScorecardVersion.objects.get(pk=draft.pk)
    engine = draft.engine
    assert (engine.components[0].weight, engine.measures[0].weight, engine.min_coverage) == (30, 12.5, 0.25)
    assert (engine.bands[1].label, engine.bands[1].lower) == ("Middling", 45.5)


def test_saving_without_a_change_changes_nothing(client: Client, draft: ScorecardVersion) -> None:
    before = digest_of()
    change(client, draft)
    assert digest_of() == before


def test_shares_are_told_without_scripts(client: Client, draft: ScorecardVersion) -> None:
    """30 of 70 is 42.857 %; CSAT has half of that."""
    change(client, draft, first="30")
    page = text(client.get(f"{ADDRESS}{draft.pk}/change/"))
    assert "42.9\u00a0%" in page
    assert "21.4\u00a0%" in page
    assert "57.1\u00a0%" in page


def test_save_and_preview_leads_to_the_preview(client: Client, draft: ScorecardVersion) -> None:
    assert change(client, draft, preview="")["Location"] == f"{ADDRESS}{draft.pk}/preview/"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"first": "-5"}, "Satisfaction, weight is &#x27;-5&#x27;; give a number from 0 to 1,000,000"),
        ({"first": ""}, "Satisfaction, weight is empty; give a number from 0"),
        ({"first": "NaN"}, "Satisfaction, weight is &#x27;NaN&#x27;; give a number"),
        ({"first": "inf"}, "Satisfaction, weight is &#x27;inf&#x27;; give a number"),
        ({"first": "9" * 5000}, "Satisfaction, weight is &#x27;99999"),
        ({"first": "a\0b"}, "Satisfaction, weight is &#x27;a"),
        ({"csat": "-1"}, "Satisfaction › CSAT (of 5), weight is &#x27;-1&#x27;"),
        ({"first": "0", "second": "0"}, "The components all have weight 0; give at least one a weight above 0"),
        ({"components[1].measures[0].weight": "0"}, "The measures of Outcomes all have weight 0; give at least one"),
        ({"bands[0].lower": "5"}, "Band 1 (Poor), lower bound is 5.0; the lowest band starts at 0"),
        ({"bands[1].lower": "80"}, "Band 3 (Good), lower bound is 75.0; give more than the band before it, 80"),
        ({"bands[1].lower": "101"}, "Band 2 (Fair), lower bound is &#x27;101&#x27;; give a number from 0 to 100"),
        ({"bands[1].label": ""}, "Band 2 (Fair), name is empty; give a text"),
        ({"bands[1].label": "Good"}, "Band 3 (Good), name is &#x27;Good&#x27;; another band has this label"),
        ({"bands[1].label": "a\0b"}, "Null characters are not allowed"),
        ({"min_coverage": "2"}, "Minimum coverage is &#x27;2&#x27;; give a number from 0 to 1"),
    ],
)
def test_a_bad_draft_is_refused_with_place_and_reason_and_nothing_is_written(
    client: Client, draft: ScorecardVersion, changes: dict[str, str], message: str
) -> None:
    before = digest_of()
    response = change(client, draft, **changes)
    assert response.status_code == 422
    assert message in text(response)
    assert digest_of() == before


def test_a_form_without_its_fields_is_refused(client: Client, draft: ScorecardVersion) -> None:
    response = client.post(f"{ADDRESS}{draft.pk}/change/", {})
    assert response.status_code == 422
    assert "The page is incomplete" in text(response)


def test_a_draft_that_somebody_else_changed_is_looked_at_again(client: Client, draft: ScorecardVersion) -> None:
    stale = fields(client, draft, **{"components[0].weight": "20"})
    change(client, draft, first="30")
    response = client.post(f"{ADDRESS}{draft.pk}/change/", stale)
    assert response.status_code == 422
    assert "by-hand v2 was changed by somebody else meanwhile" in text(response)


def test_drafts_are_deleted_and_published_versions_never(client: Client, draft: ScorecardVersion) -> None:
    version = live_version()
    assert version
    assert client.post(f"{ADDRESS}{draft.pk}/delete/", {"post": "yes"}).status_code == 302
    assert client.post(f"{ADDRESS}{version.pk}/delete/", {"post": "yes"}).status_code == 403
    chosen = {"action": "delete_selected", "_selected_action": version.pk, "post": "yes"}
    client.post(ADDRESS, chosen)
    assert list(ScorecardVersion.objects.all()) == [version]


@pytest.mark.parametrize("page", ["copy", "publish", "restore"])
def test_what_changes_something_is_not_done_by_looking(client: Client, draft: ScorecardVersion, page: str) -> None:
    assert client.get(f"{ADDRESS}{draft.pk}/{page}/").status_code == 405


@pytest.mark.parametrize("page", ["copy/", "publish/", "restore/", "preview/", "preview.csv"])
def test_a_version_that_is_not_there_is_404(client: Client, ada: User, page: str) -> None:
    method = client.get if "preview" in page else client.post
    assert method(f"{ADDRESS}{10**30}/{page}").status_code == 404
    assert client.get(f"{ADDRESS}{10**30}/change/").status_code == 302


@pytest.mark.parametrize("role", ["viewer", "csm", "account_executive", "executive", "manager"])
def test_no_other_role_gets_in(client: Client, role: str) -> None:
    version = live()
    before = digest_of(ScorecardVersion)
    client.force_login(make_user("Mallory", role), backend="django.contrib.auth.backends.ModelBackend")
    for page in ("change/", "copy/", "publish/", "restore/", "preview/", "preview.csv", "delete/"):
        for method in (client.get, client.post):
            assert method(f"{ADDRESS}{version.pk}/{page}").status_code == 403, page
    assert digest_of(ScorecardVersion) == before


def test_a_form_from_elsewhere_is_refused(ada: User) -> None:
    version = live()
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(ada, backend="django.contrib.auth.backends.ModelBackend")
    assert strict.post(f"{ADDRESS}{version.pk}/copy/").status_code == 403
    assert ScorecardVersion.objects.count() == 1


def test_a_definition_with_markup_is_shown_as_text(client: Client, ada: User) -> None:
    parts = definition()["components"]
    parts[0]["label"] = "<script>alert(1)</script>"
    version = live(components=parts)
    assert "<script>alert(1)" not in text(client.get(f"{ADDRESS}{version.pk}/change/"))


@pytest.mark.parametrize("page", ["change/", "copy/", "publish/", "restore/", "preview/", "preview.csv"])
def test_whoever_is_not_logged_in_is_led_to_the_login(client: Client, page: str) -> None:
    version = live()
    for method in (client.get, client.post):
        assert method(f"{ADDRESS}{version.pk}/{page}")["Location"].startswith("/login/?next=")
