"""Reads what the commands of scoring have in common: dates, customers, and errors in one line."""

from __future__ import annotations

import json
from argparse import ArgumentTypeError
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from django.core.management.base import CommandError, OutputWrapper

from accounts.business_days import today
from accounts.lookup import UnknownCustomer
from scoring.engine.version import InvalidScorecard
from scoring.explaining import NotScored
from scoring.past.rescoring import NotOver
from scoring.scorecards.publishing import UnknownScorecard

EARLIEST = date(1970, 1, 1)


def business_date(text: str) -> date:
    """An ISO date from 1970 up to today, as an argument."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is not a date; write it as 2026-03-31") from None
    if not EARLIEST <= day <= today():
        raise ArgumentTypeError(f"{text} is outside 1970-01-01 to today; nothing is known of it")
    return day


@contextmanager
def errors_in_one_line() -> Iterator[None]:
    """Turn what a user can put right into the command's own error."""
    try:
        yield
    except (UnknownCustomer, UnknownScorecard, InvalidScorecard, NotScored, NotOver) as error:
        raise CommandError(str(error)) from error


def print_json(out: OutputWrapper, data: dict[str, Any]) -> None:
    """One JSON object on one line."""
    out.write(json.dumps(data, ensure_ascii=False, allow_nan=False) + "\n")
