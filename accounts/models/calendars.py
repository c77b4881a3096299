"""Working days and hours: a site calendar, and others by country or team."""

from __future__ import annotations

from datetime import time
from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.models import fields


class Calendar(models.Model):
    """Which weekdays and hours are worked. The key `site` is the default; a country code serves its customers."""

    SITE = "site"

    key = models.CharField(max_length=64, unique=True)
    time_zone = fields.text()
    weekdays = models.CharField(max_length=7, default="12345", help_text="ISO weekdays, 1 = Monday")
    opens = models.TimeField(default=time(9))
    closes = models.TimeField(default=time(17))

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(closes__gt=models.F("opens")), name="calendar_closes_after_it_opens"),
            models.CheckConstraint(condition=~Q(weekdays=""), name="calendar_has_a_working_day"),
        ]

    def __str__(self) -> str:
        return self.key


class Holiday(models.Model):
    """A day of a calendar on which nobody works."""

    calendar = models.ForeignKey(Calendar, on_delete=models.CASCADE, related_name="holidays")
    date = models.DateField()
    name = fields.text()
    updated_at = fields.moment()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["calendar", "date"], name="holiday_once_per_calendar_and_day")
        ]

    def __str__(self) -> str:
        return f"{self.date} {self.name}"
