"""The express lane comes to the same end as the ordinary way, only with less work."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.ingestion.express import Express
from accounts.kinds import KINDS
from accounts.models import Batch, Subscription, Usage
from tests.accounts.ingestion.bringing import bring, counts, customer, problems
from tests.cast import make_row, make_source

pytestmark = pytest.mark.django_db

# Each file holds plain rows beside a duplicate, a bad value, an unknown customer, a known record and an odd date.
FILES = {
    "usage": """\
customer,date,product,logins,minutes
C-1,2025-03-01,,1,1.5
C-2,2025-03-01,FLOW,2,
C-1,2025-03-02,,3,3
C-1,2025-03-02,,4,4
C-9,2025-03-02,,5,5
C-2,2025-03-02,FLOW,-1,5
C-old,2025-03-03,,6,6
C-1,2025-03-03,,7,7
C-1,2024-03-03,,8,8
C-2,2025-01-01,,9,9
C-2,,,9,9
""",
    "tickets": """\
customer,external_id,opened_at,csat,severity
C-2,T-2,2025-03-01,5,high
C-1,T-1,2025-03-01T09:00:00+02:00,,
C-1,T-3,2024-03-01,3,low
C-1,T-4,2025-03-01,9,low
C-1,T-1,2025-03-02,,
""",
    "subscriptions": """\
customer,external_id,product,started_on,ended_on,currency,observed_on
C-1,S-1,FLOW,2025-03-01,2025-02-01,EUR,
C-2,S-2,FLOW,2025-03-01,,SEK,2025-03-05
C-1,S-0,,2025-01-02,,,2025-03-05
C-2,S-4,,2025-03-01,2025-04-01,EUR,
""",
    "feature_usage": """\
customer,date,feature,external_id,uses
C-1,2025-03-01,boards,U-1,1
C-1,2025-03-01,boards,,2
C-1,2025-03-01,boards,,3
C-2,2025-03-01,boards,U-2,many
C-2,2025-03-01,reports,U-3,4
""",
}


@pytest.fixture(autouse=True)
def _customers() -> None:
    source = make_source("import")
    one, two = customer("C-1", since=date(2025, 1, 1)), customer("C-2")
    one.aliases.create(source=source, external_id="C-old")
    make_row(Subscription, one, source=source, external_id="S-0", started_on=date(2025, 1, 1))
    make_row(Usage, two, source=source, date=date(2025, 1, 1), logins=1)


def outcome(kind: str, tmp_path: Path) -> tuple[Any, ...]:
    """Everything that a file came to: counts, notices, quarantine, and the records without their ids."""
    (batch,) = bring(tmp_path, {f"{kind}.csv": FILES[kind]})
    left_out = {"id", "product_id", "known_at"}
    names = [f.attname for f in KINDS[kind]._meta.concrete_fields if f.attname not in left_out]
    rows = sorted(map(repr, KINDS[kind]._default_manager.values_list(*names, "product__sku")))
    quarantine, notices = problems(batch), batch.notices
    Batch.objects.all().delete()
    return counts(batch), batch.records, notices, quarantine, rows


@pytest.mark.parametrize("kind", FILES)
def test_both_lanes_come_to_the_same_end(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = set(KINDS[kind]._default_manager.values_list("pk", flat=True))
    express = outcome(kind, tmp_path)
    KINDS[kind]._default_manager.exclude(pk__in=before).delete()
    Usage.objects.update(logins=1, minutes=None)
    monkeypatch.setattr(Express, "is_open", False)
    if kind == "subscriptions":
        Subscription.objects.update(started_on=date(2025, 1, 1), observed_on=None)
    assert outcome(kind, tmp_path) == express
    assert express[0]["created"] > 1
    assert express[3]


def test_many_plain_rows_cost_few_queries(tmp_path: Path) -> None:
    rows = "".join(f"C-1,{date.fromordinal(739_000 + day)},{day}\n" for day in range(500))
    with CaptureQueriesContext(
        connection,
    ) as queries:
        bring(tmp_path, {"usage.csv": "customer,date,logins\n" + rows})
    assert Usage.objects.filter(customer__external_id="C-1").count() == 500
    assert len(queries) < 30
