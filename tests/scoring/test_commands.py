"""The commands of scoring: what they print, and one clear line for what they refuse."""

from __future__ import annotations

import csv
import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from time_machine import TimeMachineFixture

from accounts.models import Ticket
from scoring.models import Backfill, CurrentScore, Run, Scorecard, ScoreRecord, Shard
from scoring.past.backfills import ask_backfill, rush
from scoring.running import due_dates
from scoring.scorecards.choosing import choices_of
from scoring.scorecards.publishing import make_live, publish
from tests.cast import make_customer, make_row, make_source
from tests.digest import digest_of
from tests.scoring.builders import D, customer_with_tickets, definition, noon, support_scorecard

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def run(*arguments: str) -> str:
    """What a command prints on standard output."""
    out = StringIO()
    call_command(*arguments, stdout=out, stderr=StringIO())
    return out.getvalue()


def rows(*arguments: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(run("scores", "--csv", *arguments))))


def test_score_prints_one_json_object_per_call() -> None:
    customer_with_tickets(1)
    support_scorecard()
    found = json.loads(run("score", "--date", str(D), "--json"))["runs"]
    del found[0]["seconds"]
    assert found == [
        {"as_of": "2025-09-30", "purpose": "nightly", "scorecard": "support-only", "version": 1}
        | {"scored": 1, "not_scored": 0, "failed": 0}
    ]


def test_score_without_a_date_refreshes_the_current_scores() -> None:
    customer_with_tickets(1)
    support_scorecard()
    assert json.loads(run("score", "--json"))["runs"][0]["purpose"] == "current"
    assert not Run.objects.exists()


def test_no_day_is_scored_before_its_night_whose_place_the_record_would_take(time_machine: TimeMachineFixture) -> None:
    customer_with_tickets(1)
    support_scorecard()
    time_machine.move_to(noon(D), tick=False)
    with pytest.raises(CommandError, match=f"the night of {D} has not begun; the latest .* is {D - DAY}"):
        run("score", "--date", str(D))
    with pytest.raises(CommandError, match=f"the night of {D} has not begun"):
        run("score", "--from", str(D - DAY), "--to", str(D))
    with pytest.raises(CommandError, match=f"{D + DAY} is outside 1970-01-01 to today"):
        run("score", "--date", str(D + DAY))
    assert "trial" in run("score", "--date", str(D), "--scorecard", "component-default")
    time_machine.move_to(noon(D + DAY), tick=False)
    assert due_dates() == [D]


def test_who_is_overtaken_by_another_restatement_of_the_date_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """The other has taken the run away, or a part of it."""
    customer_with_tickets(1)
    support_scorecard()
    run("score", "--date", str(D))
    for gone in (lambda _: Run.objects.all().delete(), lambda _: Shard.objects.update(token=99)):
        with monkeypatch.context() as patch:
            patch.setattr("scoring.shards.choices_of", lambda run, gone=gone: (gone(run), choices_of(run))[1])
            with pytest.raises(CommandError, match=f"{D}: another process scores this again; wait"):
                run("score", "--date", str(D))


def test_a_live_scorecard_by_name_scores_nobody_whom_another_is_for() -> None:
    """Each customer by the one that its rule picks, as in a night, with the name as without."""
    large, small = customer_with_tickets(1, size="enterprise"), customer_with_tickets(1, size="small")
    support_scorecard()
    publish({**definition(), "key": "big", "title": "Big ones"})
    Scorecard.objects.filter(key="big").update(when={"field": "size", "op": ">=", "value": 3}, position=1)
    make_live("big")
    run("score", "--date", str(D), "--scorecard", "big")
    run("score", "--scorecard", "big")
    picked = {large.pk: "big", small.pk: "support-only"}
    for found in (ScoreRecord.objects.filter(run__purpose="nightly", run__as_of=D), CurrentScore.objects.all()):
        assert dict(found.values_list("customer", "version__scorecard__key")) == picked
    assert Run.objects.count() == 1


