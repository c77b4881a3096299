"""The morning after the last night, somebody to look at the pages, and a way to read what they show."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import time_machine
from django.test import Client

from accounts.models import User
from tests.cast import make_user
from tests.healthsite.pages.world import NOW


@pytest.fixture(autouse=True)
def _morning() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def admin(db: None) -> User:
    """Ada sees everybody."""
    return make_user("Ada", role="admin")


@pytest.fixture
def browse() -> Callable[[User], Client]:
    """A client in which somebody is logged in."""

    def logged_in(user: User) -> Client:
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return logged_in


@pytest.fixture
def client(admin: User, browse: Callable[[User], Client]) -> Client:
    """Ada's client."""
    return browse(admin)
