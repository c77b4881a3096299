"""The demo's scores are the engine's own: scoring the same days again gives the same numbers."""

from __future__ import annotations

from datetime import date
from io import StringIO
from random import Random

import pytest
from django.core.management import call_command

from healthsite.demo import history
from scoring.models import Purpose, Run, ScoreRecord
from scoring.past.rescoring import score_day


@pytest.mark.django_db
def test_twenty_random_scores_equal_those_of_scoring_their_days_afresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "NIGHTS", 4)
    arguments = ["--customers", "12", "--days", "70", "--until", "2026-03-31"]
    call_command("demo", *arguments, stderr=StringIO())
    nights = dict(Run.objects.filter(purpose=Purpose.NIGHTLY).values_list("as_of", "pk"))
    again = {day: score_day(day).pk for day in sorted(nights)}
    customers = sorted(set(ScoreRecord.objects.values_list("customer_id", flat=True)))
    chosen = Random(1).sample([(customer, day) for customer in customers for day in nights], 20)
    assert len(nights) == 4
    assert max(nights) == date(2026, 3, 31)
    for customer, day in chosen:
        assert numbers(customer, nights[day]) == numbers(customer, again[day])


def numbers(customer: int, run: int) -> tuple[object, ...]:
    """All that is stored of a score."""
    stored = ScoreRecord.objects.get(customer_id=customer, run_id=run)
    return (stored.score, stored.band, stored.coverage, stored.low, stored.high, bytes(stored.inputs))
