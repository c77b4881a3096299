"""Several workers at once on one reaction, with transactions of their own."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from playbooks.models import Mail, Play, Reaction, Task
from playbooks.running import react
from scoring.models import Run
from tests.cast import give, make_customer, make_user
from tests.playbooks.nights import RED, WELL, Nights

WORKERS = 3


def react_apart(run: Run) -> None:
    try:
        react(run)
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_workers_at_once_do_everything_once(transactional_db: None, night: Nights, settings: Any) -> None:
    settings.SHARD_SIZE = 1
    bob, customers = make_user("Bob"), [make_customer() for _ in range(12)]
    for customer in customers:
        give(customer, bob)
    night(dict.fromkeys(customers, WELL))
    run = night.scored(dict.fromkeys(customers, RED))
    with ThreadPoolExecutor(WORKERS) as workers:
        list(workers.map(react_apart, [run] * WORKERS))
    assert react(run).finished_at
    assert (Play.objects.count(), Task.objects.count(), Mail.objects.count()) == (12, 24, 1)
    assert Reaction.objects.count() == 2
