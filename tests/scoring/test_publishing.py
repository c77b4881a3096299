"""Publishing versions, making one live, and which preset fits the data."""

from __future__ import annotations

import pytest

from accounts.models import FeatureUsage, Subscription
from scoring.engine.version import InvalidScorecard
from scoring.models import Scorecard, ScorecardVersion
from scoring.scorecards.publishing import UnknownScorecard, live_version, make_live, publish, version_in_use
from scoring.scorecards.recommending import choose_live, reach, reaches
from tests.cast import make_customer, make_row
from tests.digest import digest_of
from tests.scoring.builders import D, customer_with_tickets, definition

pytestmark = pytest.mark.django_db


def test_the_same_definition_is_the_same_version() -> None:
    assert publish(definition()) == publish(definition())


def test_another_definition_is_the_next_version() -> None:
    publish(definition())
    assert publish(definition(min_coverage=0.4)).number == 2


def test_a_published_version_cannot_change() -> None:
    version = publish(definition())
    version.definition = definition(min_coverage=0.1)
    with pytest.raises(ValueError, match="support-only v1 is published"):
        version.save()


def test_a_published_version_stays_and_a_draft_may_go() -> None:
    version = publish(definition())
    draft = version.scorecard.versions.create(number=2, definition=definition())
    draft.delete()
    with pytest.raises(ValueError, match="support-only v1 is published and stays"):
        version.delete()
    assert ScorecardVersion.objects.get() == version


@pytest.mark.parametrize(
    ("weights", "message"), [((-1, 2), "weight"), ((0, 0), "weight")], ids=["negative", "all zero"]
)
def test_bad_weights_are_refused_and_nothing_is_written(weights: tuple[float, float], message: str) -> None:
    bad = definition()
    for measure, weight in zip(bad["components"][0]["measures"], weights, strict=True):
        measure["weight"] = weight
    before = digest_of()
    with pytest.raises(InvalidScorecard, match=message):
        publish(bad)
    assert digest_of() == before


def test_an_unknown_metric_is_refused_by_name() -> None:
    bad = definition()
    bad["components"][0]["measures"][0]["metric"] = "horoscope"
    with pytest.raises(InvalidScorecard, match="horoscope"):
        publish(bad)
    assert not Scorecard.objects.exists()


def test_what_depends_on_the_book_is_frozen_at_publication() -> None:
    customer = make_customer()
    for feature in ("export", "import"):
        make_row(FeatureUsage, customer, date=D, feature=feature, uses=1)
    make_row(Subscription, customer, plan_rank=3)
    version = publish(definition())
    make_row(FeatureUsage, customer, date=D, feature="search", uses=1)
    assert version.engine.parameters == {"features_available": 2.0, "plan_ranks": 3.0}


def test_one_scorecard_is_live_at_a_time() -> None:
    make_live("component-default")
    make_live("framework-002")
    assert [str(version) for version in ScorecardVersion.objects.filter(use="live")] == ["framework-002 v1"]


def test_the_newest_version_goes_live_in_place_of_the_one_before() -> None:
    publish(definition())
    make_live("support-only")
    publish(definition(min_coverage=0.4))
    assert version_in_use("support-only").number == 1
    assert make_live("support-only").number == 2
    assert [str(version) for version in ScorecardVersion.objects.filter(use="live")] == ["support-only v2"]


def test_nothing_is_live_at_first() -> None:
    assert live_version() is None


def test_an_unknown_scorecard_is_answered_with_those_there_are() -> None:
    with pytest.raises(UnknownScorecard, match="no scorecard 'framework-004'; there are activity-value"):
        version_in_use("framework-004")


def test_the_preset_that_the_data_reach_furthest_is_made_live() -> None:
    # A quarter of the weight is support, of which tickets feed 70 %; another is payment, of which tenure is 10 %.
    customer_with_tickets(1)
    version = choose_live(D)
    assert version.scorecard.key == "component-default"
    assert "component-default reaches 20% of its weight" in version.note


def test_without_any_data_no_preset_is_within_reach() -> None:
    assert {one.coverage for one in reaches(D)} == {0.0}
    assert not any(one.enough for one in reaches(D))


def test_reach_is_the_share_of_weight_with_data() -> None:
    found = reach(publish(definition()).engine, {"open_tickets"})
    assert (found.coverage, found.without_data) == (0.6, ("tickets_opened",))
