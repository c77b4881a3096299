"""The mapping language: every feature with a file it reads, every mistake with the line it is on."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from accounts.ingestion.problems import IngestError
from accounts.ingestion.sections import snake
from accounts.models import (
    Attribute,
    Customer,
    FeatureUsage,
    Interaction,
    Invoice,
    MetricValue,
    Source,
    Subscription,
    Ticket,
    Usage,
)
from tests.accounts.ingestion.bringing import bring, counts, everything, problems, write
from tests.cast import make_customer, make_row, make_source

pytestmark = pytest.mark.django_db

DESK = """\
[source]
name = "desk"
"""


@pytest.fixture(autouse=True)
def _customer_of_the_desk() -> None:
    make_customer(external_id="C-1", source=make_source("desk"), since=None)


def mapped(tmp_path: Path, mapping: str, rows: str, **options: str) -> list[dict[str, int]]:
    batches = bring(tmp_path, {"mapping.toml": options.get("source", DESK) + mapping, "rows.csv": rows})
    return [counts(batch) for batch in batches]


TICKETS = """
[tickets]
file = "rows.csv"
customer = "Account ID"
external_id = "Case"
opened_at = "Created"
"""


def test_fields_are_filled_from_columns_of_other_names(tmp_path: Path) -> None:
    assert mapped(tmp_path, TICKETS, "Case,Account ID,Created\nT-1,C-1,2025-03-01\n") == [{"created": 1}]
    assert Ticket.objects.get().opened_at == datetime(2025, 3, 1, tzinfo=UTC)


def test_only_rows_that_are_wanted_are_read(tmp_path: Path) -> None:
    mapping = TICKETS + 'where = { Environment = ["production", "live"], Kind = "case" }\n'
    rows = "Case,Account ID,Created,Environment,Kind\n"
    rows += "T-1,C-1,2025-03-01,production,case\nT-2,C-1,2025-03-01,test,case\nT-3,C-1,2025-03-01,live,note\n"
    assert mapped(tmp_path, mapping, rows) == [{"created": 1, "skipped": 2}]


def test_texts_are_translated_and_others_pass_as_they_are(tmp_path: Path) -> None:
    mapping = TICKETS + 'severity = { column = "Prio", values = { urgent = "critical", none = "" } }\n'
    rows = (
        "Case,Account ID,Created,Prio\nT-1,C-1,2025-03-01, urgent \nT-2,C-1,2025-03-01,low\nT-3,C-1,2025-03-01,none\n"
    )
    assert mapped(tmp_path, mapping, rows) == [{"created": 3}]
    assert list(Ticket.objects.order_by("pk").values_list("severity", flat=True)) == ["critical", "low", "normal"]


def test_an_empty_cell_clears_unless_it_is_to_be_left(tmp_path: Path) -> None:
    mapping = TICKETS + 'closed_at = { column = "Closed", if_missing = "leave" }\nresolved_at = "Solved"\n'
    rows = "Case,Account ID,Created,Closed,Solved\nT-1,C-1,2025-03-01,{},{}\n"
    mapped(tmp_path, mapping, rows.format("2025-03-05", "2025-03-04"))
    assert mapped(tmp_path, mapping, rows.format("", "")) == [{"updated": 1}]
    ticket = Ticket.objects.get()
    assert (ticket.closed_at, ticket.resolved_at) == (datetime(2025, 3, 5, tzinfo=UTC), None)


@pytest.mark.parametrize(
    ("scale", "cell", "csat"),
    [("[0, 100], to = [1, 5]", "50", 3.0), ("[0, 100], to = [1, 5]", "100", 5.0), ("[1, 10], to = [5, 1]", "1", 5.0)],
)
def test_numbers_are_scaled_along_a_straight_line(scale: str, cell: str, csat: float, tmp_path: Path) -> None:
    mapping = TICKETS + f'csat = {{ column = "Rating", scale = {scale} }}\n'
    mapped(tmp_path, mapping, f"Case,Account ID,Created,Rating\nT-1,C-1,2025-03-01,{cell}\n")
    assert Ticket.objects.get().csat == csat


def test_a_customer_is_found_through_another_record(tmp_path: Path) -> None:
    source = make_source("desk")
    make_row(Subscription, Customer.objects.get(), source=source, external_id="S-1", started_on=date(2025, 3, 1))
    mapping = """
