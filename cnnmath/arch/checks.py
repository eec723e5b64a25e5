"""Checks that layers run on their own numbers: whole numbers, one per axis, padding per side.

A number may be a SymPy expression that stands for a whole number; only its presence is checked then. What a
layer does with the numbers is not known here (see `cnnmath.rules`).
"""

from __future__ import annotations

import operator
from typing import Any, TypeAlias

from cnnmath.errors import ArchitectureError

__all__ = ["Given", "axes", "choice", "pairs", "refuse", "shorten", "whole"]

Pair = tuple[int, int]
Given: TypeAlias = Any
"""What somebody wrote, before it is checked."""


def refuse(where: str, given: object, expected: str, remedy: str = "") -> ArchitectureError:
    """Return (not raise) the error for a value that a layer cannot take."""
    return ArchitectureError(where=where, given=repr(given), expected=expected, remedy=remedy)


def whole(value: Given, where: str, least: int = 1) -> int:
    """Return `value` as a whole number of at least `least`; a symbolic size passes unchanged.

    >>> whole(3, "Conv2d stride")
    3
    """
    if type(value) is int:
        if value < least:
            raise refuse(where, value, f"a whole number of at least {least}", f"Use {least} or more.")
        return value
    if isinstance(value, bool):
        raise refuse(where, value, "a whole number", "Booleans are no sizes; write the number.")
    try:
        number = operator.index(value)
    except TypeError:
        if hasattr(value, "free_symbols"):
            symbol: int = value
            return symbol
        raise refuse(
            where, value, "a whole number", "Write it without quotes and without a fraction."
        ) from None
    return whole(number, where, least)


def axes(value: Given, count: int, where: str, least: int = 1) -> tuple[int, ...]:
    """Return one whole number per axis; a single number stands for all axes.

    >>> axes(3, 2, "Conv2d kernel_size")
    (3, 3)
    """
    if isinstance(value, tuple | list):
        if len(value) != count:
            raise refuse(where, value, f"one number or {count}, one per axis", f"Give {count} numbers.")
        return tuple([whole(entry, where, least) for entry in value])
    return (whole(value, where, least),) * count


def pairs(value: Given, count: int, where: str) -> tuple[Pair, ...]:
    """Return `(before, after)` per axis, from a number, one number per axis, or one pair per axis.

    >>> pairs(1, 2, "Conv2d padding")
    ((1, 1), (1, 1))
    >>> pairs(((0, 1), 2), 2, "Conv2d padding")
    ((0, 1), (2, 2))
    """
    entries = value if isinstance(value, tuple | list) else (value,) * count
    if len(entries) != count:
        remedy = "Write ((before, after),) for one axis." if count == 1 else f"Give {count} entries."
        raise refuse(where, value, f"one number, or {count} entries, one per axis", remedy)
    return tuple([_pair(entry, where) for entry in entries])


def _pair(entry: Given, where: str) -> Pair:
    if not isinstance(entry, tuple | list):
        both = whole(entry, where, 0)
        return (both, both)
    if len(entry) != 2:
        raise refuse(where, entry, "a pair (before, after)", "Give the two sides of one axis.")
    return (whole(entry[0], where, 0), whole(entry[1], where, 0))


def choice(value: object, options: tuple[str, ...], where: str) -> str:
    """Return `value` if it is one of the words that a layer knows.

    >>> choice("nearest", ("nearest", "bilinear"), "Upsample mode")
    'nearest'
    """
    if isinstance(value, str) and value in options:
        return value
    words = " or ".join(f'"{option}"' for option in options)
    raise refuse(where, value, words, f"Choose {words}.")


def shorten(value: Given) -> Given:
    """Return the shortest spelling that the checks above read back to `value`.

    >>> shorten(((1, 1), (1, 1))), shorten((3, 1)), shorten(((0, 1), (2, 2)))
    (1, (3, 1), ((0, 1), 2))
    """
    if not isinstance(value, tuple):
        return value
    entries = [entry[0] if isinstance(entry, tuple) and entry[0] == entry[1] else entry for entry in value]
    alike = not isinstance(entries[0], tuple) and all(entry == entries[0] for entry in entries)
    return entries[0] if alike else tuple(entries)
