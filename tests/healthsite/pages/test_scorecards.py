"""The list of scorecards, the page of a version to read, what differs, and who may see and do what."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from scoring.engine.version import canonical_json, digest
from scoring.models import ScorecardVersion
from scoring.scorecards.drafting import make_draft, propose
from scoring.scorecards.publishing import make_live, publish
from tests.cast import make_user
from tests.digest import digest_of
from tests.healthsite.pages.world import customer_at, definition, live, score

pytestmark = pytest.mark.django_db
READ = ("", "{pk}/", "{pk}/definition.json", "{pk}/differences/", "presets/")
ACTS = ("{pk}/draft/", "{pk}/delete/", "{pk}/publish/", "{pk}/proposal/", "{pk}/restore/", "{pk}/shadow/run/")


def log_in(client: Client, name: str, role: str) -> User:
    user = make_user(name, role)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return user


def words_of(answer: Any) -> str:
    """What a page says, without its marks."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", answer.content.decode())).split())


def get(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(f"/scorecards/{address}")
    assert answer.status_code == status
    return words_of(answer)


def test_without_a_scorecard_the_list_says_what_comes_next(client: Client, admin: User) -> None:
    page = get(client, "")
    assert "No scorecard is live yet" in page
    assert "No scorecards yet" in page


def test_the_list_tells_which_are_live_for_whom_and_how_many_they_score(client: Client, admin: User) -> None:
    live()
    customer_at(80), customer_at(40)
    score()
    page = get(client, "")
    assert "By hand version 1 everybody 2" in page
    assert "2 customers have a score by these now" in page
    assert "For the tests" in page


def test_of_several_live_scorecards_each_rule_is_a_sentence_and_the_order_that_of_asking(
    client: Client, admin: User
) -> None:
    live()
    special = publish(definition(key="special", title="Special"))
    special.scorecard.when = {"field": "industry", "op": "==", "value": "Retail"}
    special.scorecard.save()
    make_live("special")
    page = get(client, "")
    assert page.index("Special version 1 Industry is Retail") < page.index("By hand version 1 everybody else")


def test_drafts_proposals_and_shadows_have_a_place_of_their_own(client: Client, admin: User) -> None:
    version = live()
    draft = make_draft(version=version, by=admin)
    propose(version=draft, note="Outcomes matter", by=admin)
    page = get(client, "")
    assert "Waits for a second person by-hand v2" in page
    assert "By hand, draft 2 from by-hand v1, by Ada" in page


def test_a_version_is_read_with_shares_curves_rules_and_history(client: Client, admin: User) -> None:
    version = live()
    client.force_login(make_user("Bob"), backend="django.contrib.auth.backends.ModelBackend")
    page = get(client, f"{version.pk}/")
    for words in (
        "60: ", "weight 60, 60.0 % of the score", "50: 50.0 % of Satisfaction, 30.0 % of the score", "1 → 0, 5 → 100",
        "while the score is below 50", "the score has at most 45 points while Days past due is at least 60",
        "from 75", "0 to 100", version.digest,
    ):  # fmt: skip
        assert words.replace("60: ", "60") in page.replace("\u00a0", " "), words


def test_the_curve_is_drawn_over_the_bands_with_ones_own_values_beneath(client: Client, admin: User) -> None:
    version = live()
    customer_at(50)
    score()
    page = client.get(f"/scorecards/{version.pk}/").content.decode()
    assert page.count('<svg class="curve"') == 3
    assert 'points="24,86 24,86 258,6 258,6"' in page
    assert page.count('class="bar-of"') == 3
    assert "1 customer with a value" in page


def test_without_stored_values_the_picture_says_so(client: Client, admin: User) -> None:
    assert "None of the current scores holds values" in get(client, f"{live().pk}/")


def test_the_definition_is_downloaded_as_its_digest_has_it(client: Client, admin: User) -> None:
    version = live()
    answer = client.get(f"/scorecards/{version.pk}/definition.json")
    assert answer.content.decode() == canonical_json(version.definition)
    assert digest(json.loads(answer.content)) == version.digest
    assert answer["Content-Disposition"] == 'attachment; filename="by-hand-v1.json"'


def test_two_versions_are_compared_in_words_and_line_by_line(client: Client, admin: User) -> None:
    first, second = live(), live(min_coverage=0.4)
    page = get(client, f"{second.pk}/differences/")
    assert "Minimum coverage 0.3 0.4" in page
    assert '+ "min_coverage": 0.4' in page
    back = get(client, f"{first.pk}/differences/?with={second.pk}")
    assert "Minimum coverage 0.4 0.3" in back
    assert "Nothing differs" in get(client, f"{first.pk}/differences/?with={first.pk}")


def test_a_draft_of_what_was_live_before_says_what_publishing_it_takes_back(client: Client, admin: User) -> None:
    draft = make_draft(version=live(), by=admin)
    assert "is live, published" not in get(client, f"{draft.pk}/")
    copy = make_draft(version=draft, by=admin)
    live(min_coverage=0.4)
    said = "By hand v4 is live, published 1 October 2025; this draft was copied from v1 and does not have its changes"
    for address in (f"{draft.pk}/", f"{copy.pk}/", f"{draft.pk}/preview/"):
        assert said in get(client, address)
    assert "Minimum coverage 0.4 0.3" in get(client, f"{draft.pk}/differences/")
    ScorecardVersion.objects.filter(pk=draft.pk).update(made_from=None)
    assert "this draft was not copied from it" in get(client, f"{draft.pk}/")


def test_without_a_live_version_a_draft_is_compared_with_what_it_was_made_from(client: Client, admin: User) -> None:
    first = publish(definition())
    draft = make_draft(version=first, by=admin)
    publish(definition(min_coverage=0.4))
    assert "Nothing differs" in get(client, f"{draft.pk}/differences/")
    assert "is live, published" not in get(client, f"{draft.pk}/")


@pytest.mark.parametrize("with_", ["", "x", "-1", "9" * 500, "%00", "0"])
def test_a_version_that_is_not_there_is_not_compared_with(client: Client, admin: User, with_: str) -> None:
    version = live()
    live(min_coverage=0.4)
    assert "There is no such version" in get(client, f"{version.pk}/differences/?with={with_}", 422)


def test_the_presets_tell_how_far_they_reach_and_which_fits(client: Client, admin: User) -> None:
    live()
    customer_at(80)
    score()
    page = get(client, "presets/")
    assert "framework-002" in page
    assert "too little" in page
    assert "No preset could score anybody yet" in page or "Recommended" in page


@pytest.mark.parametrize("role", ["viewer", "csm", "account_executive", "executive", "manager"])
def test_everybody_reads_and_only_admins_act(client: Client, role: str) -> None:
    version = live()
    log_in(client, "Mallory", role)
    before = digest_of()
    for address in READ:
        assert client.get(f"/scorecards/{address.format(pk=version.pk)}").status_code == 200, address
    for address in (*ACTS, "{pk}/", "for/by-hand/", "presets/framework-002/draft/"):
        assert client.post(f"/scorecards/{address.format(pk=version.pk)}").status_code == 403, address
    assert client.get("/scorecards/for/by-hand/").status_code == 403
    assert digest_of() == before


@pytest.mark.parametrize("pk", [0, 999, 10**30])
def test_what_is_not_there_is_404(client: Client, admin: User, pk: int) -> None:
    for address in READ[1:4]:
        assert client.get(f"/scorecards/{address.format(pk=pk)}").status_code == 404
    for address in ACTS:
        assert client.post(f"/scorecards/{address.format(pk=pk)}").status_code == 404
    assert client.post("/scorecards/presets/none-such/draft/").status_code == 404
    assert client.get("/scorecards/for/none-such/").status_code == 404


def test_acts_are_not_done_by_looking(client: Client, admin: User) -> None:
    for address in ACTS:
        assert client.get(f"/scorecards/{address.format(pk=live().pk)}").status_code == 405


def queries(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as found:
        client.get(address)
    return len(found)


def test_queries_do_not_grow_with_versions_and_customers(client: Client, admin: User) -> None:
    version = live()
    draft = make_draft(version=version, by=admin)
    customer_at(80)
    score()
    few = [queries(client, address) for address in pages_about(version, draft)]
    for n in range(4):
        customer_at(60)
        version = live(min_coverage=0.31 + n / 100)  # the newest is live: its page tells of stability too
        make_draft(version=version, by=admin)
    score()
    assert [queries(client, address) for address in pages_about(version, draft)] == few
    assert max(few) <= 20


def pages_about(version: ScorecardVersion, draft: ScorecardVersion) -> list[str]:
    return ["/scorecards/", *(f"/scorecards/{pk}/" for pk in (version.pk, draft.pk, f"{version.pk}/differences"))]


def test_a_draft_of_a_preset_is_made_in_one_step(client: Client, admin: User) -> None:
    answer: Any = client.post("/scorecards/presets/component-plg/draft/")
    draft = ScorecardVersion.objects.get(status="draft")
    assert answer["Location"] == f"/scorecards/{draft.pk}/"
    assert (draft.scorecard.key, draft.made_by) == ("component-plg", admin)
