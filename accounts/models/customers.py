"""Customers: who they are, when they were customers, and who looks after them."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from accounts.models import fields
from accounts.models.records import OfCustomer, Sourced, in_order, non_negative
from accounts.models.sources import Source
from accounts.querysets import AssignmentQuerySet, CustomerQuerySet


class Size(models.TextChoices):
    """Declared size class (S001-35…37, X34)."""

    ENTERPRISE = "enterprise", "Enterprise"
    LARGE = "large", "Large"
    MID_MARKET = "mid_market", "Mid-market"
    SMALL = "small", "Small"


class Stage(models.TextChoices):
    """Lifecycle stage, where a person has set it by hand."""

    ONBOARDING = "onboarding", "Onboarding"
    GROWTH = "growth", "Growth"
    MATURE = "mature", "Mature"
    RENEWAL = "renewal", "Renewal"
    CHURNED = "churned", "Churned"


class Level(models.TextChoices):
    """Low, medium or high."""

    LOW = "low", "Low"
    MEDIUM = "medium", "Medium"
    HIGH = "high", "High"


class Customer(Sourced):
    """A customer or prospect. Each owns its own ARR; a parent's is not the sum of its children's."""

    name = models.CharField(max_length=255)
    industry = fields.text()
    size = fields.choice(Size)
    employees = fields.count()
    region = fields.text()
    country = fields.text()
    territory = fields.text()
    domains = fields.words()
    time_zone = fields.text()
    arr = fields.money()
    annual_revenue = fields.money()
    currency = fields.currency()
    customer_since = fields.day()
    churned_on = fields.day()
    churn_reason = fields.text()
    renewal_on = fields.day()
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    lifecycle_stage = fields.choice(Stage)
    growth_potential = fields.choice(Level)
    is_reference = fields.yes_no()
    expected_active_users = fields.number()
    support_level = fields.text()
    tags = fields.words()
    observed_on = fields.day()
    facts_changed_at = fields.moment()  # news for scoring: something about this customer arrived

    objects = CustomerQuerySet.as_manager()

    class Meta(Sourced.Meta):
        constraints: ClassVar = [
            *Sourced.Meta.constraints,
            non_negative("customer_numbers_not_negative", "employees", "expected_active_users"),
            models.CheckConstraint(condition=~Q(parent=models.F("id")), name="customer_is_not_its_own_parent"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["name"], name="customer_by_name"),
            models.Index(fields=["facts_changed_at"], name="customer_by_news"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The deep dive."""
        return reverse("customer", args=[self.pk])


class CustomerPeriod(OfCustomer):
    """A time as a customer, from `started_on` up to (not with) `ended_on`. None = prospect: not scored, not counted."""

    started_on = models.DateField()
    ended_on = fields.day()
    reason = fields.text()
    voluntary = fields.yes_no()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["customer", "started_on"], name="period_starts_once"),
            models.UniqueConstraint(fields=["customer"], condition=Q(ended_on=None), name="one_open_period"),
            in_order("period_ends_after_it_starts", "started_on", "ended_on"),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} from {self.started_on}"


class AssignmentRole(models.TextChoices):
    """As what somebody looks after a customer."""

    CSM = "csm", "CSM"
    ACCOUNT_EXECUTIVE = "account_executive", "Account executive"
    EXECUTIVE = "executive", "Executive"
    COLLABORATOR = "collaborator", "Collaborator"


class Assignment(OfCustomer):
    """Somebody looks after a customer from a day up to (not with) another; without a start, since ever."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="assignments")
    role = models.CharField(max_length=32, choices=AssignmentRole, default=AssignmentRole.CSM)
    from_on = fields.day()
    until_on = fields.day()
    source = models.ForeignKey(Source, null=True, on_delete=models.PROTECT, related_name="+")
    updated_at = fields.moment()

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["customer", "role"],
                condition=Q(until_on=None, role__in=("csm", "account_executive")),
                name="one_open_owner_per_role",
            ),
            models.CheckConstraint(condition=Q(role__in=AssignmentRole.values), name="assignment_role_is_known"),
            in_order("assignment_ends_after_it_starts", "from_on", "until_on"),
        ]
        indexes: ClassVar = [models.Index(fields=["user", "role"], name="assignment_by_user")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role} of {self.customer_id}"


class Alias(models.Model):
    """Another identity of a customer, such as one merged into it; facts keep their own id."""

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="+")
    external_id = models.CharField(max_length=255)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="aliases")

    class Meta:
        verbose_name_plural = "aliases"
        constraints: ClassVar = [models.UniqueConstraint(fields=["source", "external_id"], name="alias_identity")]

    def __str__(self) -> str:
        return self.external_id


class Attribute(OfCustomer):
    """Any text of the user's own about a customer."""

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="+")
    attribute = models.CharField(max_length=64)
    value = models.CharField(max_length=1024, blank=True, default="")
    updated_at = fields.moment()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["source", "customer", "attribute"], name="attribute_identity")
        ]

    def __str__(self) -> str:
        return f"{self.attribute} = {self.value}"
