"""What a version would lead to: by hand, and the same rules as a night under that version finds."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from accounts.models import Customer, User
from playbooks.foreseeing import Expected, Foreseen, foresee
from playbooks.models import Episode, Play, Playbook
from playbooks.running import react
from scoring.models import Purpose, ScorecardVersion
from scoring.past.rescoring import official_version, refresh_current
from scoring.running import complete, open_run
from scoring.scorecards.previewing import owners_today, preview
from scoring.scorecards.publishing import make_version_live, publish
from tests.cast import give, make_customer, make_user
from tests.digest import digest_of
from tests.healthsite.pages.world import D, customer_at, definition, live, supply
from tests.playbooks.nights import plays

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def bob(db: None) -> User:
    """The CSM of whoever is given to him; an admin stands in for everybody else."""
    make_user("Root", "admin")
    live()
    return make_user("Bob")


def split(satisfied: float, successful: float, **fields: Any) -> Customer:
    """By hand 0.6 of the one and 0.4 of the other; under the candidate 0.2 and 0.8."""
    customer = make_customer(**fields)
    supply(customer, D - DAY, csat=1 + satisfied / 25, nps=2 * satisfied - 100, goal_attainment=successful)
    return customer


def candidate(**changes: Any) -> ScorecardVersion:
    components = definition()["components"]
    components[0]["weight"] = 10
    return publish(definition(components=components, **changes))


def night(on: Any = D) -> None:
    react(complete(open_run(on, Purpose.NIGHTLY, official_version(on))), fires=True)
    refresh_current(on)


def foreseen(version: ScorecardVersion) -> Foreseen:
    return foresee(version, preview(version))


def lines(expected: list[Expected]) -> dict[str, tuple[int, int, int]]:
    return {one.key: (one.begins, one.ends, one.starts) for one in expected}


def test_who_falls_meets_the_rules_of_red(bob: User) -> None:
    """80 and 10 are 52, yellow; under the candidate 24: red, a churn risk, no emergency below 20.

    The plans for a churn risk and for red are equally severe: both would start. Two of their eight steps are for
    customers of some value, which is not known here.
    """
    give(split(80, 10), bob)
    night()
    found = foreseen(candidate())
    assert (found.on, found.customers) == (D, 1)
    assert lines(found.plays) == {"PB-2": (1, 0, 1), "PB-3": (1, 0, 1), "PB-4": (0, 1, 0)}
    assert (found.tasks, found.hours) == (6, 7.25)
    assert found.by_owner(owners_today()) == [("Bob", found.tasks, found.hours)]


def test_who_rises_meets_them_no_longer(bob: User) -> None:
    """10 and 80 are 38, red; under the candidate 66."""
    split(10, 80)
    night()
    found = foreseen(candidate())
    assert lines(found.plays) == {"PB-2": (0, 1, 0), "PB-3": (0, 1, 0), "PB-4": (1, 0, 0)}
    assert (found.tasks, found.hours) == (0, 0)


def test_where_nobody_crosses_anything_nothing_is_foreseen() -> None:
    customer_at(60, D - DAY)
    night()
    found = foreseen(candidate())
    assert (found.customers, found.alerts, found.plays, found.by_role) == (1, [], [], {})


def test_components_that_would_turn_red_are_alerts() -> None:
    """Half of Satisfaction at 70 and half at 60: under a version that asks for 66 both are below."""
    customer_at(60, D - DAY)
    night()
    bands = definition()["bands"]
    bands[1]["lower"] = 66
    found = foreseen(publish(definition(bands=bands)))
    assert lines(found.alerts) == {"A2:satisfaction": (1, 0, 0), "A2:outcomes": (1, 0, 0)}
    assert found.alerts[0].title.endswith(": Satisfaction")


def test_an_open_plan_holds_its_own_back(bob: User) -> None:
    customer = split(80, 10)
    night()
    playbook = Playbook.objects.get(key="PB-2")
    said = {"definition": playbook.definition, "opened_on": D, "started_at": "2025-09-30T12:00Z"}
    Play.objects.create(customer=customer, playbook=playbook, **said)
    assert lines(foreseen(candidate()).plays)["PB-2"] == (1, 0, 0)


def test_what_is_open_already_does_not_begin(bob: User) -> None:
    customer = split(80, 10)
    night()
    Episode.objects.create(customer=customer, kind="trigger", rule="PB-2", opened_on=D - DAY, held_on=D - DAY)
    assert lines(foreseen(candidate()).plays)["PB-2"] == (1, 0, 0)


def test_a_night_under_the_version_finds_the_same_rules(bob: User) -> None:
    """The rules that hold: those of the record, with what begins and without what ends."""
    for satisfied in range(0, 101, 20):
        for successful in range(0, 101, 20):
            split(satisfied, successful)
    night()
    version, before = candidate(), holding(D)
    found = foreseen(version)
    make_version_live(version)
    night(D + DAY)
    after, rules = holding(D + DAY), [*found.alerts, *found.plays]
    assert {one.key for one in rules} >= {"PB-1", "PB-2", "PB-3", "PB-4"}
    for one in rules:
        assert len(after.get(one.key, ())) == len(before.get(one.key, ())) + one.begins - one.ends, one.key
    assert before.keys() ^ after.keys() <= {one.key for one in rules}


def holding(on: Any) -> dict[str, set[int]]:
    """Customers of whom each rule holds on a night."""
    found: dict[str, set[int]] = {}
    for rule, customer in Episode.objects.filter(held_on=on).exclude(kind="exit").values_list("rule", "customer_id"):
        found.setdefault(rule, set()).add(customer)
    return found


def test_the_first_night_after_a_publication_starts_nothing(bob: User) -> None:
    customer = split(80, 10)
    night()
    version = candidate()
    assert lines(foreseen(version).plays)["PB-2"] == (1, 0, 1)
    make_version_live(version)
    night(D + DAY)
    assert plays(customer) == []


def test_it_writes_nothing_and_asks_no_more_of_more_customers(bob: User, django_assert_max_num_queries: Any) -> None:
    for n in range(20):
        give(split(80 - n, 10 + n), bob)
    night()
    version = candidate()
    looked, before = preview(version), digest_of()
    with django_assert_max_num_queries(10):
        foresee(version, looked)
    assert digest_of() == before


def test_without_a_night_there_is_nothing_to_ask() -> None:
    assert foreseen(candidate()) == Foreseen()
