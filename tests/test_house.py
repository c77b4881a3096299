"""The shape of the house: which way imports run, what may lie at the root, what no page and no lock file may hold."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

BASE = Path(__file__).resolve().parents[1]
APPS = ("accounts", "scoring", "playbooks", "healthsite")  # from the ground to the roof
FOLDERS = {*APPS, "templates", "static", "tests", "docs"}
ENGINE = BASE / "scoring" / "engine"
# What a pure function has no use for: clocks, files, networks, processes, chance and databases.
IMPURE = {
    "asyncio",
    "io",
    "os",
    "pathlib",
    "random",
    "shutil",
    "socket",
    "sqlite3",
    "subprocess",
    "tempfile",
    "time",
    "urllib",
}
TEMPLATES = sorted((BASE / "templates").rglob("*.html"))
SOURCES = [path for app in APPS for path in sorted((BASE / app).rglob("*.py"))]


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the line and the full name of every import, those inside functions included."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.lineno, node.module or ""


def name_of(path: Path) -> str:
    return str(path.relative_to(BASE))


def arrows_up(app: str) -> list[str]:
    above = APPS[APPS.index(app) + 1 :]
    return [
        f"{name_of(path)}:{line} imports {module}"
        for path in sorted((BASE / app).rglob("*.py"))
        for line, module in imports(path)
        if module.split(".")[0] in above
    ]


def found(pattern: str, paths: list[Path]) -> list[str]:
    """Return file:line of each match of a pattern."""
    return [
        f"{name_of(path)}:{text.count(chr(10), 0, match.start()) + 1} {match.group()}"
        for path in paths
        for text in [path.read_text()]
        for match in re.finditer(pattern, text, re.IGNORECASE)
    ]


@pytest.mark.parametrize("app", APPS)
def test_imports_run_one_way(app: str) -> None:
    arrows = arrows_up(app)
    assert not arrows, f"{' <- '.join(APPS)}, but {arrows[0]}"


def test_an_arrow_up_would_be_seen(tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    module.write_text("def late():\n    from playbooks.models import Play\n")
    assert list(imports(module)) == [(2, "playbooks.models")]


def test_the_engine_knows_nothing_but_itself_and_numbers() -> None:
    strangers = [
        f"{name_of(path)}:{line} imports {module}"
        for path in ENGINE.rglob("*.py")
        for line, module in imports(path)
        if not (module + ".").startswith("scoring.engine.")
        and module.split(".")[0] in {*APPS, *IMPURE, "django", "rest_framework", "celery"}
    ]
    assert not strangers


def test_the_engine_has_no_clock_and_opens_no_file() -> None:
    assert not found(r"\.(now|utcnow|today)\(|(?<![\w.])open\(", list(ENGINE.rglob("*.py")))


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        name_of(path)
        for path in SOURCES
        if "migrations" not in path.parts and (text := path.read_text()) and not ast.get_docstring(ast.parse(text))
    ]
    assert not silent


def test_only_the_fixed_folders_lie_at_the_root() -> None:
    generated = {"node_modules", "__pycache__"}
    folders = {path.name for path in BASE.iterdir() if path.is_dir() and not path.name.startswith(".")}
    assert folders - generated <= FOLDERS


@pytest.mark.parametrize(
    "pattern",
    [
        pytest.param(r"<script(?![^>]*\ssrc=)[^>]*>", id="inline script"),
        pytest.param(r"<style\b", id="inline style sheet"),
        pytest.param(r"\sstyle=", id="style attribute"),
        pytest.param(r"\son[a-z]+=", id="inline handler"),
        pytest.param(r"javascript:", id="script address"),
        pytest.param(r"\|\s*safe\b|autoescape\s+off", id="unescaped text"),
    ],
)
def test_no_template_has(pattern: str) -> None:
    assert not found(pattern, TEMPLATES)


def test_no_code_marks_text_as_safe() -> None:
    assert not found(r"\bmark_safe\b|\bSafeString\b|\.__html__\b", SOURCES)


def test_no_script_writes_markup_from_text() -> None:
    scripts = sorted((BASE / "static").rglob("*.js"))
    assert not found(r"\b(innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval)\b", scripts)


def test_the_front_end_lock_names_no_address() -> None:
    text = (BASE / "package-lock.json").read_text()
    assert "resolved" not in text
    assert "://" not in text


def test_the_front_end_is_pinned_exactly() -> None:
    wanted = json.loads((BASE / "package.json").read_text())["dependencies"]
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in wanted.values()), wanted


def test_both_python_locks_pin_the_same_versions() -> None:
    run, development = (
        dict(re.findall(r"^([\w.-]+)==(\S+)", (BASE / name).read_text(), re.MULTILINE))
        for name in ("requirements.txt", "requirements-dev.txt")
    )
    assert run.items() <= development.items()
