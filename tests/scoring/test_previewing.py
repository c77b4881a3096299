"""What a version would change: hand-worked moves, totals that add up, and scores equal to those a night would make."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from accounts.models import User
from scoring.engine.version import digest
from scoring.models import CurrentScore, Scorecard, ScorecardVersion
from scoring.past.rescoring import refresh_current
from scoring.scorecards import previewing
from scoring.scorecards.drafting import change_draft, make_draft
from scoring.scorecards.previewing import Preview, moved_share, owners_today, preview
from scoring.scorecards.publishing import publish
from scoring.scorecards.shifting import Flow, Name, Total
from tests.cast import give, make_customer, make_user
from tests.healthsite.pages.world import D, customer_at, definition, live, supply

pytestmark = pytest.mark.django_db
FIRST, CSAT = "components[0].weight", "components[0].measures[0].weight"


@pytest.fixture
def ada() -> User:
    return make_user("Ada", "admin")


def changed(ada: User, **values: Any) -> ScorecardVersion:
    """A draft of the live version with other weights; `first` is the first component's, `csat` that measure's."""
    draft = make_draft(version=ScorecardVersion.objects.get(use="live"), by=ada)
    places = {"first": FIRST, "csat": CSAT, "coverage": "min_coverage", "second_band": "bands[1].lower"}
    changes = {places.get(name, name): value for name, value in values.items()}
    return change_draft(draft=draft, values=changes, seen=digest(draft.definition), by=ada)


def split(satisfied: float, successful: float, **fields: Any) -> Any:
    """A customer with so many points of Satisfaction and of Outcomes: by hand 0.6 and 0.4 of the score."""
    customer = make_customer(**fields)
    supply(customer, D, csat=1 + satisfied / 25, nps=2 * satisfied - 100, goal_attainment=successful)
    return customer


def moves(found: Preview) -> list[tuple[int, str, str]]:
    rows = found.portfolio.moves(found.portfolio.order())
    return [(move.customer_id, move.was.label, move.will.label) for move in rows]


def test_who_crosses_a_bound_moves_and_who_does_not_stays(ada: User) -> None:
    """90 and 20: 62 becomes 90 x 0.2 + 20 x 0.8 = 34. 20 and 90: 48 becomes 76. 60 and 60 stays 60."""
    live()
    falls, rises, _ = split(90, 20, arr=5000), split(20, 90, arr=900_000), split(60, 60, arr=70)
    refresh_current(D)
    found = preview(changed(ada, first=10))
    assert moves(found) == [(rises.pk, "Poor", "Good"), (falls.pk, "Fair", "Poor")]
    assert [(round(move.before or 0, 9), round(move.after or 0, 9)) for move in found.portfolio.moves([0, 1, 2])] == [
        (62, 34), (48, 76), (60, 60),
    ]  # fmt: skip


def test_totals_and_flows_add_up_to_the_book(ada: User) -> None:
    live()
    for satisfied, successful, arr in ((90, 20, 5000), (20, 90, 900_000), (60, 60, None)):
        split(satisfied, successful, arr=arr)
    refresh_current(D)
    found = preview(changed(ada, first=10)).portfolio
    assert found.totals() == [
        Total(Name("Poor", "red"), 1, 1, 900_000, 5000),
        Total(Name("Fair", "yellow"), 2, 1, 5000, 0),
        Total(Name("Good", "green"), 0, 1, 0, 900_000),
    ]
    assert found.flows()[:2] == [Flow("To a lower band", 1, 5000), Flow("To a higher band", 1, 900_000)]


def test_moves_are_counted_by_who_looks_after_them(ada: User) -> None:
    live()
    bob, falls = make_user("Bob"), split(90, 20, arr=5000)
    give(falls, bob)
    split(20, 90, arr=100)
    refresh_current(D)
    assert preview(changed(ada, first=10)).portfolio.by_owner(owners_today()) == [
        ("Bob", 1, 0, 5000), ("Nobody", 0, 1, 100),
    ]  # fmt: skip


def test_a_moved_bound_moves_customers_and_another_name_does_not(ada: User) -> None:
    live()
    customer = customer_at(55)
    refresh_current(D)
    assert moves(preview(changed(ada, **{"bands[1].label": "Middling"}))) == []
    assert moves(preview(changed(ada, second_band=56))) == [(customer.pk, "Fair", "Poor")]


def test_the_preview_is_what_a_rescoring_makes(ada: User) -> None:
    live()
    for n in range(12):
        split(n * 8, 100 - n * 7)
    supply(make_customer(), D, csat=3)
    refresh_current(D)
    draft = changed(ada, first=5, csat=7)
    expected = preview(draft).portfolio
    ScorecardVersion.objects.filter(use="live").update(use="idle")
    publish(draft.definition, draft=draft)
    ScorecardVersion.objects.filter(pk=draft.pk).update(use="live")
    refresh_current(D)
    scores = CurrentScore.objects.order_by("customer_id").values_list("score", flat=True)
    assert np.array(list(scores), np.float64) == pytest.approx(expected.after, nan_ok=True, abs=0)


def test_below_the_coverage_asked_for_a_score_is_lost(ada: User) -> None:
    live()
    thin = make_customer(arr=400)
    supply(thin, D, csat=3, nps=0)
    refresh_current(D)
    found = preview(changed(ada, coverage=0.7))
    assert moves(found) == [(thin.pk, "Fair", "Not scored")]
    assert found.portfolio.flows()[2] == Flow("Lose their score", 1, 400)


def test_who_would_get_a_score_is_read_from_facts(ada: User) -> None:
    live()
    thin = make_customer()
    supply(thin, D, goal_attainment=80)
    live(min_coverage=0.5)
    refresh_current(D)
    found = preview(changed(ada, coverage=0.2))
    assert (moves(found), found.loaded) == ([(thin.pk, "Not scored", "Good")], 1)


def test_scores_of_several_versions_are_compared_each_with_its_own(ada: User) -> None:
    live()
    one, other = split(90, 20), split(90, 20)
    refresh_current(D)
    live(min_coverage=0.31)
    refresh_current(D, one)
    assert {score.version.number for score in CurrentScore.objects.select_related("version")} == {1, 2}
    assert [pk for pk, *_ in moves(preview(changed(ada, first=10)))] == [one.pk, other.pk]


def test_inputs_that_are_not_stored_are_loaded(ada: User) -> None:
    live()
    customer = customer_at(80)
    supply(customer, D, seat_utilisation=10)
    refresh_current(D)
    measure = {"metric": "seat_utilisation", "weight": 1, "curve": [[0, 0], [100, 100]]}
    seats = [{"key": "seats", "label": "Seats", "weight": 1, "measures": [measure]}]
    other = publish(definition(key="seats-only", components=seats))
    found = preview(other)
    assert (moves(found), found.loaded, found.left_out) == ([(customer.pk, "Good", "Poor")], 1, 0)


def test_a_preview_never_loads_more_than_its_limit(ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(previewing, "LOADED_AT_MOST", 2)
    live()
    _small, large, larger = (customer_at(80, arr=arr) for arr in (1, 2, 3))
    refresh_current(D)
    found = preview(publish(definition(key="other", parameters={"plan_ranks": 3})))
    assert (found.loaded, found.left_out) == (2, 1)
    assert found.portfolio.ids.tolist() == [large.pk, larger.pk]


def test_with_another_number_of_bands_colours_are_compared(ada: User) -> None:
    live()
    customer_at(80), customer_at(10)
    refresh_current(D)
    bands = [{"label": "Bad", "role": "red", "lower": 0}, {"label": "Fine", "role": "green", "lower": 5}]
    found = preview(publish(definition(bands=bands)))
    assert [(was, will) for _, was, will in moves(found)] == [("Poor", "Fine")]
    assert [(total.name.label, total.before, total.after) for total in found.portfolio.totals()] == [
        ("Red", 1, 0), ("Yellow", 0, 0), ("Green", 1, 2),
    ]  # fmt: skip


def test_an_empty_book_is_an_empty_preview(ada: User) -> None:
    live()
    found = preview(changed(ada, first=10))
    assert (moves(found), found.as_of) == ([], None)


@pytest.mark.parametrize("customers", [2, 30])
def test_queries_do_not_grow_with_customers(ada: User, customers: int, django_assert_num_queries: Any) -> None:
    live()
    for n in range(customers):
        split(90 - n, 20 + n)
    refresh_current(D)
    draft = changed(ada, first=10)
    with django_assert_num_queries(4):
        preview(draft)


def test_nobody_is_moved_by_what_is_live_already(ada: User) -> None:
    live(hysteresis=4)
    customer = customer_at(52)
    refresh_current(D)
    CurrentScore.objects.filter(customer=customer).update(band=0)  # it came from below, and stays within four points
    version = ScorecardVersion.objects.get(use="live")
    assert (moves(preview(version)), moved_share(version)) == ([], 0)
    assert moves(preview(changed(ada, first=61))) == [(customer.pk, "Poor", "Fair")]


def test_the_share_is_of_those_with_a_score_before_or_after(ada: User) -> None:
    """One of two scored customers moves; the third has no score either way."""
    live()
    split(90, 20), split(60, 60), make_customer()
    refresh_current(D)
    assert moved_share(changed(ada, first=10)) == 0.5


def test_what_a_person_has_set_stays_and_is_counted_apart(ada: User) -> None:
    """The automatic score falls from 62 to 34; the one set by hand is 62 and only a moved bound moves it."""
    live()
    customer = split(90, 20)
    refresh_current(D)
    CurrentScore.objects.filter(customer=customer).update(score=80, automatic=62, band=2, role="green")
    found = preview(changed(ada, first=10)).portfolio
    assert (found.kept, found.after.tolist(), int(found.moved.sum())) == (1, [80], 0)
    assert [will for _, _, will in moves(preview(changed(ada, **{"bands[2].lower": 81})))] == ["Fair"]


def test_bounds_that_hold_for_some_move_them_alone(ada: User) -> None:
    live()
    industry = {"field": "industry", "op": "==", "value": "Retail"}
    strict = {"label": "Retail", "when": industry, "lowers": [0, 70, 90]}
    shop, _other = customer_at(60, industry="Retail"), customer_at(60, industry="Energy")
    refresh_current(D)
    assert moves(preview(publish(definition(thresholds=[strict])))) == [(shop.pk, "Fair", "Poor")]


def test_a_score_that_moves_within_its_band_is_listed_beyond_five_points(ada: User) -> None:
    """80 and 40 with 0.6 to 0.4 are 64. Half and half they are 60, 4 less; 0.4 to 0.6 they are 56, 8 less."""
    live()
    split(80, 40)
    refresh_current(D)
    near, far = (preview(changed(ada, first=first)).portfolio for first in (40, 40 * 2 / 3))
    assert (near.after.tolist(), near.shifted.tolist()) == ([60], [False])
    assert (round(float(far.after[0]), 9), far.shifted.tolist(), far.moved.tolist()) == (56, [True], [False])


def test_changes_are_counted_in_steps(ada: User) -> None:
    """62 to 34, 48 to 76, and 60 that stays."""
    live()
    split(90, 20), split(20, 90), split(60, 60)
    refresh_current(D)
    steps = preview(changed(ada, first=10)).portfolio.histogram()
    assert [(step.low, step.customers) for step in steps if step.customers] == [(-100, 1), (-1, 1), (20, 1)]


def test_moves_are_counted_by_segment_and_tier(ada: User) -> None:
    live()
    falls, _ = split(90, 20, arr=5000), split(60, 60)
    refresh_current(D)
    CurrentScore.objects.filter(customer=falls).update(segment=3, tier=2)
    found = preview(changed(ada, first=10)).portfolio
    assert found.by_segment({3: "Sliding"}) == [("Sliding", 1, 0, 5000)]
    assert found.by_tier({}) == [("No tier", 1, 0, 5000)]


def second_card(**scorecard: Any) -> ScorecardVersion:
    """A scorecard of its own on goals alone."""
    outcomes = [component for component in definition()["components"] if component["key"] == "outcomes"]
    version = publish(definition(key="goals", title="Goals", components=outcomes))
    Scorecard.objects.filter(pk=version.scorecard_id).update(**scorecard)
    return ScorecardVersion.objects.select_related("scorecard").get(pk=version.pk)


RETAIL = {"field": "industry", "op": "==", "value": "Retail"}


def test_of_several_live_scorecards_each_is_compared_with_its_own_customers(ada: User) -> None:
    live()
    shop, other = split(90, 20, industry="Retail"), split(90, 20, industry="Energy")
    ScorecardVersion.objects.filter(pk=second_card(when=RETAIL, position=1).pk).update(use="live")
    refresh_current(D)
    by_hand = ScorecardVersion.objects.get(scorecard__key="by-hand", use="live")
    draft = make_draft(version=by_hand, by=ada)
    draft = change_draft(draft=draft, values={FIRST: 10}, seen=digest(draft.definition), by=ada)
    assert preview(draft).portfolio.ids.tolist() == [other.pk]
    goals = make_draft(version=ScorecardVersion.objects.get(scorecard__key="goals"), by=ada)
    assert preview(goals).portfolio.ids.tolist() == [shop.pk]


def test_a_scorecard_that_is_not_live_is_compared_with_whom_its_rule_picks(ada: User) -> None:
    live()
    shop, other = split(90, 20, industry="Retail"), split(90, 20, industry="Energy")
    refresh_current(D)
    assert preview(second_card(when=RETAIL)).portfolio.ids.tolist() == [shop.pk]
    assert preview(second_card(when=None)).portfolio.ids.tolist() == [shop.pk, other.pk]


def test_another_live_scorecard_with_other_bands_does_not_hide_a_move_within_a_colour(ada: User) -> None:
    """Two red bands here, and one there: whoever falls from the one to the other moves."""
    low = {"label": "Lost", "role": "red", "lower": 0}
    poor, *others = definition()["bands"]
    by_hand = live(bands=[low, {**poor, "lower": 20}, *others])
    falls, shop = split(25, 25), split(60, 60, industry="Retail")
    ScorecardVersion.objects.filter(pk=second_card(when=RETAIL, position=1).pk).update(use="live")
    refresh_current(D)
    assert CurrentScore.objects.get(customer=shop).version_id != by_hand.pk
    draft = make_draft(version=by_hand, by=ada)
    draft = change_draft(draft=draft, values={"bands[1].lower": 30}, seen=digest(draft.definition), by=ada)
    assert moves(preview(draft)) == [(falls.pk, "Poor", "Lost")]
    assert moved_share(draft) == 1.0
