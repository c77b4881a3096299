"""Metrics made and retired without code: found among the others, scored by a night, and never changed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from scoring.engine.frame import State
from scoring.explaining import Explained, explain
from scoring.metrics import METRICS
from scoring.metrics.custom import finding
from scoring.metrics.custom.making import StillRead, make_metric, retire_metric
from scoring.metrics.custom.parsing import InvalidMetric
from scoring.models import CustomMetric, ScorecardVersion
from scoring.models.scorecards import Use
from scoring.past.rescoring import score_day
from scoring.scorecards.drafting import NoReason
from scoring.scorecards.publishing import make_live, publish
from tests.cast import make_customer, make_user
from tests.healthsite.pages.world import D, definition, supply
from tests.scoring.metrics.reading import read
from tests.scoring.metrics.test_custom_parsing import body

pytestmark = pytest.mark.django_db
SUPPLIED = body({"from": "supplied"}, window=0, quiet="missing", validity=10, unit="ms", label="Latency")


@pytest.fixture
def ada() -> User:
    return make_user("Ada", "admin")


def of(how: str, by: str = "", **more: Any) -> dict[str, Any]:
    """A body made of the metric latency, and another one."""
    source = {"from": how, "of": "latency", **({"by": by} if by else {}), **more.pop("source", {})}
    return body(source, **{"window": 0, "quiet": "missing", **more})


def test_a_made_metric_is_found_like_any_other(ada: User) -> None:
    known = len(METRICS)
    made = make_metric(key="latency", body=SUPPLIED, by=ada)
    assert (len(METRICS), METRICS["latency"].label, METRICS.get("none")) == (known + 1, "Latency", None)
    assert {"latency"} < set(METRICS) == set(METRICS.keys()) == set(dict(METRICS.items()))
    assert (LogEntry.objects.get().get_change_message(), made.made_by) == ("Made latency.", ada)
    assert make_metric(key="latency", body=SUPPLIED, by=ada) == made
    assert LogEntry.objects.count() == 1


@pytest.mark.parametrize(
    "key", ["nps", "satisfaction", "arr", "score", "stage", "new", "Big", "1st", "", "a\0b", "a" * 65, "score_change_7"]
)
def test_a_key_that_anything_has_is_refused(ada: User, key: str) -> None:
    publish(definition())
    with pytest.raises(InvalidMetric, match="key is "):
        make_metric(key=key, body=SUPPLIED, by=ada)
    assert not CustomMetric.objects.exists()


def test_a_key_is_never_used_again(ada: User) -> None:
    retire_metric(metric=make_metric(key="latency", body=SUPPLIED, by=ada), by=ada, reason="Old")
    for again in (SUPPLIED, {**SUPPLIED, "label": "Other"}):
        with pytest.raises(InvalidMetric, match="has or had this name"):
            make_metric(key="latency", body=again, by=ada)


def test_built_in_metrics_need_no_query_and_found_ones_no_other(ada: User) -> None:
    make_metric(key="latency", body=SUPPLIED, by=ada)
    finding.forget()
    with CaptureQueriesContext(connection) as queries:
        assert all(["nps" in METRICS, METRICS["csat"], METRICS.get("arr") is None])
        assert len(queries) == 0
        assert all(["latency" in METRICS, METRICS["latency"], METRICS.get("latency"), "none" not in METRICS])
    assert len(queries) == 1


def test_a_body_that_cannot_be_read_any_more_is_left_out(caplog: pytest.LogCaptureFixture) -> None:
    CustomMetric.objects.create(key="broken", label="Broken", body={"label": "Broken"})
    assert "broken" not in METRICS
    assert "The metric broken cannot be read" in caplog.text


def test_supplied_values_count_within_their_validity(ada: User) -> None:
    make_metric(key="latency", body=SUPPLIED, by=ada)
    acme = make_customer()
    supply(acme, D - timedelta(days=10), latency=120)
    supply(acme, D + timedelta(days=1), latency=999)
    assert read("latency", acme) == (120.0, State.SUPPLIED)
    assert read("latency", acme, D + timedelta(days=1)) == (999.0, State.SUPPLIED)
    assert read("latency", acme, D - timedelta(days=11)) == (None, State.MISSING)


@pytest.mark.parametrize(
    ("said", "expected"),
    [(of("ratio", "csat"), 3000), (of("difference", "csat"), 116), (of("change", window=5), 20),
     (of("growth", window=5), 20), (of("change", window=5, source={"times": 0.5}), 10), (of("ratio", "nps"), None),
     (of("change", window=11), None), (of("difference", "goal_attainment"), None)],
)  # fmt: skip
def test_metrics_are_made_of_metrics(ada: User, said: dict[str, Any], expected: float | None) -> None:
    make_metric(key="latency", body=SUPPLIED, by=ada)
    make_metric(key="own", body=said, by=ada)
    acme = make_customer()
    supply(acme, D - timedelta(days=5), latency=100)
    supply(acme, D, latency=120, csat=4, nps=0)
    assert read("own", acme)[0] == pytest.approx(expected) if expected is not None else read("own", acme)[0] is None


def scorecard_with(key: str) -> ScorecardVersion:
    """A live scorecard whose outcomes are a metric of one's own: 0 is 100 points, 200 is none."""
    said = definition()
    said["components"][1]["measures"] = [{"metric": key, "weight": 1, "curve": [[0, 100], [200, 0]]}]
    publish(said)
    return make_live("by-hand")


def explained(customer: Any) -> Explained:
    """What was made of a customer on the last night."""
    found = explain(customer, D)
    assert isinstance(found, Explained)
    return found


def test_a_night_scores_and_explains_it_and_retiring_changes_no_old_score(ada: User) -> None:
    made = make_metric(key="latency", body=SUPPLIED, by=ada)
    version, acme = scorecard_with("latency"), make_customer()
    supply(acme, D, csat=4, nps=20, latency=50)
    score_day(D)
    # Satisfaction 67.5 x 0.6 = 40.5; outcomes: 50 of 200 is 75 points x 0.4 = 30.
    before = float(explained(acme).scored.score[0])
    assert before == pytest.approx(70.5)
    with pytest.raises(StillRead, match="live version By hand v1"):
        retire_metric(metric=made, by=ada, reason="Old")
    ScorecardVersion.objects.update(use=Use.IDLE)
    retire_metric(metric=made, by=ada, reason="Old")
    assert float(explained(acme).scored.score[0]) == before
    assert ("latency" in METRICS, "latency" in [*METRICS], "latency" in version.engine.inputs) == (True, False, True)


@pytest.mark.parametrize("reason", ["", "  "])
def test_retiring_needs_a_reason_and_nobody_who_reads_it(ada: User, reason: str) -> None:
    made = make_metric(key="latency", body=SUPPLIED, by=ada)
    with pytest.raises(NoReason):
        retire_metric(metric=made, by=ada, reason=reason)
    with pytest.raises(StillRead, match="playbook Rescue"):
        retire_metric(metric=made, by=ada, reason="Old", read_by=["playbook Rescue"])
    make_metric(key="own", body=of("ratio", "csat"), by=ada)
    with pytest.raises(StillRead, match="the metric Own"):
        retire_metric(metric=made, by=ada, reason="Old")


def test_retiring_twice_is_once(ada: User) -> None:
    made = make_metric(key="latency", body=SUPPLIED, by=ada)
    assert retire_metric(metric=made, by=ada, reason="Old") == retire_metric(metric=made, by=ada, reason="Older")
    said = [one.get_change_message() for one in LogEntry.objects.order_by("pk")]
    assert said == ["Made latency.", "Retired. Reason: Old"]
