"""Live scores: a fact that lands rescores its customer within seconds; the night makes the history."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import numpy as np
from django.conf import settings
from django.db.models import F
from django.utils import timezone

from accounts.business_days import today
from accounts.models import Customer
from scoring.models import CurrentScore
from scoring.recording import renew
from scoring.scorecards.choosing import choices_now

NEWS: Final = timedelta(days=2)  # older news has been through a night


def freshen(now: datetime | None = None) -> list[int]:
    """Score customers about whom something arrived, as of today; returns their ids, at most `SHARD_SIZE` at once.

    What is seen is remembered by the stamp of the news that was read before the facts were: news that lands meanwhile
    has another stamp, and is found the next time. Before the first scorecard is live nobody is scored. Who cannot be
    scored is named in the log, and left alone until there is more news.
    """
    choices = choices_now()
    news = _news(now or timezone.now()) if choices else {}
    if news:
        _, lost = renew(np.fromiter(news, dtype=np.int64), today(), choices, news)
        for customer_id in lost:
            CurrentScore.objects.filter(customer=customer_id).update(facts_at=news[customer_id])
    return list(news)


def _news(now: datetime) -> dict[int, datetime]:
    """The customers with news that their current score has not seen, and its stamp."""
    recent = Customer.objects.active_on(today()).filter(facts_changed_at__gt=now - NEWS)
    unseen = recent.exclude(current_score__facts_at=F("facts_changed_at")).order_by("pk")
    return dict(unseen.values_list("pk", "facts_changed_at")[: settings.SHARD_SIZE])
