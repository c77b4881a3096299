"""Making a task: first for which customer, then what, who and by when."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.business_days import today
from accounts.models import Customer, Interaction, User
from healthsite.pages.tasks.forms import day_field, long_text
from healthsite.pages.tasks.returning import back, say
from healthsite.pages.visitors import user_of
from playbooks.models import Task
from playbooks.refusing import Refused
from playbooks.tasking import assignable, create_task, due_on, may_create

MOST_MATCHES: Final = 20


class WhereForm(forms.Form):
    """About whom it is to be: a customer's key, the key of a note it comes out of, or words to search by."""

    customer = forms.IntegerField(required=False, min_value=1, max_value=2**62)
    note = forms.IntegerField(required=False, min_value=1, max_value=2**62)
    q = forms.CharField(required=False, max_length=200, label="Customer")


class NewTaskForm(forms.Form):
    """A task of a customer."""

    title = forms.CharField(max_length=255, label="What is to be done")
    assignee = forms.TypedChoiceField(coerce=int, label="Who does it")
    due_at = day_field("Due on")
    priority = forms.TypedChoiceField(choices=Task.Priority, coerce=int, label="Priority", initial=Task.Priority.NORMAL)
    hours = forms.FloatField(label="Hours it takes", initial=1, min_value=0, max_value=200)
    details = long_text("Details (optional)")

    def __init__(self, *args: Any, customer: Customer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {user.pk: user for user in assignable(customer)}
        field = self.fields["assignee"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "Choose a person"), *((pk, user.name) for pk, user in self.people.items())]

    def clean_assignee(self) -> User:
        """The person."""
        return self.people[self.cleaned_data["assignee"]]


@require_http_methods(["GET", "HEAD", "POST"])
def task_new(request: HttpRequest) -> HttpResponse:
    """The form for a task of a customer, and the search for the customer before it."""
    user = user_of(request)
    if not may_create(user):
        raise PermissionDenied
    where = _where(request)
    if where.get("customer") is None:
        return _choose(request, user, where.get("q", ""))
    customer = get_object_or_404(Customer.objects.visible_to(user), pk=where["customer"])
    note = _note(customer, where.get("note"))
    return _make(request, customer, note) if request.method == "POST" else _ask(request, customer, note)


def _where(request: HttpRequest) -> dict[str, Any]:
    """What the address or the form says; a customer or a note that cannot be one is not there."""
    form = WhereForm({**request.GET.dict(), **request.POST.dict()})
    if not form.is_valid() and {"customer", "note"} & form.errors.keys():
        raise Http404
    return form.cleaned_data


def _note(customer: Customer, pk: int | None) -> Interaction | None:
    return get_object_or_404(Interaction, pk=pk, customer=customer) if pk else None


def _choose(request: HttpRequest, user: User, words: str) -> HttpResponse:
    """A search among one's customers; a task without a customer is refused."""
    visible = Customer.objects.visible_to(user)
    if words:
        visible = visible.filter(Q(name__icontains=words) | Q(external_id__icontains=words))
    found = list(visible.order_by("name", "pk")[: MOST_MATCHES + 1])
    if words and len(found) == 1:
        return redirect(f"{request.path}?customer={found[0].pk}")
    refused = request.method == "POST"
    context = {"q": words, "found": found[:MOST_MATCHES], "more": len(found) > MOST_MATCHES, "refused": refused}
    return render(request, "tasks/choose.html", context, status=422 if refused else 200)


def _ask(request: HttpRequest, customer: Customer, note: Interaction | None) -> HttpResponse:
    user = user_of(request)
    form = NewTaskForm(customer=customer, initial={"due_at": today(), "title": note.subject if note else ""})
    form.initial["assignee"] = user.pk if user.pk in form.people else None
    return _page(request, form, customer, note)


def _make(request: HttpRequest, customer: Customer, note: Interaction | None) -> HttpResponse:
    form = NewTaskForm(request.POST, customer=customer)
    if form.is_valid() and (made := _made(form, customer, note, user_of(request))):
        say(request, f"Task made for {made.assignee}: {made.title}")
        return back(request, made.get_absolute_url())
    return _page(request, form, customer, note)


def _made(form: NewTaskForm, customer: Customer, note: Interaction | None, by: User) -> Task | None:
    """The task, or None, and then the form says why not."""
    said = form.cleaned_data
    due = due_on(said.pop("due_at"), said["assignee"])
    try:
        return create_task(customer=customer, by=by, due_at=due, note=note, now=timezone.now(), **said)
    except Refused as refusal:
        for field, message in refusal.errors.items():
            form.add_error(field if field in form.fields else None, message)
        return None


def _page(request: HttpRequest, form: NewTaskForm, customer: Customer, note: Interaction | None) -> HttpResponse:
    wanted = request.POST.get("next") or request.GET.get("next", "")
    context = {"form": form, "customer": customer, "note": note, "next": wanted}
    return render(request, "tasks/new.html", context, status=422 if form.errors else 200)
