"""Rows that cannot be applied wait in quarantine with their line, their column and a reason from the closed list."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from accounts.ingestion.problems import REASONS
from accounts.models import Customer, QuarantinedRow, Ticket, Usage
from tests.accounts.ingestion.bringing import CUSTOMERS, bring, counts, customer, problems
from tests.cast import make_customer, make_source

pytestmark = pytest.mark.django_db

# code, kind, header, a bad row, the column at fault
BAD: list[tuple[str, str, str, str, str]] = [
    ("missing_required", "customers", "external_id,name", "C-3,", "name"),
    ("wrong_cell_count", "customers", "external_id,name", "C-3,Juniper,Loom", ""),
    ("wrong_cell_count", "customers", "external_id,name", "C-3", ""),
    ("not_a_number", "customers", "external_id,name,arr", "C-3,Juniper,NaN", "arr"),
    ("not_a_number", "customers", "external_id,name,arr", "C-3,Juniper,-inf", "arr"),
    ("not_a_number", "customers", "external_id,name,arr", 'C-3,Juniper,"1,200.50"', "arr"),
    ("not_a_number", "customers", "external_id,name,employees", "C-3,Juniper,2.5", "employees"),
    ("not_a_number", "customers", "external_id,name,employees", "C-3,Juniper,٣", "employees"),
    ("out_of_range", "customers", "external_id,name,arr", "C-3,Juniper,1e400", "arr"),
    ("out_of_range", "customers", "external_id,name,arr", "C-3,Juniper,10000000000000000", "arr"),
    ("out_of_range", "customers", "external_id,name,employees", "C-3,Juniper,-1", "employees"),
    ("out_of_range", "customers", "external_id,name,employees", "C-3,Juniper,9223372036854775808", "employees"),
    ("not_a_date", "customers", "external_id,name,customer_since", "C-3,Juniper,01/02/2025", "customer_since"),
    ("not_a_date", "customers", "external_id,name,customer_since", "C-3,Juniper,2025-02-30", "customer_since"),
    (
        "not_a_moment",
        "contacts",
        "customer,external_id,name,last_login_at",
        "C-1,P-1,Aino,2025-02-01 25:00",
        "last_login_at",
    ),
    ("not_a_boolean", "customers", "external_id,name,is_reference", "C-3,Juniper,maybe", "is_reference"),
    ("not_an_email", "customers", "external_id,name,csm", "C-3,Juniper,Ivo", "csm"),
    ("unknown_value", "customers", "external_id,name,size", "C-3,Juniper,gigantic", "size"),
    ("unknown_value", "customers", "external_id,name,currency", "C-3,Juniper,€", "currency"),
    ("unknown_value", "customers", "external_id,name,time_zone", "C-3,Juniper,Mars/Olympus", "time_zone"),
    ("control_character", "customers", "external_id,name", "C-3,Juni\x00per", "name"),
    ("control_character", "customers", "external_id,name", "C-3,Juni\x1bper", "name"),
    ("too_long", "customers", "external_id,name", f"C-3,{'x' * 256}", "name"),
    ("past_1970", "customers", "external_id,name,customer_since", "C-3,Juniper,1969-12-31", "customer_since"),
    ("future_date", "usage", "customer,date,logins", "C-1,2199-01-01,3", "date"),
    ("future_date", "tickets", "customer,external_id,opened_at", "C-1,T-1,2199-01-01T00:00:00Z", "opened_at"),
    (
        "out_of_order",
        "subscriptions",
        "customer,external_id,started_on,ended_on",
        "C-1,S-1,2025-02-01,2025-01-01",
        "ended_on",
    ),
    (
        "out_of_order",
        "tickets",
        "customer,external_id,opened_at,closed_at",
        "C-1,T-1,2025-02-01T10:00Z,2025-02-01T09:59Z",
        "closed_at",
    ),
    (
        "out_of_order",
        "tickets",
        "customer,external_id,opened_at,resolved_at",
        "C-1,T-1,2025-02-01T10:00Z,2025-01-31",
        "resolved_at",
    ),
    ("out_of_range", "surveys", "customer,external_id,kind,score,at", "C-1,N-1,ces,8,2025-01-01", "score"),
    ("out_of_range", "tickets", "customer,external_id,opened_at,csat", "C-1,T-1,2025-01-01,6", "csat"),
    ("unknown_customer", "usage", "customer,date,logins", "C-99,2025-01-01,3", "customer"),
    ("unknown_reference", "goal_readings", "customer,goal,date,value", "C-1,G-9,2025-01-01,3", "goal"),
    ("unknown_reference", "customers", "external_id,name,parent", "C-3,Juniper,C-99", "parent"),
    ("conflict", "customers", "external_id,name,parent", "C-1,Pebble,C-1", ""),
]


@pytest.mark.parametrize(("code", "kind", "header", "row", "column"), BAD)
def test_a_bad_row_waits_with_its_reason(
    code: str, kind: str, header: str, row: str, column: str, tmp_path: Path
) -> None:
    customer()
    (batch,) = bring(tmp_path, {f"{kind}.csv": f"{header}\n{row}\n"})
    assert counts(batch) == {"quarantined": 1}
    assert problems(batch) == [(2, code, column)]
    assert code in REASONS


def test_a_ticket_may_be_closed_in_the_moment_it_is_opened_and_no_update_closes_it_earlier(tmp_path: Path) -> None:
    customer()
    head = "customer,external_id,{}\n"
    (batch,) = bring(
        tmp_path, {"tickets.csv": head.format("opened_at,closed_at") + "C-1,T-1,2025-02-01T10:00Z,2025-02-01T10:00Z\n"}
    )
    assert counts(batch) == {"created": 1}
    (batch,) = bring(tmp_path, {"tickets.csv": head.format("closed_at") + "C-1,T-1,2025-02-01T09:00Z\n"})
    assert problems(batch) == [(2, "out_of_order", "closed_at")]


def test_a_ticket_that_ends_on_the_day_it_opens_without_a_time_does_not_end_before_it(tmp_path: Path) -> None:
    customer()
    text = "customer,external_id,opened_at,resolved_at,closed_at\nC-1,T-1,2025-02-01T10:00Z,2025-02-01,2025-02-01\n"
    for state in ("created", "unchanged"):
        (batch,) = bring(tmp_path, {"tickets.csv": text})
        assert counts(batch) == {state: 1}
    ticket = Ticket.objects.get()
    assert ticket.opened_at == ticket.resolved_at == ticket.closed_at
    (batch,) = bring(tmp_path, {"tickets.csv": "external_id,customer,closed_at\nT-1,C-1,2025-02-01\n"})
    assert counts(batch) == {"unchanged": 1}


def test_a_bad_row_never_stops_the_good_ones(tmp_path: Path) -> None:
    text = "customer,date,logins\nC-1,2025-01-01,3\nC-1,2025-01-02,many\nC-1,2025-01-03,5\n"
    usage = bring(tmp_path, {"customers.csv": CUSTOMERS, "usage.csv": text})[1]
    assert counts(usage) == {"created": 2, "quarantined": 1}
    assert problems(usage) == [(3, "not_a_number", "logins")]
    assert sorted(Usage.objects.values_list("logins", flat=True)) == [3, 5]


def test_quarantine_keeps_the_cells_as_they_were_and_the_first_line_of_the_row(tmp_path: Path) -> None:
    text = 'external_id,name,size\nC-1,"Pebble\n& Finch",small\nC-2, Lantern ,vast\n'
    (batch,) = bring(tmp_path, {"customers.csv": text})
    first, second = batch.quarantine.order_by("line")
    assert (first.line, first.code, first.text["name"]) == (2, "control_character", "Pebble\n& Finch")
    assert (second.line, second.text) == (4, {"external_id": "C-2", "name": " Lantern ", "size": "vast"})
    assert "enterprise, large, mid_market, small" in second.reason


def test_a_nul_is_kept_in_a_form_that_every_database_can_store(tmp_path: Path) -> None:
    bring(tmp_path, {"customers.csv": "external_id,name\nC-1,a\x00b\n"})
    assert QuarantinedRow.objects.get().text["name"] == "a␀b"


def test_cells_beyond_the_header_are_kept_too(tmp_path: Path) -> None:
    bring(tmp_path, {"customers.csv": "external_id,name\nC-1,Pebble,and,Finch\n"})
    assert QuarantinedRow.objects.get().text["beyond column 4"] == "Finch"


def test_one_row_that_the_database_refuses_costs_one_row(tmp_path: Path) -> None:
    names = "".join(f"C-{number},Customer {number}\n" for number in range(1, 40))
    bring(tmp_path, {"customers.csv": f"external_id,name\n{names}"})
    parents = "".join(f"C-{number},{'C-17' if number == 17 else 'C-1'}\n" for number in range(2, 40))
    (batch,) = bring(tmp_path, {"customers.csv": f"external_id,parent\n{parents}"})
    assert counts(batch) == {"updated": 37, "quarantined": 1}
    assert problems(batch) == [(17, "conflict", "")]


def test_a_customer_is_found_in_the_same_source_then_by_alias_then_as_the_only_one(tmp_path: Path) -> None:
    same, other = customer("C-1"), make_customer(external_id="C-1", source=make_source("crm"))
    elsewhere = make_customer(external_id="C-7", source=make_source("crm"))
    same.aliases.create(source=same.source, external_id="C-old")
    (batch,) = bring(tmp_path, {"usage.csv": "customer,date\nC-1,2025-01-01\nC-old,2025-01-02\nC-7,2025-01-03\n"})
    assert counts(batch) == {"created": 3}
    assert [usage.customer for usage in Usage.objects.order_by("date")] == [same, same, elsewhere]
    assert not other.usage_set.exists()


def test_an_id_that_two_other_sources_use_is_ambiguous(tmp_path: Path) -> None:
    for source in ("crm", "billing"):
        make_customer(external_id="C-7", source=make_source(source))
    (batch,) = bring(tmp_path, {"usage.csv": "customer,date\nC-7,2025-01-03\n"})
    assert problems(batch) == [(2, "ambiguous_customer", "customer")]


def test_an_end_of_life_in_2099_is_kept_as_a_date(tmp_path: Path) -> None:
    text = "customer,external_id,sku,end_of_life_on\nC-1,A-1,SRV,2099-12-31\n"
    assert counts(bring(tmp_path, {"customers.csv": CUSTOMERS, "assets.csv": text})[1]) == {"created": 1}


def test_what_is_planned_may_lie_in_the_future(tmp_path: Path) -> None:
    files: dict[str, Any] = {
        "customers.csv": CUSTOMERS,
        "interactions.csv": "customer,external_id,kind,at\nC-1,I-1,qbr,2199-01-01T10:00:00Z\n",
        "subscriptions.csv": "customer,external_id,started_on,renews_on\nC-1,S-1,2199-01-01,2200-01-01\n",
    }
    assert [counts(batch) for batch in bring(tmp_path, files)] == [{"created": 2}, {"created": 1}, {"created": 1}]


def test_an_update_needs_only_the_identity_and_a_new_record_needs_the_rest(tmp_path: Path) -> None:
    bring(tmp_path, {"customers.csv": CUSTOMERS})
    (batch,) = bring(tmp_path, {"customers.csv": "external_id,industry\nC-1,Retail\nC-3,Energy\n"})
    assert counts(batch) == {"updated": 1, "quarantined": 1}
    assert problems(batch) == [(3, "missing_required", "name")]
    assert Customer.objects.get(external_id="C-1").name == "Pebble & Finch"


def test_an_update_is_checked_against_what_is_stored(tmp_path: Path) -> None:
    started = "customer,external_id,started_on\nC-1,S-1,2025-02-01\n"
    bring(tmp_path, {"customers.csv": CUSTOMERS, "subscriptions.csv": started})
    (batch,) = bring(tmp_path, {"subscriptions.csv": "external_id,customer,ended_on\nS-1,C-1,2025-01-01\n"})
    assert problems(batch) == [(2, "out_of_order", "ended_on")]


def test_a_ticket_opened_a_moment_ago_is_not_in_the_future(tmp_path: Path) -> None:
    customer()
    now = datetime.now(UTC).replace(microsecond=0).isoformat()
    (batch,) = bring(tmp_path, {"tickets.csv": f"customer,external_id,opened_at\nC-1,T-1,{now}\n"})
    assert counts(batch) == {"created": 1}
