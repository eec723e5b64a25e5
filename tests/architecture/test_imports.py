"""The house plan, enforced: imports point down, and starting is cheap."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "cnnmath"

# The whole plan, top to bottom. A room may import the rooms on the lines below its own, no other.
LINES = (
    {"cli", "book"},
    {"practice"},
    {"figures", "derive"},
    {"measure", "ops"},
    {"rules", "zoo"},
    {"arch"},
    {"formula", "errors"},
)
# Who besides Python's own library may be imported where; everywhere else only ourselves.
LIBRARIES = {
    "formula": {"numpy"},
    "ops": {"numpy", "sklearn", "skimage"},
    "derive": {"sympy", "numpy"},
    "figures": {"matplotlib", "numpy", "PIL", "skimage", "sklearn"},
    "practice": {"numpy"},
    "book": {"mkdocs", "mkdocs_jupyter", "quickjs", "markdown", "pygments", "numpy"},
}
LIGHT = ("errors", "formula", "arch", "rules", "zoo", "measure", "practice", "derive", "figures.theme", "cli")
HEAVY = {"numpy", "sympy", "matplotlib", "mkdocs", "sklearn", "skimage"}


def rooms() -> set[str]:
    """Return the rooms on disk: folders and modules of the package, without the package's own two files."""
    folders = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    modules = {path.stem for path in PACKAGE.glob("*.py")} - {"__init__", "__main__"}
    return folders | modules


def room_files(room: str) -> list[Path]:
    """Return the source files of a room."""
    single = PACKAGE / f"{room}.py"
    return [single] if single.exists() else sorted((PACKAGE / room).rglob("*.py"))


def imported(path: Path) -> set[str]:
    """Return the dotted names that a file imports, wherever in the file the import stands."""
    package = list(path.relative_to(ROOT).parent.parts)
    names = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            parts = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*parts, *(node.module or "").split(".")]).strip(".")
            names |= {f"{base}.{alias.name}" for alias in node.names}
    return names


def test_the_plan_lists_every_room() -> None:
    """A new room must be given its line in the plan."""
    assert rooms() == set().union(*LINES)


@pytest.mark.parametrize("room", sorted(set().union(*LINES)))
def test_imports_point_down(room: str) -> None:
    """A room imports only rooms on lower lines, and only the libraries that the plan grants it."""
    line = next(index for index, names in enumerate(LINES) if room in names)
    below = set().union(*LINES[line + 1 :]) | {"__version__"}
    errors = []
    for path in room_files(room):
        for name in imported(path):
            top, _, rest = name.partition(".")
            if top == "cnnmath":
                target = rest.partition(".")[0]
                allowed = target == room or target in below or (room == "formula" and target == "errors")
            else:
                allowed = top in sys.stdlib_module_names or top in LIBRARIES.get(room, set())
            if not allowed:
                errors.append(f"{path.relative_to(ROOT)} imports {name}")
    assert errors == []


@pytest.mark.parametrize("folder", ["exercises", "docs"])
def test_content_imports_public_names_only(folder: str) -> None:
    """Exercises and notebooks import rooms by name and no private module."""
    errors = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in sorted((ROOT / folder).rglob("*.py"))
        for name in imported(path)
        if name.startswith("cnnmath") and any(part.startswith("_") for part in name.split("."))
    ]
    assert errors == []


@pytest.mark.parametrize("room", LIGHT)
def test_light_rooms_load_no_heavy_library(room: str) -> None:
    """A light room loads neither NumPy nor SymPy nor Matplotlib, so terminal and page start fast."""
    code = f"import sys, cnnmath.{room}; print(*sorted(set(sys.modules) & {HEAVY!r}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_the_package_loads_no_room() -> None:
    """`import cnnmath` alone loads none of its rooms."""
    code = "import sys, cnnmath; print(*sorted(name for name in sys.modules if name.startswith('cnnmath.')))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


@pytest.mark.parametrize("command", ["size --input 227 --kernel 11 --stride 4", "--help", "summary resnet18"])
def test_quick_commands_load_no_heavy_library(command: str) -> None:
    """Commands that only count stay free of NumPy, SymPy and Matplotlib."""
    code = (
        "import sys; from cnnmath.cli import main; "
        f"code = main({command.split()!r}); "
        f"print(*sorted(set(sys.modules) & {HEAVY!r}), file=sys.stderr); sys.exit(code)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.split()) == (0, [])
