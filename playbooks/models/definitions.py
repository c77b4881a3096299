"""What to watch for and what to do then, as data that an admin edits; `playbooks.parsing` says what is allowed."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Playbook(models.Model):
    """A way to deal with a situation, by a key that never changes. A play keeps the definition it started with."""

    key = models.CharField(max_length=32, unique=True)
    title = models.CharField(max_length=255)
    definition = models.JSONField()
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering: ClassVar = ["key"]

    def __str__(self) -> str:
        return f"{self.key} {self.title}"


class AlertRule(models.Model):
    """A condition that account people are told of when it begins to hold."""

    key = models.CharField(max_length=32, unique=True)
    title = models.CharField(max_length=255)
    definition = models.JSONField()
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering: ClassVar = ["key"]

    def __str__(self) -> str:
        return f"{self.key} {self.title}"
