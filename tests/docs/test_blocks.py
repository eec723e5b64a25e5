"""No block of code in the book or the README goes untested."""

from __future__ import annotations

import argparse
import importlib
import re
import runpy
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from cnnmath.cli import COMMANDS

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
NOTEBOOKS = sorted((ROOT / "docs" / "notebooks").glob("*.py"))


def fences(text: str) -> list[tuple[str, str]]:
    """Return language and body of each fence, read line by line: not by the reader that runs them."""
    found: list[tuple[str, str]] = []
    mark, body = "", []
    for line in text.splitlines():
        bare = line.strip()
        if not mark and re.match(r"`{3}|~{3}", bare):
            mark = re.match(r"`+|~+", bare)[0]  # type: ignore[index]
            info, body = bare[len(mark) :].strip(" {."), []
        elif mark and bare == mark:
            found.append((re.split(r"[\s}]", info)[0], "\n".join(body)))
            mark = ""
        else:
            body.append(line)
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_python_block_is_run(page: Path, request: pytest.FixtureRequest) -> None:
    """The blocks that the test collector takes from a page are all the Python blocks that are there."""
    conftest = request.config.pluginmanager.get_plugin(str(ROOT / "conftest.py"))
    text = page.read_text("utf-8")
    python = [body for kind, body in fences(text) if kind in ("python", "py", "pycon")]
    from sybil import Document

    regions = list(conftest.FenceParser()(Document(text, str(page))))
    sessions = sum(body.count(">>> ") for body in python if ">>>" in body)
    plain = sum(">>>" not in body for body in python)
    assert len(regions) == sessions + plain


def commands() -> list[str]:
    """Return each command of ours that a page shows after a prompt."""
    return sorted(
        {
            line.removeprefix("$ ").strip()
            for page in PAGES
            for kind, body in fences(page.read_text("utf-8"))
            if kind in ("console", "sh", "shell")
            for line in body.splitlines()
            if line.removeprefix("$ ").startswith("cnnmath ")
        }
    )


@pytest.mark.parametrize("line", commands())
def test_commands_on_pages_are_understood(line: str) -> None:
    """Every command line of ours that a page shows is one that the program accepts."""
    _, name, *rest = shlex.split(line, comments=True)
    assert name in COMMANDS
    parser = argparse.ArgumentParser(exit_on_error=False)
    importlib.import_module(f"cnnmath.cli.{name}").configure(parser)
    parser.parse_args(rest)


@pytest.mark.slow
def test_the_examples_of_a_page_stay_together_when_workers_share_the_tests() -> None:
    """Later examples use names of earlier ones, so with several workers one of them must run a whole page."""
    page = ROOT / "docs" / "why" / "eyes.md"
    run = [sys.executable, "-m", "pytest", "-n", "2", "-p", "no:cacheprovider", str(page)]
    done = subprocess.run(run, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:]


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebooks_run(path: Path) -> None:
    """A notebook runs from top to bottom as a plain program."""
    runpy.run_path(str(path))
