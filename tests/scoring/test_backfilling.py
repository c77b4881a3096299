"""Many past nights side by side are the same as one after the other."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from scoring import backfilling
from scoring.backfilling import score_days, score_nights
from scoring.models import Run, ScoreRecord
from tests.scoring.builders import D, customer_with_tickets, support_scorecard


def records() -> list[Any]:
    nights = ScoreRecord.objects.order_by("run__as_of", "customer")
    return list(nights.values_list("run__as_of", "customer", "score", "indicators", "inputs"))


@pytest.mark.process
@pytest.mark.django_db(transaction=True)
def test_stretches_side_by_side_give_the_nights_of_one_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    support_scorecard()
    for opened in range(4):
        customer_with_tickets(opened, on=D - timedelta(days=opened))
    monkeypatch.setattr(backfilling, "WORTH_IT", 1000)
    alone = [run.as_of for run in score_days(D - timedelta(days=24), D)]
    expected = records()
    Run.objects.all().delete()
    monkeypatch.setattr(backfilling, "WORTH_IT", 10)
    together = [run.as_of for run in score_days(D - timedelta(days=24), D)]
    assert together == alone == [D - timedelta(days=24 - n) for n in range(25)]
    assert records() == expected


@pytest.mark.django_db
def test_inside_a_transaction_this_process_scores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backfilling, "WORTH_IT", 1)
    monkeypatch.setattr(backfilling, "pool", None)
    support_scorecard()
    customer_with_tickets(1)
    assert len(list(score_days(D - timedelta(days=2), D))) == 3


@pytest.mark.django_db
def test_stretches_can_be_scored_as_known_then_too() -> None:
    support_scorecard()
    customer_with_tickets(1)
    nights = [D - timedelta(days=1), D]
    assert [run.purpose for run in score_nights(nights, known="then")] == ["recalled", "recalled"]
