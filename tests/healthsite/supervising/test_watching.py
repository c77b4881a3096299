"""A service that falls is started again a few times, and all stop in the opposite order."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from healthsite.supervising import watching
from healthsite.supervising.grouping import ProcessGroup
from healthsite.supervising.services import Service
from healthsite.supervising.stopping import StopRequested
from healthsite.supervising.watching import GaveUp, Watched, keep_running

FALLS = Service("worker", ["sh", "-c", "exit 3"])
STAYS = ["sleep", "60"]


class Clock:
    """A clock that only a test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(watching, "time", clock)
    return clock


@pytest.fixture
def group() -> Iterator[ProcessGroup]:
    group = ProcessGroup()
    yield group
    group.end()


def fall(watched: Watched, said: list[str]) -> None:
    """Let the process end, and the watcher notice."""
    assert watched.process
    watched.process.wait(5)
    watched.watch(warn=said.append)


def test_a_fallen_service_waits_longer_each_time(group: ProcessGroup, clock: Clock, tmp_path: Path) -> None:
    said: list[str] = []
    worker = Watched(FALLS, group, tmp_path / "log")
    worker.start()
    for _ in range(5):
        fall(worker, said)
        clock.now = worker.due
        worker.watch(warn=said.append)
    assert said == [
        f"worker stopped unexpectedly (exit code 3); starting it again in {wait} s." for wait in (1, 2, 4, 8, 16)
    ]


def test_it_is_not_started_before_its_wait_is_over(group: ProcessGroup, clock: Clock, tmp_path: Path) -> None:
    worker = Watched(FALLS, group, tmp_path / "log")
    worker.start()
    fall(worker, [])
    clock.now = worker.due - 0.01
    worker.watch(warn=print)
    assert worker.process is None


def test_the_sixth_fall_in_a_row_is_the_last(group: ProcessGroup, clock: Clock, tmp_path: Path) -> None:
    worker = Watched(FALLS, group, tmp_path / "log")
    worker.falls = 5
    worker.start()
    with pytest.raises(GaveUp, match=r"^worker keeps stopping \(exit code 3\): see .*log$"):
        fall(worker, [])


def test_falls_before_a_long_time_up_are_forgotten(group: ProcessGroup, clock: Clock, tmp_path: Path) -> None:
    worker = Watched(FALLS, group, tmp_path / "log")
    worker.falls = 5
    worker.start()
    clock.now += 61
    fall(worker, [])
    assert worker.falls == 1


def test_a_service_that_ends_at_its_start_is_given_up(group: ProcessGroup, tmp_path: Path) -> None:
    never = Watched(Service("web", ["sh", "-c", "exit 1"], is_up=lambda: False), group, tmp_path / "log")
    never.start()
    with pytest.raises(GaveUp, match=r"^web did not start \(exit code 1\)"):
        never.wait_until_up()


def test_a_service_that_never_answers_is_given_up(group: ProcessGroup, clock: Clock, tmp_path: Path) -> None:
    silent = Watched(Service("web", STAYS, is_up=lambda: False), group, tmp_path / "log")
    silent.start()
    with pytest.raises(GaveUp, match=r"^web did not answer within 60 s"):
        silent.wait_until_up()


def test_a_service_that_does_not_listen_is_asked_more_firmly(group: ProcessGroup, tmp_path: Path) -> None:
    deaf = ["sh", "-c", "trap '' TERM; echo deaf; while true; do sleep 0.1; done"]
    service = Service("worker", deaf, farewell=((signal.SIGTERM, 0.1), (signal.SIGQUIT, 5)))
    watched = Watched(service, group, tmp_path / "log")
    watched.start()
    while not (tmp_path / "log").read_text():
        pass
    watched.stop()
    assert watched.process
    assert watched.process.returncode == -signal.SIGQUIT


def speaking(name: str, words: Path) -> Service:
    """A service that writes its name when it is asked to stop."""
    script = f"trap 'echo {name} >> {words}; exit' TERM; : > {words}.{name}; while true; do sleep 0.02; done"
    return Service(name, ["sh", "-c", script], is_up=Path(f"{words}.{name}").exists)


def test_services_stop_in_the_opposite_order(tmp_path: Path) -> None:
    words = tmp_path / "words"

    def stop() -> None:
        raise StopRequested

    three = [speaking(name, words) for name in ("redis", "worker", "web")]
    with pytest.raises(StopRequested):
        keep_running(three, logs=tmp_path, up=stop, warn=print)
    assert words.read_text().split() == ["web", "worker", "redis"]


def test_a_later_service_that_cannot_start_stops_the_earlier_ones(tmp_path: Path) -> None:
    words = tmp_path / "words"
    broken = Service("web", ["sh", "-c", "exit 1"], is_up=lambda: False)
    with pytest.raises(GaveUp):
        keep_running([speaking("redis", words), broken], logs=tmp_path, up=lambda: None, warn=print)
    assert words.read_text().split() == ["redis"]
