"""How well "shift, then compute" agrees with "compute, then shift": for a convolution, and with strides.

Equivariance is compared at the input's resolution, after Zhang 2019 (Making convolutional networks
shift-invariant again, section 4.1): the output is enlarged by its stride and moved by the same pixels.
Images are given by the caller.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from cnnmath.errors import ShapeError
from cnnmath.ops.convolution import conv2d
from cnnmath.ops.padding import pad2d
from cnnmath.ops.pooling import avg_pool2d, max_pool2d
from cnnmath.ops.tensors import Array, as_axes, as_floats

Operation = Callable[[Array], Array]


def equivariance_error(operation: Operation, x: Array, shift: int, stride: int = 1) -> float:
    """Return how much `operation` and a shift to the right fail to commute on x (N, C, H, W).

    The root mean square of `up(f(shift x)) - shift(up(f(x)))`, relative to the spread of f(x); `up` repeats
    each cell `stride` times, shifts wrap around. 0 is equivariant, √2 what two unrelated maps would give.
    Raises `ShapeError` unless f(x) has a `stride`-th of x's rows and columns.

    >>> x = np.random.default_rng(0).random((1, 1, 8, 8))
    >>> equivariance_error(lambda x: x[:, :, ::2, ::2], x, shift=2, stride=2)
    0.0
    >>> equivariance_error(lambda x: x[:, :, ::2, ::2], x, shift=1, stride=2) > 1
    True
    """
    x = as_axes(as_floats(x, "x", "equivariance_error"), "x", "N C H W", "equivariance_error")
    before, after = _enlarged(operation, np.roll(x, shift, axis=3), stride), _enlarged(operation, x, stride)
    return _relative(before - np.roll(after, shift, axis=3), after)


def shift_sensitivity(operation: Operation, x: Array, shift: int) -> float:
    """Return how much the output changes, cell by cell, when x moves: 0 is invariant, √2 unrelated.

    >>> x = np.random.default_rng(0).random((1, 1, 8, 8))
    >>> shift_sensitivity(lambda x: np.sort(x, axis=None), x, shift=3)
    0.0
    """
    x = as_axes(as_floats(x, "x", "shift_sensitivity"), "x", "N C H W", "shift_sensitivity")
    y = np.asarray(operation(x))
    return _relative(np.asarray(operation(np.roll(x, shift, axis=3))) - y, y)


@dataclass(frozen=True)
class EquivarianceRow:
    """One way of computing a map, and its error of equivariance after shifts of 0, 1, 2, … pixels."""

    name: str
    stride: int
    errors: tuple[float, ...]


def equivariance_table(x: Array, kernel: Array, farthest: int = 4) -> tuple[EquivarianceRow, ...]:
    """Measure on images x (N, 1, H, W): strides 1 to 4, borders, pools, and a blur before subsampling.

    H and W must be multiples of 12, so that every stride divides them. All but the "zero padding" row wrap
    around at the border, so that they show the stride's effect alone.
    """
    rows = [_row(f"convolution, stride {s}", s, _convolution(kernel, s), x, farthest) for s in (1, 2, 3, 4)]
    zero = _convolution(kernel, 1, mode="constant")
    rows.append(_row("convolution, zero padding", 1, zero, x, farthest))
    pools: dict[str, Operation] = {
        "max pool 2, stride 2": lambda y: max_pool2d(y, 2),
        "mean pool 2, stride 2": lambda y: avg_pool2d(y, 2),
        "max 2, blur 3, stride 2": _blurred_max,
    }
    for name, pool in pools.items():
        rows.append(_row(name, 2, _after(_convolution(kernel, 1), pool), x, farthest))
    return tuple(rows)


def _after(first: Operation, second: Operation) -> Operation:
    return lambda x: second(first(x))


def _row(name: str, stride: int, operation: Operation, x: Array, farthest: int) -> EquivarianceRow:
    errors = (equivariance_error(operation, x, shift, stride) for shift in range(farthest + 1))
    return EquivarianceRow(name, stride, tuple(errors))


def _convolution(kernel: Array, stride: int, mode: str = "circular") -> Operation:
    """Return a convolution that keeps the size (but for its stride)."""
    w = np.asarray(kernel, float)[None, None]
    sides = tuple(((size - 1) // 2, size // 2) for size in w.shape[2:])

    def convolve(x: Array) -> Array:
        return conv2d(pad2d(x, (sides[0], sides[1]), mode), w, stride=stride)

    return convolve


def _blurred_max(x: Array) -> Array:
    """Take the maximum at every place, then blur with (1, 2, 1)/4 both ways and keep every other cell."""
    largest = max_pool2d(pad2d(x, ((0, 1), (0, 1)), "circular"), 2, stride=1)
    return _convolution(np.outer([1, 2, 1], [1, 2, 1]) / 16, 2)(largest)


def _enlarged(operation: Operation, x: Array, stride: int) -> Array:
    y = np.asarray(operation(x))
    if tuple(size * stride for size in y.shape[2:]) != x.shape[2:]:
        raise ShapeError(
            where="equivariance_error",
            given=f"an output of shape {y.shape} for x of shape {x.shape} and stride {stride}",
            expected=f"rows and columns {x.shape[2]}/{stride} and {x.shape[3]}/{stride}",
            remedy="Pad so that the operation keeps the size, but for its stride.",
        )
    return y.repeat(stride, axis=2).repeat(stride, axis=3)


def _relative(difference: Array, reference: Array) -> float:
    spread = float(np.std(reference))
    return float(np.sqrt(np.mean(difference**2))) / (spread if spread > 0 else 1.0)
