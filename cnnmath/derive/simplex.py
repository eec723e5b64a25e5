"""Exact linear feasibility: non-negative numbers that solve a system of equations, if there are any.

The search behind floor certificates. Nothing here is trusted: whatever it finds is checked elsewhere by one
multiplication out, so this file may be clever without being believed. Rows are sparse, because nearly all
coefficients are 0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

__all__ = ["nonnegative_solution"]

Row = dict[int, Fraction]
_TARGET = -1
_ZERO = Fraction(0)


def nonnegative_solution(
    equations: Sequence[Mapping[int, int]], target: Sequence[int], width: int
) -> list[Fraction] | None:
    """Return `width` numbers x >= 0 that solve the equations exactly, or None if there are none.

    An equation maps the place of an unknown to its coefficient. Phase one of the simplex method with Bland's
    rule, which never cycles.

    >>> nonnegative_solution([{0: 1, 1: -1}], [2], 2)
    [Fraction(2, 1), Fraction(0, 1)]
    >>> nonnegative_solution([{0: 1, 1: 1}], [-2], 2) is None
    True
    """
    rows = [_row(equation, bound) for equation, bound in zip(equations, target, strict=True)]
    basis = [width + index for index in range(len(rows))]  # artificial variables, one per row
    cost: Row = {}
    for row in rows:
        _subtract(cost, row, Fraction(1))
    while True:
        entering = min(
            (column for column, value in cost.items() if column != _TARGET and value < 0), default=None
        )
        if entering is None:
            break
        leaving = _leaving_row(rows, basis, entering)
        if leaving is None:
            return None
        _pivot(rows, cost, leaving, entering)
        basis[leaving] = entering
    if cost.get(_TARGET, _ZERO) != 0:
        return None
    solution = [_ZERO] * width
    for row, variable in zip(rows, basis, strict=True):
        if variable < width:
            solution[variable] = row.get(_TARGET, _ZERO)
    return solution


def _row(equation: Mapping[int, int], bound: int) -> Row:
    """Return a row with its target, signs turned so that the target is not negative."""
    sign = -1 if bound < 0 else 1
    row = {place: Fraction(sign * value) for place, value in equation.items() if value}
    if bound:
        row[_TARGET] = Fraction(sign * bound)
    return row


def _leaving_row(rows: list[Row], basis: list[int], entering: int) -> int | None:
    candidates = [
        (row.get(_TARGET, _ZERO) / row[entering], basis[index], index)
        for index, row in enumerate(rows)
        if row.get(entering, _ZERO) > 0
    ]
    return min(candidates)[2] if candidates else None


def _pivot(rows: list[Row], cost: Row, leaving: int, entering: int) -> None:
    pivot = rows[leaving][entering]
    source = rows[leaving] = {column: value / pivot for column, value in rows[leaving].items()}
    for index, row in enumerate(rows):
        if index != leaving and entering in row:
            _subtract(row, source, row[entering])
    if entering in cost:
        _subtract(cost, source, cost[entering])


def _subtract(row: Row, source: Row, factor: Fraction) -> None:
    """Subtract a multiple of another row, keeping only what is not 0."""
    for column, value in source.items():
        rest = row.get(column, _ZERO) - factor * value
        if rest:
            row[column] = rest
        else:
            row.pop(column, None)
