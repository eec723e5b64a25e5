"""Exact linear feasibility: non-negative numbers that solve a system of equations, if there are any.

The search behind floor certificates. Nothing here is trusted: whatever it finds is checked elsewhere by one
multiplication out, so this file may be clever without being believed.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

__all__ = ["nonnegative_solution"]

Row = list[Fraction]


def nonnegative_solution(
    matrix: Sequence[Sequence[Fraction]], target: Sequence[Fraction]
) -> list[Fraction] | None:
    """Return some x >= 0 with `matrix` x = `target`, exactly, or None if there is none.

    Phase one of the simplex method with Bland's rule, which never cycles.

    >>> one = Fraction(1)
    >>> nonnegative_solution([[one, -one]], [Fraction(2)])
    [Fraction(2, 1), Fraction(0, 1)]
    >>> nonnegative_solution([[one, one]], [Fraction(-2)]) is None
    True
    """
    width = len(matrix[0]) if matrix else 0
    rows = [
        _with_slack(row, bound, index, len(matrix))
        for index, (row, bound) in enumerate(zip(matrix, target, strict=True))
    ]
    basis = [width + index for index in range(len(rows))]
    cost = [-sum((row[column] for row in rows), Fraction(0)) for column in range(width)]
    cost += [Fraction(0)] * len(rows) + [-sum((row[-1] for row in rows), Fraction(0))]
    while (entering := next((column for column in range(width) if cost[column] < 0), None)) is not None:
        leaving = _leaving_row(rows, basis, entering)
        if leaving is None:
            return None
        _pivot(rows, cost, leaving, entering)
        basis[leaving] = entering
    if cost[-1] != 0:
        return None
    solution = [Fraction(0)] * width
    for row, variable in zip(rows, basis, strict=True):
        if variable < width:
            solution[variable] = row[-1]
    return solution


def _with_slack(row: Sequence[Fraction], bound: Fraction, index: int, count: int) -> Row:
    sign = -1 if bound < 0 else 1
    slack = [Fraction(int(position == index)) for position in range(count)]
    return [sign * Fraction(value) for value in row] + slack + [sign * Fraction(bound)]


def _leaving_row(rows: list[Row], basis: list[int], entering: int) -> int | None:
    candidates = [
        (row[-1] / row[entering], basis[index], index) for index, row in enumerate(rows) if row[entering] > 0
    ]
    return min(candidates)[2] if candidates else None


def _pivot(rows: list[Row], cost: Row, leaving: int, entering: int) -> None:
    pivot = rows[leaving][entering]
    source = rows[leaving] = [value / pivot if value else value for value in rows[leaving]]
    for index, row in enumerate(rows):
        if index != leaving and row[entering]:
            rows[index] = _eliminate(row, source, row[entering])
    cost[:] = _eliminate(cost, source, cost[entering])


def _eliminate(row: Row, source: Row, factor: Fraction) -> Row:
    return [value - factor * other if other else value for value, other in zip(row, source, strict=True)]
