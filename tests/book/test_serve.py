"""Under `mkdocs serve`, whoever edits a figure or a page sees the result after saving."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PATIENCE = 60

pytestmark = pytest.mark.slow


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a copy of the package in a project of one page, which may be edited."""
    shutil.copytree(ROOT / "cnnmath", tmp_path / "cnnmath", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "exercises", tmp_path / "exercises", ignore=shutil.ignore_patterns("__pycache__"))
    # One page is enough here: the galleries of everything take their time.
    with (tmp_path / "cnnmath" / "book" / "pages.py").open("a") as pages:
        pages.write("\nPAGES.clear()\n")
    (tmp_path / "node_modules").symlink_to(ROOT / "node_modules")
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "index.md").write_text(
        "# Home\n\n```figure sliding-window\n```\n\n`= 20 + 1` cells\n"
    )
    (tmp_path / "mkdocs.yml").write_text(
        "site_name: x\nplugins: [search, cnnmath]\ntheme: {name: material, font: false}\n"
    )
    return tmp_path


@pytest.fixture
def served(project: Path) -> Iterator[Callable[[str], str]]:
    """Serve the project; the value waits for a page that holds a text, and returns it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    environment = os.environ | {"PYTHONPATH": str(project), "NO_MKDOCS_2_WARNING": "1"}
    log = (project / "log.txt").open("w")
    command = [sys.executable, "-m", "mkdocs", "serve", "--dev-addr", address]
    process = subprocess.Popen(command, cwd=project, env=environment, stdout=log, stderr=log)

    def page_with(text: str) -> str:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            assert process.poll() is None, (project / "log.txt").read_text()
            try:
                with urllib.request.urlopen(f"http://{address}/", timeout=PATIENCE) as reply:
                    html: str = reply.read().decode()
            except (urllib.error.URLError, ConnectionError):
                html = ""
            if text in html:
                return html
            time.sleep(0.2)
        raise AssertionError(f"{text!r} was not served\n{(project / 'log.txt').read_text()}")

    yield page_with
    process.terminate()
    process.wait(PATIENCE)
    log.close()


def edit(path: Path, old: str, new: str) -> None:
    """Replace a text in a file and make sure that its time stamp moves."""
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def test_edits_show_and_errors_do_not_end_the_server(project: Path, served: Callable[[str], str]) -> None:
    """An edited figure and an edited page are served anew, also after a save that could not be built."""
    served("21 cells")
    edit(project / "cnnmath" / "figures" / "topics" / "windows.py", 'title=f"', 'title=f"Edited: ')
    served("Edited: ")
    index = project / "docs" / "index.md"
    edit(index, "`= 20 + 1`", "`= 20 + nothing`")
    time.sleep(1.5)
    edit(index, "`= 20 + nothing`", "`= 20 + 2`")
    assert "Edited: " in served("22 cells")
