"""Why a run, a file or a row is not taken, and what is odd but not wrong; the codes are closed lists."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

REASONS: Final[dict[str, str]] = {
    "missing_required": "A value without which no record can be made is empty.",
    "wrong_cell_count": "The row has more or fewer cells than the header.",
    "not_a_number": "A number is needed.",
    "not_a_date": "A date is needed.",
    "not_a_moment": "A date with a time is needed.",
    "not_a_boolean": "Yes or no is needed.",
    "not_an_email": "An e-mail address is needed.",
    "unknown_value": "The value is not in the accepted list.",
    "out_of_range": "The number is outside what is possible.",
    "control_character": "The text holds a character that cannot be shown.",
    "too_long": "The text is longer than its column.",
    "past_1970": "The date is before 1970.",
    "future_date": "What can only have happened is dated in the future.",
    "out_of_order": "A later date is before an earlier one.",
    "unknown_customer": "No customer has this id.",
    "ambiguous_customer": "Customers of several sources have this id.",
    "unknown_reference": "The record referred to does not exist.",
    "parent_circle": "The customer would be below itself.",
    "conflict": "The database refused the row.",
}

NOTICES: Final[dict[str, str]] = {
    "usage_before_subscription": "Usage is dated before the subscription it came through, or the customer's first.",
    "ticket_before_signup": "A ticket was opened before the customer signed up.",
    "churn_before_signup": "The customer left before signing up.",
    "ticket_closed_undated": "A ticket is closed by its status, without a closing date: it counts as open.",
    "opportunity_won_undated": "An opportunity is won, without a closing date: it counts as open.",
    "invoice_paid_undated": "An invoice is paid without a day of payment: whether it was in time is not known.",
    "id_clash": "Rows with the same identity differ; the last was taken.",
    "unknown_column": "A column belongs to no field and was not read.",
    "unknown_reference": "A record that refers to another of the same file found nothing there.",
    "parent_circle": "A customer would be below itself by a parent of the same file; the parent was left out.",
    "missing_rate": "An amount is in a currency without any exchange rate.",
    "arr_differs": "The ARR given is more than 5 % off twelve times the MRR in force; what is given counts.",
    "manager_without_team": "A manager is named for a person without a team.",
}

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


class IngestError(Exception):
    """The run cannot start; nothing was written. The text says what to put right."""


class Refused(Exception):
    """One file cannot be read as a table; the text names the line."""


class Bad(ValueError):
    """A cell does not hold what its column needs."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a row waits in quarantine: a code of REASONS, the column, and a sentence for the one who mends it."""

    code: str
    column: str
    reason: str


def shown(cell: str) -> str:
    """A cell as it stands in a message: not too long, and without control characters."""
    return CONTROL.sub("�", cell if len(cell) <= 60 else f"{cell[:59]}…")
