"""team.csv: account people, the teams they are in and who manages those."""

from __future__ import annotations

from django.contrib.auth.hashers import make_password

from accounts.ingestion.columns import Details
from accounts.ingestion.kinds.base import Kind, Values
from accounts.models import User
from accounts.models.people import Role


def let_the_role_decide(values: Values) -> None:
    """Bulk writes bypass `User.save`, which keeps this in step."""
    if "role" in values:
        values["is_superuser"] = values["role"] == Role.ADMIN


def without_password() -> Values:
    """Nobody can log in as them until an admin invites them."""
    return {"password": make_password(None)}


KIND = Kind(
    name="team",
    columns="email name role team manager weekly_hours time_zone skills territory",
    required="email name",
    identity=("email",),
    is_state=True,
    beside={"manager": User},
    looked_up_last="manager",
    details={"weekly_hours": Details(low=0, high=168)},
    complete=let_the_role_decide,
    at_creation=without_password,
)
