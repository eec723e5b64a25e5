"""How a window slides over rows and columns: kernel, stride, padding per side, dilation, and what follows.

The number of windows is *counted* here, by listing where they start, and not taken from the output-size
formula: so the formula of `rules` and the sizes of these operations are two routes to one number. No data
is touched here.
"""

from __future__ import annotations

import operator
from dataclasses import dataclass
from typing import NamedTuple, SupportsIndex, TypeAlias

from cnnmath.errors import CnnMathError, ShapeError

Pair: TypeAlias = tuple[int, int]
Pairs: TypeAlias = tuple[Pair, Pair]
PairLike: TypeAlias = int | tuple[int, int]
PaddingLike: TypeAlias = int | tuple[int, int] | tuple[tuple[int, int], tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Geometry:
    """A window that slides over rows and columns; each field holds (rows, columns).

    `padding` holds ((top, bottom), (left, right)). With `ceil_mode`, a last window may hang over the end as
    long as it starts inside the input or the padding before it.

    >>> Geometry(kernel=(3, 3), stride=(2, 2)).windows((5, 7))
    (2, 3)
    """

    kernel: Pair
    stride: Pair = (1, 1)
    padding: Pairs = ((0, 0), (0, 0))
    dilation: Pair = (1, 1)
    ceil_mode: bool = False
    where: str = "window"

    @property
    def extent(self) -> Pair:
        """Cells from a window's first tap to its last, both counted: `dilation (kernel - 1) + 1`."""
        rows, columns = (d * (k - 1) + 1 for k, d in zip(self.kernel, self.dilation, strict=True))
        return rows, columns

    @property
    def taps(self) -> tuple[Pair, ...]:
        """The places (u, v) of the kernel, row by row: scan order."""
        return tuple((u, v) for u in range(self.kernel[0]) for v in range(self.kernel[1]))

    @property
    def is_pointwise(self) -> bool:
        """Whether each window is one cell and the windows tile the input: a 1×1 kernel with stride 1."""
        return self.kernel == (1, 1) and self.stride == (1, 1)

    def windows(self, size: tuple[int, int]) -> Pair:
        """Count the windows over an input of `size` (rows, columns). Raises `ShapeError` where none fits."""
        counts = tuple(len(self._starts(axis, size[axis])) for axis in (0, 1))
        if 0 in counts:
            raise self._no_room(size)
        return counts[0], counts[1]

    def padded(self, size: tuple[int, int]) -> Pairs:
        """Return the padding needed per side, with what a last window needs beyond it in ceil mode."""
        counts = self.windows(size)
        rows, columns = (self._reach(axis, size[axis], counts[axis]) for axis in (0, 1))
        return rows, columns

    def _starts(self, axis: int, length: int) -> range:
        before, after = self.padding[axis]
        last = before + length + after - self.extent[axis]
        if self.ceil_mode:
            return range(0, min(last + self.stride[axis], before + length), self.stride[axis])
        return range(0, last + 1, self.stride[axis])

    def _reach(self, axis: int, length: int, count: int) -> Pair:
        before, after = self.padding[axis]
        end = (count - 1) * self.stride[axis] + self.extent[axis]
        return before, max(after, end - before - length)

    def _no_room(self, size: tuple[int, int]) -> ShapeError:
        (top, bottom), (left, right) = self.padding
        padded = (size[0] + top + bottom, size[1] + left + right)
        return ShapeError(
            where=self.where,
            given=f"a window that spans {_times(self.extent)} on an input of {_times(size)}",
            expected=f"a window that fits the padded input of {_times(padded)}",
            remedy="Use a smaller kernel or dilation, or more padding.",
        )


class Sliding(NamedTuple):
    """How a window is moved, as the caller wrote it; `as_geometry` reads it."""

    stride: PairLike = 1
    padding: PaddingLike = 0
    dilation: PairLike = 1
    groups: int = 1


def as_geometry(
    kernel: PairLike, sliding: Sliding, *, ceil_mode: bool = False, where: str = "window"
) -> Geometry:
    """Read the ways of writing a geometry: one number for both axes, a pair, or for the padding four sides.

    >>> as_geometry(3, Sliding(stride=(1, 2), padding=((0, 1), (2, 2)))).padding
    ((0, 1), (2, 2))
    """
    return Geometry(
        kernel=as_pair(kernel, f"{where}: kernel"),
        stride=as_pair(sliding.stride, f"{where}: stride"),
        padding=as_sides(sliding.padding, f"{where}: padding"),
        dilation=as_pair(sliding.dilation, f"{where}: dilation"),
        ceil_mode=ceil_mode,
        where=where,
    )


def as_pair(value: object, where: str, least: int = 1) -> Pair:
    """Read one number for both axes or a pair (rows, columns) of whole numbers of at least `least`."""
    pair = value if isinstance(value, tuple | list) else (value, value)
    if len(pair) != 2:
        raise _bad_number(where, value, least)
    return _whole(pair[0], where, least), _whole(pair[1], where, least)


def as_sides(value: object, where: str) -> Pairs:
    """Read padding: a number, (rows, columns), or ((top, bottom), (left, right))."""
    pair = value if isinstance(value, tuple | list) else (value, value)
    if len(pair) != 2:
        raise _bad_number(where, value, 0)
    rows, columns = (as_pair(side, where, least=0) for side in pair)
    return rows, columns


def _whole(value: object, where: str, least: int) -> int:
    if not isinstance(value, SupportsIndex) or operator.index(value) < least:
        raise _bad_number(where, value, least)
    return operator.index(value)


def _bad_number(where: str, value: object, least: int) -> CnnMathError:
    return CnnMathError(
        where=where,
        given=repr(value),
        expected=f"a whole number of at least {least}, or a pair of them (rows, columns)",
    )


def _times(size: tuple[int, int]) -> str:
    return f"{size[0]}×{size[1]}"