[usage]
file = "rows.csv"
customer = { column = "Contract", through = "subscriptions.external_id" }
date = "Day"
"""
    rows = "Contract,Day\nS-1,2025-02-28\nS-1,2025-03-01\nS-2,2025-03-01\n"
    (batch,) = bring(tmp_path, {"mapping.toml": DESK + mapping, "rows.csv": rows})
    assert counts(batch) == {"created": 2, "quarantined": 1}
    assert batch.notices == {"usage_before_subscription": 1}
    assert problems(batch) == [(4, "unknown_customer", "Contract")]


def test_constants_and_templates_fill_fields(tmp_path: Path) -> None:
    mapping = """
[interactions]
file = "rows.csv"
customer = { constant = "C-1" }
external_id = { template = "I-{line}" }
at = { constant = 2025-03-01 }
kind = { constant = "meeting" }
subject = { template = "{Title} ({Town})" }
"""
    assert mapped(tmp_path, mapping, "Title,Town\nReview,Oslo\nStart, Bergen \n") == [{"created": 2}]
    first, second = Interaction.objects.order_by("pk")
    assert (first.external_id, first.subject) == ("I-2", "Review (Oslo)")
    assert (second.external_id, second.subject, second.kind) == ("I-3", "Start (Bergen)", "meeting")


EVENTS = """
[feature_usage]
file = "rows.csv"
customer = "account"
date = "happened_at"
feature = { column = "type", values = { 0 = "post", 1 = "reply" } }
uses = { total = "count" }
users = { total = "distinct", column = "user" }
minutes = { total = "sum", column = "seconds", scale = [0, 60], to = [0, 1] }
errors = { total = "max", column = "errors" }
"""
EVENT_ROWS = """\
account,happened_at,type,user,seconds,errors
C-1,2025-03-01 09:00:00,0,ann,30,1
C-1,2025-03-01 10:00:00,1,ann,60,
C-1,2025-03-01 11:00:00,0,ben,90,4
C-1,2025-03-01 12:00:00,0,ann,,2
C-9,2025-03-01 12:00:00,0,ann,60,0
C-1,2025-03-01 12:00:00,0,ann,lots,0
"""


def test_many_rows_become_one_record_and_share_its_state(tmp_path: Path) -> None:
    (batch,) = bring(tmp_path, {"mapping.toml": DESK + EVENTS, "rows.csv": EVENT_ROWS})
    assert (counts(batch), batch.records) == ({"created": 4, "quarantined": 2}, 2)
    assert problems(batch) == [(6, "unknown_customer", "account"), (7, "not_a_number", "seconds")]
    rows = FeatureUsage.objects.order_by("feature").values_list("feature", "uses", "users", "minutes", "errors")
    assert list(rows) == [("post", 3, 2, 2.0, 4), ("reply", 1, 1, 1.0, None)]
    assert mapped(tmp_path, EVENTS, EVENT_ROWS) == [{"unchanged": 4, "quarantined": 2}]


def test_two_sections_may_read_one_file(tmp_path: Path) -> None:
    mapping = (
        EVENTS
        + '\n[usage]\nfile = "rows.csv"\ncustomer = "account"\ndate = "happened_at"\nactions = { total = "count" }\n'
    )
    rows = "".join(EVENT_ROWS.splitlines(keepends=True)[:5])
    assert mapped(tmp_path, mapping, rows) == [{"created": 4}, {"created": 4}]
    assert Usage.objects.get().actions == 4


def test_a_kind_may_be_read_from_several_files(tmp_path: Path) -> None:
    mapping = "".join(
        f'[[customers]]\nfile = "{name}.csv"\nexternal_id = "id"\nname = "{column}"\n'
        for name, column in (("north", "label"), ("south", "title"))
    )
    files = {"mapping.toml": DESK + mapping, "north.csv": "id,label\nN-1,Pebble\n", "south.csv": "id,title\nS-1,Moss\n"}
    assert [counts(batch) for batch in bring(tmp_path, files)] == [{"created": 1}, {"created": 1}]
    assert set(Customer.objects.values_list("name", flat=True)) >= {"Pebble", "Moss"}


CUSTOMERS = '[customers]\nfile = "rows.csv"\nexternal_id = "ID"\nname = "ID"\n'


def test_columns_become_attributes_of_the_customer(tmp_path: Path) -> None:
    mapping = CUSTOMERS + 'attributes = ["Region", "PaperlessBilling"]\n'
    (batch,) = bring(
        tmp_path,
        {"mapping.toml": DESK + mapping, "rows.csv": "ID,Region,PaperlessBilling\nC-1,North,\nC-2,South,Yes\n"},
    )
    assert (counts(batch), batch.records) == ({"created": 2}, 5)
    found = Attribute.objects.order_by("customer__external_id", "attribute")
    expected = [("C-1", "region", "North"), ("C-2", "paperless_billing", "Yes"), ("C-2", "region", "South")]
    assert list(found.values_list("customer__external_id", "attribute", "value")) == expected
    assert mapped(tmp_path, mapping, "ID,Region,PaperlessBilling\nC-1,,\nC-2,South,Yes\n") == [
        {"updated": 1, "unchanged": 1}
    ]
    assert Attribute.objects.get(customer__external_id="C-1").value == ""


def test_attributes_may_be_given_keys_of_their_own(tmp_path: Path) -> None:
    mapped(tmp_path, CUSTOMERS + 'attributes = { zone = "Region" }\n', "ID,Region\nC-1,North\n")
    assert Attribute.objects.get().attribute == "zone"


def test_a_wide_table_becomes_one_value_per_filled_cell(tmp_path: Path) -> None:
    mapping = """
