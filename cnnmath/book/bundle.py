"""The Python that grades exercises in the page, as a folder of static files: `.cache/web/`.

It holds Pyodide (checked by SHA-256), a slim standard library and the light rooms of this package, both as
bytecode made by the same Pyodide under Node; without Node the plain sources, which start more slowly. File
names carry a hash of the content, `manifest.json` names them all, and whoever loads them checks the hashes.
A second build finds everything done. Nothing is downloaded: `node_modules/` and this package are the sources.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from cnnmath import __version__
from cnnmath.book.contents import DROPPED, package_files, slim_library
from cnnmath.book.precompile import pack
from cnnmath.errors import BookError, CnnMathError

__all__ = ["Bundle", "Part", "build", "find_node", "main"]

PYODIDE = "0.29.1"
RUNTIME = {
    "pyodide.mjs": "20b55bb0d5cb64b8bc81c97f18880cf6f9b7537171d66fe56b0806b7d196f677",
    "pyodide.asm.js": "3e0589486e2119ee0d1f9894151c91a5a7533141d1ed7e824506a2d829861ecd",
    "pyodide.asm.wasm": "38656f8d64b0d24fc24fdfb552ff91baf9b395d3706254eb39a6441bf19f819d",
    "python_stdlib.zip": "b458ddfebbc6298833dbf115d487d53cebe26befd48a042e2d4c0f5d461d6599",
}
PUBLISHED = {"loader": "pyodide.mjs", "engine": "pyodide.asm.js", "wasm": "pyodide.asm.wasm"}
# What Pyodide's lock file says about itself; its other 110 kB list packages that no page loads.
LOCK = {
    "info": {"abi_version": "2025_0", "arch": "wasm32", "platform": "emscripten_4_0_9", "python": "3.13.2"},
    "packages": {},
}
GRACE = 3600  # seconds that an unnamed file is kept: a build running at the same time may be writing it
PROGRAM = Path(__file__).with_name("precompile.py")
STARTER = Path(__file__).with_name("precompile.mjs")


@dataclass(frozen=True)
class Part:
    """One published file: its address relative to the manifest, its size, its hash as browsers write it."""

    url: str
    size: int
    integrity: str

    @classmethod
    def of(cls, url: str, content: bytes) -> Part:
        """Return the entry of a file with this content.

        >>> Part.of("empty.zip", b"").integrity
        'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='
        """
        code = base64.b64encode(hashlib.sha256(content).digest()).decode()
        return cls(url, len(content), f"sha256-{code}")


@dataclass(frozen=True)
class Bundle:
    """What a build left in `folder`: its parts by role, and the addresses of those that were made anew."""

    folder: Path
    parts: Mapping[str, Part]
    made: tuple[str, ...]
    precompiled: bool

    @property
    def files(self) -> tuple[Path, ...]:
        """The files to publish, the manifest first."""
        return (self.folder / "manifest.json", *(self.folder / part.url for part in self.parts.values()))


def build(root: Path, folder: Path | None = None, node: str | None = None) -> Bundle:
    """Build the page's Python from `root/node_modules`, `root/exercises` and this package, as far as needed.

    `folder` defaults to `root/.cache/web`; `node` is the command to compile with: looked for where not given,
    and an empty string means to do without. Raises BookError where Pyodide is missing or not the expected
    one, or where compiling fails.
    """
    pyodide = root / "node_modules" / "pyodide"
    work = _Work(folder or root / ".cache" / "web", _Compiler(pyodide, find_node() if node is None else node))
    runtime = _checked_runtime(pyodide)
    home = f"pyodide-{PYODIDE}-{_digest(*RUNTIME.values())[:8]}"
    parts = {role: work.keep(f"{home}/{name}", runtime[name]) for role, name in PUBLISHED.items()}
    parts["library"] = work.library(runtime["python_stdlib.zip"])
    parts["package"] = work.package(package_files(root / "exercises"), parts["library"])
    work.finish(parts)
    return Bundle(work.folder, parts, tuple(work.made), bool(work.compiler.node))


def find_node() -> str:
    """Return the Node command of this machine or of this virtual environment, or an empty string."""
    beside = Path(sys.executable).with_name("node.exe" if os.name == "nt" else "node")
    return shutil.which("node") or (str(beside) if beside.exists() else "")


@dataclass(frozen=True)
class _Compiler:
    """Turns files into one archive: bytecode where there is a Node, else the sources as they are."""

    pyodide: Path
    node: str

    def archive(self, files: Mapping[str, bytes], stdlib: Path, optimize: int) -> bytes:
        packed = pack(files)
        if not self.node:
            return packed
        with tempfile.TemporaryDirectory() as folder:
            source, result = Path(folder, "source.zip"), Path(folder, "result.zip")
            source.write_bytes(packed)
            self._run(
                pyodide=self.pyodide,
                stdlib=stdlib,
                program=PROGRAM,
                input=source,
                output=result,
                optimize=optimize,
            )
            return result.read_bytes()

    def _run(self, **job: object) -> None:
        command = [self.node, str(STARTER), json.dumps(job, default=str)]
        # Our own program and a command that this machine's owner installed: nothing here comes from a reader.
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
        if done.returncode:
            raise BookError(
                where="The page's Python could not be compiled",
                given=(done.stderr or done.stdout).strip()[-2000:],
                remedy="Is this Node version 18 or newer?",
            )


class _Work:
    """One build into `folder`: reuses what the last one left, and remembers what it made and from what."""

    def __init__(self, folder: Path, compiler: _Compiler) -> None:
        self.folder, self.compiler = folder, compiler
        self.before = _last_build(folder)
        self.ingredients: dict[str, str] = {}
        self.made: list[str] = []

    def library(self, archive: bytes) -> Part:
        """Return the standard library: slim, and compiled without docstrings and assertions."""
        stdlib = self.compiler.pyodide / "python_stdlib.zip"
        key = self._key([DROPPED.pattern])
        return self._part("library", key, lambda: self.compiler.archive(slim_library(archive), stdlib, 2))

    def package(self, files: Mapping[str, bytes], library: Part) -> Part:
        """Return our own package; its docstrings and assertions stay."""
        stdlib = self.folder / library.url
        key = self._key([library.integrity, *(f"{name} {_digest(files[name])}" for name in files)])
        return self._part("package", key, lambda: self.compiler.archive(files, stdlib, 0))

    def keep(self, url: str, content: bytes) -> Part:
        """Write one file unless it is there already."""
        path = self.folder / url
        if not path.is_file() or path.read_bytes() != content:
            _write(path, content)
            self.made.append(url)
        return Part.of(url, content)

    def _key(self, parts: Iterable[str]) -> str:
        programs = [_digest(path.read_bytes()) for path in (PROGRAM, STARTER)]
        return _digest(*programs, *RUNTIME.values(), str(bool(self.compiler.node)), *parts)

    def _part(self, role: str, key: str, make: Callable[[], bytes]) -> Part:
        self.ingredients[role] = key
        key_before, part = self.before.get(role, ("", None))
        if part and key_before == key:
            path = self.folder / part.url
            if path.is_file() and Part.of(part.url, path.read_bytes()) == part:
                return part
        content = make()
        return self.keep(f"{role}-{_digest(content)[:12]}.zip", content)

    def finish(self, parts: Mapping[str, Part]) -> None:
        """Write the manifest last, then remove what it no longer names, except what is new."""
        manifest = {
            "format": "cnnmath-web",
            "version": 1,
            "cnnmath": __version__,
            "pyodide": PYODIDE,
            "precompiled": bool(self.compiler.node),
            "lock": LOCK,
            "files": {role: asdict(part) for role, part in parts.items()},
            "ingredients": self.ingredients,
        }
        self.keep("manifest.json", (json.dumps(manifest, indent=1) + "\n").encode())
        named = {self.folder / "manifest.json", *(self.folder / part.url for part in parts.values())}
        in_use = time.time() - GRACE
        for path in sorted(self.folder.rglob("*"), reverse=True):
            if path in named or path.stat().st_mtime > in_use:
                continue
            if path.is_file():
                path.unlink(missing_ok=True)
            elif not any(path.iterdir()):
                path.rmdir()


def _checked_runtime(pyodide: Path) -> dict[str, bytes]:
    """Return Pyodide's files, each compared with the SHA-256 that this project was tested with."""
    runtime = {}
    for name, expected in RUNTIME.items():
        path = pyodide / name
        if not path.is_file():
            raise BookError(
                where=str(path), expected="a file of the npm package", remedy="Run `make assets`."
            )
        content = path.read_bytes()
        found = _digest(content)
        if found != expected:
            raise BookError(
                where=str(path),
                given=f"SHA-256 {found[:12]}…",
                expected=f"Pyodide {PYODIDE} with SHA-256 {expected[:12]}…",
                remedy="Remove node_modules and run `make assets`.",
            )
        runtime[name] = content
    return runtime


