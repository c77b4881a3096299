"""The "do first" list: what speaks for each customer, from tasks, alerts, scores and renewals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Q

from accounts.models import Customer
from healthsite.pages.tasks.clock import clock
from healthsite.pages.today.ranking import (
    RENEWAL_DAYS,
    Ranked,
    Reason,
    Signal,
    promise_weight,
    ranked,
    renewal_weight,
)
from healthsite.pages.today.scope import Scope, arr_of, current_of
from healthsite.pages.today.wording import alert_clause, lowered
from healthsite.pages.words import until
from playbooks.models import Episode, Task
from scoring.engine.display import shown
from scoring.engine.version import Band

SOON: Final = timedelta(days=1)
FRESH: Final = timedelta(days=7)
AT_MOST: Final = 50  # candidates of a kind: more than the list holds, whatever the size of the book


@dataclass(frozen=True, slots=True)
class First:
    """A row of the list."""

    customer: Customer
    band: Band | None
    ranked: Ranked
    task: Task | None

    @property
    def arr(self) -> float:
        """What is at stake."""
        return arr_of(self.customer)


def do_first(scope: Scope, tasks: Iterable[Task]) -> list[First]:
    """At most seven customers in the order of `ranking.RULE`. `tasks` are the person's own, soonest due first.

    Two queries: risky customers and alerts.
    """
    mine = list(tasks)
    risky, alerts = risky_customers(scope), fresh_alerts(scope)
    signals = [*_of_tasks(scope, mine), *_of_scores(scope, risky), *_of_alerts(scope, alerts)]
    customers = {one.pk: one for one in [*_named(mine), *_named(alerts), *risky]}
    of_key, soonest = {task.pk: task for task in mine}, {task.customer_id: task for task in reversed(mine)}
    return [
        First(
            customer=customers[row.customer],
            band=scope.band_of(customers[row.customer]),
            ranked=row,
            task=of_key[row.task] if row.task else soonest.get(row.customer),
        )
        for row in ranked(signals)
    ]


def _named(rows: Iterable[Task | Episode]) -> Iterator[Customer]:
    return (row.customer for row in rows)


def risky_customers(scope: Scope) -> list[Customer]:
    """Customers in an emergency, and those in red that renew soon, the largest first. One query."""
    near = Q(renewal_on__range=(scope.today, scope.today + timedelta(days=RENEWAL_DAYS)))
    pressing = Q(current_score__is_emergency=True) | Q(current_score__role="red") & near
    found = scope.visible.filter(pressing).select_related("current_score")
    return list(found.order_by("-current_score__is_emergency", "-current_score__arr", "pk")[:AT_MOST])


def fresh_alerts(scope: Scope) -> list[Episode]:
    """Alerts of the last week that still hold, the newest first. One query."""
    fired = Episode.objects.alerts().open().filter(fired_at__gt=scope.now - FRESH, customer__in=scope.visible)
    return list(fired.select_related("customer__current_score").order_by("-fired_at", "pk")[:AT_MOST])


def _of_tasks(scope: Scope, tasks: Iterable[Task]) -> Iterator[Signal]:
    for task in tasks:
        promise = clock(task, scope.now)
        if task.status == Task.Status.WAITING or _is_put_off(task, scope.now):
            continue
        if promise and task.sla_at and task.sla_at <= scope.now + SOON:
            clause = f"{promise.words}: {lowered(task.title)}"
            yield Signal(task.customer_id, Reason.PROMISE, clause, promise_weight(task.sla_at), task.pk)
        elif task.due_at <= scope.now:
            clause = f"overdue: {lowered(task.title)}"
            yield Signal(task.customer_id, Reason.LATE, clause, arr_of(task.customer), task.pk)


def _is_put_off(task: Task, now: datetime) -> bool:
    """Whether it was put off and nothing was promised: a promise runs on whatever one puts off."""
    return task.sla_at is None and task.snoozed_until is not None and task.snoozed_until > now


def _of_scores(scope: Scope, customers: Iterable[Customer]) -> Iterator[Signal]:
    for customer in customers:
        current, arr = current_of(customer), arr_of(customer)
        if current and current.is_emergency:
            yield Signal(customer.pk, Reason.EMERGENCY, f"emergency: health {shown(current.score)}", arr)
        left = (customer.renewal_on - scope.today).days if customer.renewal_on else -1
        if current and current.role == "red" and 0 <= left <= RENEWAL_DAYS:
            clause = f"renews {until(customer.renewal_on, scope.today)} and stands at {shown(current.score)}"
            yield Signal(customer.pk, Reason.RENEWAL, clause, renewal_weight(arr, left))


def _of_alerts(scope: Scope, alerts: Iterable[Episode]) -> Iterator[Signal]:
    for alert in alerts:
        clause = alert_clause(alert, scope.version_of(alert.customer))
        yield Signal(alert.customer_id, Reason.ALERT, clause, arr_of(alert.customer))
