"""The README tells the truth: its commands run in their order, and what it names is there."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

BASE = Path(__file__).resolve().parents[1]
README = (BASE / "README.md").read_text()


def shell_lines() -> list[str]:
    """The commands of the README's console blocks, in order."""
    blocks = re.findall(r"```console\n(.*?)```", README, re.DOTALL)
    return [line.removeprefix("$ ") for block in blocks for line in block.splitlines() if line.startswith("$ ")]


def run(line: str, environment: dict[str, str]) -> str:
    words = shlex.split(line)
    assert words[0] == ".venv/bin/python", f"the test runs Python only, not {words[0]}"
    done = subprocess.run(
        [sys.executable, *words[1:]], cwd=BASE, env=environment, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, f"{line}: {done.stderr[-2000:]}"
    return done.stdout


def test_the_commands_of_the_readme_run_in_their_order(tmp_path: Path) -> None:
    first, *lines = shell_lines()
    assert first.startswith("export DATABASE_URL=sqlite:///.local/")
    environment = os.environ | {"DATABASE_URL": f"sqlite:///{tmp_path / 'mine.sqlite3'}"}
    printed = {line.split()[2]: run(line, environment) for line in lines}
    assert " v1: scored " in printed["score"]
    assert "C-101" in printed["scores"]
    assert "Pebble & Finch" in printed["explain"]
    assert "nothing changed" in printed["nightly"]


def test_the_readme_fits_one_screen() -> None:
    assert len(README.splitlines()) <= 60


def test_everything_the_documents_link_to_is_there() -> None:
    for page in [BASE / "README.md", *BASE.glob("*/README.md")]:
        for target in re.findall(r"\]\((?!http)([^)#]+)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"
