"""Tasks and all that happened to them."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from accounts.models import Customer, Interaction, User
from playbooks.models.plays import Play


class TaskQuerySet(models.QuerySet["Task"]):
    """Tasks by who may see them and how far they are."""

    def visible_to(self, user: User) -> Self:
        """A person's own tasks, and those of customers this person may see."""
        return self.filter(Q(assignee=user) | Q(customer__in=Customer.objects.visible_to(user)))

    def unfinished(self) -> Self:
        """Those that are still to be done."""
        return self.filter(status__in=Task.UNFINISHED)

    def awake(self, now: datetime) -> Self:
        """Those that nobody has put off."""
        return self.filter(Q(snoozed_until=None) | Q(snoozed_until__lte=now))


class Task(models.Model):
    """Something that somebody is to do for a customer, by hand or as a step of a play.

    `due_at` is when it should be done, `sla_at` the latest moment before it is escalated; both move while the task
    waits for the customer. A task that `escalates` another tells its assignee that the other's SLA was missed.
    """

    class Status(models.TextChoices):
        OPEN = "open", "Open"
        STARTED = "started", "Started"
        WAITING = "waiting", "Waiting for the customer"
        DONE = "done", "Done"
        NOT_NEEDED = "not_needed", "No longer needed"

    class Priority(models.IntegerChoices):
        URGENT = 1, "Urgent"
        HIGH = 2, "High"
        NORMAL = 3, "Normal"
        LOW = 4, "Low"

    class Outcome(models.TextChoices):
        DONE = "done", "Done"
        REACHED = "reached", "Spoke with the customer"
        NOT_REACHED = "not_reached", "Customer not reached"
        DECLINED = "declined", "Customer declined"
        OTHER = "other", "Other"

    UNFINISHED: ClassVar = (Status.OPEN, Status.STARTED, Status.WAITING)

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="tasks")
    title = models.CharField(max_length=255)
    details = models.TextField(blank=True, default="")
    assignee = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="tasks")
    partner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )  # who does it together with the assignee
    priority = models.PositiveSmallIntegerField(choices=Priority, default=Priority.NORMAL)
    status = models.CharField(max_length=16, choices=Status, default=Status.OPEN)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )  # None = the night
    due_at = models.DateTimeField()
    sla_at = models.DateTimeField(null=True)
    sla = models.JSONField(null=True)  # what was promised: hours and calendar, as in the step (`playbooks.parsing`)
    escalate_to = models.JSONField(default=list)  # roles that hear of it when the SLA is missed
    escalated_at = models.DateTimeField(null=True)
    escalates = models.ForeignKey("self", null=True, on_delete=models.CASCADE, related_name="escalations")
    waiting_since = models.DateTimeField(null=True)
    snoozed_until = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    finished_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=16, choices=Outcome, blank=True, default="")
    hours = models.FloatField(default=1)  # what it is reckoned to take
    play = models.ForeignKey(Play, null=True, on_delete=models.PROTECT, related_name="tasks")
    step = models.PositiveSmallIntegerField(null=True)  # place in the play's steps, from 0
    turn = models.PositiveSmallIntegerField(default=0)  # how often the step came before, where it comes again
    note = models.ForeignKey(Interaction, null=True, on_delete=models.SET_NULL, related_name="tasks")  # it came out of

    objects = TaskQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(status__in=("open", "started", "waiting"), finished_at=None)
                | Q(status__in=("done", "not_needed"), finished_at__isnull=False),
                name="a_finished_task_says_when",
            ),
            models.CheckConstraint(
                condition=Q(status="waiting", waiting_since__isnull=False)
                | ~Q(status="waiting") & Q(waiting_since=None),
                name="a_waiting_task_says_since_when",
            ),
            models.CheckConstraint(condition=~Q(status="done") | ~Q(outcome=""), name="a_done_task_has_an_outcome"),
            models.CheckConstraint(condition=~Q(title=""), name="task_has_a_title"),
            models.UniqueConstraint(
                fields=["play", "step", "turn"], condition=Q(play__isnull=False), name="one_task_per_step_and_turn"
            ),
            models.UniqueConstraint(
                fields=["escalates", "assignee"],
                condition=Q(escalates__isnull=False),
                name="one_escalation_per_task_and_person",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["assignee", "status", "due_at"], name="task_by_assignee"),
            models.Index(fields=["customer", "status"], name="task_by_customer"),
            models.Index(fields=["status", "sla_at"], name="task_by_sla"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """The page of the task."""
        return reverse("task", args=[self.pk])

    @property
    def is_finished(self) -> bool:
        """Whether nothing is left to do."""
        return self.status not in self.UNFINISHED


class TaskEvent(models.Model):
    """Something that happened to a task, never changed: what its page and the customer's timeline tell."""

    class Kind(models.TextChoices):
        CREATED = "created", "Created"
        ASSIGNED = "assigned", "Assigned"
        CHANGED = "changed", "Changed"
        COMMENTED = "commented", "Comment"
        STARTED = "started", "Started"
        WAITING = "waiting", "Waiting for the customer"
        RESUMED = "resumed", "Taken up again"
        SNOOZED = "snoozed", "Put off"
        ESCALATED = "escalated", "SLA missed"
        COMPLETED = "completed", "Completed"
        REOPENED = "reopened", "Reopened"
        CLOSED = "closed", "No longer needed"

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="events")
    at = models.DateTimeField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=16, choices=Kind)
    text = models.TextField(blank=True, default="")  # a comment, a reason, an outcome
    before = models.CharField(max_length=255, blank=True, default="")
    after = models.CharField(max_length=255, blank=True, default="")

    class Meta:
        indexes: ClassVar = [models.Index(fields=["task", "at"], name="event_by_task")]

    def __str__(self) -> str:
        return f"{self.kind} {self.task_id}"
