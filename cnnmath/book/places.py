"""Say on which page and line a thing went wrong.

One context manager: it turns the error of any room into a BookError that begins with the place. It hides
nothing: errors that no room raised on purpose pass through, with the place as a note.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from cnnmath.errors import BookError, CnnMathError

__all__ = ["PlacedError", "located"]


class PlacedError(BookError):
    """A BookError whose message already begins with page and line."""


@contextmanager
def located(place: str) -> Iterator[None]:
    """Raise whatever CnnMathError comes up inside as a PlacedError that begins with `place`.

    >>> with located("docs/index.md, line 3"):
    ...     raise CnnMathError(where="stride", expected="1 or more", given="0")
    Traceback (most recent call last):
    ...
    cnnmath.book.places.PlacedError: docs/index.md, line 3: stride: expected 1 or more, got 0.
    """
    try:
        yield
    except PlacedError:
        raise
    except CnnMathError as error:
        raise PlacedError(where=f"{place}: {error}") from error
    except Exception as error:
        # A bug, not a wrong page: it keeps its traceback, and the place is added.
        error.add_note(f"while making {place}")
        raise
