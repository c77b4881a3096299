"""The command: what it prints, where, and how it exits."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.ingestion.mapping import read_mapping
from accounts.models import Customer, Source
from tests.accounts.ingestion.bringing import CUSTOMERS, everything, write

pytestmark = pytest.mark.django_db

SAMPLE = Path(__file__).parents[3] / "docs" / "sample"


def run(*arguments: Any) -> tuple[str, str, bool]:
    """Standard output, standard error, and whether the exit is 0."""
    out, err = StringIO(), StringIO()
    try:
        call_command("ingest", *map(str, arguments), stdout=out, stderr=err)
    except CommandError as error:
        return out.getvalue(), err.getvalue() + str(error), False
    return out.getvalue(), err.getvalue(), True


def test_json_is_one_object_with_every_count(tmp_path: Path) -> None:
    out, _err, good = run(write(tmp_path / "f", {"customers.csv": CUSTOMERS + "C-3,\n"}), "--json")
    answer = json.loads(out)
    assert good
    assert answer.pop("seconds") >= 0
    batch = {"kind": "customers", "file": "customers.csv", "rows_read": 3, "created": 2, "updated": 0, "unchanged": 0}
    batch |= {"stale": 0, "duplicate": 0, "skipped": 0, "quarantined": 1, "records": 2, "notices": {}, "refused": None}
    assert answer == {"batches": [batch]}


def test_a_refused_file_exits_1_and_still_prints_the_outcome(tmp_path: Path) -> None:
    folder = write(tmp_path / "f", {"customers.csv": CUSTOMERS, "usage.csv": b"\xff\xff"})
    out, err, good = run(folder, "--json")
    assert [batch["refused"] and batch["refused"][:6] for batch in json.loads(out)["batches"]] == [None, "line 1"]
    assert "refused: usage.csv" in err
    assert not good


def test_people_get_a_table(tmp_path: Path) -> None:
    out, _err, good = run(write(tmp_path / "f", {"customers.csv": "external_id,name,x\nC-1,A,1\n"}))
    head, row, notice, seconds = out.strip().splitlines()
    assert good
    assert head.split() == ["file", "kind", "rows_read", "created", "updated", "unchanged", "stale", "duplicate",
                            "skipped", "quarantined", "records"]  # fmt: skip
    assert row.split() == ["customers.csv", "customers", "1", "1", "0", "0", "0", "0", "0", "0", "1"]
    assert notice == "  notice: 1 unknown_column"
    assert seconds.endswith("seconds")


@pytest.mark.parametrize(
    "arguments", [[], ["nowhere"], ["nowhere", "--mapping", "no.toml"], ["--suggest-mapping", "no"]]
)
def test_what_cannot_be_read_exits_1_and_changes_nothing(arguments: list[str]) -> None:
    before = everything()
    out, err, good = run(*arguments)
    assert (out, good) == ("", False)
    assert err
    assert everything() == before


def test_a_dry_run_and_a_source_are_options(tmp_path: Path) -> None:
    folder = write(tmp_path / "f", {"customers.csv": CUSTOMERS})
    run(folder, "--dry-run")
    assert not Customer.objects.exists()
    run(folder, "--source", "crm")
    assert Source.objects.get().name == "crm"


def test_the_sample_goes_in_whole_and_twice_changes_nothing() -> None:
    first, second = (json.loads(run(SAMPLE, "--json")[0])["batches"] for _time in range(2))
    assert len(first) == 15
    for batch, again in zip(first, second, strict=True):
        assert batch["created"] == batch["rows_read"] == again["unchanged"] > 0
        assert batch["notices"] == again["notices"] == {}
        assert again["records"] == 0
    assert sum(file.stat().st_size for file in SAMPLE.iterdir()) < 40_000


def test_a_first_mapping_is_suggested_and_can_be_read(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "crm_accounts.csv": "account_id,company_name,signup_date,Shoe Size\n",
        "export_tickets.csv": "ticket_id,account_id,created_at,priority\n",
        "feature_usage.csv": "usage_id,subscription_id,usage_date,feature_name\n",
        "broken.csv": "",
    }
    out, _err, good = run("--suggest-mapping", write(tmp_path / "f", files))
    assert good
    (tmp_path / "suggested.toml").write_text(out)
    customers, usage, tickets = read_mapping(tmp_path / "suggested.toml").sections
    assert {name: rule.column for name, rule in customers.rules.items()} == {
        "external_id": "account_id", "name": "company_name", "customer_since": "signup_date",
    }  # fmt: skip
    assert (usage.through, usage.rules["external_id"].column) == ("subscriptions", "usage_id")
    assert {name: rule.column for name, rule in tickets.rules.items()} == {
        "customer": "account_id", "external_id": "ticket_id", "opened_at": "created_at", "severity": "priority",
    }  # fmt: skip
    assert "# not placed: Shoe Size" in out
    assert "# broken.csv: the file is empty" in out
