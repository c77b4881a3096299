"""The outbox: mail that is to be sent, written in the transaction of what it tells of."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from playbooks.models.tasks import Task


class Mail(models.Model):
    """One message to one person. It holds ids only; the text is made when it is sent. The key makes it exist once."""

    class Kind(models.TextChoices):
        NIGHT = "night", "What a night brought"
        ASSIGNED = "assigned", "A task was assigned"
        ESCALATED = "escalated", "An SLA was missed"
        ALERT = "alert", "Something happened today"

    dedupe_key = models.CharField(max_length=128, unique=True)
    kind = models.CharField(max_length=16, choices=Kind)
    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    on = models.DateField(null=True)  # business date of the night
    task = models.ForeignKey(Task, null=True, on_delete=models.CASCADE, related_name="+")
    episode = models.ForeignKey("playbooks.Episode", null=True, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    next_try_at = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True, default="")

    class Meta:
        verbose_name_plural = "mail"
        indexes: ClassVar = [
            models.Index(fields=["next_try_at"], condition=Q(sent_at=None), name="mail_to_send"),
        ]

    def __str__(self) -> str:
        return self.dedupe_key
