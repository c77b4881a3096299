"""Each kind: rows make records, the same rows change nothing, other values update them."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from accounts.ingestion.kinds import DECLARED
from accounts.kinds import KINDS
from accounts.models import Contact, Goal, Product, Subscription, Ticket
from tests.accounts.ingestion.bringing import bring, counts, customer, states
from tests.cast import make_row, make_source

pytestmark = pytest.mark.django_db

# kind: header, first values, the column to change with its new text, and some values as they are stored
CASES: dict[str, tuple[str, str, tuple[str, str], dict[str, Any]]] = {
    "team": (
        "email,name,role,team,weekly_hours,time_zone,skills,territory",
        "Ivo@Harbor.example,Ivo,csm,Harbor,32.5,Europe/Oslo,retail; health,North",
        ("weekly_hours", "20"),
        {"email": "ivo@harbor.example", "weekly_hours": Decimal("32.5"), "skills": ["retail", "health"]},
    ),
    "customers": (
        "external_id,name,industry,size,employees,country,domains,arr,currency,customer_since,renewal_on,is_reference",
        "C-9,Moss Hollow,Health,Mid-Market,540,US,moss.example;hollow.example,240000.50,usd,2022-09-01,2026-08-31,Yes",
        ("arr", "250000"),
        {
            "size": "mid_market",
            "employees": 540,
            "arr": Decimal("240000.50"),
            "currency": "USD",
            "is_reference": True,
            "domains": ["moss.example", "hollow.example"],
            "customer_since": date(2022, 9, 1),
        },
    ),
    "assignments": (
        "customer,user,role,from,until",
        "C-1,tess@harbor.example,executive,2025-01-01,",
        ("until", "2025-06-01"),
        {"role": "executive", "from_on": date(2025, 1, 1), "until_on": None},
    ),
    "products": (
        "sku,name,family,technology,list_price,end_of_life_on",
        "FLOW-9,Flow Nine,Flow,Legacy,600,2099-12-31",
        ("list_price", "700.25"),
        {"technology": "legacy", "list_price": Decimal(600), "end_of_life_on": date(2099, 12, 31)},
    ),
    "features": (
        "feature,name,product,is_core,is_advanced,min_plan_rank,released_on",
        "boards,Boards,FLOW-B,true,,1,2022-01-01",
        ("min_plan_rank", "2"),
        {"is_core": True, "is_advanced": False, "min_plan_rank": 1},
    ),
    "contacts": (
        "customer,external_id,name,email,roles,since,left_on,last_login_at,opted_out",
        "C-1,P-1,Aino Vesper,aino@pebble.example,Champion; technical admin,2024-01-01,,2025-03-01T09:30:00Z,no",
        ("roles", "user"),
        {"roles": ["champion", "technical_admin"], "last_login_at": datetime(2025, 3, 1, 9, 30, tzinfo=UTC)},
    ),
    "subscriptions": (
        "customer,external_id,product,plan,plan_rank,status,kind,started_on,ended_on,mrr,seats,billing_period,auto_renew",
        "C-1,S-1,FLOW-B,Basic,1, Cancelled ,one-time,2024-01-01,2024-12-31,99.90,12,Annual,t",
        ("seats", "14"),
        {"status": "canceled", "kind": "one_time", "mrr": Decimal("99.90"), "seats": 12, "auto_renew": True},
    ),
    "exchange_rates": (
        "currency,date,rate",
        "USD,2025-01-01,0.92345678",
        ("rate", "0.9"),
        {"rate": Decimal("0.92345678")},
    ),
    "holidays": (
        "calendar,date,name",
        "NO,2026-05-17,Constitution Day",
        ("name", "17 May"),
        {"name": "Constitution Day"},
    ),
    "assets": (
        "customer,serial,sku,quantity,status,support_status,purchased_on,end_of_life_on",
        "C-1,SN-1,SRV-1,3,in use,Active Warranty,2020-02-29,2027-01-01",
        ("quantity", "4"),
        {"external_id": "SN-1", "serial": "SN-1", "quantity": 3, "status": "in_use", "support_status": "active"},
    ),
    "opportunities": (
        "customer,external_id,name,kind,amount,probability,owner,opened_on,closed_on,won",
        "C-1,O-1,More seats,Cross-sell,12000,60,ben@harbor.example,2025-02-02,,",
        ("probability", "80"),
        {"kind": "cross_sell", "amount": Decimal(12000), "probability": 60.0, "won": None},
    ),
    "goals": (
        "customer,external_id,name,kind,unit,baseline,target,actual,weight,due_on,achieved_on",
        "C-1,G-1,Plan faster,First value,hours,8,4,5.5,2,2026-12-31,",
        ("actual", "4.5"),
        {"kind": "first_value", "baseline": 8.0, "actual": 5.5, "achieved_on": None},
    ),
    "expectations": (
        "customer,metric,from,until,expected,reason",
        "C-1,logins,2025-07-01,2025-09-01,,summer",
        ("expected", "12"),
        {"from_on": date(2025, 7, 1), "until_on": date(2025, 9, 1), "expected": None},
    ),
    "usage": (
        "customer,date,product,period_days,active_users,minutes,actions",
        "C-1,2025-03-03,,7,12,33.5,400",
        ("active_users", "13"),
        {"period_days": 7, "active_users": 12, "minutes": 33.5, "product_id": None},
    ),
    "feature_usage": (
        "customer,date,feature,users,uses",
        "C-1,2025-03-03,boards,5,40",
        ("uses", "41"),
        {"feature": "boards", "external_id": "", "uses": 40, "errors": None},
    ),
    "tickets": (
        "customer,external_id,opened_at,closed_at,status,type,channel,severity,csat,escalated,first_response_minutes",
        "C-1,T-1,2025-03-03 09:00,2025-03-04,Pending customer,Feature-Request,E-Mail,HIGH,4.0,0,12",
        ("csat", "5"),
        {
            "opened_at": datetime(2025, 3, 3, 9, tzinfo=UTC),
            "closed_at": datetime(2025, 3, 4, tzinfo=UTC),
            "csat": 4.0,
            "status": "pending_customer",
            "type": "feature_request",
            "channel": "email",
            "severity": "high",
            "escalated": False,
        },
    ),
    "interactions": (
        "customer,external_id,kind,at,duration_minutes,subject,initiated_by,contact,attendees,sentiment,author",
        "C-1,I-1,QBR,2025-03-03T10:00:00+02:00,45,Review,us,P-0,P-0; P-00,-0.5,ivo@harbor.example",
        ("attendees", "P-0"),
        {"kind": "qbr", "at": datetime(2025, 3, 3, 8, tzinfo=UTC), "sentiment": -0.5},
    ),
    "surveys": (
        "customer,external_id,kind,score,at,topic,contact,ticket",
        "C-1,N-1,NPS,9,2025-03-03,Relationship,P-0,T-0",
        ("score", "3"),
        {"kind": "nps", "score": 9.0, "topic": "relationship"},
    ),
    "pulses": (
        "customer,at,author,band,reason",
        "C-1,2025-03-03T08:00:00Z,ivo@harbor.example,Yellow,quiet",
        ("band", "red"),
        {"band": "yellow", "reason": "quiet"},
    ),
    "invoices": (
        "customer,external_id,issued_on,due_on,paid_on,amount,status,subscription,failed_attempts",
        "C-1,INV-1,2025-03-01,2025-03-15,,4000.005,open,S-0,",
        ("paid_on", "2025-03-20"),
        {"amount": Decimal("4000.00"), "paid_on": None, "failed_attempts": 0},
    ),
    "goal_readings": ("customer,goal,date,value", "C-1,G-0,2025-03-01,5.5", ("value", "5"), {"value": 5.5}),
    "churn_events": (
        "customer,external_id,on,kind,voluntary,reason,mrr_change",
        "C-1,E-1,2025-03-01,Contraction,true,budget,-100",
        ("mrr_change", "-120"),
        {"kind": "contraction", "voluntary": True, "mrr_change": Decimal(-100)},
    ),
    "metric_values": ("customer,metric,date,value", "C-1,nps_index,2025-03-01,1.5", ("value", "2"), {"value": 1.5}),
    "attributes": ("customer,attribute,value", "C-1,fleet,trucks", ("value", "trains"), {"value": "trucks"}),
}


@pytest.fixture(autouse=True)
def _things_to_refer_to() -> None:
    one = customer()
    source = make_source("import")
    for number in ("P-0", "P-00"):
        make_row(Contact, one, source=source, external_id=number, name=number)
    make_row(Subscription, one, source=source, external_id="S-0")
    make_row(Goal, one, source=source, external_id="G-0", name="G-0")
    make_row(Ticket, one, source=source, external_id="T-0", opened_at=datetime(2025, 1, 1, tzinfo=UTC))


def with_cell(kind: str, column: str, text: str) -> str:
    header, row, _change, _stored = CASES[kind]
    cells = next(csv.reader([row]))
    cells[header.split(",").index(column)] = text
    return f"{header}\n{','.join(cells)}\n"


def test_every_kind_has_a_case() -> None:
    assert list(CASES) == list(KINDS) == list(DECLARED)


@pytest.mark.parametrize("kind", CASES)
def test_a_row_makes_a_record_with_its_values(kind: str, tmp_path: Path) -> None:
    header, row, _change, stored = CASES[kind]
    assert states(tmp_path, kind, f"{header}\n{row}\n") == {"created": 1}
    record = KINDS[kind]._default_manager.latest("pk")
    assert {name: getattr(record, name) for name in stored} == stored


@pytest.mark.parametrize("kind", CASES)
def test_the_same_row_again_changes_nothing(kind: str, tmp_path: Path) -> None:
    header, row, _change, _stored = CASES[kind]
    states(tmp_path, kind, f"{header}\n{row}\n")
    assert states(tmp_path, kind, f"{header}\n{row}\n") == {"unchanged": 1}


@pytest.mark.parametrize("kind", CASES)
def test_another_value_updates_the_record(kind: str, tmp_path: Path) -> None:
    header, row, (column, text), _stored = CASES[kind]
    states(tmp_path, kind, f"{header}\n{row}\n")
    before = KINDS[kind]._default_manager.count()
    assert states(tmp_path, kind, with_cell(kind, column, text)) == {"updated": 1}
    assert KINDS[kind]._default_manager.count() == before
    assert states(tmp_path, kind, with_cell(kind, column, text)) == {"unchanged": 1}


@pytest.mark.parametrize("kind", CASES)
def test_a_row_without_what_a_record_needs_waits(kind: str, tmp_path: Path) -> None:
    name = DECLARED[kind].required.split()[-1]
    name = "sku" if kind == "assets" else name
    (batch,) = bring(tmp_path, {f"{kind}.csv": with_cell(kind, name, " ")})
    assert counts(batch) == {"quarantined": 1}
    assert [(row.line, row.code, row.column) for row in batch.quarantine.all()] == [(2, "missing_required", name)]


def test_an_unknown_sku_makes_a_stub_that_the_product_file_completes(tmp_path: Path) -> None:
    states(tmp_path, "subscriptions", "customer,external_id,product\nC-1,S-1,FLOW-Z\n")
    assert Product.objects.get(sku="FLOW-Z").name == "FLOW-Z"
    assert states(tmp_path, "products", "sku,name\nFLOW-Z,Flow Zero\n") == {"updated": 1}
    assert Subscription.objects.get(product__name="Flow Zero").external_id == "S-1"
