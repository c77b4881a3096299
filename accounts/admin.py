"""The accounts in the Django admin: people and calendars are kept here; what sources deliver is read here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.contrib.auth import admin as auth_admin
from django.contrib.auth.models import Group
from django.db import models
from django.http import HttpRequest
from django.utils import timezone

from accounts.admin_forms import CalendarForm, CustomerForm, NewUserForm, PersonForm
from accounts.assigning import assign
from accounts.business_days import today
from accounts.changes import Observation, change
from accounts.models import Assignment, Batch, Calendar, Change, Customer, Holiday, QuarantinedRow, Source, Team, User

if TYPE_CHECKING:  # generic for the type checker only
    ModelAdmin = admin.ModelAdmin[Any]
    TabularInline = admin.TabularInline[Any, Any]
    PeopleAdmin = auth_admin.UserAdmin[User]
else:
    from django.contrib.admin import ModelAdmin, TabularInline
    from django.contrib.auth.admin import UserAdmin as PeopleAdmin

admin.site.unregister(Group)  # the role alone decides what a person may do


class ReadOnlyAdmin(ModelAdmin):
    """Records that only machinery writes."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody adds one by hand."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Nobody changes one by hand."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Nobody takes one away by hand."""
        return False


@admin.register(User)
class UserAdmin(PeopleAdmin):
    """People. Nobody is deleted: what they did stays theirs."""

    form = PersonForm
    add_form = NewUserForm
    add_fieldsets = ((None, {"fields": ("email", "name", "role", "team", "password1", "password2")}),)
    fieldsets = (
        (None, {"fields": ("email", "name", "password")}),
        ("Work", {"fields": ("role", "team", "is_active", "weekly_hours", "skills", "time_zone", "territory")}),
    )
    list_display = ("email", "name", "role", "team", "is_active")
    list_filter = ("role", "team", "is_active")
    list_select_related = ("team",)
    search_fields = ("email", "name")
    ordering = ("email",)
    filter_horizontal = ()

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Switch them off in place of that."""
        return False


class MemberInline(TabularInline):
    """Who is in a team; that is set with the person."""

    model = User
    fields = ("name", "email", "role", "is_active")
    readonly_fields = fields
    verbose_name_plural = "members"
    ordering = ("name",)
    show_change_link = True
    can_delete = False
    extra = 0
    max_num = 0


@admin.register(Team)
class TeamAdmin(ModelAdmin):
    """Teams, who manages them, and who is in them."""

    list_display = ("name", "calendar", "member_count", "manager_names")
    list_select_related = ("calendar",)
    search_fields = ("name",)
    ordering = ("name",)
    filter_horizontal = ("managers",)
    inlines = (MemberInline,)

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Team]:
        """Teams with their members counted and their managers at hand."""
        teams = super().get_queryset(request).prefetch_related("managers")
        return teams.annotate(counted=models.Count("members", distinct=True))

    @admin.display(description="Members", ordering="counted")
    def member_count(self, team: Any) -> int:
        """How many people are in the team."""
        return int(team.counted)

    @admin.display(description="Managers")
    def manager_names(self, team: Team) -> str:
        """Who manages the team."""
        return ", ".join(sorted(str(manager) for manager in team.managers.all())) or "nobody"


@admin.register(Assignment)
class AssignmentAdmin(ReadOnlyAdmin):
    """Who looks after whom. To hand a customer over, add the new owner: the one before is closed on that day."""

    list_display = ("customer", "user", "role", "from_on", "until_on")
    list_filter = ("role",)
    list_select_related = ("customer", "user")
    search_fields = ("customer__name", "customer__external_id", "user__name", "user__email")
    fields = ("customer", "user", "role", "from_on")
    autocomplete_fields = ("customer", "user")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """An assignment is opened by hand."""
        return True

    def save_model(
        self, request: HttpRequest, obj: Assignment, form: forms.ModelForm[Assignment], change: bool
    ) -> None:
        """Assign as ingestion does, so that the change log knows."""
        opened = assign(
            customer=obj.customer, user=obj.user, role=obj.role, from_on=obj.from_on, observation=_by_hand(request)
        )
        obj.pk = opened.pk if opened else None


@admin.register(Customer)
class CustomerAdmin(ReadOnlyAdmin):
    """Customers: what a person sets by hand can be changed, the rest comes from sources."""

    form = CustomerForm
    by_hand = ("parent", "lifecycle_stage", "growth_potential", "is_reference", "tags")
    autocomplete_fields = ("parent",)
    list_display = ("name", "external_id", "industry", "size", "region", "renewal_on")
    list_filter = ("size", "lifecycle_stage")
    search_fields = ("name", "external_id")
    ordering = ("name",)

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Some fields are a person's to say."""
        return True

    def get_readonly_fields(self, request: HttpRequest, obj: Customer | None = None) -> list[str]:
        """All that is not set by hand."""
        return [field.name for field in Customer._meta.fields if field.name not in self.by_hand]

    def save_model(self, request: HttpRequest, obj: Customer, form: forms.ModelForm[Customer], change: bool) -> None:
        """Save it with an entry of the change log for each field, and let scoring know."""
        steps = {name: (form.initial[name], _key(form.cleaned_data[name])) for name in form.changed_data}
        Change.objects.bulk_create(_entry(obj, name, step, request) for name, step in steps.items())
        obj.facts_changed_at = timezone.now()
        super().save_model(request, obj, form, change)


def _entry(customer: Customer, field: str, step: tuple[Any, Any], request: HttpRequest) -> Change:
    return change("customers", customer, field, step, _by_hand(request))


def _key(value: Any) -> Any:
    """A customer by its key, as the log keeps it."""
    return value.pk if isinstance(value, Customer) else value


def _by_hand(request: HttpRequest) -> Observation:
    assert isinstance(request.user, User)
    return Observation(today(), by=request.user)


class HolidayInline(TabularInline):
    """The holidays of a calendar."""

    model = Holiday
    fields = ("date", "name")
    ordering = ("date",)
    extra = 1


@admin.register(Calendar)
class CalendarAdmin(ModelAdmin):
    """Working days, hours and holidays."""

    form = CalendarForm
    list_display = ("key", "time_zone", "weekdays", "opens", "closes")
    ordering = ("key",)
    inlines = (HolidayInline,)


@admin.register(Source)
class SourceAdmin(ModelAdmin):
    """How often a source delivers, and for which kinds it is complete. The name is what imports are told."""

    list_display = ("name", "time_zone", "rhythm_days", "expected_lag_days")

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Its rows would lose where they came from."""
        return False


@admin.register(Batch)
class BatchAdmin(ReadOnlyAdmin):
    """What arrived, and what became of each row."""

    list_display = ("file", "kind", "source", "status", "received_at", "rows_read", "records", "quarantined")
    list_filter = ("status", "kind", "source")
    list_select_related = ("source",)
    date_hierarchy = "received_at"


@admin.register(QuarantinedRow)
class QuarantinedRowAdmin(ReadOnlyAdmin):
    """Rows that could not be applied, with the reason."""

    list_display = ("batch", "line", "column", "code", "reason", "status")
    list_filter = ("status", "code")
    list_select_related = ("batch",)
