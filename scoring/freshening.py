"""Live scores: a fact that lands rescores its customer within seconds; the night makes the history."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import numpy as np
from django.conf import settings
from django.db.models import F
from django.utils import timezone

from accounts.business_days import today
from accounts.models import Customer
from scoring.judging import judge_all
from scoring.models import CurrentScore
from scoring.recording import ROWS_AT_ONCE, refresh
from scoring.scorecards.choosing import Choice, choices_now

NEWS: Final = timedelta(days=2)  # older news has been through a night


def freshen(now: datetime | None = None) -> list[int]:
    """Score customers about whom something arrived, as of today; returns their ids, at most `SHARD_SIZE` at once.

    What is seen is remembered by the stamp of the news that was read before the facts were: news that lands meanwhile
    has another stamp, and is found the next time. Before the first scorecard is live nobody is scored.
    """
    choices = choices_now()
    news = _news(now or timezone.now()) if choices else {}
    if news:
        _score(choices, news)
    return list(news)


def _news(now: datetime) -> dict[int, datetime]:
    """The customers with news that their current score has not seen, and its stamp."""
    recent = Customer.objects.active_on(today()).filter(facts_changed_at__gt=now - NEWS)
    unseen = recent.exclude(current_score__facts_at=F("facts_changed_at")).order_by("pk")
    return dict(unseen.values_list("pk", "facts_changed_at")[: settings.SHARD_SIZE])


def _score(choices: Sequence[Choice], news: dict[int, datetime]) -> None:
    day, ids = today(), np.fromiter(news, dtype=np.int64)
    for judged in judge_all(ids, day, choices):
        refresh(judged, day)
    seen = list(CurrentScore.objects.filter(customer__in=news))
    for current in seen:
        current.facts_at = news[current.customer_id]
    CurrentScore.objects.bulk_update(seen, ["facts_at"], batch_size=ROWS_AT_ONCE)
