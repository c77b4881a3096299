"""The CSV writer."""

from __future__ import annotations

import csv
from typing import Any

import pytest

from accounts.csv_writing import safe_cell, streamed_csv


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "\nx", "\0x", "＝1", "＋1", "－1", "＠x", "  =1+1"]
)
def test_a_formula_is_written_as_text(text: str) -> None:
    assert safe_cell(text) == f"'{text}"


@pytest.mark.parametrize(("value", "cell"), [(-3.5, -3.5), (0, 0), (None, ""), ("Halden", "Halden"), ("a=b", "a=b")])
def test_numbers_stay_numbers_and_harmless_text_stays_as_it_is(value: Any, cell: Any) -> None:
    assert safe_cell(value) == cell


def test_headers_are_made_harmless_too_and_quotes_survive() -> None:
    rows = [["=name", "note"], ['Halden "North"', "a,b"]]
    response = streamed_csv("list", rows)
    text = b"".join(response).decode()
    assert list(csv.reader(text.splitlines())) == [["'=name", "note"], ['Halden "North"', "a,b"]]
    assert response["Content-Disposition"] == 'attachment; filename="list.csv"'
