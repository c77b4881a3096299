"""Where a person goes on after an act, and how they take it back."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from playbooks.models import Task

UNDO = "undo "  # before the address of the form in a message's tag; components/message.html makes the form


def back(request: HttpRequest, otherwise: str) -> HttpResponse:
    """To the page that the form came from, when it is one of ours, else to the other address."""
    wanted = request.POST.get("next", "")
    fits = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return redirect(wanted if fits and "\0" not in wanted else otherwise)


def say(request: HttpRequest, text: str, *, undo: Task | None = None) -> None:
    """Tell on the next page what was done; with `undo`, offer there to reopen the task."""
    tag = f"{UNDO}{reverse('task-act', args=[undo.pk])}?what=reopen" if undo else ""
    messages.success(request, text, extra_tags=tag)
