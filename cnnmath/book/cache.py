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
from collections.abc import Callable, Iterable, Iterator
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
        self._used: set[Path] = set()

    def text(self, key: str, make: Callable[[], str]) -> str:
        """Return the text kept under `key`, making and keeping it the first time."""
        path = self.folder / key
        self._used.add(path)
        if path.is_file():
            self.hits += 1
            return path.read_text("utf-8")
        self.misses += 1
        made = make()
        write(path, made)
        return made

    def forget_unused(self, most: int = 3) -> None:
        """Delete what this build did not use, once there is more than `most` times of what it used."""
        kept = [path for path in self.folder.glob("*/*") if path.is_file()]
        if len(kept) > most * len(self._used):
            for path in set(kept) - self._used:
                path.unlink(missing_ok=True)

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
        self.files = {_module(path, root): path for path in sorted(root.rglob("*.py"))}
        self._parsed = parsed or {}
        self._stamps = {name: _stamp(path) for name, path in self.files.items()}
        self._rooms = {name: _room(path, root) for name, path in self.files.items()}
        self._data: dict[str, str] = {}
        for path in sorted(root.rglob("*.json")):
            room = _room(path, root)
            self._data[room] = self._data.get(room, "") + _stamp(path)
        self._imports: dict[str, frozenset[str]] = {}
        self._digests: dict[tuple[str, ...], str] = {}

    def everything(self) -> str:
        """Return one digest of all files of the package, data included."""
        return digest(self._stamps, self._data)

    def of(self, *modules: str) -> str:
        """Return the digest of modules and of everything in the package that they import, at any remove.

        Data files belong to the modules of their room.
        """
        if modules not in self._digests:
            names = sorted(self.reach(modules))
            data = [self._data.get(room, "") for room in sorted({self._rooms[name] for name in names})]
            self._digests[modules] = digest([(name, self._stamps[name]) for name in names], data)
        return self._digests[modules]

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
        key = f"{module} {self._stamps[module]}"
        if key not in self.used:
            self.used[key] = self._parsed.get(key) or self._parse(module)
        return self.used[key]

    def _parse(self, module: str) -> str:
        path = self.files[module]
        try:
            tree = ast.parse(path.read_bytes())
        except SyntaxError:
            # Half-edited: whoever imports it will be told properly. Its text counts all the same.
            return ""
        is_package = path.name == "__init__.py"
        names = {name for node in _walked(tree) for name in _imported(node, module, is_package=is_package)}
        ours = sorted(name for name in names if name.startswith(f"{self.root.name}."))
        return " ".join(ours) or self.root.name

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


def _stamp(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:32]


def _room(path: Path, root: Path) -> str:
    """Return the folder of the package that a file lies in."""
    parts = path.relative_to(root).parts
    return parts[0] if len(parts) > 1 else ""


def _module(path: Path, root: Path) -> str:
    parts = path.relative_to(root.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _walked(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes of a tree without what is there for type checkers only: it never runs."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            waiting += node.orelse
            continue
        yield node
        waiting += ast.iter_child_nodes(node)


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
