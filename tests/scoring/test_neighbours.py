"""Nobody else's data and nothing of a later date changes what a night says: score, metrics, indicators, segment."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any

import numpy as np
import pytest

from accounts.models import Customer, Interaction, Invoice, Opportunity, Subscription, Survey, Ticket, Usage
from scoring.judging import Judged, judge
from scoring.loading import load
from scoring.metrics import METRICS
from scoring.metrics.block import Block
from scoring.metrics.evaluating import evaluate
from scoring.models import ScorecardVersion
from tests.cast import make_customer, make_row, make_source
from tests.healthsite.pages.world import D, customer_at, live
from tests.scoring.metrics.reading import at

pytestmark = pytest.mark.django_db
SEEDS = [1, 2, 3]
TOLD = (0, 5, 40, 90)  # days ago


def ago(days: int) -> date:
    return D - timedelta(days=days)


def happen(customer: Customer, on: date, chance: Random) -> None:
    """Something of every kind that happened to a customer on a day."""
    make_row(Ticket, customer, opened_at=at(on), topic="login", severity="critical", sentiment=-chance.random())
    make_row(Interaction, customer, kind=chance.choice(["call", "email_out", "qbr", "training"]), at=at(on))
    make_row(Invoice, customer, issued_on=on, due_on=on + timedelta(days=3), amount=chance.randint(1, 900))
    make_row(Survey, customer, kind="nps", score=chance.randint(0, 10), at=at(on))
    make_row(Opportunity, customer, kind="expansion", opened_on=on, amount=chance.randint(1, 900))
    make_row(Subscription, customer, started_on=on, mrr=chance.randint(1, 900), currency="EUR", status="active")
    make_row(Usage, customer, date=on, logins=chance.randint(0, 50), active_users=chance.randint(0, 9), minutes=30)


def acme_among_others(chance: Random) -> tuple[ScorecardVersion, Customer]:
    """A customer and its neighbour, of whom every feed has told something lately, that of use every day.

    That a feed is alive is no customer's own: it has to be so before others come.
    """
    version, acme, neighbour = live(), customer_at(60), customer_at(40)
    for customer in (acme, neighbour):
        for days in TOLD:
            happen(customer, ago(days), chance)
    for days in set(range(150)) - {*TOLD}:
        make_row(Usage, neighbour, date=ago(days), logins=1)
    return version, acme


def parts(judged: Judged, place: int) -> dict[str, Any]:
    """All that a night says of one customer of a block."""
    scored, placed = judged.scored, judged.placed
    numbers = {name: getattr(scored, name)[place] for name in ("score", "low", "high", "coverage", "band")}
    numbers |= {name: getattr(placed, name)[place] for name in ("segment", "tags", "tier", "revenue_tier")}
    bits = {name: np.asarray(value).tobytes() for name, value in numbers.items()}
    return bits | {"inputs": scored.raw[place].tobytes(), "indicators": int(judged.indicators[place])}


def told(version: ScorecardVersion, acme: Customer, *others: Customer) -> dict[str, Any]:
    """What the night of D says of a customer, judged together with others, and each of its metrics."""
    ids = np.array(sorted(one.pk for one in (acme, *others)))
    place, block = int(np.searchsorted(ids, acme.pk)), Block(ids, D)
    metrics = {key: evaluate(METRICS[key], block, METRICS[key].window).values[place].tobytes() for key in METRICS}
    return metrics | parts(judge(load(ids, D, version.engine), version, D), place)


def differing(before: dict[str, Any], after: dict[str, Any]) -> set[str]:
    return {name for name in before if before[name] != after[name]}


@pytest.mark.parametrize("seed", SEEDS)
def test_the_data_of_others_changes_nothing(seed: int) -> None:
    chance = Random(seed)
    version, acme = acme_among_others(chance)
    before = told(version, acme)
    others = [make_customer() for _ in range(3)]
    for other in others:
        happen(other, ago(chance.randint(0, 120)), chance)
    assert differing(before, told(version, acme)) == set()
    assert differing(before, told(version, acme, *others)) == set()


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_dated_after_the_night_changes_nothing(seed: int) -> None:
    chance = Random(seed)
    version, acme = acme_among_others(chance)
    before = told(version, acme)
    for days in (1, chance.randint(2, 60)):
        happen(acme, D + timedelta(days=days), chance)
    assert differing(before, told(version, acme)) == set()


def test_what_is_dated_before_the_night_does() -> None:
    """The proof of the proofs: the same things of the day before are seen."""
    version, acme = acme_among_others(Random(1))
    before = told(version, acme)
    happen(acme, ago(1), Random(2))
    assert {"tickets_opened", "open_opportunities", "inputs", "score"} & differing(before, told(version, acme))


def test_another_source_that_begins_to_deliver_changes_nothing() -> None:
    version, acme = acme_among_others(Random(1))
    before = told(version, acme)
    make_row(Ticket, make_customer(source=make_source("other")), source=make_source("other"), opened_at=at(D))
    assert differing(before, told(version, acme)) == set()
