"""What was billed, and whether it was paid in time."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from accounts.models import fields
from accounts.models.records import Fact, by_source, non_negative
from accounts.models.subscriptions import Subscription


class InvoiceStatus(models.TextChoices):
    """Where an invoice stands today; what it was on a past day follows from its dates."""

    DRAFT = "draft", "Draft"
    OPEN = "open", "Open"
    PAID = "paid", "Paid"
    VOID = "void", "Void"
    UNCOLLECTIBLE = "uncollectible", "Uncollectible"


class InvoiceKind(models.TextChoices):
    """Money asked for, or given back."""

    INVOICE = "invoice", "Invoice"
    CREDIT_NOTE = "credit_note", "Credit note"


class Invoice(Fact):
    """An invoice, unpaid on D when issued by D and not paid by D."""

    DATED_BY: ClassVar = ("issued_on", "paid_on")

    issued_on = models.DateField()
    due_on = fields.day()
    paid_on = fields.day()
    amount = models.DecimalField(max_digits=18, decimal_places=2)
    amount_paid = fields.money()
    currency = fields.currency()
    status = fields.choice(InvoiceStatus)
    kind = models.CharField(max_length=32, choices=InvoiceKind, default=InvoiceKind.INVOICE)
    subscription = models.ForeignKey(Subscription, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    failed_attempts = models.PositiveIntegerField(default=0)

    class Meta(Fact.Meta):
        constraints: ClassVar = [
            *Fact.Meta.constraints,
            non_negative("invoice_attempts_not_negative", "failed_attempts"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["customer", "issued_on"], name="invoice_by_customer"),
            *by_source("invoice", "issued_on", "paid_on"),
        ]
