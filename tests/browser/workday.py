"""A small believable book on a Wednesday morning: three nights scored and reacted to, with what came of them.

North is Maren's team with Ines and Otis. In the last night Tarn fell into an emergency, Ostrava below the churn cut and
Delft from green to yellow; Alder and Nimbus were red on the first night already, so that no plan began for them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from accounts.models import Contact, Customer, Interaction, Survey, Team, Ticket, User
from playbooks.models import Play, Task
from playbooks.running import react
from scoring.past.rescoring import refresh_current, score_day
from tests.cast import give, make_customer, make_row, make_user
from tests.healthsite.pages.world import NOW, D, live, supply

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NIGHTS: Final = (D - 30 * DAY, D - 7 * DAY, D)
# Points of every measure from the first night on and on the last, ARR, days to renewal; the first seven are Ines's.
BOOK: Final = {
    "Tarn Logistics": (80, 10, 240_000, 40),
    "Ostrava Foundries": (70, 35, 180_000, 270),
    "Delft Instruments": (85, 60, 96_000, 200),
    "Alder & Pine": (30, 30, 64_000, 220),
    "Kestrel Retail": (60, 90, 120_000, 300),
    "Marlow Press": (88, 88, 54_000, 300),
    "Sable Mining": (66, 66, 310_000, 85),
    "Nimbus Freight": (40, 40, 75_000, 250),
    "Corvo Textiles": (90, 90, 42_000, 320),
    "Bramble Foods": (58, 58, 88_000, 28),
    "Juniper Labs": (78, 78, 130_000, 260),
}
OF_INES: Final = 7


@dataclass(frozen=True)
class Workday:
    """Who is there and what they look after."""

    people: dict[str, User]
    customers: dict[str, Customer]

    def play(self, key: str) -> Play:
        """The plan of a playbook that the last night began; each of them began for one customer."""
        return Play.objects.get(playbook__key=key)


def make_workday() -> Workday:
    """The whole of it; the clock has to stand at `world.NOW`."""
    live()
    people, customers = _people(), _book()
    for place, customer in enumerate(customers.values()):
        give(customer, people["Ines" if place < OF_INES else "Otis"])
        give(customer, people["Liv"], role="account_executive")
    customers["Quiet Quarry"] = make_customer("Quiet Quarry")  # nothing is known of it
    give(customers["Quiet Quarry"], people["Otis"])
    for name, user, role in (
        ("Alder & Pine", "Otis", "collaborator"),
        ("Tarn Logistics", "Edgar", "executive"),
        ("Tarn Logistics", "Rhea", "collaborator"),
        ("Kestrel Retail", "Rhea", "collaborator"),
    ):
        give(customers[name], people[user], role=role)
    _happened(customers)
    for night in NIGHTS:
        react(score_day(night), fires=True)
    refresh_current(D)
    _by_hand(people, customers)
    return Workday(people, customers)


def _people() -> dict[str, User]:
    north = Team.objects.create(name="North")
    people = {name: make_user(name, team=north) for name in ("Ines", "Otis")}
    roles = {"Maren": "manager", "Liv": "account_executive", "Edgar": "executive", "Rhea": "viewer", "Ada": "admin"}
    people |= {name: make_user(name, role) for name, role in roles.items()}
    north.managers.add(people["Maren"])
    return people


def _book() -> dict[str, Customer]:
    customers = {}
    for name, (before, after, arr, renews) in BOOK.items():
        fields: dict[str, Any] = {"arr": arr, "size": "enterprise" if arr > 100_000 else "mid_market"}
        customers[name] = customer = make_customer(name, renewal_on=NOW.date() + renews * DAY, **fields)
        for day, points in {NIGHTS[0]: before, D: after}.items():
            supply(customer, day, csat=1 + points / 25, nps=2 * points - 100, goal_attainment=points)
    return customers


def _happened(customers: dict[str, Customer]) -> None:
    """What came from the customers and from us before this morning."""
    tarn, ostrava = customers["Tarn Logistics"], customers["Ostrava Foundries"]
    for name in ("Sofia Lind", "Per Anders Holm"):
        make_row(Contact, tarn, name=name)
    for days, subject in ((2, "Weekly check-in"), (9, "Roll-out of the second site"), (16, "Budget for next year")):
        make_row(Interaction, tarn, kind="meeting", at=NOW - days * DAY, subject=subject)
    make_row(Interaction, ostrava, kind="email_in", at=NOW - 5 * HOUR, subject="When does the export work again?")
    make_row(Interaction, customers["Sable Mining"], kind="qbr", at=NOW + 5 * HOUR, subject="Third quarter")
    for hours, subject in ((4, "Nobody can log in since the update"), (30, "Export stops half way")):
        make_row(Ticket, tarn, opened_at=NOW - hours * HOUR, subject=subject, severity="critical", status="open")
    make_row(Survey, customers["Kestrel Retail"], kind="nps", score=9, at=NOW - 3 * HOUR)


def _by_hand(people: dict[str, User], customers: dict[str, Customer]) -> None:
    """Tasks beside those of the plans: late, soon, put off, waiting, done."""
    ines, otis = people["Ines"], people["Otis"]
    rows: tuple[tuple[str, User, str, timedelta, dict[str, Any]], ...] = (
        ("Marlow Press", ines, "Send the minutes of the review", -2 * DAY, {}),
        ("Sable Mining", ines, "Prepare the third quarter review", 3 * HOUR, {"priority": 1, "status": "started"}),
        ("Kestrel Retail", ines, "Ask for a reference", 4 * DAY, {"snoozed_until": NOW + 2 * DAY}),
        ("Delft Instruments", ines, "Get the new org chart", 9 * DAY, {"status": "waiting", "waiting_since": NOW}),
        ("Corvo Textiles", otis, "Agree on the training dates", -HOUR, {"priority": 2}),
        ("Bramble Foods", otis, "Send the renewal offer", 2 * DAY, {"hours": 4}),
        ("Juniper Labs", otis, "Plan the move to single sign-on", 12 * DAY, {"hours": 30}),
    )
    for name, user, title, due, fields in rows:
        made = {"due_at": NOW + due, "created_at": NOW - 3 * DAY, **fields}
        Task.objects.create(customer=customers[name], assignee=user, title=title, **made)
