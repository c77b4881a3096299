"""The end state of rows: duplicates, stale rows, what an absent column and an empty cell mean, links within a file."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from accounts.ingestion import rows, surveying
from accounts.ingestion.express import Express
from accounts.kinds import KINDS
from accounts.models import Change, Contact, Customer, FeatureUsage, Interaction, Product, Usage, User
from tests.accounts.ingestion.bringing import CUSTOMERS, bring, counts, customer, problems, states
from tests.cast import make_row, make_source

pytestmark = pytest.mark.django_db


@pytest.fixture(params=[rows.CHUNK, 2])
def _chunks_of(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """All rows in one transaction, and two in each."""
    monkeypatch.setattr(surveying, "CHUNK", request.param)


@pytest.mark.usefixtures("_chunks_of")
def test_of_rows_with_one_identity_the_last_counts(tmp_path: Path) -> None:
    text = "external_id,name\nC-1,Old\nC-2,Moss\nC-1,Old\nC-3,Loom\nC-1,New\n"
    (batch,) = bring(tmp_path, {"customers.csv": text})
    assert (counts(batch), batch.notices) == ({"created": 3, "duplicate": 2}, {"id_clash": 2})
    assert Customer.objects.get(external_id="C-1").name == "New"


def test_equal_duplicates_are_no_clash(tmp_path: Path) -> None:
    (batch,) = bring(tmp_path, {"customers.csv": "external_id,name\nC-1,A\nC-1,A\n"})
    assert (counts(batch), batch.notices) == ({"created": 1, "duplicate": 1}, {})


def test_a_bad_row_beats_no_good_one(tmp_path: Path) -> None:
    (batch,) = bring(tmp_path, {"customers.csv": "external_id,name,size\nC-1,Good,small\nC-1,Bad,vast\n"})
    assert counts(batch) == {"created": 1, "quarantined": 1}
    assert Customer.objects.get().name == "Good"


def test_a_day_of_usage_is_the_same_however_the_date_is_written(tmp_path: Path) -> None:
    customer()
    assert states(tmp_path, "usage", "customer,date,logins\nC-1,2025-03-01,1\nC-1,2025-3-1,2\n") == {
        "created": 1,
        "duplicate": 1,
    }
    assert Usage.objects.get().logins == 2


def test_usage_of_two_products_stands_side_by_side(tmp_path: Path) -> None:
    customer()
    text = "customer,date,product,logins\nC-1,2025-03-01,,1\nC-1,2025-03-01,FLOW,2\n"
    assert states(tmp_path, "usage", text) == {"created": 2}
    assert states(tmp_path, "usage", text) == {"unchanged": 2}


def test_feature_usage_with_ids_stands_side_by_side_and_without_is_one_a_day(tmp_path: Path) -> None:
    customer()
    text = "customer,date,feature,external_id,uses\n"
    text += (
        "C-1,2025-03-01,boards,U-1,1\nC-1,2025-03-01,boards,U-2,2\nC-1,2025-03-01,boards,,3\nC-1,2025-03-01,boards,,4\n"
    )
    assert states(tmp_path, "feature_usage", text) == {"created": 3, "duplicate": 1}
    assert sorted(FeatureUsage.objects.values_list("external_id", "uses")) == [("", 4), ("U-1", 1), ("U-2", 2)]


def test_two_ids_of_one_customer_update_the_same_record(tmp_path: Path) -> None:
    one = customer()
    one.aliases.create(source=one.source, external_id="C-old")
    text = "customer,date,logins\nC-1,2025-03-01,1\nC-old,2025-03-01,2\n"
    assert states(tmp_path, "usage", text) == {"created": 1, "updated": 1}
    assert Usage.objects.get().logins == 2


def test_a_row_older_than_the_stored_one_is_stale(tmp_path: Path) -> None:
    text = "external_id,name,updated_at\nC-1,{},2025-03-{}T00:00:00Z\n"
    assert states(tmp_path, "customers", text.format("Newer", "02")) == {"created": 1}
    assert states(tmp_path, "customers", text.format("Older", "01")) == {"stale": 1}
    assert Customer.objects.get().name == "Newer"
    assert states(tmp_path, "customers", text.format("Newer", "03")) == {"updated": 1}
    assert states(tmp_path, "customers", text.format("Between", "02")) == {"stale": 1}


@pytest.mark.parametrize(
    ("kind", "header", "row"),
    [
        ("team", "email,name", "a@harbor.example,{}"),
        ("products", "sku,name", "FLOW,{}"),
        ("features", "feature,name", "boards,{}"),
        ("holidays", "calendar,date,name", "NO,2025-05-17,{}"),
        ("exchange_rates", "currency,date,rate", "USD,2025-05-17,1.{}"),
        ("assignments", "customer,user,role,from,until", "C-1,a@harbor.example,csm,2025-01-01,2025-02-0{}"),
        ("attributes", "customer,attribute,value", "C-1,fleet,{}"),
    ],
)
def test_kinds_without_a_source_of_their_own_know_stale_rows_too(
    kind: str, header: str, row: str, tmp_path: Path
) -> None:
    customer()
    text = f"{header},updated_at\n{row}" + ",2025-03-{}T00:00:00Z\n"
    assert states(tmp_path, kind, text.format("1", "02")) == {"created": 1}
    assert states(tmp_path, kind, text.format("2", "01")) == {"stale": 1}
    assert states(tmp_path, kind, text.format("2", "03")) == {"updated": 1}


def test_an_absent_column_leaves_and_an_empty_cell_clears(tmp_path: Path) -> None:
    states(tmp_path, "customers", "external_id,name,industry,arr,tags\nC-1,Pebble,Retail,100,key;new\n")
    states(tmp_path, "customers", "external_id,industry,tags\nC-1,,\n")
    one = Customer.objects.get()
    assert (one.name, one.industry, one.arr, one.tags) == ("Pebble", "", 100, [])


def test_a_change_of_a_state_is_logged_and_a_first_delivery_is_not(tmp_path: Path) -> None:
    text = "external_id,name,arr,observed_on\nC-1,Pebble,{},{}\n"
    states(tmp_path, "customers", text.format("100", "2025-01-31"))
    assert not Change.objects.exists()
    states(tmp_path, "customers", text.format("120.5", "2025-02-28"))
    change = Change.objects.get(field="arr")
    assert (change.kind, change.before, change.after) == ("customers", "100.00", "120.50")
    assert (str(change.observed_on), change.customer) == ("2025-02-28", Customer.objects.get())


@pytest.mark.usefixtures("_chunks_of")
def test_a_parent_may_stand_further_down_in_the_file(tmp_path: Path) -> None:
    text = "external_id,name,parent\nC-1,A,C-5\nC-2,B,C-1\nC-3,C,\nC-4,D,C-5\nC-5,E,\n"
    (batch,) = bring(tmp_path, {"customers.csv": text})
    assert (counts(batch), batch.notices) == ({"created": 5}, {})
    parents = dict(Customer.objects.exclude(parent=None).values_list("external_id", "parent__external_id"))
    assert parents == {"C-1": "C-5", "C-2": "C-1", "C-4": "C-5"}
    assert not Change.objects.exists()
    assert states(tmp_path, "customers", text) == {"unchanged": 5}


def test_a_parent_that_could_not_be_made_is_noticed(tmp_path: Path) -> None:
    text = "external_id,name,size,parent\nC-1,A,small,C-2\nC-2,B,vast,\n"
    (batch,) = bring(tmp_path, {"customers.csv": text})
    assert (counts(batch), batch.notices) == ({"created": 1, "quarantined": 1}, {"unknown_reference": 1})


def test_superiors_and_replacements_are_linked_too(tmp_path: Path) -> None:
    people = "customer,external_id,name,reports_to\nC-1,P-1,Aino,P-2\nC-1,P-2,Bram,\n"
    products = "sku,name,replacement\nFLOW-1,Flow One,FLOW-2\nFLOW-2,Flow Two,FLOW-3\n"
    done = bring(tmp_path, {"customers.csv": CUSTOMERS, "contacts.csv": people, "products.csv": products})
    assert [counts(batch) for batch in done] == [{"created": 2}, {"created": 2}, {"created": 2}]
    assert Contact.objects.get(reports_to__name="Bram").external_id == "P-1"
    replaced = dict(Product.objects.exclude(replacement=None).values_list("sku", "replacement__sku"))
    assert replaced == {"FLOW-1": "FLOW-2", "FLOW-2": "FLOW-3"}


def test_attendees_are_replaced_as_a_whole(tmp_path: Path) -> None:
    one = customer()
    for number in ("P-1", "P-2"):
        make_row(Contact, one, source=make_source("import"), external_id=number, name=number)
    text = "customer,external_id,kind,at,attendees\nC-1,I-1,meeting,2025-03-03,{}\n"
    for attendees, state in (("P-1;P-2", "created"), ("P-2; P-1", "unchanged"), ("P-2", "updated"), ("", "updated")):
        assert states(tmp_path, "interactions", text.format(attendees)) == {state: 1}
        expected = [name for name in ("P-1", "P-2") if name in attendees]
        assert sorted(Interaction.objects.get().attendees.values_list("name", flat=True)) == expected


def test_an_e_mail_of_nobody_makes_an_inactive_user(tmp_path: Path) -> None:
    customer()
    text = "customer,at,author,band\nC-1,2025-03-03,New@Harbor.example,red\n"
    assert states(tmp_path, "pulses", text) == {"created": 1}
    user = User.objects.get(email="new@harbor.example")
    assert (user.is_active, user.has_usable_password(), user.role) == (False, False, "csm")


def test_facts_stamp_their_customer_for_scoring_and_rows_that_change_nothing_do_not(tmp_path: Path) -> None:
    customer("C-1")
    customer("C-2")
    states(tmp_path, "usage", "customer,date\nC-1,2025-03-03\n")
    stamped = Customer.objects.get(external_id="C-1").facts_changed_at
    assert stamped is not None
    assert Customer.objects.get(external_id="C-2").facts_changed_at is None
    states(tmp_path, "usage", "customer,date\nC-1,2025-03-03\n")
    assert Customer.objects.get(external_id="C-1").facts_changed_at == stamped


def test_amounts_without_a_rate_are_noticed(tmp_path: Path) -> None:
    customer()
    text = "customer,external_id,issued_on,amount,currency\nC-1,I-1,2025-03-01,5,SEK\nC-1,I-2,2025-03-01,5,EUR\n"
    rates = "currency,date,rate\nSEK,2025-01-01,0.09\n"
    (before,) = bring(tmp_path, {"invoices.csv": text})
    _rates, after = bring(tmp_path, {"exchange_rates.csv": rates, "invoices.csv": text})
    assert (before.notices, after.notices) == ({"missing_rate": 1}, {})


@pytest.mark.parametrize(
    ("kind", "code", "head", "odd", "fine"),
    [
        (
            "tickets",
            "ticket_closed_undated",
            "opened_at,status,closed_at",
            ["2025-03-01,closed,", "2025-03-02,closed,"],
            ["2025-03-01,closed,2025-03-02", "2025-03-01,open,", "2025-03-01,,"],
        ),
        (
            "opportunities",
            "opportunity_won_undated",
            "won,closed_on",
            ["yes,"],
            ["yes,2025-03-01", "no,", ",", ",2025-03-01"],
        ),
        (
            "invoices",
            "invoice_paid_undated",
            "issued_on,amount,amount_paid,status,paid_on",
            ["2025-03-01,5,5,,", "2025-03-01,5,6,open,", "2025-03-01,5,,paid,"],
            ["2025-03-01,5,5,paid,2025-03-02", "2025-03-01,5,4.99,,", "2025-03-01,5,,open,", "2025-03-01,0,0,,"],
        ),
    ],
)
def test_what_is_over_and_does_not_say_since_when_is_taken_and_noticed(
    kind: str, code: str, head: str, odd: list[str], fine: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    customer()
    rows = "".join(f"C-1,X-{number},{row}\n" for number, row in enumerate([*odd, *fine]))
    text = f"customer,external_id,{head}\n{rows}"
    (batch,) = bring(tmp_path, {f"{kind}.csv": text})
    assert (counts(batch), batch.notices) == ({"created": len(odd) + len(fine)}, {code: len(odd)})
    KINDS[kind]._default_manager.all().delete()
    monkeypatch.setattr(Express, "is_open", False)
    (batch,) = bring(tmp_path, {f"{kind}.csv": text})
    assert batch.notices == {code: len(odd)}


def test_a_date_that_an_earlier_row_brought_is_a_date(tmp_path: Path) -> None:
    customer()
    head = "customer,external_id,opened_at,status,closed_at\n"
    states(tmp_path, "tickets", f"{head}C-1,T-1,2025-03-01,open,2025-03-02\nC-1,T-2,2025-03-01,open,\n")
    (batch,) = bring(tmp_path, {"tickets.csv": "customer,external_id,status\nC-1,T-1,closed\nC-1,T-2,closed\n"})
    assert (counts(batch), batch.notices) == ({"updated": 2}, {"ticket_closed_undated": 1})


def test_dates_before_the_customer_signed_up_are_noticed(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "customers.csv": "external_id,name,customer_since,churned_on\nC-1,A,2025-02-01,\nC-2,B,2025-02-01,2025-01-01\n",
        "tickets.csv": "customer,external_id,opened_at\nC-1,T-1,2025-01-31T23:59\nC-1,T-2,2025-02-01\n",
        "churn_events.csv": "customer,external_id,on\nC-1,E-1,2025-01-01\n",
        "subscriptions.csv": "customer,external_id,started_on\nC-1,S-1,2025-03-01\n",
        "usage.csv": "customer,date\nC-1,2025-02-28\nC-1,2025-03-01\n",
    }
    notices = {batch.kind: batch.notices for batch in bring(tmp_path, files)}
    assert notices == {
        "customers": {"churn_before_signup": 1},
        "subscriptions": {},
        "usage": {"usage_before_subscription": 1},
        "tickets": {"ticket_before_signup": 1},
        "churn_events": {"churn_before_signup": 1},
    }


@pytest.mark.parametrize(
    ("arr", "subscriptions", "differs"),
    [
        ("1260", ["100,,,"], False),  # 5 % off
        ("1260.01", ["100,,,"], True),
        ("1139.99", ["60,,,", "40,,,active"], True),
        ("1200", ["100,,,", "50,2025-06-30,,"], False),  # one has ended
        ("1200", ["100,,,", "50,,yes,", "50,,,canceled", "50,,,trialing"], False),
        ("1200", ["100,,,", ",,,"], False),
        ("", ["100,,,"], False),
        ("5000", [], False),
    ],
)
def test_an_arr_that_the_subscriptions_do_not_come_to_is_noticed(
    arr: str, subscriptions: list[str], differs: bool, tmp_path: Path
) -> None:
    lines = [f"C-1,S-{number},{text}\n" for number, text in enumerate(subscriptions)]
    files = {
        "customers.csv": f"external_id,name,arr\nC-1,A,{arr}\nC-2,B,\n",
        "subscriptions.csv": "customer,external_id,mrr,ended_on,is_trial,status\n" + "".join(lines),
    }
    *_, batch = bring(tmp_path, files)
    assert batch.notices == ({"arr_differs": 1} if differs else {})


def test_an_arr_in_another_currency_than_a_subscription_is_not_compared(tmp_path: Path) -> None:
    files = {
        "customers.csv": "external_id,name,arr,currency\nC-1,A,9000,SEK\n",
        "subscriptions.csv": "customer,external_id,mrr,currency\nC-1,S-1,100,EUR\nC-1,S-2,100,SEK\n",
    }
    assert [batch.notices for batch in bring(tmp_path, files)] == [{}, {}]


def test_rows_that_wait_are_not_noticed(tmp_path: Path) -> None:
    customer(since=date(2025, 2, 1))
    (batch,) = bring(tmp_path, {"tickets.csv": "customer,external_id,opened_at,csat\nC-1,T-1,2025-01-01,9\n"})
    assert (problems(batch), batch.notices) == ([(2, "out_of_range", "csat")], {})