[metric_values]
file = "rows.csv"
customer = { template = "C-{line}" }
date = { constant = "2025-01-01" }
unpivot = ["csat", "Articles Viewed"]
"""
    for line in (2, 3):
        make_customer(external_id=f"C-{line}", source=make_source("desk"))
    rows = "csat,Articles Viewed\n4.5,12\n,3\n,\n5,many\n"
    (batch,) = bring(tmp_path, {"mapping.toml": DESK + mapping, "rows.csv": rows})
    assert (counts(batch), batch.records) == ({"created": 2, "skipped": 1, "quarantined": 1}, 3)
    values = MetricValue.objects.order_by("customer__external_id", "metric").values_list("metric", "value")
    assert list(values) == [("articles_viewed", 12.0), ("csat", 4.5), ("articles_viewed", 3.0)]


INVOICES = """
[invoices]
file = "rows.csv"
customer = "Konto"
external_id = "Nr"
issued_on = "Dato"
amount = "Sum"
paid_on = "Betalt"
"""
NORTHERN = """\
[source]
name = "desk"
date_order = "DMY"
time_zone = "Europe/Oslo"
decimal = ","
delimiter = ";"
encoding = "utf-16"
missing = ["(null)"]
covers = ["tickets", "invoices"]
rhythm_days = 1
expected_lag_days = 2
"""


def test_a_source_declares_how_it_writes(tmp_path: Path) -> None:
    rows = "Nr;Konto;Dato;Sum;Betalt\nF-1;C-1;01.02.2025;1234,50;(null)\nF-2;C-1;2025-02-03;2.000;\n"
    (batch,) = bring(tmp_path, {"mapping.toml": NORTHERN + INVOICES, "rows.csv": rows.encode("utf-16")})
    assert counts(batch) == {"created": 1, "quarantined": 1}
    assert problems(batch) == [(3, "not_a_number", "Sum")]
    invoice = Invoice.objects.get()
    assert (invoice.issued_on, invoice.amount, invoice.paid_on) == (date(2025, 2, 1), Decimal("1234.50"), None)
    source = Source.objects.get(name="desk")
    assert (source.covers, source.rhythm_days, source.expected_lag_days) == (["tickets", "invoices"], 1, 2)


def test_moments_without_a_zone_are_the_sources(tmp_path: Path) -> None:
    source = DESK + 'time_zone = "Europe/Oslo"\n'
    rows = "Case,Account ID,Created\nT-1,C-1,2025-07-01 00:30\nT-2,C-1,2025-07-01T00:30:00+00:00\n"
    mapped(tmp_path, TICKETS, rows, source=source)
    moments = list(Ticket.objects.order_by("external_id").values_list("opened_at", flat=True))
    assert moments == [datetime(2025, 6, 30, 22, 30, tzinfo=UTC), datetime(2025, 7, 1, 0, 30, tzinfo=UTC)]


def test_a_moment_in_a_date_field_gives_its_date_in_the_sources_zone(tmp_path: Path) -> None:
    mapping = '[usage]\nfile = "rows.csv"\ncustomer = "c"\ndate = "d"\n'
    mapped(tmp_path, mapping, "c,d\nC-1,2025-06-30T22:30:00Z\n", source=DESK + 'time_zone = "Europe/Oslo"\n')
    assert Usage.objects.get().date == date(2025, 7, 1)


# what is wrong with a mapping, and what the message must say
MISTAKES = [
    ("[tickets\n", "mapping.toml: this is not a TOML file"),
    ('[ticket]\nfile = "rows.csv"\n', "line 1: “ticket” is no kind"),
    ("[source]\nzone = 1\n" + TICKETS, "line 2: [source] “zone” is no option"),
    ('[source]\ndate_order = "YDM"\n' + TICKETS, "line 2: [source] date_order must be YMD, DMY or MDY"),
    ('[source]\nencoding = "klingon"\n' + TICKETS, "line 2: [source] encoding must be"),
    (TICKETS + 'opend = "Created"\n', "line 7: [tickets] “opend” is neither a field of tickets nor an option"),
    (TICKETS + 'csat = { colum = "x" }\n', "line 7: [tickets] “colum” is no option of a field"),
    (TICKETS + 'csat = { column = "Case", scale = [0, 1] }\n', "line 7: [tickets] scale and to belong together"),
    (TICKETS + 'csat = { column = "Case", if_missing = "zero" }\n', "line 7: [tickets] the only choice for if_missing"),
    (TICKETS + 'csat = { total = "median", column = "Case" }\n', "line 7: [tickets] a total is one of"),
    (TICKETS + 'csat = { column = "Case", constant = 3 }\n', "line 7: [tickets] give one of column, constant"),
    (TICKETS + 'csat = { column = "Case", through = "x" }\n', "line 7: [tickets] only a customer is found through"),
    (TICKETS + 'unpivot = ["Case"]\n', "line 7: [tickets] tickets cannot be read from a wide table"),
    ('[tickets]\ncustomer = "Case"\n', "line 1: [tickets] the section needs file"),
    ('[tickets]\nfile = "../rows.csv"\n', "line 2: [tickets] file is the name of a file beside the others"),
    ('[tickets]\nfile = "rows.csv"\ncustomer = "Case"\n', "line 1: [tickets] external_id must be mapped"),
    (TICKETS + '[[customers]]\nfile = "rows.csv"\nexternal_id = "Case"\n[[customers]]\nfile = "rows.csv"\nnome = "x"\n',
     "line 12: [customers] “nome” is neither a field"),
    ("", "the mapping has no section"),
    (TICKETS.replace("Created", "Opened"), "rows.csv: [tickets] reads the column “Opened”, which is not in the header"),
    (TICKETS.replace("rows.csv", "other.csv"), "there is no such file, and [tickets] names it"),
]  # fmt: skip


@pytest.mark.parametrize(("mapping", "message"), MISTAKES)
def test_a_mistake_in_a_mapping_is_named_with_its_line_and_nothing_is_written(
    mapping: str, message: str, tmp_path: Path
) -> None:
    before = everything()
    with pytest.raises(IngestError) as error:
        bring(tmp_path, {"mapping.toml": mapping, "rows.csv": "Case,Account ID,Created\nT-1,C-1,2025-03-01\n"})
    assert message in str(error.value)
    assert everything() == before


def test_a_single_file_is_read_by_the_sections_that_name_it(tmp_path: Path) -> None:
    from accounts.ingestion.running import Order, ingest

    folder = write(
        tmp_path / "f", {"m.toml": DESK + TICKETS, "rows.csv": "Case,Account ID,Created\nT-1,C-1,2025-03-01\n"}
    )
    (batch,) = ingest(Order(folder / "rows.csv", folder / "m.toml"))
    assert counts(batch) == {"created": 1}
    with pytest.raises(IngestError, match="has no section that reads this file"):
        ingest(Order(folder / "m.toml", folder / "m.toml"))


@pytest.mark.parametrize(
    ("header", "key"),
    [("Region", "region"), ("SeniorCitizen", "senior_citizen"),
     ("customerID", "customer_id"), ("TVShows 2", "tv_shows_2"),
     ("Net (EUR)", "net_eur"), ("already_snake", "already_snake")],
)  # fmt: skip
def test_keys_are_headers_in_lower_snake_case(header: str, key: str) -> None:
    assert snake(header) == key
