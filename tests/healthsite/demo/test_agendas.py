"""How people go about their tasks: each manner with its days, and the same again for the same dice."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

import pytest

from healthsite.demo.agendas import MANNERS, Agenda, Manner, Span, agenda_of

SPAN = Span(made=date(2026, 3, 2), due=date(2026, 3, 12), promised=date(2026, 3, 16))
ALL = [agenda_of(SPAN, Random(seed)) for seed in range(400)]


def those_who(manner: Manner) -> list[Agenda]:
    return [agenda for agenda in ALL if agenda.manner == manner]


@pytest.mark.parametrize("manner", MANNERS)
def test_every_manner_comes_about_as_often_as_said(manner: Manner) -> None:
    assert len(those_who(manner)) / len(ALL) == pytest.approx(MANNERS[manner], abs=0.06)


def test_who_is_prompt_begins_and_ends_before_it_is_due() -> None:
    assert all(SPAN.made <= agenda.starts <= agenda.ends < SPAN.due for agenda in those_who("prompt"))


def test_who_is_late_ends_one_to_five_days_after_what_was_promised() -> None:
    days = {(agenda.ends - SPAN.promised).days for agenda in those_who("late")}
    assert days == {1, 2, 3, 4, 5}


def test_who_waits_or_puts_off_pauses_and_ends_the_day_after() -> None:
    for agenda in (*those_who("waits"), *those_who("snoozes")):
        assert agenda.starts < agenda.until
        assert agenda.ends == agenda.until + timedelta(days=1)


def test_who_puts_off_does_so_beyond_the_due_date() -> None:
    assert all(agenda.until > SPAN.due for agenda in those_who("snoozes"))


def test_who_leaves_it_never_begins() -> None:
    assert {(agenda.starts, agenda.ends) for agenda in those_who("leaves")} == {(date.max, date.max)}


def test_who_is_careful_is_prompt_with_everything() -> None:
    assert {agenda_of(SPAN, Random(seed), carefully=True).manner for seed in range(50)} == {"prompt"}


def test_a_task_of_one_day_is_done_on_that_day() -> None:
    hours = Span(made=SPAN.made, due=SPAN.made, promised=SPAN.made)
    agenda = agenda_of(hours, Random(1), carefully=True)
    assert (agenda.starts, agenda.ends) == (SPAN.made, SPAN.made)
