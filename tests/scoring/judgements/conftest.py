"""The clock stands at the morning after the last night."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine

from accounts.models import Customer, User
from tests.healthsite.pages.world import NOW
from tests.scoring.judgements import cast


@pytest.fixture(autouse=True)
def _morning() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def bob(db: None) -> User:
    return cast.bob()


@pytest.fixture
def acme(bob: User) -> Customer:
    """60 points, yellow."""
    return cast.scored(60, bob, name="Acme")
