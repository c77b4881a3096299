"""What must not wait for the night: a live score that has fallen by as much as the alert rule A1 says."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import numpy as np
from django.db import IntegrityError, transaction

from accounts.business_days import date_of
from playbooks import definitions
from playbooks.facts import CHANGE, Night
from playbooks.models import AlertRule, Episode, Mail
from playbooks.parsing import InvalidPlaybook, parse_alert
from playbooks.roles import Staff
from scoring.fields import is_field
from scoring.models import CurrentScore, Purpose, ScoreRecord

RULE = "A1"
LATELY = timedelta(minutes=10)  # live scores older than this were looked at before


def watch(now: datetime) -> int:
    """Alert on live scores that have fallen against the nightly record (S002-24, X27); how many alerts.

    Only rules about a change of the score make sense by day. The night finds the episode open and does not fire again.
    """
    on, alert = date_of(now), _rule()
    days = _days(alert) if alert else None
    if alert is None or days is None:
        return 0
    night, customers = _today(on, now, days)
    holds = np.flatnonzero(night.ask(alert.when)[0]).tolist()
    falling = {customers[i]: night.alert(alert.when, "", i) for i in holds}
    for customer in Episode.objects.open().filter(rule=RULE, customer__in=falling).values_list("customer", flat=True):
        del falling[customer]
    staff = Staff.of(falling, on)
    return sum(_fire(Episode(customer_id=pk, facts=facts), staff, now) for pk, facts in falling.items())


def _rule() -> definitions.AlertRule | None:
    row = AlertRule.objects.filter(key=RULE, is_active=True).first()
    try:
        return parse_alert(row.definition, is_field) if row else None
    except InvalidPlaybook:
        return None  # the night's log names it


def _days(alert: definitions.AlertRule) -> int | None:
    """The N of the score_change_N that the rule reads, where it reads nothing else."""
    names = [name.removeprefix(CHANGE) for name in alert.when.fields() if name.startswith(CHANGE)]
    return int(names[0]) if len(alert.when.fields()) == len(names) == 1 else None


def _today(on: date, now: datetime, days: int) -> tuple[Night, list[int]]:
    """The lately calculated scores of today, and their change over so many days within one scorecard version."""
    lately = CurrentScore.objects.filter(as_of=on, calculated_at__range=(now - LATELY, now), score__isnull=False)
    current = {one.customer_id: one for one in lately.order_by("customer_id").defer("inputs")}
    records = ScoreRecord.objects.filter(run__as_of=on - timedelta(days=days), run__purpose=Purpose.NIGHTLY)
    before = records.filter(customer_id__in=current, score__isnull=False).values_list(
        "customer_id", "score", "version_id"
    )
    pairs = [(current[pk], score) for pk, score, version in before if current[pk].version_id == version]
    scores = np.array([one.score for one, _ in pairs], dtype=np.float64)
    changes = scores - np.array([score for _, score in pairs], dtype=np.float64)
    return Night({"score": scores, f"{CHANGE}{days}": changes}, on), [one.customer_id for one, _ in pairs]


def _fire(episode: Episode, staff: Staff, now: datetime) -> bool:
    """Open the episode, fired, with the mail to the CSM; False where another process was faster."""
    episode.kind, episode.rule, episode.fired_at = Episode.Kind.ALERT, RULE, now
    episode.opened_on = episode.held_on = date_of(now)
    reader = staff.who(episode.customer_id, "CSM")
    try:
        with transaction.atomic():
            episode.save()
            if reader:
                key, kind = f"alert:{episode.pk}:{reader.pk}", Mail.Kind.ALERT
                Mail.objects.create(
                    dedupe_key=key, kind=kind, recipient=reader, episode=episode, created_at=now, next_try_at=now
                )
    except IntegrityError:
        return False
    return True
