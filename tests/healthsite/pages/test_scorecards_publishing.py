"""Publishing by one person or two, the way back, and the shadow; 2 of 2 customers move where a bound does."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from accounts.business_days import today
from accounts.models import User
from scoring.engine.version import digest
from scoring.models import Policy, Proposal, Scorecard, ScorecardVersion
from scoring.scorecards.drafting import (
    NeedsSecondPerson,
    NotYours,
    Outdated,
    approve_proposal,
    change_draft,
    make_draft,
    propose,
    publish_draft,
    restore,
    turn_down,
)
from scoring.scorecards.publishing import live_version, make_version_live, publish
from tests.cast import make_user
from tests.digest import digest_of
from tests.healthsite.pages.test_scorecards import log_in, words_of
from tests.healthsite.pages.world import customer_at, definition, live, score

pytestmark = pytest.mark.django_db


@pytest.fixture
def bea(db: None) -> User:
    """The second admin."""
    return make_user("Bea", "admin")


@pytest.fixture
def draft(admin: User) -> ScorecardVersion:
    """Two customers at 60 are Fair by the live version and would be Poor."""
    live()
    customer_at(60), customer_at(60)
    score()
    return changed(make_draft(version=live(), by=admin), admin, 61)


def changed(draft: ScorecardVersion, by: User, lower: float) -> ScorecardVersion:
    return change_draft(draft=draft, values={"bands[1].lower": lower}, seen=digest(draft.definition), by=by)


def post(client: Client, version: ScorecardVersion, what: str, **data: Any) -> Any:
    return client.post(f"/scorecards/{version.pk}/{what}/", data, follow=True)


def as_second(client: Client, bea: User) -> Client:
    client.force_login(bea, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_what_moves_too_many_is_proposed_instead_of_published(client: Client, draft: ScorecardVersion) -> None:
    page = words_of(post(client, draft, "publish", note="Stricter", go_live="on"))
    assert "Proposed by-hand v2, not published yet: 100% of the customers would change band; above 10%" in page
    assert "Waits for a second person" in page
    draft.refresh_from_db()
    assert (draft.status, draft.proposal.share, draft.proposal.note) == ("draft", 1.0, "Stricter")


def test_what_moves_few_is_published_by_one(client: Client, admin: User, draft: ScorecardVersion) -> None:
    draft = changed(draft, admin, 55)
    page = words_of(post(client, draft, "publish", note="A little stricter", go_live="on"))
    assert "Published by-hand v2. It is live: the next night scores by it." in page
    assert live_version() == draft


@pytest.mark.parametrize(("share", "status"), [(0.5, "published"), (0.49, "draft")])
def test_the_share_is_the_policys_and_only_more_than_it_needs_two(
    client: Client, admin: User, draft: ScorecardVersion, share: float, status: str
) -> None:
    """One of two moves: a customer at 60 does, the other is at 80 now."""
    Policy.objects.create(pk=1, second_person_share=share)
    customer_at(80), customer_at(80)
    score()
    post(client, draft, "publish", note="Stricter", go_live="on")
    draft.refresh_from_db()
    assert draft.status == status


def test_a_version_that_scores_nobody_needs_nobody_else(admin: User, draft: ScorecardVersion) -> None:
    other = changed(make_draft(version=publish(definition(key="other")), by=admin), admin, 61)
    assert publish_draft(draft=other, note="To try", by=admin).use == "idle"
    with pytest.raises(NeedsSecondPerson):
        restore(version=ScorecardVersion.objects.get(pk=other.pk), note="For good", by=admin)


def test_a_second_person_agrees_and_both_are_named(
    client: Client, admin: User, bea: User, draft: ScorecardVersion
) -> None:
    post(client, draft, "publish", note="Stricter", go_live="on")
    page = words_of(post(as_second(client, bea), draft, "proposal", answer="agree"))
    assert "Agreed: by-hand v2 is live." in page
    assert "by Ada, agreed to by Bea" in page
    version = live_version()
    assert version
    assert (version.pk, version.published_by, version.approved_by) == (draft.pk, admin, bea)


def test_who_proposed_cannot_agree(client: Client, draft: ScorecardVersion) -> None:
    post(client, draft, "publish", note="Stricter", go_live="on")
    answer = post(client, draft, "proposal", answer="agree")
    assert answer.status_code == 422
    assert "You proposed this yourself; another admin has to agree" in words_of(answer)
    assert Proposal.objects.exists()


def test_what_has_changed_since_is_not_agreed_to(
    client: Client, admin: User, bea: User, draft: ScorecardVersion
) -> None:
    post(client, draft, "publish", note="Stricter", go_live="on")
    changed(draft, admin, 62)
    assert "has to be proposed again" in words_of(as_second(client, bea).get(f"/scorecards/{draft.pk}/"))
    answer = post(client, draft, "proposal", answer="agree")
    assert answer.status_code == 422
    assert "was changed after it was proposed" in words_of(answer)


def test_agreeing_twice_is_agreeing_once(client: Client, bea: User, draft: ScorecardVersion) -> None:
    post(client, draft, "publish", note="Stricter", go_live="on")
    post(as_second(client, bea), draft, "proposal", answer="agree")
    before = digest_of()
    assert "There is no proposal about by-hand v2 any more" in words_of(post(client, draft, "proposal", answer="agree"))
    assert digest_of() == before


def test_turning_down_needs_a_reason_and_keeps_the_draft(client: Client, bea: User, draft: ScorecardVersion) -> None:
    post(client, draft, "publish", note="Stricter", go_live="on")
    answer = post(as_second(client, bea), draft, "proposal", answer="decline", reason=" ")
    assert answer.status_code == 422
    assert "The reason is empty; say in a sentence why not" in words_of(answer)
    page = words_of(post(client, draft, "proposal", answer="decline", reason="Not before the quarter"))
    assert "Bea Turned down the proposal of Ada: Not before the quarter" in page
    assert not Proposal.objects.exists()


def test_who_proposed_withdraws_without_a_reason(client: Client, draft: ScorecardVersion) -> None:
    post(client, draft, "publish", note="Stricter", go_live="on")
    assert "Withdrew the proposal." in words_of(post(client, draft, "proposal", answer="withdraw"))
    assert not Proposal.objects.exists()


def test_proposing_the_same_twice_is_one_proposal(admin: User, draft: ScorecardVersion) -> None:
    first = propose(version=draft, note="Stricter", by=admin)
    before = digest_of(), LogEntry.objects.count()
    assert propose(version=draft, note="Stricter", by=admin) == first
    assert (digest_of(), LogEntry.objects.count()) == before


def test_the_domain_refuses_what_the_page_would(admin: User, bea: User, draft: ScorecardVersion) -> None:
    proposal = propose(version=draft, note="Stricter", by=admin)
    with pytest.raises(NotYours):
        approve_proposal(proposal=proposal, by=admin)
    turn_down(proposal=proposal, reason="No", by=bea)
    proposal.pk = 10**9
    with pytest.raises(Outdated, match="withdrawn or decided"):
        approve_proposal(proposal=proposal, by=bea)


def test_the_way_back_needs_two_as_well(client: Client, admin: User, bea: User, draft: ScorecardVersion) -> None:
    old = live_version()
    assert old
    post(client, draft, "publish", note="Stricter", go_live="on")
    post(as_second(client, bea), draft, "proposal", answer="agree")
    score()
    assert "Proposed to make by-hand v1 live, not done yet" in words_of(post(client, old, "restore", note="Too strict"))
    assert live_version() == ScorecardVersion.objects.get(pk=draft.pk)
    client.force_login(admin, backend="django.contrib.auth.backends.ModelBackend")
    post(client, old, "proposal", answer="agree")
    assert live_version() == old


@pytest.mark.parametrize("note", ["", "  ", "a\0b", "x" * 2001])
def test_a_decision_without_a_fit_note_is_refused(client: Client, draft: ScorecardVersion, note: str) -> None:
    before = digest_of()
    for what, version in (("publish", draft), ("restore", live_version() or draft), ("shadow/run", draft)):
        assert post(client, version, what, note=note).status_code == 422
    assert digest_of() == before


def test_what_was_changed_after_the_preview_is_not_published(client: Client, draft: ScorecardVersion) -> None:
    answer = post(client, draft, "publish", note="Stricter", seen="0" * 64)
    assert answer.status_code == 422
    assert "changed by somebody else meanwhile" in words_of(answer)


def test_publishing_twice_and_deleting_what_is_published_change_nothing(client: Client, admin: User) -> None:
    version = live()
    before = digest_of()
    assert "Published already: by-hand v1." in words_of(post(client, version, "publish", note="Again"))
    assert "is published and stays" in words_of(post(client, version, "delete"))
    assert digest_of() == before


def test_a_draft_is_deleted_and_who_did_it_is_kept(client: Client, draft: ScorecardVersion) -> None:
    assert "Deleted draft by-hand v2." in words_of(post(client, draft, "delete"))
    assert not ScorecardVersion.objects.filter(status="draft").exists()
    assert LogEntry.objects.filter(change_message="Deleted draft by-hand v2.").exists()


def test_a_version_runs_in_shadow_and_stops(client: Client, admin: User) -> None:
    live()
    other = publish(definition(key="other"))
    assert "other v1 runs in shadow from the next night on" in words_of(post(client, other, "shadow/run", note="Try"))
    assert ScorecardVersion.objects.get(pk=other.pk).use == "shadow"
    post(client, other, "shadow/run", note="Enough")
    assert ScorecardVersion.objects.get(pk=other.pk).use == "idle"


def test_a_shadow_may_score_the_nights_of_the_past_too(client: Client, admin: User) -> None:
    live()
    other = publish(definition(key="other"))
    told = words_of(post(client, other, "shadow/run", note="Try", past="on"))
    assert "and the nights of the last 30 days follow one by one" in told
    assert ScorecardVersion.objects.get(pk=other.pk).shadow_since == today() - timedelta(days=30)


def test_what_cannot_run_in_shadow_is_refused(client: Client, admin: User) -> None:
    answer = post(client, live(), "shadow/run", note="Try")
    assert answer.status_code == 422
    assert "is live; only a version that is not" in words_of(answer)


def test_the_admins_page_proposes_too(client: Client, draft: ScorecardVersion) -> None:
    page = words_of(client.post(f"/admin/scoring/scorecardversion/{draft.pk}/publish/", {"note": "Now"}, follow=True))
    assert "Proposed by-hand v2, not published yet" in page
    assert live_version() != draft


def test_who_gets_a_scorecard_is_decided_with_a_reason(client: Client, admin: User) -> None:
    live()
    special = publish(definition(key="special", title="Special"))
    row = {"when-field": "industry", "when-op": "==", "when-value": "Retail", "when-group": "", "when-join-": "all"}
    assert client.post("/scorecards/for/special/", {**row, "position": "5", "note": ""}).status_code == 422
    answer = client.post("/scorecards/for/special/", {**row, "position": "5", "note": "Retail is another trade"})
    assert answer.status_code == 302
    special.scorecard.refresh_from_db()
    assert special.scorecard.when == {"field": "industry", "op": "==", "value": "Retail"}
    assert special.scorecard.position == 5


@pytest.mark.parametrize("position", ["0", "-1", "x", "9" * 400, ""])
def test_a_place_is_a_number_from_1_to_999(client: Client, admin: User, position: str) -> None:
    live()
    answer = client.post("/scorecards/for/by-hand/", {"position": position, "note": "Now", "when-join-": "all"})
    assert answer.status_code == 422


def test_others_may_not_answer_a_proposal(client: Client, draft: ScorecardVersion) -> None:
    post(client, draft, "publish", note="Stricter", go_live="on")
    log_in(client, "Max", "manager")
    assert post(client, draft, "proposal", answer="agree").status_code == 403
    assert "Turn down" not in words_of(client.get(f"/scorecards/{draft.pk}/"))


def test_a_draft_of_a_live_scorecard_may_run_in_shadow_before_anybody_is_scored_by_it(
    client: Client, draft: ScorecardVersion
) -> None:
    page = client.get(f"/scorecards/{draft.pk}/preview/").content.decode()
    assert re.search(r'name="go_live"[^>]* checked', page)
    before = live_version()
    assert "not live; nobody is scored by it yet" in words_of(post(client, draft, "publish", note="To be tried first"))
    assert live_version() == before
    assert "runs in shadow from the next night on" in words_of(post(client, draft, "shadow/run", note="Try it"))


def test_a_scorecard_is_called_what_its_live_version_says(client: Client, draft: ScorecardVersion) -> None:
    named = publish({**draft.definition, "title": "By hand, stricter"})
    assert "By hand, stricter" not in words_of(client.get("/scorecards/"))
    make_version_live(named)
    assert "By hand, stricter" in words_of(client.get("/scorecards/"))


RETAIL = {"when-field": "industry", "when-op": "==", "when-value": "Retail", "when-group": "", "when-join-": "all"}
ENERGY = {**RETAIL, "when-value": "Energy"}


@pytest.fixture
def special(admin: User) -> ScorecardVersion:
    """A live scorecard for shops by which 60 is Poor; a shop and two others stand at 60, Fair by the general one."""
    live()
    bands = [{**band, "lower": {0: 0, 50: 61, 75: 75}[band["lower"]]} for band in definition()["bands"]]
    version = publish(definition(key="special", title="Special", bands=bands))
    Scorecard.objects.filter(pk=version.scorecard_id).update(position=5, when=said("Retail"))
    make_version_live(ScorecardVersion.objects.select_related("scorecard").get(pk=version.pk))
    for industry in ("Retail", "Energy", "Energy"):
        customer_at(60, industry=industry)
    score()
    return version


def said(industry: str) -> dict[str, str]:
    return {"field": "industry", "op": "==", "value": industry}


def choose(client: Client, **fields: str) -> Any:
    return client.post(
        "/scorecards/for/special/", {**ENERGY, "position": "5", "note": "Them too", **fields}, follow=True
    )


def test_what_another_rule_would_change_is_looked_at_first(client: Client, special: ScorecardVersion) -> None:
    """Two get the special scorecard and fall to Poor, the shop gets the general one and rises to Fair."""
    before = digest_of()
    page = words_of(choose(client, look="1", note=""))
    assert "3 of 3 scored customers would get another scorecard with the next night" in page
    assert "3 of all (100 %) would change band" in page
    assert "a second admin has to agree" in page
    assert "Nobody would get another scorecard by it now." in words_of(choose(client, look="1", **RETAIL))
    assert digest_of() == before


def test_a_rule_that_moves_too_many_needs_a_second_person(client: Client, bea: User, special: ScorecardVersion) -> None:
    assert "Proposed who gets Special, not done yet: 100% of the customers" in words_of(choose(client))
    special.scorecard.refresh_from_db()
    assert special.scorecard.when == said("Retail")
    page = words_of(client.get(f"/scorecards/{special.pk}/"))
    assert "to decide anew who gets Special: Industry is Energy, place 5; 100 % of the customers would change" in page
    assert "another admin has to agree" in words_of(post(client, special, "proposal", answer="agree"))
    assert "Special has its place" in words_of(post(as_second(client, bea), special, "proposal", answer="agree"))
    special.scorecard.refresh_from_db()
    assert special.scorecard.when == said("Energy")
    assert "(proposed by Ada, agreed to by Bea)" in LogEntry.objects.latest("pk").change_message
    assert not Proposal.objects.exists()


def test_a_rule_that_moves_few_is_set_by_one(client: Client, special: ScorecardVersion) -> None:
    Policy.objects.update_or_create(pk=Policy.current().pk, defaults={"second_person_share": 1.0})
    assert "Special has its place" in words_of(choose(client))
    special.scorecard.refresh_from_db()
    assert special.scorecard.when == said("Energy")


def test_what_others_have_changed_meanwhile_is_checked_when_it_is_agreed_to(
    client: Client, bea: User, special: ScorecardVersion
) -> None:
    """Nobody may be left without a scorecard by a rule that was proposed when another took everybody."""
    choose(client)
    Scorecard.objects.filter(key="by-hand").update(when=said("Retail"))
    answer = post(as_second(client, bea), special, "proposal", answer="agree")
    assert "when would leave some customers without a scorecard" in words_of(answer)
    assert Proposal.objects.count() == 1
