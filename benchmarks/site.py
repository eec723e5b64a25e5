"""Warm build of the site against plain Material on the same pages: CPU time, side by side in one run.

Goal: at most 2.5 times plain Material. "Plain" is the same configuration without our plugin and without
notebooks, on the same pages: the generated ones written out, our blocks left as the code that they look like.
"""

from __future__ import annotations

import os
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from cnnmath.book.pages import pages

ROOT = Path(__file__).parents[1]
GOAL = 2.5
ROUNDS = 5


def plain_project(folder: Path) -> Path:
    """Write a project with the same pages for Material alone, and return its configuration file."""
    docs = folder / "docs"
    shutil.copytree(ROOT / "docs", docs)
    for address, markdown in pages():
        (docs / address).parent.mkdir(exist_ok=True)
        (docs / address).write_text(markdown, "utf-8")
    for notebook in (docs / "notebooks").glob("*.py"):
        notebook.with_suffix(".md").write_text(prose(notebook.read_text("utf-8")), "utf-8")
        notebook.unlink()
    config = (ROOT / "mkdocs.yml").read_text("utf-8")
    config = re.sub(
        r"^plugins:.*?(?=^\S)", "plugins:\n  search: {}\n", config, flags=re.MULTILINE | re.DOTALL
    )
    config = re.sub(r"^strict: .*\n", "", config, flags=re.MULTILINE)
    (folder / "mkdocs.yml").write_text(config.replace(".py\n", ".md\n"), "utf-8")
    return folder / "mkdocs.yml"


def prose(notebook: str) -> str:
    """Return a notebook in percent format as the Markdown page that it looks like."""
    cells = re.split(r"^# %%", notebook, flags=re.MULTILINE)[1:]
    return "\n".join(
        re.sub(r"^# ?", "", cell.partition("\n")[2], flags=re.MULTILINE)
        if cell.startswith(" [markdown]")
        else f"```python\n{cell.strip()}\n```\n"
        for cell in cells
    )


def seconds(config: Path, target: Path) -> float:
    """Return the CPU seconds, user and system, of one build."""
    command = [
        sys.executable,
        "-m",
        "mkdocs",
        "build",
        "--quiet",
        "--config-file",
        str(config),
        "--site-dir",
        str(target),
    ]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        command, check=True, env=os.environ | {"NO_MKDOCS_2_WARNING": "1"}, stderr=subprocess.DEVNULL
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime - before.ru_utime) + (after.ru_stime - before.ru_stime)


def main() -> int:
    """Print both medians and their ratio."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        plain = plain_project(folder / "plain")
        projects = {"plain Material": plain, "the book, warm": ROOT / "mkdocs.yml"}
        for config in projects.values():
            seconds(config, folder / "site")
        times: dict[str, list[float]] = {project: [] for project in projects}
        for _ in range(ROUNDS):
            for project, config in projects.items():
                times[project].append(seconds(config, folder / "site"))
    medians = {project: statistics.median(measured) for project, measured in times.items()}
    for project, median in medians.items():
        print(f"{project:<16} {median:6.2f} s CPU (median of {ROUNDS})")
    ratio = medians["the book, warm"] / medians["plain Material"]
    print(f"{'ratio':<16} {ratio:6.2f}   (goal: at most {GOAL})")
    return int(ratio > GOAL)


if __name__ == "__main__":
    sys.exit(main())