def test_score_makes_the_best_reaching_preset_live_and_says_why() -> None:
    customer_with_tickets(1)
    errors = StringIO()
    call_command("score", "--date", str(D), stdout=StringIO(), stderr=errors)
    assert "component-default reaches 20% of its weight" in errors.getvalue()
    assert "framework-002 0%, below the 30% it needs" in errors.getvalue()


def test_score_takes_a_range_in_order() -> None:
    customer_with_tickets(1)
    support_scorecard()
    found = json.loads(run("score", "--from", "2025-09-29", "--to", "2025-09-30", "--json"))["runs"]
    assert [one["as_of"] for one in found] == ["2025-09-29", "2025-09-30"]


def test_score_of_a_date_as_known_then_stands_beside_the_record() -> None:
    customer_with_tickets(1)
    support_scorecard()
    run("score", "--date", str(D))
    found = json.loads(run("score", "--date", str(D), "--known", "then", "--json"))["runs"]
    assert [(one["as_of"], one["purpose"]) for one in found] == [("2025-09-30", "recalled")]


def test_a_killed_range_goes_on_where_it_stopped_unless_told_to_start_over() -> None:
    customer_with_tickets(1)
    support_scorecard()
    asked = ask_backfill(first=D - 3 * DAY, last=D)
    next(rush(asked))
    errors, arguments = StringIO(), ("score", "--from", "2025-09-27", "--to", "2025-09-30")
    call_command(*arguments, stdout=StringIO(), stderr=errors)
    assert errors.getvalue().splitlines()[0] == "resuming at 2025-09-28; --again starts over"
    assert "scored 4 of 4 days" in errors.getvalue()
    assert Run.objects.count() == 4


def test_again_starts_a_range_over() -> None:
    customer_with_tickets(1)
    support_scorecard()
    next(rush(ask_backfill(first=D - 3 * DAY, last=D)))
    found = json.loads(run("score", "--from", "2025-09-27", "--to", "2025-09-30", "--again", "--json"))["runs"]
    assert [one["purpose"] for one in found] == ["restated", "nightly", "nightly", "nightly"]  # one was scored before
    assert sorted(Backfill.objects.values_list("state", flat=True)) == ["done", "stopped"]


def test_a_range_that_another_has_under_way_is_refused_by_name() -> None:
    support_scorecard()
    ask_backfill(first=D - 3 * DAY, last=D)
    with pytest.raises(CommandError, match="2025-09-27 to 2025-09-30 is being scored already"):
        run("score", "--from", "2025-09-29", "--to", "2025-09-30")


def test_score_of_one_customer_leaves_the_others() -> None:
    one, _ = customer_with_tickets(1), customer_with_tickets(2)
    support_scorecard()
    assert json.loads(run("score", "--customer", one.external_id, "--json"))["runs"][0]["not_scored"] == 1
    assert [row["customer_id"] for row in rows()] == [one.external_id]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--date", "31.12.2024"], "'31.12.2024' is not a date; write it as 2026-03-31"),
        (["--date", "1066-10-14"], "1066-10-14 is outside"),
        (["--from", "2025-09-30"], "--from and --to go together"),
        (["--from", "2025-09-30", "--to", "2025-09-01"], "is after"),
        (["--date", "2025-09-30", "--to", "2025-09-30"], "either --date or"),
        (["--known", "then"], "--known then is about a past --date"),
        (["--date", "2025-09-30", "--known", "then", "--scorecard", "support-only"], "leave --scorecard out"),
        (["--date", "2025-09-30", "--again"], "--again is about a range"),
        (["--from", "2015-01-01", "--to", "2025-09-30"], "more than five years; ask for a part of it"),
        (["--scorecard", "horoscope"], "no scorecard 'horoscope'; there are activity-value"),
        (["--customer", "nobody"], "no customer 'nobody'"),
    ],
)
def test_score_refuses_in_one_line_and_changes_nothing(arguments: list[str], message: str) -> None:
    support_scorecard()
    before = digest_of()
    with pytest.raises(CommandError, match=message) as refused:
        run("score", *arguments)
    assert "\n" not in str(refused.value)
    assert digest_of() == before


