"""What goes into the page's Python: which standard modules, and which modules of this package.

Both are chosen by rule, so that a new question, network or layer travels along unasked. Nothing is written,
compiled or hashed here; `bundle` does that.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from cnnmath.book.precompile import unpack

__all__ = ["EXERCISES", "package_files", "slim_library"]

PACKAGE = Path(__file__).parents[1]
EXERCISES = "cnnmath/exercises/"
"""Where the page's copy of the package holds the exercises: the same place as in the wheel."""

# The rooms that the page runs. Of each, those modules are taken that load no library besides Python's own.
ROOMS = ("errors", "formula", "arch", "rules", "zoo", "measure", "derive", "practice")
DATA = {".json", ".toml", ".csv", ".txt", ".md"}

# Parts of the standard library that a page can never use: processes, servers, mail, terminals, debuggers,
# packaging, other alphabets' codecs. NumPy, unittest and urllib still import without them.
DROPPED = re.compile(
    r"""^(
    multiprocessing|concurrent/futures/process|asyncio/(windows|proactor)|_android_support|_apple_support
    |_ios_support|pty|tty|http/(server|cookie)|socketserver|xmlrpc|wsgiref|webbrowser|ftplib|poplib|imaplib
    |smtplib|mailbox|netrc|email/mime|email/generator|_pyrepl|cmd\.|code\.|rlcompleter|pdb|bdb|pydoc|doctest
    |trace\.|tracemalloc|profile|cProfile|pstats|modulefinder|pyclbr|symtable|tabnanny|pickletools|optparse
    |compileall|py_compile|zipapp|xml|html|plistlib|wave|colorsys|sched|shelve|stringprep|zoneinfo
    |antigravity|this\.|__hello__|__phello__|_pyio|_pydatetime|ctypes/macholib|logging/(config|handlers)
    |encodings/(?!__init__|aliases|ascii|latin_1|utf_8|utf_16|utf_32|cp437|cp1252|raw_unicode|unicode_escape)
    )""",
    re.VERBOSE,
)


def slim_library(archive: bytes) -> dict[str, bytes]:
    """Return the files of the standard library's archive that a page may need."""
    return {name: content for name, content in unpack(archive).items() if not DROPPED.match(name)}


def package_files(exercises: Path, package: Path = PACKAGE) -> dict[str, bytes]:
    """Return the files of the light rooms and the exercises, by their place in the page's Python."""
    paths = [package / "__init__.py"]
    for room in ROOMS:
        single = package / f"{room}.py"
        paths += [single] if single.exists() else sorted(_files(package / room))
    heavy = _heavy({path: path.read_bytes() for path in paths if path.suffix == ".py"}, package)
    chosen = {path.relative_to(package.parent).as_posix(): path for path in paths if path not in heavy}
    chosen |= {EXERCISES + path.relative_to(exercises).as_posix(): path for path in _files(exercises)}
    return {name: chosen[name].read_bytes() for name in sorted(chosen)}


def _files(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        if path.suffix in DATA | {".py"} and "__pycache__" not in path.parts:
            yield path


def _heavy(sources: Mapping[Path, bytes], package: Path) -> set[Path]:
    """Return the files that load a foreign library when they are imported, directly or through each other."""
    names = {_dotted(path, package): path for path in sources}
    loads = {path: set(_loaded(path, source, package)) for path, source in sources.items()}
    heavy = {path for path, imports in loads.items() if any(map(_is_foreign, imports))}
    while True:
        bad = {name for name, path in names.items() if path in heavy}
        more = {path for path, imports in loads.items() if imports & bad} - heavy
        if not more:
            return heavy
        heavy |= more


def _is_foreign(name: str) -> bool:
    top = name.partition(".")[0]
    return top != PACKAGE.name and top not in sys.stdlib_module_names


def _dotted(path: Path, package: Path) -> str:
    parts = path.relative_to(package.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _loaded(path: Path, source: bytes, package: Path) -> Iterator[str]:
    """Yield the names that importing a file imports: not those inside functions or for type checkers."""
    waiting: list[ast.AST] = list(ast.parse(source).body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parts = path.relative_to(package.parent).parent.parts
            above = list(parts[: len(parts) - node.level + 1]) if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            waiting += node.orelse
        elif not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            waiting += ast.iter_child_nodes(node)
