"""Keep what was expensive to make, under a key that changes whenever its ingredients do.

`Store` is a folder of small text files, written through a temporary file so that an interrupted build leaves
nothing half done. `Sources` digests our own modules together with what they import, so that an edit makes
stale exactly what depends on it. No knowledge of figures or formulas lives here.
"""

from __future__ import annotations

import ast
import hashlib
import importlib.metadata
import json
import os
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

__all__ = ["PACKAGE", "Sources", "Store", "digest", "versions", "write"]

PACKAGE = Path(__file__).parents[1]


def digest(*parts: object) -> str:
    """Return a key for these ingredients: 32 hexadecimal digits of the SHA-256 of their JSON.

    >>> digest("figure", {"n": 5}) == digest("figure", {"n": 5})
    True
    >>> digest("figure", {"n": 5}) == digest("figure", {"n": 7})
    False
    """
    text = json.dumps(parts, sort_keys=True, default=str, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def write(path: Path, text: str) -> None:
    """Write a file so that a reader sees the old text or the new one, never a part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}.draft")
    draft.write_text(text, "utf-8")
    draft.replace(path)


@cache
def versions(*distributions: str) -> tuple[str, ...]:
    """Return the installed versions of libraries that shape a result."""
    return tuple(importlib.metadata.version(name) for name in distributions)


class Store:
    """A folder of cached texts; counts hits and misses for the build's last line."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.hits = 0
        self.misses = 0

    def text(self, key: str, make: Callable[[], str]) -> str:
        """Return the text kept under `key`, making and keeping it the first time."""
        path = self.folder / key
        try:
            kept = path.read_text("utf-8")
        except FileNotFoundError:
            self.misses += 1
            made = make()
            write(path, made)
            return made
        self.hits += 1
        return kept

    def table(self, name: str) -> dict[str, str]:
        """Return a table of many small texts kept in one file; an unreadable file counts as empty."""
        try:
            kept = json.loads((self.folder / f"{name}.json").read_text("utf-8"))
        except (FileNotFoundError, json.JSONDecodeError):
            return {}
        return kept if isinstance(kept, dict) else {}

    def keep_table(self, name: str, table: dict[str, str]) -> None:
        """Write a table back."""
        write(self.folder / f"{name}.json", json.dumps(table, ensure_ascii=False))


class Sources:
    """The package's own files: digests of modules with all that they import from the package.

    A dependency on a package counts as one on all of its files, since registries import theirs by listing
    the folder. Read once; make a new instance to look again. `parsed` is what an earlier instance found in
    the texts, its `used`.
    """

    def __init__(self, root: Path = PACKAGE, parsed: dict[str, str] | None = None) -> None:
        self.root = root
        self.used: dict[str, str] = {}
        self._parsed = parsed or {}
        self.files = {_module(path, root): path for path in sorted(root.rglob("*.py"))}
        data = sorted(path for path in root.rglob("*.json") if "__pycache__" not in path.parts)
        self._content = {name: path.read_bytes() for name, path in self.files.items()}
        self._data = {path: path.read_bytes() for path in data}
        self._imports: dict[str, frozenset[str]] = {}
        self._digests: dict[str, str] = {}

    def everything(self) -> str:
        """Return one digest of all files of the package, data included."""
        content = hashlib.sha256()
        for text in (*self._content.values(), *self._data.values()):
            content.update(hashlib.sha256(text).digest())
        return content.hexdigest()[:32]

    def of(self, module: str) -> str:
        """Return the digest of a module and of everything in the package that it imports, at any remove."""
        if module not in self._digests:
            names = sorted(self.reach([module]))
            rooms = {self._room(self.files[name]) for name in names}
            content = hashlib.sha256()
            for name in names:
                content.update(name.encode() + hashlib.sha256(self._content[name]).digest())
            for path, text in self._data.items():
                if self._room(path) in rooms:
                    content.update(hashlib.sha256(text).digest())
            self._digests[module] = content.hexdigest()[:32]
        return self._digests[module]

    def _room(self, path: Path) -> str:
        """Return the folder of the package that a file lies in; data belong to the modules of their room."""
        parts = path.relative_to(self.root).parts
        return parts[0] if len(parts) > 1 else ""

    def reach(self, modules: Iterable[str]) -> set[str]:
        """Return the modules that these import, directly or not, with the modules themselves."""
        waiting = [name for module in modules for name in self._resolve(module)]
        reached: set[str] = set()
        while waiting:
            name = waiting.pop()
            if name not in reached:
                reached.add(name)
                waiting += self.imports(name)
        return reached

    def imports(self, module: str) -> frozenset[str]:
        """Return the modules of the package that one module imports, wherever in it the import stands."""
        if module not in self._imports:
            names = self._names(module).split()
            self._imports[module] = frozenset(found for name in names for found in self._resolve(name))
        return self._imports[module]

    def _names(self, module: str) -> str:
        """Return the dotted names that a module imports; parsed once for each state of its text."""
        key = hashlib.sha256(module.encode() + self._content[module]).hexdigest()[:32]
        if key not in self.used:
            self.used[key] = self._parsed.get(key) or self._parse(module)
        return self.used[key]

    def _parse(self, module: str) -> str:
        try:
            tree = ast.parse(self._content[module])
        except SyntaxError:
            # Half-edited: whoever imports it will be told properly. Its text counts all the same.
            return ""
        is_package = self.files[module].name == "__init__.py"
        names = {name for node in ast.walk(tree) for name in _imported(node, module, is_package=is_package)}
        return (
            " ".join(sorted(name for name in names if name.startswith(f"{self.root.name}.")))
            or self.root.name
        )

    def _resolve(self, name: str) -> list[str]:
        """Return the modules that a dotted name stands for: itself, its package, or whole rooms."""
        top = self.root.name
        if name == top or not name.startswith(f"{top}."):
            return []
        while name not in self.files:
            name = name.rpartition(".")[0]
        if name == top or self.files[name].name != "__init__.py":
            return [name]
        return [name, *(other for other in self.files if other.startswith(f"{name}."))]


def _module(path: Path, root: Path) -> str:
    parts = path.relative_to(root.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _imported(node: ast.AST, module: str, *, is_package: bool) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if not isinstance(node, ast.ImportFrom):
        return []
    parts = module.split(".")
    package = parts if is_package else parts[:-1]
    base = package[: len(package) - node.level + 1] if node.level else []
    origin = ".".join([*base, *([node.module] if node.module else [])])
    return [f"{origin}.{alias.name}" for alias in node.names]
