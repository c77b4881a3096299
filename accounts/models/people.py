"""The people who work with the product, and the teams they are in."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from accounts.models import fields
from accounts.models.calendars import Calendar


class Team(models.Model):
    """Account people who share a portfolio; its managers see all of it."""

    name = models.CharField(max_length=128, unique=True)
    calendar = models.ForeignKey(Calendar, null=True, blank=True, on_delete=models.PROTECT)
    managers: models.ManyToManyField[User, Any] = models.ManyToManyField(
        "accounts.User", blank=True, related_name="managed_teams"
    )

    def __str__(self) -> str:
        return self.name


class Role(models.TextChoices):
    """What a person may do; nothing else decides it."""

    CSM = "csm", "CSM"
    ACCOUNT_EXECUTIVE = "account_executive", "Account executive"
    EXECUTIVE = "executive", "Executive"
    MANAGER = "manager", "Manager"
    ADMIN = "admin", "Admin"
    VIEWER = "viewer", "Viewer"


class UserManager(BaseUserManager["User"]):
    """Makes users, and finds them by e-mail whatever its case."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Make a user; without a password nobody can log in as them."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Make an admin (the command `createsuperuser`)."""
        return self.create_user(email, password, **{**fields, "role": Role.ADMIN})

    def get_by_natural_key(self, username: str | None) -> User:
        """Find the user who logs in with this e-mail."""
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):
    """A person. `role` alone decides staff access; an inactive user is a name an admin can invite."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=255)
    role = models.CharField(max_length=32, choices=Role, default=Role.CSM)
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.SET_NULL, related_name="members")
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(auto_now_add=True)
    weekly_hours = models.DecimalField(max_digits=5, decimal_places=2, default=30)
    time_zone = fields.text()
    skills = fields.words()
    territory = fields.text()
    observed_on = fields.day()
    updated_at = fields.moment()

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar = ["name"]

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(Lower("email"), name="user_email_whatever_its_case"),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="user_role_is_known"),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Let the role alone decide who passes every permission check."""
        self.is_superuser = self.role == Role.ADMIN
        super().save(*args, **kwargs)

    @property
    def is_staff(self) -> bool:
        """Whether the Django admin is open to this person."""
        return self.role == Role.ADMIN
