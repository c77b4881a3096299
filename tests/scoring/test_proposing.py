"""Two persons decide together what moves many customers: proposed, agreed to, turned down; and drafts revised whole."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry

from accounts.models import User
from scoring.engine.version import InvalidScorecard, digest
from scoring.models import Policy, Proposal, ScorecardVersion
from scoring.past.rescoring import refresh_current
from scoring.scorecards.drafting import (
    NeedsSecondPerson,
    NoReason,
    NotYours,
    Outdated,
    approve_proposal,
    make_draft,
    propose,
    publish_draft,
    restore,
    revise_draft,
    turn_down,
)
from scoring.scorecards.publishing import live_version
from tests.cast import make_user
from tests.digest import digest_of
from tests.healthsite.pages.world import D, customer_at, live

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada() -> User:
    return make_user("Ada", "admin")


@pytest.fixture
def bea() -> User:
    return make_user("Bea", "admin")


def said(draft: ScorecardVersion, **changes: Any) -> dict[str, Any]:
    """What a draft says, with some changes."""
    return deepcopy(draft.definition) | changes


def revised(draft: ScorecardVersion, by: User, **changes: Any) -> ScorecardVersion:
    return revise_draft(draft=draft, definition=said(draft, **changes), seen=digest(draft.definition), by=by)


def bands(fair: float) -> list[dict[str, Any]]:
    return [
        {"label": "Poor", "role": "red", "lower": 0},
        {"label": "Fair", "role": "yellow", "lower": fair},
        {"label": "Good", "role": "green", "lower": 75},
    ]


@pytest.fixture
def draft(ada: User) -> ScorecardVersion:
    """A draft by which the customer at 60 would fall from fair to poor, and the one at 80 stay good."""
    live()
    customer_at(60), customer_at(80)
    refresh_current(D)
    return revised(make_draft(version=ScorecardVersion.objects.get(), by=ada), ada, bands=bands(61))


def proposed(draft: ScorecardVersion, by: User, note: str = "Stricter") -> Proposal:
    return propose(version=draft, note=note, by=by)


def history(version: ScorecardVersion) -> list[str]:
    """What the admin shows of a version, the latest last, with who did it."""
    entries = LogEntry.objects.filter(object_id=str(version.pk)).order_by("pk").select_related("user")
    return [f"{entry.user}: {entry.change_message}" for entry in entries]


def test_one_person_does_not_move_half_the_customers_alone(ada: User, draft: ScorecardVersion) -> None:
    before = digest_of()
    with pytest.raises(NeedsSecondPerson, match="50% of the customers would change band; above 10% a second"):
        publish_draft(draft=draft, note="Stricter", by=ada)
    assert digest_of() == before


@pytest.mark.parametrize(("most", "alone"), [(0.5, True), (0.49, False)])
def test_the_share_that_one_may_move_is_included(ada: User, draft: ScorecardVersion, most: float, alone: bool) -> None:
    Policy.objects.create(pk=1, second_person_share=most)
    try:
        assert publish_draft(draft=draft, note="Stricter", by=ada).use == "live"
    except NeedsSecondPerson:
        assert not alone
    else:
        assert alone


def test_a_proposal_says_what_it_would_move_and_changes_nothing_yet(ada: User, draft: ScorecardVersion) -> None:
    asked = proposed(draft, ada, "  Stricter  ")
    assert (asked.share, asked.note, asked.by, asked.digest) == (0.5, "Stricter", ada, digest(draft.definition))
    assert live_version() != draft
    assert history(draft)[-1] == "Ada: Proposed, 50% of the customers would change band: Stricter"


def test_proposed_twice_it_is_one_and_with_another_note_the_newer(ada: User, draft: ScorecardVersion) -> None:
    first = proposed(draft, ada)
    assert proposed(draft, ada) == first
    second = proposed(draft, ada, "Much stricter")
    assert Proposal.objects.get() == second != first


def test_the_second_person_publishes_in_the_name_of_both(ada: User, bea: User, draft: ScorecardVersion) -> None:
    approve_proposal(proposal=proposed(draft, ada), by=bea)
    version = live_version()
    assert version
    assert (version.pk, version.published_by, version.approved_by, version.note) == (draft.pk, ada, bea, "Stricter")
    assert not Proposal.objects.exists()
    assert "Bea: Agreed to the proposal of Ada." in history(version)


def test_nobody_agrees_with_themselves(ada: User, draft: ScorecardVersion) -> None:
    asked = proposed(draft, ada)
    with pytest.raises(NotYours, match="another admin has to agree"):
        approve_proposal(proposal=asked, by=ada)
    assert Proposal.objects.get() == asked


def test_what_was_changed_after_it_was_proposed_has_to_be_proposed_again(
    ada: User, bea: User, draft: ScorecardVersion
) -> None:
    asked = proposed(draft, ada)
    draft = revised(draft, ada, bands=bands(62))
    with pytest.raises(Outdated, match="was changed after it was proposed"):
        approve_proposal(proposal=asked, by=bea)
    assert approve_proposal(proposal=proposed(draft, ada), by=bea).use == "live"


def test_agreeing_again_finds_it_decided(ada: User, bea: User, draft: ScorecardVersion) -> None:
    asked = proposed(draft, ada)
    approve_proposal(proposal=asked, by=bea)
    before = digest_of()
    with pytest.raises(Outdated, match="withdrawn or decided by now"):
        approve_proposal(proposal=asked, by=bea)
    assert digest_of() == before


def test_the_way_back_can_be_proposed_too(ada: User, bea: User, draft: ScorecardVersion) -> None:
    old = ScorecardVersion.objects.get(use="live")
    approve_proposal(proposal=proposed(draft, ada), by=bea)
    refresh_current(D)
    old.refresh_from_db()
    with pytest.raises(NeedsSecondPerson):
        restore(version=old, note="Too strict", by=ada)
    approve_proposal(proposal=proposed(old, ada, "Too strict"), by=bea)
    assert live_version() == old
    assert history(old)[-1] == "Bea: Made live by Ada, agreed to by Bea: Too strict"


def test_no_is_said_with_a_reason_and_twice_is_once(ada: User, bea: User, draft: ScorecardVersion) -> None:
    asked = proposed(draft, ada)
    with pytest.raises(NoReason, match="turning down a proposal needs a note"):
        turn_down(proposal=asked, reason=" ", by=bea)
    for _ in range(2):
        turn_down(proposal=asked, reason="Not in this quarter", by=bea)
    said = [line for line in history(draft) if "Turned down" in line]
    assert said == ["Bea: Turned down the proposal of Ada: Not in this quarter"]


def test_who_proposed_withdraws_without_a_reason(ada: User, draft: ScorecardVersion) -> None:
    turn_down(proposal=proposed(draft, ada), reason="", by=ada)
    assert not Proposal.objects.exists()
    assert history(draft)[-1] == "Ada: Withdrew the proposal of Ada."


@pytest.mark.parametrize("note", ["", "  \n"])
def test_a_proposal_needs_a_note(ada: User, draft: ScorecardVersion, note: str) -> None:
    with pytest.raises(NoReason):
        proposed(draft, ada, note)
    assert not Proposal.objects.exists()


def test_a_revision_is_kept_in_words(draft: ScorecardVersion) -> None:
    assert history(draft)[-1] == "Ada: Band 2: Fair (yellow) from 50 → Fair (yellow) from 61"


def test_a_revision_that_says_the_same_leaves_no_trace(ada: User, draft: ScorecardVersion) -> None:
    before = digest_of()
    revised(draft, ada)
    assert digest_of() == before


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"key": "other"}, "key is 'other'; the key of a scorecard stays, by-hand"),
        ({"components": []}, "components is []; give a list with at least 1 entries"),
        ({"bands": bands(75)}, r"bands\[2\].lower is 75.0; give more than the band before it, 75"),
        ({"min_coverage": float("nan")}, "min_coverage is nan; give a number from 0 to 1"),
    ],
)
def test_a_revision_that_would_not_hold_is_refused(
    ada: User, draft: ScorecardVersion, changes: dict[str, Any], message: str
) -> None:
    before = digest_of()
    with pytest.raises(InvalidScorecard, match=message.replace("[]", r"\[\]")):
        revised(draft, ada, **changes)
    assert digest_of() == before


def test_a_revision_of_what_somebody_else_changed_is_refused(ada: User, bea: User, draft: ScorecardVersion) -> None:
    seen = digest(draft.definition)
    revised(draft, bea, bands=bands(63))
    with pytest.raises(Outdated, match="changed by somebody else meanwhile"):
        revise_draft(draft=draft, definition=said(draft, title="New"), seen=seen, by=ada)
