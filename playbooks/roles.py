"""Who does a step: the roles of playbooks turned into people, never nobody while there is anybody."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from accounts.models import Assignment, Team, User
from accounts.models.people import Role

ASSIGNED = {"CSM": "csm", "AE": "account_executive", "EXEC": "executive"}
POOLS = {"SUP": "support", "TRN": "training", "FIN": "billing", "SR": "senior"}  # role -> skill
STANDING = {"HEAD": Role.EXECUTIVE, "ADMIN": Role.ADMIN}
FALLBACK = ("CSM", "MGR", "ADMIN")


@dataclass(frozen=True)
class Staff:
    """The people around some customers on a date. Only active users are ever chosen."""

    users: Mapping[int, User]  # everybody active, ascending by pk
    held: Mapping[tuple[int, str], tuple[int, int | None]]  # (customer, role) -> user and team, active or not
    managers: Mapping[int | None, int]  # team -> its active manager with the lowest pk
    pools: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, customers: Iterable[int], on: date) -> Staff:
        """Load them; three queries whatever the number of customers."""
        users = {user.pk: user for user in User.objects.filter(is_active=True).order_by("pk")}
        return cls(users, _held(customers, on), _managers(users), _pools(users.values()))

    def who(self, customer: int, role: str) -> User | None:
        """The user for a step role (library 7); a missing role falls to CSM, MGR, an admin, a manager, then nobody."""
        for one in (role, *FALLBACK, "ANY_MANAGER"):
            found = self._exactly(customer, one)
            if found is not None:
                return self.users[found]
        return None

    def holder(self, customer: int, role: str) -> User | None:
        """The active user in exactly this role, without anybody standing in."""
        found = self._exactly(customer, role)
        return None if found is None else self.users[found]

    def _exactly(self, customer: int, role: str) -> int | None:
        if role == "MGR":
            _, team = self.held.get((customer, "CSM"), (None, None))
            return self.managers.get(team)
        if role in ASSIGNED:
            user, _ = self.held.get((customer, role), (None, None))
            return user if user in self.users else None
        pool = self.pools.get(role, ())
        return pool[customer % len(pool)] if pool else None


def _held(customers: Iterable[int], on: date) -> dict[tuple[int, str], tuple[int, int | None]]:
    roles = {assigned: role for role, assigned in ASSIGNED.items()}
    rows = Assignment.objects.in_force(on).filter(customer__in=list(customers), role__in=roles)
    # The newest assignment is read last and stands; one of an inactive user gives way to an older active one.
    newest = rows.order_by("user__is_active", "from_on", "pk").values_list("customer", "role", "user", "user__team")
    return {(customer, roles[role]): (user, team) for customer, role, user, team in newest}


def _managers(users: Mapping[int, User]) -> dict[int | None, int]:
    links = Team.managers.through.objects.order_by("-user_id").values_list("team_id", "user_id")
    return {team: user for team, user in links if user in users}


def _pools(users: Iterable[User]) -> dict[str, tuple[int, ...]]:
    pools: defaultdict[str, list[int]] = defaultdict(list)
    for user in users:
        for role, skill in POOLS.items():
            if skill in user.skills:
                pools[role].append(user.pk)
        for role, standing in STANDING.items():
            if user.role == standing:
                pools[role].append(user.pk)
        if user.role == Role.MANAGER:
            pools["ANY_MANAGER"].append(user.pk)
    return {role: tuple(pool) for role, pool in pools.items()}
