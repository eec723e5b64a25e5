"""Small matrices worked out exactly, as with a pencil: windows, kernels, pools and where gradients go.

Plain loops over whole numbers and fractions, because questions must run where there is no NumPy; a law holds
every function here against `ops`. How matrices are typed and compared is in `answers.matrix`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from math import gcd
from typing import TypeVar

__all__ = [
    "Rows",
    "correlate",
    "factors",
    "first_place",
    "input_gradient",
    "outer",
    "padded",
    "patch",
    "places",
    "pool",
    "rank",
    "spread",
    "stretched",
    "turned",
    "weight_gradient",
]

Exact = int | Fraction
Rows = tuple[tuple[int, ...], ...]
T = TypeVar("T")


def places(shape: tuple[int, int], size: tuple[int, int], stride: int = 1) -> Iterator[tuple[int, int]]:
    """Yield the upper left corner of every window, in reading order.

    >>> list(places((4, 4), (2, 2), stride=2))
    [(0, 0), (0, 2), (2, 0), (2, 2)]
    """
    for top in range(0, shape[0] - size[0] + 1, stride):
        for left in range(0, shape[1] - size[1] + 1, stride):
            yield top, left


def patch(rows: Sequence[Sequence[int]], corner: tuple[int, int], size: tuple[int, int]) -> Rows:
    """Return the entries under a window.

    >>> patch(((1, 2, 3), (4, 5, 6)), (0, 1), (2, 2))
    ((2, 3), (5, 6))
    """
    (top, left), (height, width) = corner, size
    return tuple(tuple(line[left : left + width]) for line in rows[top : top + height])


def correlate(rows: Rows, kernel: Rows, stride: int = 1) -> Rows:
    """Return the cross-correlation without padding: the kernel is not turned.

    >>> correlate(((1, 2), (3, 4)), ((1, 0), (0, 1)))
    ((5,),)
    """
    return _each_window(
        rows,
        (len(kernel), len(kernel[0])),
        stride,
        lambda seen: sum(
            entry * weight
            for line, weights in zip(seen, kernel, strict=True)
            for entry, weight in zip(line, weights, strict=True)
        ),
    )


def padded(rows: Rows, rings: tuple[int, int]) -> Rows:
    """Return a matrix with zeros around it: so many rows above and below, so many columns left and right.

    >>> padded(((1, 2),), (0, 1))
    ((0, 1, 2, 0),)
    """
    above, beside = rings
    empty = ((0,) * (len(rows[0]) + 2 * beside),) * above
    return (*empty, *((0,) * beside + tuple(line) + (0,) * beside for line in rows), *empty)


def stretched(rows: Rows, stride: int) -> Rows:
    """Return a matrix with stride - 1 zeros between neighbors, in both directions.

    >>> stretched(((5, 7),), 2)
    ((5, 0, 7),)
    """
    height, width = (stride * (side - 1) + 1 for side in (len(rows), len(rows[0])))
    found = [[0] * width for _ in range(height)]
    for i, line in enumerate(rows):
        found[i * stride][::stride] = line
    return tuple(map(tuple, found))


def weight_gradient(rows: Rows, back: Rows, size: tuple[int, int], stride: int = 1) -> Rows:
    """Return the gradient at the kernel of a correlation: each weight collects the entries that it met.

    `rows` is what the windows read (with its padding, if there is any), `back` holds a gradient per output.

    >>> weight_gradient(((1, 2, 3),), ((10, 100),), (1, 2))
    ((210, 320),)
    """
    found = [[0] * size[1] for _ in range(size[0])]
    gradients = (gradient for line in back for gradient in line)
    for corner, gradient in zip(_corners(back, stride), gradients, strict=True):
        for u, line in enumerate(patch(rows, corner, size)):
            for v, entry in enumerate(line):
                found[u][v] += gradient * entry
    return tuple(map(tuple, found))


def input_gradient(
    back: Rows, kernel: Rows, shape: tuple[int, int], stride: int = 1, rings: tuple[int, int] = (0, 0)
) -> Rows:
    """Return the gradient at the input of a correlation: each output stamps the kernel where it read.

    `shape` is the input's, without the padding that `rings` says; what falls on the padding is dropped.

    >>> input_gradient(((10, 100),), ((1, 2),), (1, 3))
    ((10, 120, 200),)
    """
    found = [[0] * (shape[1] + 2 * rings[1]) for _ in range(shape[0] + 2 * rings[0])]
    gradients = (gradient for line in back for gradient in line)
    for (top, left), gradient in zip(_corners(back, stride), gradients, strict=True):
        for u, line in enumerate(kernel):
            for v, weight in enumerate(line):
                found[top + u][left + v] += gradient * weight
    return patch(tuple(map(tuple, found)), rings, shape)


def turned(rows: Rows) -> Rows:
    """Return a matrix turned by 180°, as true convolution turns its kernel.

    >>> turned(((1, 2), (3, 4)))
    ((4, 3), (2, 1))
    """
    return tuple(line[::-1] for line in rows[::-1])


def pool(rows: Rows, size: int, stride: int, rule: Callable[[list[int]], T]) -> tuple[tuple[T, ...], ...]:
    """Return what a rule such as `max` makes of the entries of every window.

    >>> pool(((1, 1, 2, 4), (5, 6, 7, 8)), 2, 2, max)
    ((6, 8),)
    """
    return _each_window(rows, (size, size), stride, lambda seen: rule([e for line in seen for e in line]))


def first_place(rows: Rows, corner: tuple[int, int], size: int) -> tuple[int, int]:
    """Return the place of a window's largest entry, the first in reading order where several are equal.

    >>> first_place(((1, 7), (7, 0)), (0, 0), 2)
    (0, 1)
    """
    cells = [(corner[0] + i, corner[1] + j) for i in range(size) for j in range(size)]
    return max(cells, key=lambda at: rows[at[0]][at[1]])


def spread(
    shape: tuple[int, int],
    back: Sequence[Sequence[Exact]],
    size: int,
    stride: int,
    share: Callable[[tuple[int, int]], dict[tuple[int, int], Exact]],
) -> tuple[tuple[Exact, ...], ...]:
    """Return the gradient at the input of a pool: `share` says which part of a window's gradient goes where.

    `back` holds one gradient for each window; contributions of windows that overlap add up.

    >>> spread((2, 2), ((5,),), 2, 2, lambda corner: {corner: 1})
    ((5, 0), (0, 0))
    """
    found: list[list[Exact]] = [[0] * shape[1] for _ in range(shape[0])]
    gradients = (gradient for line in back for gradient in line)
    for corner, gradient in zip(places(shape, (size, size), stride), gradients, strict=True):
        for (row, column), part in share(corner).items():
            found[row][column] += part * gradient
    return tuple(map(tuple, found))


def outer(column: Sequence[int], row: Sequence[int]) -> Rows:
    """Return a column times a row.

    >>> outer((1, 2), (3, 4))
    ((3, 4), (6, 8))
    """
    return tuple(tuple(down * across for across in row) for down in column)


def rank(rows: Rows) -> int:
    """Return the rank of a matrix, by exact elimination.

    >>> rank(((1, 2, 1), (2, 4, 2), (1, 2, 1))), rank(((0, -1, 0), (-1, 4, -1), (0, -1, 0)))
    (1, 2)
    """
    lines = [[Fraction(entry) for entry in line] for line in rows]
    found = 0
    for column in range(len(lines[0])):
        pivot = next((at for at in range(found, len(lines)) if lines[at][column]), None)
        if pivot is None:
            continue
        lines[found], lines[pivot] = lines[pivot], lines[found]
        for at in range(found + 1, len(lines)):
            part = lines[at][column] / lines[found][column]
            lines[at] = [low - part * high for low, high in zip(lines[at], lines[found], strict=True)]
        found += 1
    return found


def factors(rows: Rows) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the column and the row whose product a matrix of rank 1 is, the row in smallest whole numbers.

    >>> factors(((2, 4), (-1, -2)))
    ((2, -1), (1, 2))
    """
    leading = next(line for line in rows if any(line))
    divisor = gcd(*leading)
    across = tuple(entry // divisor for entry in leading)
    at = next(place for place, entry in enumerate(across) if entry)
    return tuple(line[at] // across[at] for line in rows), across


def _corners(back: Rows, stride: int) -> Iterator[tuple[int, int]]:
    for i, line in enumerate(back):
        for j in range(len(line)):
            yield i * stride, j * stride


def _each_window(
    rows: Rows, size: tuple[int, int], stride: int, rule: Callable[[Rows], T]
) -> tuple[tuple[T, ...], ...]:
    shape = (len(rows), len(rows[0]))
    found = [rule(patch(rows, corner, size)) for corner in places(shape, size, stride)]
    width = (shape[1] - size[1]) // stride + 1
    return tuple(tuple(found[at : at + width]) for at in range(0, len(found), width))
