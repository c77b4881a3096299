"""One entry of a vocabulary: read by all, tried and changed by admins."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import messages
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import User
from healthsite.pages.rules.entry_form import EntryForm, MoveForm
from healthsite.pages.rules.holding import holders
from healthsite.pages.rules.kinds import KINDS, NEW
from healthsite.pages.rules.readable import component_labels, of_kind
from healthsite.pages.rules.saying import may_edit_rules
from healthsite.pages.rules.trying import try_out
from healthsite.pages.rules.vocabularies import line_of
from healthsite.pages.visitors import user_of
from scoring.definitions import every_entry
from scoring.definitions.changing import add_entry, change_entry, move_entry
from scoring.models import Definition

ENTRIES: Final = 20  # of the history
REFUSED: Final = 422


@require_http_methods(["GET", "HEAD", "POST"])
def vocabulary(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """An entry; what an admin sends is tried, saved, or comes back with what is wrong (422)."""
    user = user_of(request)
    entry = get_object_or_404(Definition.objects.select_related("changed_by"), kind=kind, key=key)
    if request.method == "POST":
        return _take(request, user, entry)
    return _page(request, entry, EntryForm(entry, of_kind(kind)) if may_edit_rules(user) else None)


@require_POST
def vocabulary_move(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """Let an entry be asked earlier or later."""
    user = user_of(request)
    entry = get_object_or_404(Definition.objects.select_related("changed_by"), kind=kind, key=key)
    if not may_edit_rules(user):
        raise PermissionDenied
    form = MoveForm(request.POST)
    if not form.is_valid():
        return _page(request, entry, EntryForm(entry, of_kind(kind)), status=REFUSED, moving=form)
    up = form.cleaned_data["act"] == "up"
    if move_entry(entry=entry, up=up, reason=form.cleaned_data["reason"], by=user):
        messages.success(request, f"{entry.title} is now asked one place {'earlier' if up else 'later'}.")
    else:
        messages.info(request, f"{entry.title} stands {'first' if up else 'last'} already.")
    return redirect("vocabulary", kind, key)


@require_http_methods(["GET", "HEAD", "POST"])
def vocabulary_new(request: HttpRequest, kind: str) -> HttpResponse:
    """A new indicator or segment."""
    user = user_of(request)
    if kind not in KINDS or not KINDS[kind].can_add:
        raise Http404
    if not may_edit_rules(user):
        raise PermissionDenied
    entry = Definition(kind=kind, key="", number=0, body=dict(NEW[kind]))
    return (
        _take(request, user, entry)
        if request.method == "POST"
        else _page(request, entry, EntryForm(entry, of_kind(kind)))
    )


def _take(request: HttpRequest, user: User, entry: Definition) -> HttpResponse:
    """Do what the pressed button says."""
    if not may_edit_rules(user):
        raise PermissionDenied
    form, act = EntryForm(entry, of_kind(entry.kind), request.POST), request.POST.get("act", "save")
    if form.acted:
        return _page(request, entry, form)
    if not form.is_valid():
        return _page(request, entry, form, status=REFUSED)
    if act == "try":
        return _page(request, entry, form, trials=try_out(entry, form.said()))
    saved = _saved(form, user)
    if saved is None:
        return _page(request, entry, form, status=REFUSED)
    messages.success(request, f"Saved {saved.title}. It holds from the next scoring on; nights that were scored stay.")
    return redirect("vocabulary", saved.kind, saved.key)


def _saved(form: EntryForm, user: User) -> Definition | None:
    """The entry as it is now; None where it was refused, and then the form says why."""
    given: dict[str, Any] = {
        "title": form.title.cleaned_data["title"],
        "body": form.said(),
        "reason": form.why.cleaned_data["reason"],
        "by": user,
    }
    try:
        if not form.entry.pk:
            return add_entry(kind=form.entry.kind, **given)
        rest = {"is_active": form.title.cleaned_data["is_active"], "seen": form.why.cleaned_data["seen"]}
        return change_entry(entry=form.entry, **given, **rest)
    except (
        ValueError
    ) as error:  # whatever the vocabulary refuses: each has the place, the value and what would be right
        form.refuse(str(error))
        return None


def _page(
    request: HttpRequest, entry: Definition, form: EntryForm | None, *, status: int = 200, **more: Any
) -> HttpResponse:
    user = user_of(request)
    same = [one for one in every_entry(entry.kind) if one.key == entry.key]
    count = holders(user, same).get((entry.kind, entry.key)) if same else None
    order = [one.key for one in every_entry(entry.kind)]
    context = {
        "kind": KINDS[entry.kind],
        "line": line_of(entry, count, component_labels()) if entry.pk else None,
        "entry": entry,
        "form": form,
        "moving": MoveForm() if form else None,
        "place": order.index(entry.key) + 1 if entry.key in order else 0,
        "places": len(order),
        "history": _history(entry) if entry.pk else (),
        **more,
    }
    return render(request, "rules/vocabulary.html", context, status=status)


def _history(entry: Definition) -> QuerySet[LogEntry]:
    """Who changed what and why, the newest first."""
    said = LogEntry.objects.filter(content_type=ContentType.objects.get_for_model(entry), object_id=str(entry.pk))
    return said.select_related("user").order_by("-action_time", "-pk")[:ENTRIES]
