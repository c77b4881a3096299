"""Labels of what became of a demo customer: grown, or gone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from accounts.models import ChurnEvent
from healthsite.demo.kinds.subscriptions import mrr_on
from healthsite.demo.lives import Life
from healthsite.demo.rows import Row


def churn_events(life: Life) -> Iterator[Row]:
    """An expansion on the day of an upgrade, a churn on the day of leaving, a reactivation on that of coming back."""
    events = {"expansion": life.event(life.story.upgrades), "churn": life.left_on, "reactivation": life.back_on}
    common = {"currency": life.story.currency, "voluntary": True}
    for kind, on in events.items():
        if on:
            before, identity = mrr_on(life, on - timedelta(days=1)), f"{life.external_id}-{kind}"
            change = mrr_on(life, on) - before
            yield life.row(ChurnEvent, on, external_id=identity, on=on, kind=kind, mrr_change=change, **common)
