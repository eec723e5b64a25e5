"""Lesson 11, what to put around the border: zeros are one answer, mirrors and copies are others.

Each mode but the constant one is a rule that names, for every cell of the padded axis, the cell it copies.
As a matrix of zeros and ones it acts on rows and columns; the backward pass is its transpose: copies add up.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from cnnmath.errors import CnnMathError, ShapeError, near_misses

from .geometry import PaddingLike, Pair, as_sides
from .tensors import Array, as_axes, as_tensor
from .windows import crop, pad_with


def pad2d(x: ArrayLike, padding: PaddingLike, mode: str = "constant", value: float = 0) -> Array:
    """Return x (N, C, H, W) with a border: (N, C, H + top + bottom, W + left + right).

    Modes: "constant" (`value`, zero by default), "reflect" (a mirror on the border cell), "symmetric" (a
    mirror beside the border cell), "replicate" (the border cell again), "circular" (the other side).
    `padding` is a number, (rows, columns) or ((top, bottom), (left, right)). Raises `ShapeError` where a
    mirror needs more cells than there are, `CnnMathError` for an unknown mode.

    >>> pad2d([[[[1, 2, 3]]]], ((0, 0), (2, 2)), "reflect").tolist()
    [[[[3, 2, 1, 2, 3, 2, 1]]]]
    """
    x, sides = as_axes(x, "x", "N C H W", "pad2d"), as_sides(padding, "pad2d: padding")
    if mode == "constant":
        return pad_with(x, sides, as_tensor(value, "value", "pad2d").item()).copy()
    rows, columns = (_sources(mode, x.shape[2 + axis], sides[axis]) for axis in (0, 1))
    return x[:, :, rows[:, None], columns]


def pad2d_backward(grad: ArrayLike, padding: PaddingLike, mode: str = "constant") -> Array:
    """Return dx (N, C, H, W): each cell receives the gradients of all its copies.

    >>> pad2d_backward([[[[1, 1, 1, 1, 1, 1, 1]]]], ((0, 0), (2, 2)), "reflect").tolist()
    [[[[2, 3, 2]]]]
    """
    where = "pad2d_backward"
    grad, sides = as_axes(grad, "grad", "N C H+p W+p", where), as_sides(padding, f"{where}: padding")
    height, width = (grad.shape[2 + axis] - sum(sides[axis]) for axis in (0, 1))
    if min(height, width) < 0:
        raise ShapeError(
            where=where,
            given=f"grad of shape {grad.shape}",
            expected=f"at least the cells that {sides} added",
        )
    if mode == "constant":
        return crop(grad, sides, (height, width)).copy()
    by_row = np.eye(height, dtype=grad.dtype)[_sources(mode, height, sides[0])]
    by_column = np.eye(width, dtype=grad.dtype)[_sources(mode, width, sides[1])]
    dx: Array = by_row.T @ grad @ by_column
    return dx


def padding_modes() -> tuple[str, ...]:
    """Return the names of all modes.

    >>> padding_modes()
    ('constant', 'reflect', 'symmetric', 'replicate', 'circular')
    """
    return ("constant", *_MODES)


def _sources(mode: str, length: int, sides: Pair) -> Array:
    """Return, for each cell of a padded axis, the index of the cell it copies."""
    if mode not in _MODES:
        raise CnnMathError(
            where="pad2d: mode",
            given=f'"{mode}"',
            expected=f"one of {', '.join(padding_modes())}",
            remedy=" ".join(f"Did you mean {name}?" for name in near_misses(mode, padding_modes(), most=1)),
        )
    rule, cells_needed = _MODES[mode]
    if max(sides) > cells_needed(length) or not length:
        raise ShapeError(
            where=f'pad2d: mode "{mode}"',
            given=f"padding {sides} on an axis of {length} cells",
            expected=f"at most {max(0, cells_needed(length))} on each side",
            remedy="Pad less, or in another mode.",
        )
    return rule(np.arange(-sides[0], length + sides[1]), length)


def _reflect(cell: Array, length: int) -> Array:
    mirrored = np.abs(cell)
    return np.where(mirrored < length, mirrored, 2 * (length - 1) - mirrored)


def _symmetric(cell: Array, length: int) -> Array:
    mirrored = np.where(cell < 0, -1 - cell, cell)
    return np.where(mirrored < length, mirrored, 2 * length - 1 - mirrored)


def _replicate(cell: Array, length: int) -> Array:
    return np.clip(cell, 0, length - 1)


def _circular(cell: Array, length: int) -> Array:
    return cell % length


_MODES: dict[str, tuple[Callable[[Array, int], Array], Callable[[int], int]]] = {
    "reflect": (_reflect, lambda length: length - 1),
    "symmetric": (_symmetric, lambda length: length),
    "replicate": (_replicate, lambda _: 2**31),
    "circular": (_circular, lambda length: length),
}
"""Mode: the rule, and how many cells it can add on one side of an axis of that length."""
