"""Runs the tests of the page's scripts under Node, one file at a time."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from cnnmath.book.bundle import find_node

HERE = Path(__file__).parent
SCRIPTS = HERE.parents[1] / "docs" / "assets" / "js"


@pytest.mark.parametrize("path", sorted(HERE.glob("*.test.js")), ids=lambda path: path.name)
def test_scripts_of_the_page(path: Path) -> None:
    """Modules without elements do what their tests, written in JavaScript, require."""
    done = subprocess.run([find_node(), "--test", str(path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "# pass 0" not in done.stdout


@pytest.mark.parametrize("path", sorted(SCRIPTS.glob("*.js")), ids=lambda path: path.name)
def test_no_script_makes_markup_from_text(path: Path) -> None:
    """No script writes markup, evaluates text, or names another host: learners' words stay words."""
    source = path.read_text("utf-8")
    for forbidden in (
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "new Function",
    ):
        assert forbidden not in source
    assert "https://" not in source
    assert source.startswith("// "), "each module says what it is for"
