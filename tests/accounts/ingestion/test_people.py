"""Teams, and who looks after whom: owners follow one another, and files may be loaded again."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from accounts.business_days import today
from accounts.models import Assignment, Change, Customer, Team, User
from tests.accounts.ingestion.bringing import bring, counts, customer, states

pytestmark = pytest.mark.django_db

TEAM = """\
email,name,role,team,manager
ivo@harbor.example,Ivo,csm,Harbor,mara@harbor.example
mara@harbor.example,Mara,manager,Bay,
olu@harbor.example,Olu,admin,,mara@harbor.example
"""


def test_a_team_is_made_with_its_managers(tmp_path: Path) -> None:
    (batch,) = bring(tmp_path, {"team.csv": TEAM})
    assert (counts(batch), batch.notices) == ({"created": 3}, {"manager_without_team": 1})
    managed = {team.name: [user.name for user in team.managers.all()] for team in Team.objects.all()}
    assert managed == {"Harbor": ["Mara"], "Bay": ["Mara"]}
    assert User.objects.get(team__name="Harbor").name == "Ivo"
    assert states(tmp_path, "team", TEAM) == {"unchanged": 3}


def test_the_role_decides_and_nobody_can_log_in_yet(tmp_path: Path) -> None:
    states(tmp_path, "team", TEAM)
    assert dict(User.objects.values_list("name", "is_superuser")) == {"Ivo": False, "Mara": False, "Olu": True}
    assert not any(user.has_usable_password() for user in User.objects.all())
    assert all(user.is_active for user in User.objects.all())
    states(tmp_path, "team", "email,name,role\nolu@harbor.example,Olu,viewer\n")
    assert not User.objects.get(name="Olu").is_superuser


def test_a_manager_is_added_and_the_others_stay(tmp_path: Path) -> None:
    states(tmp_path, "team", TEAM)
    text = "email,name,team,manager\nivo@harbor.example,Ivo,Harbor,olu@harbor.example\n"
    assert states(tmp_path, "team", text) == {"updated": 1}
    assert sorted(user.name for user in Team.objects.get(name="Harbor").managers.all()) == ["Mara", "Olu"]


def owners(role: str = "csm") -> list[tuple[str, Any, Any]]:
    """Who owned the customer, with first and last day, in the order of time."""
    rows = Assignment.objects.filter(role=role).order_by("until_on").values_list("user__email", "from_on", "until_on")
    return sorted(((email[:3], start, end) for email, start, end in rows), key=lambda row: row[2] or date.max)


def give(tmp_path: Path, csm: str, observed: str = "") -> dict[str, int]:
    email = csm and f"{csm}@harbor.example"
    column, cell = (",observed_on", f",{observed}") if observed else ("", "")
    return states(tmp_path, "customers", f"external_id,name,csm{column}\nC-1,Pebble,{email}{cell}\n")


def test_the_first_owner_of_a_customer_held_since_ever(tmp_path: Path) -> None:
    assert give(tmp_path, "ann") == {"created": 1}
    assert owners() == [("ann", None, None)]
    assert give(tmp_path, "ann") == {"unchanged": 1}


def test_a_new_owner_closes_the_one_before_on_the_day_it_was_observed(tmp_path: Path) -> None:
    give(tmp_path, "ann", "2025-01-31")
    assert give(tmp_path, "ben", "2025-02-28") == {"updated": 1}
    assert owners() == [("ann", date(2025, 1, 31), date(2025, 2, 28)), ("ben", date(2025, 2, 28), None)]


def test_without_a_day_the_change_was_observed_today(tmp_path: Path) -> None:
    give(tmp_path, "ann")
    assert give(tmp_path, "ben") == {"updated": 1}
    assert owners() == [("ann", None, today()), ("ben", today(), None)]
    change = Change.objects.get(kind="assignments")
    assert (change.field, change.before, change.after) == ("until_on", None, today().isoformat())


def test_an_empty_cell_takes_the_owner_away(tmp_path: Path) -> None:
    give(tmp_path, "ann")
    assert give(tmp_path, "") == {"updated": 1}
    assert owners() == [("ann", None, today())]


ROWS = "customer,user,role,from,until\n"


def assigned(tmp_path: Path, *rows: str) -> dict[str, int]:
    text = "".join(f"C-1,{row.split(',')[0]}@harbor.example,csm,{row.split(',', 1)[1]}\n" for row in rows)
    return states(tmp_path, "assignments", ROWS + text)


@pytest.mark.parametrize("turned", [False, True])
def test_open_assignments_of_owners_close_one_another_in_time(turned: bool, tmp_path: Path) -> None:
    customer()
    rows = ["ann,2024-01-01,", "ben,2025-01-01,", "cat,2025-06-01,"]
    assert assigned(tmp_path, *(reversed(rows) if turned else rows)) == {"created": 3}
    expected = [
        ("ann", date(2024, 1, 1), date(2025, 1, 1)),
        ("ben", date(2025, 1, 1), date(2025, 6, 1)),
        ("cat", date(2025, 6, 1), None),
    ]
    assert owners() == expected
    assert assigned(tmp_path, *rows) == {"unchanged": 3}


def test_an_older_owner_that_arrives_later_ends_where_the_next_began(tmp_path: Path) -> None:
    customer()
    assigned(tmp_path, "ben,2025-01-01,")
    assert assigned(tmp_path, "ann,2024-01-01,") == {"created": 1}
    assert owners() == [("ann", date(2024, 1, 1), date(2025, 1, 1)), ("ben", date(2025, 1, 1), None)]


def test_the_owner_of_customers_csv_gets_the_first_day_of_assignments_csv(tmp_path: Path) -> None:
    give(tmp_path, "ann")
    assert assigned(tmp_path, "ann,2024-01-01,") == {"updated": 1}
    assert owners() == [("ann", date(2024, 1, 1), None)]
    assert give(tmp_path, "ann") == {"unchanged": 1}


def test_an_end_may_come_later_and_be_taken_back(tmp_path: Path) -> None:
    customer()
    assigned(tmp_path, "ann,2024-01-01,")
    assert assigned(tmp_path, "ann,2024-01-01,2025-01-01") == {"updated": 1}
    assert assigned(tmp_path, "ann,2024-01-01,") == {"updated": 1}
    assert owners() == [("ann", date(2024, 1, 1), None)]


def test_collaborators_stand_side_by_side(tmp_path: Path) -> None:
    customer()
    text = ROWS + "".join(f"C-1,{name}@harbor.example,collaborator,,\n" for name in ("ann", "ben"))
    assert states(tmp_path, "assignments", text) == {"created": 2}
    assert states(tmp_path, "assignments", text) == {"unchanged": 2}
    assert Customer.objects.get().assignment_set.filter(until_on=None).count() == 2
