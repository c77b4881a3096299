"""`make test`: the suite on SQLite, then the same files once more on a real PostgreSQL."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from tests.servers.postgresql import postgresql

BASE = Path(__file__).resolve().parents[1]
REPORTS = BASE / ".local" / "tests"
APPS = ("accounts", "scoring", "playbooks", "healthsite")
# The engine knows no database, and the browser and `make run` see the same site whichever lies beneath.
ONCE_ONLY = ["--ignore=tests/scoring/engine", "-m", "not browser and not process"]


@dataclass(frozen=True)
class Outcome:
    """What one run of the suite came to; `ended_well` is pytest's own word."""

    database: str
    ended_well: bool
    tests: int
    failed: int
    skipped: int

    @property
    def passed(self) -> int:
        return self.tests - self.failed - self.skipped

    @property
    def is_fine(self) -> bool:
        """Nothing failed, and something ran."""
        return self.ended_well and self.passed > 0

    def __str__(self) -> str:
        return f"{self.database}: {self.passed} passed, {self.failed} failed, {self.skipped} skipped"


def main() -> None:
    """Run both and leave with 0 only when each ran something and nothing failed."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("Stopped."))
    here = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
    outcomes = [run("SQLite", ["tests"], environment=here)]
    with postgresql() as url:
        folders = [f"tests/{app}" for app in APPS if (BASE / "tests" / app).is_dir()]
        outcomes.append(run("PostgreSQL", [*folders, *ONCE_ONLY], environment=here | {"DATABASE_URL": url}))
    print("", *outcomes, total(outcomes), sep="\n")
    sys.exit(not all(outcome.is_fine for outcome in outcomes))


def total(outcomes: list[Outcome]) -> str:
    count = {name: sum(getattr(outcome, name) for outcome in outcomes) for name in ("passed", "failed", "skipped")}
    return ", ".join(f"{number} {name}" for name, number in count.items())


def run(database: str, selection: list[str], *, environment: dict[str, str]) -> Outcome:
    """Run pytest in a process of its own and read its report."""
    print(f"\n== {database} ==", flush=True)
    report = REPORTS / f"{database.lower()}.xml"
    report.unlink(missing_ok=True)
    # A file stays in one process, so that what its tests share is made once; the order of files is ours.
    parallel = ["--numprocesses", str(min(os.cpu_count() or 1, 4)), "--dist=loadfile", "--no-loadscope-reorder"]
    command = [sys.executable, "-m", "pytest", "-q", *parallel, f"--junit-xml={report}", *selection]
    code = subprocess.run(command, cwd=BASE, env=environment).returncode
    return read(database, report, ended_well=code == 0)


def read(database: str, report: Path, *, ended_well: bool) -> Outcome:
    """Count from the report; one that was never written counts nothing."""
    suite = ElementTree.parse(report).getroot().find("testsuite") if report.exists() else None
    if suite is None:
        return Outcome(database, ended_well=False, tests=0, failed=0, skipped=0)
    count = {name: int(suite.get(name, 0)) for name in ("tests", "failures", "errors", "skipped")}
    failed = count["failures"] + count["errors"]
    return Outcome(database, ended_well, tests=count["tests"], failed=failed, skipped=count["skipped"])


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("Stopped.")
