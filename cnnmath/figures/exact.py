"""Small exact arithmetic for figures that show whole numbers: plain loops, as one computes by hand.

No NumPy, so these figures start fast; the laws hold every function here against `ops`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

__all__ = ["correlate", "digits", "pad", "patch", "places", "pool", "scaled"]

Rows = Sequence[Sequence[int]]


def pad(rows: Rows, before: int, after: int, filler: int = 0) -> list[list[int]]:
    """Return the matrix with `before` rows and columns of filler before it and `after` of each after it.

    >>> pad([[7]], 0, 1)
    [[7, 0], [0, 0]]
    """
    width = before + len(rows[0]) + after
    middle = [[filler] * before + list(row) + [filler] * after for row in rows]
    return [[filler] * width for _ in range(before)] + middle + [[filler] * width for _ in range(after)]


def places(size: int, span: int, stride: int) -> range:
    """Return where windows of `span` cells start on a row of `size`.

    >>> list(places(7, 3, 2))
    [0, 2, 4]
    """
    return range(0, size - span + 1, stride)


def patch(rows: Rows, corner: tuple[int, int], shape: tuple[int, int], dilation: int = 1) -> list[list[int]]:
    """Return the entries that a window of this shape reads with its first tap at `corner`.

    >>> patch([[1, 2, 3], [4, 5, 6], [7, 8, 9]], (0, 1), (2, 2))
    [[2, 3], [5, 6]]
    """
    (top, left), (height, width) = corner, shape
    return [[rows[top + i * dilation][left + j * dilation] for j in range(width)] for i in range(height)]


def correlate(rows: Rows, kernel: Rows, stride: int = 1, dilation: int = 1) -> list[list[int]]:
    """Return the cross-correlation of a matrix (padded already) with a kernel.

    >>> correlate([[1, 2], [3, 4]], [[1, 0], [0, 1]])
    [[5]]
    """
    height, width = len(kernel), len(kernel[0])
    down = places(len(rows), (height - 1) * dilation + 1, stride)
    right = places(len(rows[0]), (width - 1) * dilation + 1, stride)
    return [
        [sum(_products(patch(rows, (top, left), (height, width), dilation), kernel)) for left in right]
        for top in down
    ]


def pool(rows: Rows, size: int, stride: int, kind: str) -> list[list[float]]:
    """Return the largest entry or the mean of every window.

    >>> pool([[1, 1], [5, 6]], 2, 2, "max"), pool([[1, 1], [5, 6]], 2, 2, "average")
    ([[6]], [[3.25]])
    """
    down, right = places(len(rows), size, stride), places(len(rows[0]), size, stride)
    windows = [[_flat(patch(rows, (top, left), (size, size))) for left in right] for top in down]
    if kind == "max":
        return [[max(window) for window in line] for line in windows]
    return [[scaled(sum(window), size * size) for window in line] for line in windows]


def scaled(total: int, count: int) -> float:
    """Return the mean, as an int where it is whole.

    >>> scaled(6, 4), scaled(8, 4)
    (1.5, 2)
    """
    return total // count if total % count == 0 else total / count


def digits(seed: str, count: int, low: int, high: int) -> list[int]:
    """Return whole numbers from `low` to `high` that look random and are the same everywhere.

    >>> digits("example", 5, 0, 9) == digits("example", 5, 0, 9)
    True
    """
    stream = hashlib.shake_256(seed.encode()).digest(4 * count)
    return [low + int.from_bytes(stream[4 * at : 4 * at + 4]) % (high - low + 1) for at in range(count)]


def _flat(rows: Rows) -> list[int]:
    return [entry for line in rows for entry in line]


def _products(entries: Rows, kernel: Rows) -> Iterator[int]:
    return (
        entry * weight
        for line, weights in zip(entries, kernel, strict=True)
        for entry, weight in zip(line, weights, strict=True)
    )
