"""The short names of a window's numbers, as formulas write them, for parameters of blocks on pages."""

from __future__ import annotations

from collections.abc import Container, Mapping

from cnnmath.book.scan import Parameter
from cnnmath.errors import BookError

__all__ = ["SYMBOLS", "spelled_out"]

SYMBOLS: Mapping[str, str] = {"n": "input", "k": "kernel", "s": "stride", "p": "padding", "d": "dilation"}


def spelled_out(parameters: Mapping[str, Parameter], known: Container[str]) -> dict[str, Parameter]:
    """Return the parameters with symbols replaced by the names that they stand for, where those are known.

    >>> spelled_out({"n": 7, "k": 3}, {"input", "kernel"})
    {'input': 7, 'kernel': 3}

    Raises BookError for a number that is given under both names.
    """
    full: dict[str, Parameter] = {}
    for key, value in parameters.items():
        name = SYMBOLS[key] if key not in known and SYMBOLS.get(key, key) in known else key
        if name in full:
            raise BookError(where=f'parameter "{key}"', given=f"{name} as well", expected="one of the two")
        full[name] = value
    return full
