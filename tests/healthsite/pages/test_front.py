"""The front door: logging in and out, what is open, what every answer carries, and pages for what goes wrong."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.exceptions import SuspiciousOperation
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.test.utils import override_settings
from django.urls import path

from accounts.models import User
from healthsite import urls
from healthsite.pages import front
from scoring.models import Run
from tests.cast import make_customer, make_user
from tests.digest import digest_of
from tests.healthsite.pages.test_portfolio import text_of
from tests.healthsite.pages.world import customer_at, live, score

pytestmark = pytest.mark.django_db
Browse = Callable[[User], Client]


def log_in(client: Client, password: str = "a-long-password", email: str = "bob@example.com") -> Any:
    return client.post("/login/?next=/", {"username": email, "password": password})


def test_the_site_is_closed() -> None:
    answer = Client().get("/customers/")
    assert (answer.status_code, answer["Location"]) == (302, "/login/?next=/customers/")


def test_one_logs_in_with_ones_address_whatever_its_case() -> None:
    make_user("Bob")
    client = Client()
    assert log_in(client, email="BOB@example.com").status_code == 302
    assert client.get("/").status_code == 200


def test_a_wrong_password_is_told_without_saying_who_exists() -> None:
    make_user("Bob")
    texts = {re.sub(r'value="[^"]*"', "", log_in(Client(), "wrong", email).content.decode())
             for email in ("bob@example.com", "nobody@example.com")}  # fmt: skip
    assert len({re.findall(r'role="alert">(.*?)<', text)[0] for text in texts}) == 1


def test_an_inactive_person_cannot_log_in() -> None:
    make_user("Bob", is_active=False)
    assert log_in(Client()).status_code == 200


def test_too_many_attempts_lock_the_door() -> None:
    make_user("Bob")
    client = Client()
    for spelling in ("bob@example.com", "BOB@example.com") * 5:
        log_in(client, "wrong", spelling)
    answer = log_in(client)
    assert answer.status_code == 429
    assert b"Too many attempts" in answer.content


def test_a_locked_door_is_only_that_persons(browse: Browse) -> None:
    make_user("Bob")
    make_user("Charlie")
    for _ in range(10):
        log_in(Client(), "wrong")
    assert log_in(Client(), email="charlie@example.com").status_code == 302


def test_logging_out_takes_a_post(browse: Browse) -> None:
    client = browse(make_user("Bob"))
    assert client.get("/logout/").status_code == 405
    assert client.post("/logout/").headers["Location"] == "/login/"
    assert client.get("/customers/").status_code == 302


def test_who_is_logged_in_is_not_asked_again(client: Client) -> None:
    assert client.get("/login/").headers["Location"] == "/"


def test_healthz_answers_anybody() -> None:
    answer = Client().get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok")


def test_readyz_answers_when_every_table_is_there() -> None:
    assert Client().get("/readyz").status_code == 200


def test_readyz_does_not_answer_yes_without_a_database(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(connection: object) -> None:
        raise DatabaseError("secret details")

    monkeypatch.setattr(front, "MigrationExecutor", broken)
    answer = Client().get("/readyz")
    assert (answer.status_code, answer.content) == (503, b"not ready")


def test_robots_are_sent_away() -> None:
    assert Client().get("/robots.txt").content == b"User-agent: *\nDisallow: /\n"


def test_each_page_names_the_night_of_its_data(client: Client) -> None:
    assert "No night has been scored yet" in text_of(client, "/customers/")
    live()
    customer_at(60)
    score()
    assert Run.objects.count() == 1
    assert "Data as of 30 Sep 2025, scored 1 Oct, 09:00" in text_of(client, "/customers/")


def test_only_admins_are_shown_the_way_to_the_admin(client: Client, browse: Browse) -> None:
    assert b'href="/admin/"' in client.get("/customers/").content
    assert b'href="/admin/"' not in browse(make_user("Bob")).get("/customers/").content


def test_pages_of_a_person_are_not_stored_and_carry_the_usual_guards(client: Client) -> None:
    headers = client.get("/customers/").headers
    assert "no-store" in headers["Cache-Control"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"


def test_the_security_policy_is_strict(client: Client) -> None:
    policy = client.get("/customers/").headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy


@pytest.mark.parametrize(
    "address", ["/customers/", "/customers/?q=x&order=-arr", "/customers.csv", "/", "/healthz", "/nowhere/"]
)
def test_reading_a_page_changes_nothing(client: Client, address: str) -> None:
    live()
    customer_at(60)
    score()
    client.get(address)
    before = digest_of()
    b"".join(client.get(address))
    assert digest_of() == before


def test_a_page_that_is_not_there_looks_like_the_site(client: Client) -> None:
    answer = client.get("/nowhere/")
    assert answer.status_code == 404
    assert b"There is nothing here" in answer.content


def test_a_role_that_may_not_is_told_so(browse: Browse) -> None:
    answer = browse(make_user("Bob")).get("/admin/")
    assert answer.status_code == 403
    assert b"not open to your role" in answer.content


def breaks(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("secret details")


def suspects(request: HttpRequest) -> HttpResponse:
    raise SuspiciousOperation("secret details")


urlpatterns = [path("breaks/", breaks), path("suspects/", suspects), *urls.urlpatterns]


@pytest.fixture
def broken(admin: User, browse: Browse) -> Iterator[Client]:
    """A client of a site with pages that break."""
    with override_settings(ROOT_URLCONF=__name__):
        client = browse(admin)
        client.raise_request_exception = False
        yield client


@pytest.mark.parametrize(
    ("address", "status", "words"),
    [("/breaks/", 500, b"Something went wrong"), ("/suspects/", 400, b"makes no sense")],
)
def test_what_breaks_gets_a_page_without_details(broken: Client, address: str, status: int, words: bytes) -> None:
    answer = broken.get(address)
    assert answer.status_code == status
    assert words in answer.content
    assert b"secret details" not in answer.content


def test_an_expired_form_gets_a_page_of_the_site() -> None:
    make_customer()
    answer = Client(enforce_csrf_checks=True).post("/login/", {"username": "x", "password": "y"})
    assert answer.status_code == 403
    assert b"Healthsite" in answer.content
