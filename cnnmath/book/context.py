"""Where a block stands: its book, its page, and its number there.

What a block needs beyond its own directive, and no more: rendering stays a function of these.
"""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cnnmath.book.core import Book

__all__ = ["Context"]


@dataclass(frozen=True)
class Context:
    """One block's place: `url` is its page's address from the root of the site, `number` counts from 1."""

    book: Book
    page: str
    url: str
    number: int

    def link(self, target: str) -> str:
        """Return the address of `target`, given from the root of the site, as seen from this page.

        >>> Context(None, "a.md", "part/lesson/", 1).link("reference/derivations/#clip")
        '../../reference/derivations/#clip'
        """
        path, mark, fragment = target.partition("#")
        start = posixpath.dirname(self.url) or "."
        relative = posixpath.relpath(path or ".", start)
        return relative + ("/" if path.endswith("/") or not path else "") + mark + fragment
