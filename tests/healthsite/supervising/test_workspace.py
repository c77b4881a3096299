"""The workspace is filled once, and its demo logins are told only where they exist."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings

from accounts.models import User
from healthsite.demo.logins import DEMO_LOGINS, DEMO_PASSWORD
from healthsite.supervising import workspace
from healthsite.supervising.watching import GaveUp
from healthsite.supervising.workspace import demo_logins, fill, run_demo, static_digest
from tests.cast import make_customer


@pytest.fixture
def demos(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The arguments of the demos that were made, in a folder of its own."""
    run: list[str] = []
    monkeypatch.setattr(settings, "LOCAL_DIR", tmp_path)
    monkeypatch.setattr(workspace, "run_demo", run.append)
    monkeypatch.setattr("healthsite.supervising.workspace.connections.close_all", lambda: None)
    return run


def test_a_workspace_without_customers_gets_the_demo(db: None, demos: list[str]) -> None:
    fill(arguments="--customers 20 --days 60", say=print)
    assert demos == ["--customers 20 --days 60"]


def test_a_workspace_with_customers_is_left_alone(db: None, demos: list[str]) -> None:
    make_customer()
    fill(arguments="", say=print)
    assert demos == []


def test_a_demo_that_was_cut_short_is_finished_the_next_time(
    db: None, demos: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(workspace, "run_demo", cut_short)
        with pytest.raises(KeyboardInterrupt):
            fill(arguments="", say=print)
    make_customer()
    fill(arguments="", say=print)
    fill(arguments="", say=print)
    assert demos == [""]


def cut_short(_: str) -> None:
    raise KeyboardInterrupt


def test_a_demo_that_fails_is_one_line() -> None:
    with pytest.raises(GaveUp, match="could not be made"):
        run_demo("--days none")


def test_logins_are_told_for_the_people_there_are(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("healthsite.supervising.workspace.connections.close_all", lambda: None)
    role, email = DEMO_LOGINS[0]
    assert list(demo_logins()) == []
    User.objects.create_user(email, DEMO_PASSWORD)
    assert [line.split() for line in demo_logins()] == [[role, email, DEMO_PASSWORD]]


def test_static_files_are_collected_anew_when_one_changes(tmp_path: Path) -> None:
    for name in ("requirements.txt", "package-lock.json", "healthsite/settings.py", "static/site.css"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("before")
    before = static_digest(tmp_path)
    assert static_digest(tmp_path) == before
    (tmp_path / "static" / "site.css").write_text("after it")
    assert static_digest(tmp_path) != before
