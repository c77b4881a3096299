"""Metrics of invoices: whether the customer pays, and in time."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
from django.db.models import Q

from accounts.models import Invoice
from scoring.engine.frame import Bools
from scoring.metrics.block import Block, Since
from scoring.metrics.metric import Quiet, Reading, declare, share

HISTORY_DAYS = 365
GRACE_DAYS = 5  # a payment so many days after the due date is still on time
COLUMNS = ["issued_on", "due_on", "paid_on", "status", "failed_attempts"]


def issued(on: date) -> Q:
    """The condition that money was asked for by a date: no draft, nothing voided, no credit note."""
    return Q(issued_on__lte=on, kind="invoice") & ~Q(status__in=["draft", "void"])


def invoices(block: Block) -> pd.DataFrame:
    """Invoices issued or due within the history, or `unpaid` on the date. What is paid later is unpaid on the date.

    One with the status paid and no day of payment is not unpaid, but nobody knows whether it was in time.
    """
    rows = block.shared_rows(Invoice, COLUMNS, _lately)
    paid_on, issued_on = rows["paid_on"], rows["issued_on"]
    open_now = (paid_on > block.day) | (paid_on.isna() & (rows["status"] != "paid"))
    recent = block.recent(issued_on, HISTORY_DAYS) | block.recent(rows["due_on"], HISTORY_DAYS)
    rows = rows.assign(unpaid=open_now, paid_on=paid_on.where(paid_on <= block.day))
    return rows[(recent | open_now) & (issued_on <= block.day)].reset_index(drop=True)


def _lately(since: Since, until: date) -> Q:
    recent = Q(issued_on__gte=since(HISTORY_DAYS)) | Q(due_on__gte=since(HISTORY_DAYS))
    # Unpaid on some date of the stretch: on its first, if not paid by then; what was issued later is recent.
    unpaid = Q(paid_on__gt=since(1)) | (Q(paid_on=None) & ~Q(status="paid"))
    return issued(until) & (recent | unpaid)


def billed(block: Block) -> Bools:
    """Which customers were ever sent an invoice by the date; older history is asked for only of the others."""
    recently = block.count(block.once(invoices)) > 0
    older = block.of_customers(Invoice).filter(issued(block.on), customer_id__in=block.ids[~recently].tolist())
    return recently | np.isin(block.ids, list(older.values_list("customer_id", flat=True).distinct()))


@declare(
    "payment_failures",
    label="Failed payments",
    unit="count",
    better="down",
    meaning="Failed attempts to collect the invoices issued in the window.",
    kinds=("invoices",),
    window=90,
    quiet=Quiet.ZERO,
    validity=45,
    cite="S004-11, S004-15",
)
def payment_failures(block: Block, window: int) -> Reading:
    """Sum of failed attempts on invoices issued in the window; needs one invoice ever."""
    rows = block.once(invoices)
    rows = rows[block.within(rows["issued_on"], window)]
    return Reading(block.sum(rows, "failed_attempts"), block.count(rows), possible=block.once(billed))


@declare(
    "days_past_due",
    label="Days past due",
    unit="days",
    better="down",
    meaning="How long the longest overdue invoice has been overdue on the day.",
    kinds=("invoices",),
    window=0,
    quiet=Quiet.ZERO,
    validity=45,
    cite="S004-11, S002-7",
)
def days_past_due(block: Block, window: int) -> Reading:
    """Largest number of days since the due date of an unpaid invoice, 0 before it; needs one invoice ever."""
    rows = block.once(invoices)
    unpaid = rows[rows["unpaid"] & rows["due_on"].notna()]
    unpaid = unpaid.assign(late=(block.day - unpaid["due_on"]).clip(lower=0))
    return Reading(block.reduce(unpaid, "late", "max"), block.count(unpaid), possible=block.once(billed))


@declare(
    "on_time_rate",
    label="Paid on time",
    unit="%",
    better="up",
    meaning="Share of the invoices due in the window that were paid within five days of the due date.",
    kinds=("invoices",),
    window=365,
    quiet=Quiet.MISSING,
    minimum=2,
    validity=120,
    cite="S000-51, S002-7, S003-7",
)
def on_time_rate(block: Block, window: int) -> Reading:
    """100 x paid by the due date + 5 / due in the window; what was paid on an unknown day is left out of both."""
    rows = block.once(invoices)
    due = rows[block.within(rows["due_on"], window) & (rows["unpaid"] | rows["paid_on"].notna())]
    due = due.assign(last=due[["due_on", "paid_on"]].max(axis=1))
    on_time = due[due["paid_on"] <= due["due_on"] + GRACE_DAYS]
    count = block.count(due)
    return Reading(share(block.count(on_time), count), count, block.reduce(due, "last", "max"))
