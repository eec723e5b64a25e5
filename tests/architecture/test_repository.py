"""The repository speaks of the project alone, and every module introduces itself."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted(
    path for room in ("cnnmath", "exercises", "benchmarks") for path in (ROOT / room).rglob("*.py")
)


def tracked() -> list[Path]:
    """Return the files of the project: what git tracks, or, outside a checkout, all that is not built."""
    done = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode == 0 and done.stdout:
        return [ROOT / name for name in done.stdout.splitlines() if (ROOT / name).is_file()]
    left_out = {".venv", "node_modules", ".cache", "site", "__pycache__"}
    return [path for path in ROOT.rglob("*") if path.is_file() and not left_out & set(path.parts)]


def test_no_machine_path_and_no_registry_host() -> None:
    """No file names a path of one machine or the host of a package registry."""
    hosts = ("files.pythonhosted", "registry.npmjs", "//pypi.org", "deb.debian")
    pattern = re.compile("|".join([r"(?<![\w.])/(?:work|tmp|root|home)/", *map(re.escape, hosts)]))
    found = []
    for path in tracked():
        if path == Path(__file__) or path.suffix in (".png", ".gif", ".npz", ".woff2"):
            continue
        text = path.read_text("utf-8", errors="replace")
        found += [f"{path.relative_to(ROOT)}: {match.group()}" for match in pattern.finditer(text)]
    assert found == []


def test_locks_pin_every_file_by_hash() -> None:
    """Each locked requirement carries hashes, and the npm lock has an integrity for every package."""
    for lock in sorted((ROOT / "requirements").glob("*.txt")):
        entries = [line for line in lock.read_text().splitlines() if re.match(r"[a-z0-9]", line)]
        assert entries, lock.name
        assert all(re.match(r"[\w.\[\]-]+==\S+ .*\\$", line) for line in entries), lock.name
    npm = (ROOT / "package-lock.json").read_text()
    assert npm.count('"integrity": "sha512-') == len(re.findall(r'"node_modules/', npm))
    assert '"resolved"' not in npm


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_module_says_what_it_is_for(path: Path) -> None:
    """Each module opens with a docstring whose first line is a sentence."""
    doc = ast.get_docstring(ast.parse(path.read_text("utf-8")))
    assert doc
    assert re.match(r"\S.{10,}", doc.splitlines()[0])


def test_no_unfinished_work() -> None:
    """Nothing is marked as left to do."""
    marks = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X)\b|NotImplemented" + "Error")
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in tracked()
        if path.suffix in (".py", ".js", ".md", ".css", ".yml", ".toml")
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if marks.search(line)
    ]
    assert found == []
