"""Taking back what one has just logged, with the task that came out of it."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from accounts.models import Customer, Interaction, User
from accounts.noting import BY_HAND, NotLogged, undo_interaction
from healthsite.pages.timeline.returning import way_back
from healthsite.pages.visitors import user_of
from playbooks.models import Task, TaskEvent

UNTOUCHED = (TaskEvent.Kind.CREATED, TaskEvent.Kind.ASSIGNED)


@require_POST
def undo_log(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an own entry back; somebody else's is not there."""
    user = user_of(request)
    own = Interaction.objects.filter(customer__in=Customer.objects.visible_to(user), author=user, source__name=BY_HAND)
    found = get_object_or_404(own.select_related("source", "customer"), pk=pk)
    try:
        undo(found, user)
    except NotLogged as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"“{found.subject}” was taken back.")
    return redirect(way_back(request, found.customer))


@transaction.atomic
def undo(interaction: Interaction, user: User) -> None:
    """Take an entry back, and the tasks out of it that nobody has touched. Raises NotLogged when it is too late."""
    tasks = Task.objects.filter(note=interaction, created_by=user, status=Task.Status.OPEN)
    touched = TaskEvent.objects.filter(task__note=interaction).exclude(kind__in=UNTOUCHED).values("task")
    untouched = list(tasks.exclude(pk__in=touched))
    undo_interaction(interaction=interaction, by=user)
    for task in untouched:
        task.delete()