def _last_build(folder: Path) -> dict[str, tuple[str, Part]]:
    """Return the parts of the last build by role, each with the key of its ingredients, or nothing."""
    try:
        manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
        return {role: (key, Part(**manifest["files"][role])) for role, key in manifest["ingredients"].items()}
    except (FileNotFoundError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def _digest(*parts: bytes | str) -> str:
    """Return the SHA-256 of one part, or of several joined by line ends."""
    content = b"\n".join(part.encode() if isinstance(part, str) else part for part in parts)
    return hashlib.sha256(content).hexdigest()


def _write(path: Path, content: bytes) -> None:
    """Write a file so that a reader sees the old content or the new one, never a part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}.draft")
    draft.write_bytes(content)
    draft.replace(path)


def main(arguments: Sequence[str] | None = None) -> int:
    """Build the bundle of the project in the current folder and say what was done."""
    parser = argparse.ArgumentParser(
        prog="python -m cnnmath.book.bundle", description="Build the page's Python."
    )
    parser.add_argument("--root", type=Path, default=Path.cwd(), help="folder that holds node_modules/")
    parser.add_argument("--output", type=Path, help="where to put the files (default: .cache/web)")
    parser.add_argument("--without-node", action="store_true", help="ship sources instead of bytecode")
    asked = parser.parse_args(arguments)
    try:
        bundle = build(asked.root, asked.output, "" if asked.without_node else None)
    except CnnMathError as error:
        print(error, file=sys.stderr)
        return 2
    size = sum(part.size for part in bundle.parts.values()) / 1e6
    state = f"made {len(bundle.made)} files" if bundle.made else "nothing to do"
    print(f"the page's Python: {size:.1f} MB in {bundle.folder} ({state})")
    if not bundle.precompiled:
        print("no Node was found: Python will start more slowly in the page", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
