"""The morning on which the working day's tests take place, in this process and so in the live server's threads."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine

from tests.browser.workday import Workday, make_workday
from tests.healthsite.pages.world import NOW


@pytest.fixture
def morning() -> Iterator[None]:
    """The clock stands at `world.NOW` and goes on from there."""
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def workday(transactional_db: None, morning: None) -> Workday:
    """A book with alerts, plans and tasks on it."""
    return make_workday()
