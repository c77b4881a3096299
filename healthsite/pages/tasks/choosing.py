"""Which tasks a page is about; all of it lives in the address."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from django import forms
from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from accounts.business_days import date_of, end_of
from accounts.models import User
from accounts.models.people import Role
from playbooks.models import Task

FINISHED: Final = 6
SECTIONS: Final = ("overdue", "today", "week", "later", "waiting", "snoozed", "finished")
SECTION_LABELS: Final = {
    "overdue": "Overdue",
    "today": "Today",
    "week": "This week",
    "later": "Later",
    "waiting": "Waiting for the customer",
    "snoozed": "Put off",
    "finished": "Finished",
}
STATES: Final = [
    ("", "To be done"),
    ("open", "Open"),
    ("started", "Started"),
    ("waiting", "Waiting"),
    ("snoozed", "Put off"),
    ("done", "Done"),
    ("not_needed", "No longer needed"),
]
ANY_STATE: Final = "any"  # not offered: what the board asks for, which has a column for each
DUES: Final = [("", "Any"), *((key, SECTION_LABELS[key]) for key in SECTIONS[:4])]
VIEWS: Final = [("", "List"), ("board", "Board"), ("people", "People")]


class TasksForm(forms.Form):
    """The filters as fields; what does not fit is named and left out, never an error of the page."""

    whose = forms.ChoiceField(required=False, label="Whose")
    state = forms.ChoiceField(required=False, choices=STATES, label="State")
    due = forms.ChoiceField(required=False, choices=DUES, label="Due")
    q = forms.CharField(required=False, max_length=200, label="Title or customer")
    customer = forms.IntegerField(required=False, min_value=1, max_value=2**62, widget=forms.HiddenInput)
    view = forms.ChoiceField(required=False, choices=VIEWS, widget=forms.HiddenInput)
    page = forms.IntegerField(required=False, min_value=1, max_value=10**6, widget=forms.HiddenInput)

    def __init__(self, *args: Any, people: list[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        whose = self.fields["whose"]
        assert isinstance(whose, forms.ChoiceField)
        persons = [(str(one.pk), one.name) for one in people]
        whose.choices = [("", "Mine"), ("team", "My team’s"), ("all", "All I may see"), *persons]

    def chosen(self) -> dict[str, Any]:
        """The filters that are set and make sense."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value not in (None, "")}


def people_of(user: User) -> list[User]:
    """The people whose tasks a person looks at: an admin all, a manager their teams, others their team."""
    active = User.objects.filter(is_active=True).exclude(role=Role.VIEWER).order_by("name", "pk")
    if user.role == Role.ADMIN:
        return list(active)
    if user.role == Role.MANAGER:
        return list(active.filter(Q(team__managers=user) | Q(pk=user.pk)).distinct())
    return list(active.filter(Q(team=user.team_id) if user.team_id else Q(pk=user.pk)))


def is_leader(user: User) -> bool:
    """Whether a person leads others."""
    return user.role in (Role.MANAGER, Role.ADMIN)


def chosen_tasks(user: User, chosen: dict[str, Any], now: datetime) -> QuerySet[Any]:
    """The tasks that an address asks for, of those that the person may see, each with its `section`."""
    tasks = Task.objects.visible_to(user).annotate(section=section(now)).filter(_of(user, chosen.get("whose", "")))
    tasks = tasks.filter(_in_state(chosen.get("state", ""), now))
    if "due" in chosen:
        tasks = tasks.filter(section=SECTIONS.index(chosen["due"]))
    if "customer" in chosen:
        tasks = tasks.filter(customer=chosen["customer"])
    if "q" in chosen:
        tasks = tasks.filter(Q(title__icontains=chosen["q"]) | Q(customer__name__icontains=chosen["q"]))
    return tasks


def section(now: datetime) -> Case:
    """The place in SECTIONS of a task, by the site's days; a week ends on Sunday."""
    today = date_of(now)
    sunday = today + timedelta(days=7 - today.isoweekday())
    return Case(
        When(finished_at__isnull=False, then=Value(FINISHED)),
        When(snoozed_until__gt=now, then=Value(5)),
        When(status=Task.Status.WAITING, then=Value(4)),
        When(due_at__lte=now, then=Value(0)),
        When(due_at__lt=end_of(today), then=Value(1)),
        When(due_at__lt=end_of(sunday), then=Value(2)),
        default=Value(3),
        output_field=IntegerField(),
    )


def _of(user: User, whose: str) -> Q:
    if whose == "all" or (whose == "team" and user.role == Role.ADMIN):
        return Q()
    if whose == "team":
        managed = Q(assignee__team__in=user.managed_teams.values("pk")) if user.role == Role.MANAGER else Q()
        return Q(assignee=user) | managed if managed else Q(assignee=user) | Q(assignee__team=user.team_id or 0)
    return Q(assignee=int(whose) if whose else user.pk)


def _in_state(state: str, now: datetime) -> Q:
    if state == ANY_STATE:
        return Q()
    if state == "":
        return Q(status__in=Task.UNFINISHED)
    if state == "snoozed":
        return Q(status__in=Task.UNFINISHED, snoozed_until__gt=now)
    return Q(status=state)
