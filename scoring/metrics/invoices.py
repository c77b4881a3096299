"""Metrics of invoices: whether the customer pays, and in time."""

from __future__ import annotations

from datetime import date

import numpy as np
from django.db.models import Min, Q

from accounts.models import Invoice
from accounts.numbering import Number, columned
from scoring.engine.frame import Bools
from scoring.metrics.block import Block, Since
from scoring.metrics.metric import Quiet, Reading, declare, share
from scoring.metrics.rows import Rows, Table

HISTORY_DAYS = 365
GRACE_DAYS = 5  # a payment so many days after the due date is still on time
COLUMNS = ["issued_on", "due_on", "paid_on", "amount", "amount_paid", "status", "failed_attempts"]


def issued(on: date) -> Q:
    """The condition that money was asked for by a date: no draft, nothing voided, no credit note."""
    return Q(issued_on__lte=on, kind="invoice") & ~Q(status__in=["draft", "void"])


def invoices(block: Block) -> Rows:
    """Invoices issued or due within the history, or `unpaid` on the date. What is paid later is unpaid on the date.

    One that is paid by its status or in full, and no day of payment, is not unpaid, but nobody knows whether it was in
    time. Of one over nought nobody owes anything.
    """
    table = block.table(Invoice, COLUMNS, _lately)
    issued_on, due_on, paid_on = (table.columns[name] for name in ("issued_on", "due_on", "paid_on"))
    owed, in_full = table.columns["amount"] > 0, table.columns["amount_paid"] >= table.columns["amount"]
    never_paid = owed & np.isnan(paid_on) & ~table.has("status", "paid") & ~in_full
    recent_until = np.fmax(issued_on, due_on) + block.reach(HISTORY_DAYS).days - 1
    rows = block.situated(table, issued_on, np.where(never_paid, np.nan, np.fmax(recent_until, paid_on - 1)))
    paid = rows["paid_on"] <= rows.day
    unpaid = (owed[rows.index] & (rows["paid_on"] > rows.day)) | never_paid[rows.index]
    return rows.assign(unpaid=unpaid, paid_on=np.where(paid, rows["paid_on"], np.nan))


def _lately(since: Since, until: date) -> Q:
    recent = Q(issued_on__gte=since(HISTORY_DAYS)) | Q(due_on__gte=since(HISTORY_DAYS))
    # Unpaid on some date of the stretch: on its first, if not paid by then; what was issued later is recent.
    unpaid = Q(paid_on__gt=since(1)) | (Q(paid_on=None) & ~Q(status="paid"))
    return issued(until) & (recent | unpaid)


def billed(block: Block) -> Bools:
    """Which customers were ever sent an invoice by the date; older history is asked for only of the others."""
    recently = block.count(block.once(invoices)) > 0
    others = np.unique(block.ids[~recently]).tolist()
    older = block.of_customers(Invoice).filter(issued(block.dates[-1]), customer_id__in=others).order_by()
    first = older.values_list("customer_id").annotate(first=Number(Min("issued_on")))
    table = Table.of(columned(first, ["customer_id", "issued_on"], Invoice))
    return recently | (block.count(block.situated(table, table.columns["issued_on"])) > 0)


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
    rows = rows[rows.within("issued_on", window)]
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
    unpaid = rows[rows["unpaid"] & rows.known("due_on")]
    unpaid = unpaid.assign(late=np.maximum(unpaid.day - unpaid["due_on"], 0.0))
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
    due = rows[rows.within("due_on", window) & (rows["unpaid"] | rows.known("paid_on"))]
    due = due.assign(last=np.fmax(due["due_on"], due["paid_on"]))
    on_time = due[due["paid_on"] <= due["due_on"] + GRACE_DAYS]
    count = block.count(due)
    return Reading(share(block.count(on_time), count), count, block.reduce(due, "last", "max"))
