"""The columns that many records share, so that a name has one meaning and one size everywhere."""

from __future__ import annotations

from typing import Any

from django.db import models


def text(**options: Any) -> models.CharField[str, str]:
    """A short text; empty means unknown."""
    return models.CharField(max_length=255, blank=True, default="", **options)


def choice(choices: type[models.TextChoices]) -> models.CharField[str, str]:
    """One of a fixed set of words; empty means unknown."""
    return models.CharField(max_length=32, choices=choices, blank=True, default="")


def day() -> models.DateField[Any, Any]:
    """A business date; empty means unknown or not yet."""
    return models.DateField(null=True, blank=True)


def moment() -> models.DateTimeField[Any, Any]:
    """A moment in UTC; empty means unknown or not yet."""
    return models.DateTimeField(null=True, blank=True)


def money() -> models.DecimalField[Any, Any]:
    """An amount in the currency beside it."""
    return models.DecimalField(max_digits=18, decimal_places=2, null=True, blank=True)


def currency() -> models.CharField[str, str]:
    """An ISO 4217 code; empty means the reporting currency."""
    return models.CharField(max_length=3, blank=True, default="")


def count() -> models.BigIntegerField[Any, Any]:
    """A whole number that is never negative; empty means not measured, which is not zero."""
    return models.BigIntegerField(null=True, blank=True)


def number() -> models.FloatField[Any, Any]:
    """A measured number; empty means not measured, which is not zero."""
    return models.FloatField(null=True, blank=True)


def yes_no() -> models.BooleanField[Any, Any]:
    """Yes, no, or unknown."""
    return models.BooleanField(null=True, blank=True)


def words() -> models.JSONField[Any, Any]:
    """A list of texts."""
    return models.JSONField(default=list, blank=True)
