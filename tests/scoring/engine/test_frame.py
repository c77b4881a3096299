"""The customer frame and its states."""

from __future__ import annotations

import numpy as np
import pytest

from scoring.engine.frame import State, has_value
from tests.scoring.engine.builders import frame_of


@pytest.mark.parametrize(
    ("state", "fresh"),
    [
        (State.FRESH, True),
        (State.LOWER_BOUND, True),
        (State.CARRIED, True),
        (State.SUPPLIED, True),
        (State.MISSING, False),
        (State.EXPIRED, False),
    ],
)
def test_computed_carried_and_supplied_values_count_as_data(state: State, fresh: bool) -> None:
    assert has_value(np.array([state], dtype=np.uint8)).tolist() == [fresh]


def test_the_stored_bytes_of_the_states_never_change() -> None:
    assert {state.name: int(state) for state in State} == {
        "FRESH": 0, "LOWER_BOUND": 1, "CARRIED": 2, "SUPPLIED": 3, "MISSING": 4, "EXPIRED": 5,
    }  # fmt: skip


def test_a_metric_that_the_frame_does_not_know_is_missing_for_all() -> None:
    raw, states = frame_of({"logins": 1}, {"logins": 2}).column("seats")

    assert np.isnan(raw).all()
    assert states.tolist() == [State.MISSING] * 2


@pytest.mark.parametrize("broken", [np.nan, np.inf, -np.inf])
def test_a_fresh_value_that_is_no_number_is_missing(broken: float) -> None:
    raw, states = frame_of({"logins": broken}, {"logins": 2}).column("logins")

    assert np.isnan(raw[0])
    assert states.tolist() == [State.MISSING, State.FRESH]


def test_an_expired_value_without_a_number_stays_expired() -> None:
    _, states = frame_of({"logins": (np.nan, State.EXPIRED)}).column("logins")

    assert states.tolist() == [State.EXPIRED]


def test_a_metric_without_evidence_entry_is_no_evidence() -> None:
    frame = frame_of({"logins": 1})

    assert frame.evidence_of("logins").tolist() == [True]
    assert frame.evidence_of("seats").tolist() == [False]
