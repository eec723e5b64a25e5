"""Deterministic zips of Python modules, as sources or as sourceless bytecode.

The same file runs in two places: under the Python that builds the book, where it packs sources, and inside
the page's own Python (Pyodide under Node, started by `precompile.mjs`), where it compiles them: bytecode is
only good for the very version that wrote it. It therefore imports nothing but Python's own library.
"""

from __future__ import annotations

import importlib.util
import io
import marshal
import warnings
import zipfile
from collections.abc import Mapping

__all__ = ["pack", "precompile", "unpack"]

EPOCH = (2020, 1, 1, 0, 0, 0)  # the same time in every archive, so the same content gives the same bytes
PYC_UNCHECKED_HASH = 0b01  # header flag: named by a hash that nobody compares with a source at run time


def unpack(archive: bytes) -> dict[str, bytes]:
    """Return the files of a zip archive by name, without its folders.

    >>> unpack(pack({"b.py": b"", "a/c.txt": b"hello"}))
    {'a/c.txt': b'hello', 'b.py': b''}
    """
    with zipfile.ZipFile(io.BytesIO(archive)) as source:
        return {name: source.read(name) for name in source.namelist() if not name.endswith("/")}


def pack(files: Mapping[str, bytes]) -> bytes:
    """Return a zip archive of the files: sorted, compressed, with one fixed time.

    >>> pack({"a.txt": b"1", "b.txt": b"2"}) == pack({"b.txt": b"2", "a.txt": b"1"})
    True
    """
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            entry.create_system = 3
            archive.writestr(entry, files[name], compresslevel=9)
    return memory.getvalue()


def precompile(archive: bytes, *, optimize: int) -> bytes:
    """Return the archive with every module as sourceless bytecode of the running interpreter.

    `optimize` is Python's level: 0 keeps docstrings and assertions, 2 drops both. Other files stay as is.
    Raises SyntaxError, with the file's name, for a module that this Python cannot read.
    """
    files: dict[str, bytes] = {}
    for name, content in unpack(archive).items():
        if name.endswith(".py"):
            files[f"{name}c"] = _bytecode(name, content, optimize)
        else:
            files[name] = content
    return pack(files)


def _bytecode(name: str, source: bytes, optimize: int) -> bytes:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # another project's escape sequences are not our concern
        code = compile(source, name, "exec", dont_inherit=True, optimize=optimize)
    magic, flags = importlib.util.MAGIC_NUMBER, PYC_UNCHECKED_HASH.to_bytes(4, "little")
    return magic + flags + importlib.util.source_hash(source) + marshal.dumps(code)
