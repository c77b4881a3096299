"""Several live scorecards: who gets which, by rules in order, held by the run as they were."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from accounts.models import User
from scoring.freshening import freshen
from scoring.models import CurrentScore, Purpose, Run, Scorecard
from scoring.past.rescoring import official_version, refresh_current
from scoring.running import complete, open_run
from scoring.scorecards.allotting import NotShared, set_choice
from scoring.scorecards.choosing import choices_now, choices_of, chosen
from scoring.scorecards.drafting import NoReason
from scoring.scorecards.publishing import live_version, live_versions, make_live, publish
from tests.cast import make_user
from tests.scoring.builders import D, customer_with_tickets, definition, support_scorecard

pytestmark = pytest.mark.django_db
LARGE = {"field": "size", "op": "==", "value": 3}
RETAIL = {"field": "industry", "op": "==", "value": "retail"}


@pytest.fixture
def ada() -> User:
    return make_user("Ada", "admin")


def another(key: str, when: dict[str, Any] | None, position: int, by: User) -> Scorecard:
    """A second live scorecard, half as strict, for the customers of a rule."""
    publish(definition(key=key, components=[strict(5)]))
    scorecard = Scorecard.objects.get(key=key)
    set_choice(scorecard=scorecard, when=when, position=position, note="They are different", by=by)
    make_live(key)
    scorecard.refresh_from_db()
    return scorecard


def strict(worst: float) -> dict[str, Any]:
    measures = [{"metric": "open_tickets", "weight": 1, "curve": [[0, 100], [worst, 0]]}]
    return {"key": "support", "label": "Support", "weight": 1, "measures": measures}


def night(days: int = 0) -> Run:
    on = D + timedelta(days=days)
    return complete(open_run(on, Purpose.NIGHTLY, official_version(on)))


def cards(run: Run) -> dict[int, str]:
    return dict(run.records.values_list("customer_id", "version__scorecard__key"))


def test_a_customer_gets_the_first_scorecard_whose_rule_holds(ada: User) -> None:
    support_scorecard()
    another("large", LARGE, 1, ada)
    another("retail", RETAIL, 2, ada)
    both = customer_with_tickets(1, size="enterprise", industry="Retail")
    retail = customer_with_tickets(1, size="small", industry="retail ")
    neither, unknown = customer_with_tickets(1, size="small", industry="Food"), customer_with_tickets(1)
    assert cards(night()) == {
        both.pk: "large", retail.pk: "retail", neither.pk: "support-only", unknown.pk: "support-only",
    }  # fmt: skip


def test_each_score_is_by_its_own_scorecard_and_so_is_the_current_one(ada: User) -> None:
    support_scorecard()
    another("large", LARGE, 1, ada)
    large, small = customer_with_tickets(1, size="enterprise"), customer_with_tickets(1, size="small")
    run = night()
    assert dict(run.records.values_list("customer_id", "score")) == {large.pk: 80.0, small.pk: 92.0}
    assert dict(CurrentScore.objects.values_list("customer_id", "score")) == {large.pk: 80.0, small.pk: 92.0}
    assert (run.scored, run.version.scorecard.key) == (2, "support-only")


def test_a_run_holds_the_rules_as_they_were_when_it_began(ada: User) -> None:
    support_scorecard()
    large = another("large", LARGE, 1, ada)
    customer = customer_with_tickets(1, size="enterprise")
    run = open_run(D, Purpose.NIGHTLY, official_version(D))
    set_choice(scorecard=large, when=RETAIL, position=1, note="Changed my mind", by=ada)
    assert cards(complete(run)) == {customer.pk: "large"}
    assert [choice.version.scorecard.key for choice in choices_of(run)] == ["large", "support-only"]


def test_a_scorecard_that_goes_live_while_a_night_is_opened_takes_no_rule_away(ada: User) -> None:
    """Whoever opens it may know the version that was for everybody a moment ago."""
    before = support_scorecard()
    another("large", LARGE, 1, ada)
    large, small = customer_with_tickets(1, size="enterprise"), customer_with_tickets(1, size="small")
    publish(definition(min_coverage=0.2))
    edited = make_live("support-only")
    run = complete(open_run(D, Purpose.NIGHTLY, before))
    assert cards(run) == {large.pk: "large", small.pk: "support-only"}
    assert (before.number, run.version) == (1, edited)


def test_a_rule_may_ask_for_the_age_of_an_account(ada: User) -> None:
    support_scorecard()
    another("young", {"field": "tenure_days", "op": "<", "value": 90}, 1, ada)
    young, old = (
        customer_with_tickets(1, since=D - timedelta(days=89)),
        customer_with_tickets(1, since=D - timedelta(days=90)),
    )
    assert cards(night()) == {young.pk: "young", old.pk: "support-only"}


def test_a_rule_may_ask_for_the_segment_of_the_night_before(ada: User) -> None:
    support_scorecard()
    customer = customer_with_tickets(1)
    first = night()
    first.records.update(segment=2)
    another("strategic", {"field": "segment_before", "op": "==", "value": "strategic"}, 1, ada)
    assert cards(night(1)) == {customer.pk: "strategic"}
    assert cards(first) == {customer.pk: "support-only"}


def test_live_scores_follow_the_same_rules(ada: User, time_machine: Any) -> None:
    time_machine.move_to(f"{D}T12:00:00+00:00")
    support_scorecard()
    another("large", LARGE, 1, ada)
    customer = customer_with_tickets(1, size="enterprise", facts_changed_at=f"{D}T11:00:00+00:00")
    assert freshen() == [customer.pk]
    assert CurrentScore.objects.get().version.scorecard.key == "large"
    refresh_current(D)
    assert CurrentScore.objects.get().version.scorecard.key == "large"


def test_with_one_scorecard_nothing_is_read_to_choose(django_assert_num_queries: Any) -> None:
    support_scorecard()
    choices = choices_now()
    with django_assert_num_queries(0):
        assert chosen(np.array([1, 2]), D, choices).tolist() == [0, 0]


def test_making_a_scorecard_live_leaves_those_with_another_rule_alone(ada: User) -> None:
    support_scorecard()
    another("large", LARGE, 1, ada)
    publish(definition(key="other"))
    make_live("other")
    assert [live.scorecard.key for live in live_versions()] == ["large", "other"]
    assert str(live_version()) == "other v1"


@pytest.mark.parametrize(
    ("when", "message"),
    [
        ({"field": "score", "op": "<", "value": 4}, "when reads 'score'; it is asked before the score"),
        ({"field": "nonsense", "op": "<", "value": 4}, "when reads 'nonsense'"),
        ({"field": "industry", "op": "==", "value": 4}, "when compares industry with 4.0; it holds words"),
        ({"field": "size", "op": "==", "value": "small"}, "when compares size with 'small'; it holds numbers"),
        ({"field": "size"}, "when is {'field': 'size'}, which is no rule"),
    ],
)
def test_a_bad_rule_is_refused(when: dict[str, Any], message: str, ada: User) -> None:
    publish(definition(key="large"))
    with pytest.raises(NotShared, match=r"when") as refusal:
        set_choice(scorecard=Scorecard.objects.get(), when=when, position=1, note="Try", by=ada)
    assert str(refusal.value).startswith(message)


def test_somebody_is_always_for_everybody_and_only_one(ada: User) -> None:
    support_scorecard()
    large = another("large", LARGE, 1, ada)
    with pytest.raises(NotShared, match="would leave some customers without a scorecard"):
        set_choice(scorecard=Scorecard.objects.get(key="support-only"), when=RETAIL, position=1, note="Try", by=ada)
    with pytest.raises(NotShared, match="another live scorecard is for everybody already"):
        set_choice(scorecard=large, when=None, position=1, note="Try", by=ada)
    with pytest.raises(NoReason):
        set_choice(scorecard=large, when=RETAIL, position=1, note=" ", by=ada)
    with pytest.raises(NotShared, match="position is 1001"):
        set_choice(scorecard=large, when=RETAIL, position=1001, note="Try", by=ada)
