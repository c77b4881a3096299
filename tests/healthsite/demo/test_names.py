"""Invented names: many, different, and nobody's."""

from __future__ import annotations

import re

from healthsite.demo.names import company, domain, mailbox, person


def test_three_hundred_companies_have_different_first_words() -> None:
    assert len({company(number, seed=1).split()[0] for number in range(304)}) == 304


def test_another_seed_names_other_companies() -> None:
    assert company(0, seed=1) != company(0, seed=2)


def test_eight_hundred_people_have_different_names() -> None:
    assert len({person(number) for number in range(810)}) == 810


def test_domains_can_belong_to_nobody() -> None:
    assert re.fullmatch(r"[a-z]+8\.example", domain(company(7, seed=1), 7))


def test_mailboxes_are_plain() -> None:
    assert mailbox("Amara Aldrin", "dornette8.example") == "amara.aldrin@dornette8.example"
