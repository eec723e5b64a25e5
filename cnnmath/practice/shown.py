"""Matrices and sums of products as the texts of a question show them: worked, never typed.

What is computed lives in `grids`; formulas with their numbers in place are in `working`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

from cnnmath.practice.richtext import Table

__all__ = ["code", "grid", "listed", "product_sum", "signed"]

Rows = Sequence[Sequence[object]]


def grid(rows: Rows) -> Table:
    """Return a matrix to be shown as a table."""
    return Table(tuple(tuple(map(str, row)) for row in rows))


def code(rows: Rows) -> str:
    """Return a matrix in one line, as code; a single row without the outer brackets.

    >>> code(((1, 2), (3, 4))), code(((1, 2),))
    ('`[[1, 2], [3, 4]]`', '`[1, 2]`')
    """
    lines = ["[" + ", ".join(map(str, row)) + "]" for row in rows]
    return f"`{lines[0]}`" if len(lines) == 1 else f"`[{', '.join(lines)}]`"


def listed(rows: Rows) -> list[list[str]]:
    """Return a matrix as a learner would give it as data."""
    return [[str(entry) for entry in row] for row in rows]


def signed(value: int | Fraction) -> str:
    """Return a number as a factor: in brackets where it is negative.

    >>> signed(3), signed(-3)
    ('3', '(-3)')
    """
    return f"({value})" if value < 0 else str(value)


def product_sum(pairs: Iterable[tuple[int, int]]) -> str:
    """Return the sum of products of pairs with its value, as a relation that holds.

    >>> product_sum([(2, 3), (-1, 4)])
    '$2*3 + (-1)*4 = 2$'
    """
    pairs = [*pairs]
    total = sum(left * right for left, right in pairs)
    products = " + ".join(f"{signed(left)}*{signed(right)}" for left, right in pairs)
    return f"${products or 0} = {total}$"
