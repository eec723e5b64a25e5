"""Kinds of parameters of a figure: each reads a Python value or a command line's text, or says what is wrong.

What a figure does with its parameters lives in `topics`; this file only promises that they are of the right
kind.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from cnnmath.errors import FigureError

__all__ = ["Choice", "Flag", "Matrix", "Parameter", "Sides", "Whole"]


class Parameter(Protocol):
    """Reads one value; `expected` says in words what it takes."""

    @property
    def expected(self) -> str:
        """What is accepted, in words."""

    def read(self, where: str, given: object) -> object:
        """Return the value, or raise FigureError naming `where`."""


@dataclass(frozen=True)
class Whole:
    """A whole number from `low` to `high`."""

    low: int
    high: int

    @property
    def expected(self) -> str:
        """What is accepted, in words."""
        return f"a whole number from {self.low} to {self.high}"

    def read(self, where: str, given: object) -> int:
        """Return the number.

        >>> Whole(1, 9).read("kernel", "3")
        3
        """
        value = _whole(given)
        if value is None or not self.low <= value <= self.high:
            raise _refusal(where, given, self.expected)
        return value


@dataclass(frozen=True)
class Sides:
    """Cells before and after: one whole number for both sides, or two with a comma."""

    high: int

    @property
    def expected(self) -> str:
        """What is accepted, in words."""
        return f"a whole number from 0 to {self.high}, or two with a comma: before,after"

    def read(self, where: str, given: object) -> tuple[int, int]:
        """Return (before, after).

        >>> Sides(4).read("padding", "1"), Sides(4).read("padding", (0, 2))
        ((1, 1), (0, 2))
        """
        parts = given.split(",") if isinstance(given, str) else given
        listed = list(parts) if isinstance(parts, Sequence) else [parts]
        numbers = [
            number for number in map(_whole, listed) if number is not None and 0 <= number <= self.high
        ]
        if len(numbers) != len(listed) or len(numbers) not in (1, 2):
            raise _refusal(where, given, self.expected)
        return numbers[0], numbers[-1]


@dataclass(frozen=True)
class Choice:
    """One of a few words."""

    options: tuple[str, ...]

    @property
    def expected(self) -> str:
        """What is accepted, in words."""
        return "one of " + ", ".join(self.options)

    def read(self, where: str, given: object) -> str:
        """Return the word.

        >>> Choice(("floor", "ceil")).read("rounding", "ceil")
        'ceil'
        """
        if not isinstance(given, str) or given not in self.options:
            raise _refusal(where, given, self.expected)
        return given


@dataclass(frozen=True)
class Flag:
    """Yes or no."""

    @property
    def expected(self) -> str:
        """What is accepted, in words."""
        return "yes or no"

    def read(self, where: str, given: object) -> bool:
        """Return the truth value.

        >>> Flag().read("values", "yes")
        True
        """
        known = {"yes": True, "true": True, "no": False, "false": False}
        value = known.get(str(given).lower())
        if value is None:
            raise _refusal(where, given, self.expected)
        return value


@dataclass(frozen=True)
class Matrix:
    """A matrix of whole numbers: rows of a list, or text with commas in rows and semicolons between them."""

    rows: int
    columns: int
    largest: int = 99

    @property
    def expected(self) -> str:
        """What is accepted, in words."""
        return (
            f"a matrix of at most {self.rows} by {self.columns} whole numbers up to {self.largest}, such "
            "as 1,0,1;0,1,0;1,0,1"
        )

    def read(self, where: str, given: object) -> tuple[tuple[int, ...], ...]:
        """Return the rows.

        >>> Matrix(3, 3).read("kernel", "1,0;0,-1")
        ((1, 0), (0, -1))
        """
        table = [row.split(",") for row in given.split(";")] if isinstance(given, str) else given
        if not isinstance(table, Sequence) or not all(isinstance(row, Sequence) for row in table):
            raise _refusal(where, given, self.expected)
        rows = [[_whole(entry) for entry in row] for row in table]
        whole = tuple(tuple(entry for entry in row if entry is not None) for row in rows)
        even = bool(rows) and len({len(row) for row in rows}) == 1 and whole == tuple(map(tuple, rows))
        if not even or not self._fits(whole):
            raise _refusal(where, given, self.expected)
        return whole

    def _fits(self, rows: tuple[tuple[int, ...], ...]) -> bool:
        small = all(abs(entry) <= self.largest for row in rows for entry in row)
        return small and 1 <= len(rows) <= self.rows and 1 <= len(rows[0]) <= self.columns


def _whole(given: object) -> int | None:
    if isinstance(given, bool):
        return None
    if isinstance(given, int):
        return given
    if isinstance(given, str) and re.fullmatch(r"\s*[+-]?[0-9]{1,9}\s*", given):
        return int(given)
    return None


def _refusal(where: str, given: object, expected: str) -> FigureError:
    shown = str(given)
    return FigureError(
        where=where, given=shown if len(shown) <= 60 else shown[:57] + "...", expected=expected
    )
