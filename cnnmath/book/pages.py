"""The pages that the registries write: nothing in them is typed by hand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cnnmath.book.core import Book

__all__ = ["pages"]


def pages(book: Book) -> Iterator[tuple[str, str]]:
    """Yield the address and the Markdown of every generated page."""
    return iter(())