def test_scores_prints_the_columns_of_the_document() -> None:
    customer = customer_with_tickets(5, external_id="007")
    support_scorecard()
    run("score", "--date", str(D))
    (row,) = rows("--date", str(D))
    assert (
        list(row)
        == (
            "customer_id health_score support_score band is_churn_risk is_expansion_opportunity "
            "coverage scorecard version calculated_at"
        ).split()
    )
    assert (row["customer_id"], row["health_score"], row["support_score"]) == (customer.external_id, "60.0", "60.0")
    assert (row["band"], row["is_churn_risk"], row["coverage"]) == ("Fair", "False", "1.0")


def test_a_customer_without_a_score_has_empty_numbers() -> None:
    make_customer(external_id="quiet")
    customer_with_tickets(1)
    support_scorecard()
    run("score", "--date", str(D))
    (quiet,) = [row for row in rows("--date", str(D)) if row["customer_id"] == "quiet"]
    assert (quiet["health_score"], quiet["support_score"], quiet["band"], quiet["is_churn_risk"]) == ("", "", "", "")


def test_scores_can_leave_the_components_out_and_add_the_trend() -> None:
    customer = customer_with_tickets(5, on=D - timedelta(days=30))
    support_scorecard()
    run("score", "--date", str(D - timedelta(days=30)))
    Ticket.objects.update(closed_at=noon(D))
    make_row(Ticket, customer, opened_at=noon(D))
    run("score", "--date", str(D))
    (row,) = rows("--date", str(D), "--no-breakdown", "--trend")
    assert "support_score" not in row
    assert (row["customer_id"], row["trend"]) == (customer.external_id, "32.0")


def test_two_sources_with_one_id_are_told_apart() -> None:
    for source in ("east", "west"):
        customer = make_customer(external_id="1", source=make_source(source))
        make_row(Ticket, customer, opened_at=noon(D))
    support_scorecard()
    run("score", "--date", str(D))
    assert sorted(row["customer_id"] for row in rows("--date", str(D))) == ["east:1", "west:1"]
    with pytest.raises(CommandError, match="write east:1 or west:1"):
        run("explain", "1")
    assert json.loads(run("explain", "east:1", "--date", str(D), "--json"))["score"] == 92.0


def test_a_trial_is_printed_apart() -> None:
    customer_with_tickets(1)
    support_scorecard()
    run("score", "--date", str(D), "--scorecard", "component-default")
    assert rows("--date", str(D)) == []
    assert rows("--date", str(D), "--scorecard", "component-default")[0]["scorecard"] == "component-default"


def test_explained_contributions_sum_to_the_score_and_changes_to_the_difference() -> None:
    customer = customer_with_tickets(3, on=D - timedelta(days=1))
    support_scorecard()
    run("score", "--from", str(D - timedelta(days=1)), "--to", str(D - timedelta(days=1)))
    make_row(Ticket, customer, opened_at=noon(D))
    run("score", "--date", str(D))
    arguments = ["explain", customer.external_id, "--date", str(D), "--against", str(D - timedelta(days=1))]
    found = json.loads(run(*arguments, "--json"))
    assert sum(line["contribution"] for line in found["contributions"]) == pytest.approx(found["score"], abs=1e-9)
    moved = sum(change["points"] for change in found["against"]["changes"])
    assert moved == pytest.approx(found["score"] - found["against"]["score"], abs=1e-9)
    assert {change["cause"] for change in found["against"]["changes"]} == {"value"}
    assert "Open tickets" in run(*arguments)


def test_a_date_without_a_record_says_how_to_make_one() -> None:
    customer = customer_with_tickets(1)
    with pytest.raises(CommandError, match="`score --date 2025-09-30` makes one"):
        run("explain", customer.external_id, "--date", str(D))
