"""The one form of a draft: everything it says can be changed, and what would not hold is refused at its place."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from scoring.models import ScorecardVersion
from scoring.scorecards.drafting import make_draft
from tests.digest import digest_of
from tests.healthsite.pages.editors import said_by
from tests.healthsite.pages.test_scorecards import log_in, words_of
from tests.healthsite.pages.world import live

pytestmark = pytest.mark.django_db
CSAT, NPS = "components[0].measures[0]", "components[0].measures[1]"


@pytest.fixture
def draft(admin: User) -> ScorecardVersion:
    return make_draft(version=live(), by=admin)


def sent_by(answer: Any) -> dict[str, Any]:
    """What the form of a page would send."""
    return said_by(answer.context["editor"])


def post(client: Client, draft: ScorecardVersion, **changes: Any) -> Any:
    """Send the form with some fields changed; None = not sent."""
    sent = sent_by(client.get(f"/scorecards/{draft.pk}/")) | changes
    return client.post(f"/scorecards/{draft.pk}/", {name: value for name, value in sent.items() if value is not None})


def saved(client: Client, draft: ScorecardVersion, **changes: Any) -> ScorecardVersion:
    answer = post(client, draft, **changes)
    assert answer.status_code == 302, answer.context["editor"].said
    return ScorecardVersion.objects.get(pk=draft.pk)


def test_saving_without_a_change_changes_nothing(client: Client, draft: ScorecardVersion) -> None:
    before = digest_of()
    saved(client, draft)
    assert digest_of() == before


def test_everything_of_a_measure_is_changed(client: Client, draft: ScorecardVersion) -> None:
    changes = {
        f"{CSAT}.weight": "70", f"{CSAT}.curve[0][1]": "10", f"{CSAT}.window": "60", f"{CSAT}.missing": "worst",
        f"{CSAT}.par": "40", f"{CSAT}.steps": "on",
    }  # fmt: skip
    one = saved(client, draft, **changes).engine.measures[0]
    assert (one.weight, one.window, one.missing, one.par) == (70, 60, "worst", 40)
    assert (one.curve.breakpoints, one.curve.steps) == (((1, 10), (5, 100)), True)


def test_bands_and_plain_numbers_are_changed(client: Client, draft: ScorecardVersion) -> None:
    changes = {
        "title": "New", "bands[1].label": "Middling", "bands[1].lower": "45", "bands[1].role": "red",
        "min_coverage": "0.4", "hysteresis": "2", "clamp[0]": "5", "analysis_days": "60", "rollup": "worst",
    }  # fmt: skip
    engine = saved(client, draft, **changes).engine
    assert (engine.title, engine.min_coverage, engine.hysteresis) == ("New", 0.4, 2)
    assert (engine.clamp, engine.analysis_days, engine.rollup) == ((5, 100), 60, "worst")
    assert (engine.bands[1].label, engine.bands[1].lower, engine.bands[1].role) == ("Middling", 45, "red")


def test_a_cap_and_its_rule_are_changed(client: Client, draft: ScorecardVersion) -> None:
    changes = {"caps[0].at_most": "39", "caps[0].target": "satisfaction", "caps[0].on": None, "caps-0-when-value": "90"}
    cap = saved(client, draft, **changes).engine.caps[0]
    assert (cap.at_most, cap.target, cap.on) == (39, "satisfaction", False)
    assert cap.when.definition() == {"field": "days_past_due", "op": ">=", "value": 90}


def test_a_flag_is_changed(client: Client, draft: ScorecardVersion) -> None:
    flags = saved(client, draft, **{"flags-churn_risk-value": "55"}).engine.flags
    assert flags.churn_risk.definition()["value"] == 55


def test_who_changed_what_is_kept_in_words(client: Client, draft: ScorecardVersion) -> None:
    saved(client, draft, **{f"{CSAT}.weight": "70"})
    page = words_of(client.get(f"/scorecards/{draft.pk}/"))
    assert "Ada Satisfaction › CSAT: weight 50 → 70" in page


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({f"{CSAT}.weight": "-5"}, "Satisfaction › CSAT (of 5), weight is '-5'; give a number from 0 to 1,000,000"),
        ({f"{CSAT}.weight": "a\0b"}, "Satisfaction › CSAT (of 5), weight is"),
        (
            {f"{CSAT}.curve[1][0]": "1"},
            "CSAT (of 5), curve, point 2, value is 1.0; give more than the breakpoint before",
        ),
        ({f"{CSAT}.curve[0][1]": "101"}, "CSAT (of 5), curve, point 1, points is '101'; give a number from 0 to 100"),
        ({f"{CSAT}.curve[0][0]": "nan"}, "curve, point 1, value is 'nan'; give a number from"),
        ({f"{CSAT}.curve[1][0]": None}, "CSAT (of 5), curve has fewer than two points; add one"),
        ({f"{CSAT}.window": "1.5"}, "CSAT (of 5), window is 1.5; give a whole number of days"),
        ({f"{CSAT}.window": "9" * 400}, "CSAT (of 5), window is"),
        ({f"{CSAT}.missing": "guess"}, "CSAT (of 5), when missing is guess; choose one of the list"),
        ({f"{CSAT}.metric": "nps"}, "metric is 'nps'; it already feeds components[0].measures[0]"),
        ({f"{CSAT}.metric": "moon"}, "metric is 'moon'; give a known metric"),
        ({"components[0].weight": "0", "components[1].weight": "0"}, "The components all have weight 0"),
        ({"components[1].measures[0].weight": "0"}, "The measures of Outcomes all have weight 0"),
        ({"bands[0].lower": "5"}, "Band 1 (Poor), lower bound is 5.0; the lowest band starts at 0"),
        ({"bands[2].lower": "50"}, "Band 3 (Good), lower bound is 50.0; give more than the band before it, 50"),
        ({"clamp[0]": "100"}, "The ends of the scale are 100 and 100; give the lower end first"),
        ({"caps-0-when-field": "score"}, "Cap 1 (Two months overdue), rule is 'score'; a cap must not read what it"),
        ({"caps-0-when-field": "moon"}, "'moon' is nothing that a rule reads here"),
        ({"caps-0-when-value": "many"}, "Cap 1 (Two months overdue), rule, Condition 1:"),
        ({"caps-0-when-field": ""}, "Cap 1 (Two months overdue), rule, Condition 1: There is no field"),
        (
            {"caps-0-when-field": "", "caps-0-when-value": "", "caps-0-when-op": ""},
            "Cap 1 (Two months overdue), rule: There is no condition; choose a field",
        ),
        (
            {f"flags-emergency-{key}": "" for key in ("field", "op", "value")},
            "Flag Emergency: There is no condition; choose a field",
        ),
        ({"components[1].measures[0].metric": None}, "Outcomes has no measure; add one, or remove the component"),
        ({"bands[0].lower": None}, "There is no band; add one"),
        ({"components[0].key": None}, "There is no component; add one"),
        ({"min_coverage": "2"}, "Minimum coverage is '2'; give a number from 0 to 1"),
        ({"seen": None}, "The page is incomplete"),
    ],
)
def test_a_bad_scorecard_is_refused_with_place_and_reason_and_nothing_is_written(
    client: Client, draft: ScorecardVersion, changes: dict[str, Any], message: str
) -> None:
    before = digest_of()
    answer = post(client, draft, **changes)
    assert answer.status_code == 422
    assert message in " ".join(said for _, said in answer.context["editor"].said)
    assert digest_of() == before


def test_a_name_with_a_percent_sign_is_quoted_in_a_refusal(client: Client, draft: ScorecardVersion) -> None:
    answer = post(client, draft, **{"components[0].label": "100 % sure", f"{CSAT}.missing": "guess"})
    assert answer.status_code == 422
    assert "100 % sure › CSAT (of 5), when missing is guess; choose one of the list" in words_of(answer)


def test_a_long_scorecard_is_saved(client: Client, draft: ScorecardVersion) -> None:
    for component in draft.definition["components"]:
        for measure in component["measures"]:
            measure["curve"] = [[n, n / 2] for n in range(200)]
    draft.save()
    sent = sent_by(client.get(f"/scorecards/{draft.pk}/"))
    assert len(sent) > 1000
    assert client.post(f"/scorecards/{draft.pk}/", sent | {"title": "Long"}).status_code == 302
    assert ScorecardVersion.objects.get(pk=draft.pk).engine.title == "Long"


def test_what_was_typed_stays_beside_the_refusal(client: Client, draft: ScorecardVersion) -> None:
    page = post(client, draft, **{f"{CSAT}.weight": "many", "title": "Half done"}).content.decode()
    assert 'value="many"' in page
    assert 'value="Half done"' in page


def test_who_looked_at_an_older_draft_overwrites_nobody(client: Client, draft: ScorecardVersion) -> None:
    stale = sent_by(client.get(f"/scorecards/{draft.pk}/"))
    saved(client, draft, title="First")
    answer = client.post(f"/scorecards/{draft.pk}/", stale | {"title": "Second"})
    assert answer.status_code == 422
    page = words_of(answer)
    assert "changed by somebody else meanwhile" in page
    assert "Last in its history: Ada, 1 October 2025, 09:00: Title: By hand → First. Save" in page
    assert "Save mine over it Drop what is not saved" in page
    again = client.post(f"/scorecards/{draft.pk}/", sent_by(answer))
    assert again.status_code == 422  # a mere Save, as by Enter, is none that was meant
    assert ScorecardVersion.objects.get(pk=draft.pk).engine.title == "First"


def test_who_was_told_of_another_change_saves_over_that_one_alone(client: Client, draft: ScorecardVersion) -> None:
    mine = sent_by(client.get(f"/scorecards/{draft.pk}/")) | {"title": "Mine"}
    saved(client, draft, title="First")
    told_of = {"over": client.post(f"/scorecards/{draft.pk}/", mine).context["editor"].over}
    saved(client, draft, title="Second")
    refused = client.post(f"/scorecards/{draft.pk}/", mine | told_of)
    assert (refused.status_code, 'value="Mine"' in refused.content.decode()) == (422, True)
    told_of = {"over": refused.context["editor"].over}
    assert client.post(f"/scorecards/{draft.pk}/", mine | told_of).status_code == 302
    assert ScorecardVersion.objects.get(pk=draft.pk).engine.title == "Mine"


def test_a_published_version_takes_nothing(client: Client, admin: User) -> None:
    version = live()
    before = digest_of()
    assert client.post(f"/scorecards/{version.pk}/", {"title": "New"}).status_code == 302
    assert digest_of() == before


def test_nobody_but_an_admin_sees_a_form(client: Client, draft: ScorecardVersion) -> None:
    log_in(client, "Bob", "manager")
    assert client.get(f"/scorecards/{draft.pk}/").context["editor"] is None


# -- another shape --------------------------------------------------------------------------------------------------


def reshaped(client: Client, draft: ScorecardVersion, do: str, **changes: Any) -> Any:
    """The copy in the form after a button; nothing is stored by it."""
    before = digest_of()
    answer = post(client, draft, do=do, **changes)
    assert digest_of() == before
    return answer


def test_a_row_more_stores_nothing_until_it_is_saved(client: Client, draft: ScorecardVersion) -> None:
    answer = reshaped(client, draft, f"add {CSAT}.curve", title="Half done")
    sent = sent_by(answer)
    assert (sent[f"{CSAT}.curve[2][0]"], sent["title"]) == ("9", "Half done")
    client.post(f"/scorecards/{draft.pk}/", sent | {f"{CSAT}.curve[2][0]": "6"})
    draft.refresh_from_db()
    assert draft.definition["components"][0]["measures"][0]["curve"] == [[1, 0], [5, 100], [6, 100]]


@pytest.mark.parametrize(
    ("do", "changes", "keys"),
    [
        (f"remove {NPS}", {}, ("csat", "goal_attainment")),
        (f"up {NPS}", {}, ("nps", "csat", "goal_attainment")),
        (f"down {CSAT}", {}, ("nps", "csat", "goal_attainment")),
        ("up components[1]", {}, ("goal_attainment", "csat", "nps")),
        (
            "add components[1].measures",
            {"new components[1].measures": "open_tickets"},
            ("csat", "nps", "goal_attainment", "open_tickets"),
        ),
    ],
)
def test_measures_come_go_and_move(
    client: Client, draft: ScorecardVersion, do: str, changes: dict[str, str], keys: tuple[str, ...]
) -> None:
    client.post(f"/scorecards/{draft.pk}/", sent_by(reshaped(client, draft, do, **changes)))
    assert ScorecardVersion.objects.get(pk=draft.pk).engine.metric_keys == keys


def test_a_new_component_needs_a_name_and_gets_its_key_from_it(client: Client, draft: ScorecardVersion) -> None:
    assert "has no name" in words_of(reshaped(client, draft, "add components"))
    copy = reshaped(client, draft, "add components", **{"new components": "Support & care"}).context["editor"].copy
    assert [one["key"] for one in copy["components"]] == ["satisfaction", "outcomes", "support_care"]


def test_a_cap_on_a_component_that_is_removed_waits_for_another_target(client: Client, draft: ScorecardVersion) -> None:
    saved(client, draft, **{"caps[0].target": "outcomes"})
    answer = reshaped(client, draft, "remove components[1]")
    assert '<option value="outcomes" selected>Outcomes (removed): choose another</option>' in answer.content.decode()
    sent, before = sent_by(answer), digest_of()
    refused = client.post(f"/scorecards/{draft.pk}/", sent)
    said = "Cap 1 (Two months overdue), what it limits is Outcomes, which is removed; choose another, or remove the cap"
    assert (refused.status_code, refused.context["editor"].said) == (422, [("caps[0].target", said)])
    assert digest_of() == before
    assert client.post(f"/scorecards/{draft.pk}/", sent_by(refused) | {"caps[0].target": "score"}).status_code == 302
    assert ScorecardVersion.objects.get(pk=draft.pk).engine.caps[0].target == "score"


def test_a_metric_that_is_there_is_not_added_twice(client: Client, draft: ScorecardVersion) -> None:
    place = "components[1].measures"
    answer = reshaped(client, draft, f"add {place}", **{f"new {place}": "csat"})
    assert answer.status_code == 422
    assert "CSAT already feeds Satisfaction; a metric counts once" in words_of(answer)


def test_bounds_by_rule_follow_the_bands(client: Client, draft: ScorecardVersion) -> None:
    sent = sent_by(reshaped(client, draft, "add thresholds"))
    rule = {"thresholds-0-when-field": "industry", "thresholds-0-when-op": "==", "thresholds-0-when-value": "Retail"}
    sent |= {"thresholds[0].label": "Retail", "thresholds[0].lowers[1]": "40", "thresholds-0-when-group": "", **rule}
    client.post(f"/scorecards/{draft.pk}/", sent)
    engine = ScorecardVersion.objects.get(pk=draft.pk).engine
    assert list(engine.thresholds[0].lowers) == [0, 40, 75]
    copy = reshaped(client, draft, "remove bands[1]").context["editor"].copy
    assert copy["thresholds"][0]["lowers"] == ["0", "75"]


def test_a_curve_for_young_accounts_is_added(client: Client, draft: ScorecardVersion) -> None:
    sent = sent_by(reshaped(client, draft, f"add {CSAT}.ages"))
    age = f"{CSAT}.ages[0]"
    points = {
        f"{age}.curve[0][0]": "1",
        f"{age}.curve[0][1]": "50",
        f"{age}.curve[1][0]": "5",
        f"{age}.curve[1][1]": "90",
    }
    client.post(f"/scorecards/{draft.pk}/", sent | points)
    measure = ScorecardVersion.objects.get(pk=draft.pk).engine.measures[0]
    assert [(one.below_days, one.curve.breakpoints) for one in measure.ages] == [(90, ((1, 50), (5, 90)))]


@pytest.mark.parametrize(
    "do", ["", "add", "add flags", "add title", "remove x", "remove bands[99]", "burn bands[0]", "\0"]
)
def test_what_the_form_does_not_do_is_refused(client: Client, draft: ScorecardVersion, do: str) -> None:
    assert reshaped(client, draft, do).status_code == 422


def test_a_condition_more_draws_the_form_again(client: Client, draft: ScorecardVersion) -> None:
    before = digest_of()
    answer = post(client, draft, **{"caps-0-when-act": "add"})
    assert answer.status_code == 200
    assert digest_of() == before


def test_the_same_behaviour_in_two_components_is_warned_about(client: Client, draft: ScorecardVersion) -> None:
    place = "components[1].measures"
    sent = sent_by(reshaped(client, draft, f"add {place}", **{f"new {place}": "features_used"}))
    sent = sent_by(client.post(f"/scorecards/{draft.pk}/", sent, follow=True))
    place = "components[0].measures"
    sent |= {"do": f"add {place}", f"new {place}": "feature_adoption_rate"}
    sent = sent_by(client.post(f"/scorecards/{draft.pk}/", sent))
    page = words_of(client.post(f"/scorecards/{draft.pk}/", sent, follow=True))
    assert "Which features are used counts in Satisfaction and in Outcomes: the same behaviour weighs twice" in page
    assert "Feature adoption, Features used" in page
