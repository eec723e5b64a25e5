"""Lesson 12, other sizes: adaptive pooling makes maps smaller, upsampling makes them larger.

Both act on rows and on columns by a matrix, `y = R x Cᵀ`, whose entries are the shares that an output cell
takes of the input cells. So both backward passes are the transposed matrices, and need no thought at all.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from cnnmath.errors import CnnMathError, ShapeError

from .geometry import PairLike, as_pair
from .tensors import Array, as_axes, as_floats, require_shape


def adaptive_avg_pool2d(x: ArrayLike, output_size: PairLike) -> Array:
    """Take means over windows that cover all of x: (N, C, H, W) to (N, C, *output_size).

    Window i of m goes from `floor(i H / m)` up to, not including, `ceil((i + 1) H / m)`; neighbors may
    overlap.

    >>> adaptive_avg_pool2d([[[[1, 2, 3]]]], (1, 2)).tolist()
    [[[[1.5, 2.5]]]]
    """
    where = "adaptive_avg_pool2d"
    x, (rows, columns) = _read(where, x), as_pair(output_size, f"{where}: output_size")
    return _apply(x, _shares(x.shape[2], rows), _shares(x.shape[3], columns))


def adaptive_avg_pool2d_backward(grad: ArrayLike, x: ArrayLike) -> Array:
    """Return dx: each output's gradient is shared equally among the cells of its window.

    >>> adaptive_avg_pool2d_backward([[[[2, 4]]]], [[[[1, 2, 3]]]]).tolist()
    [[[[1.0, 3.0, 2.0]]]]
    """
    where = "adaptive_avg_pool2d_backward"
    x, grad = _read(where, x), as_axes(as_floats(grad, "grad", where), "grad", "N C H' W'", where)
    require_shape(
        grad, "grad", (*x.shape[:2], *grad.shape[2:]), where, f"x of shape {x.shape}: the same maps"
    )
    return _apply(grad, _shares(x.shape[2], grad.shape[2]).T, _shares(x.shape[3], grad.shape[3]).T)


def upsample2d(x: ArrayLike, factor: int, mode: str = "nearest") -> Array:
    """Enlarge x (N, C, H, W) to (N, C, factor H, factor W).

    Modes: "nearest" repeats each cell, "bilinear" interpolates between the centers of the cells and repeats
    beyond the outermost ones (PyTorch's `align_corners=False`). Raises `CnnMathError` for another mode.

    >>> upsample2d([[[[1, 2]]]], 2).tolist()
    [[[[1.0, 1.0, 2.0, 2.0], [1.0, 1.0, 2.0, 2.0]]]]
    >>> upsample2d([[[[0, 4]]]], 2, "bilinear")[0, 0, 0].tolist()
    [0.0, 1.0, 3.0, 4.0]
    """
    x, rule = _read("upsample2d", x), _rule(mode)
    return _apply(x, rule(x.shape[2], factor * x.shape[2]), rule(x.shape[3], factor * x.shape[3]))


def upsample2d_backward(grad: ArrayLike, x: ArrayLike, factor: int, mode: str = "nearest") -> Array:
    """Return dx: each cell collects from the enlarged cells by its share in them.

    >>> upsample2d_backward([[[[1, 2], [3, 4]]]], [[[[5]]]], 2).tolist()
    [[[[10.0]]]]
    """
    where = "upsample2d_backward"
    x, grad, rule = _read(where, x), as_floats(grad, "grad", where), _rule(mode)
    shape = (*x.shape[:2], factor * x.shape[2], factor * x.shape[3])
    require_shape(grad, "grad", shape, where, f"x of shape {x.shape}, factor {factor}")
    return _apply(grad, rule(x.shape[2], shape[2]).T, rule(x.shape[3], shape[3]).T)


def resize2d(x: ArrayLike, size: PairLike, mode: str = "bilinear") -> Array:
    """Bring x (N, C, H, W) to `size` (rows, columns), by the rules of `upsample2d`; meant for enlarging maps.

    >>> resize2d([[[[0, 4]]]], (1, 4))[0, 0, 0].tolist()
    [0.0, 1.0, 3.0, 4.0]
    """
    x, rule, (rows, columns) = _read("resize2d", x), _rule(mode), as_pair(size, "resize2d: size")
    return _apply(x, rule(x.shape[2], rows), rule(x.shape[3], columns))


def _read(where: str, x: ArrayLike) -> Array:
    x = as_axes(as_floats(x, "x", where), "x", "N C H W", where)
    if 0 in x.shape[2:]:
        raise ShapeError(where=where, given=f"x of shape {x.shape}", expected="maps with at least one cell")
    return x


def _apply(x: Array, rows: Array, columns: Array) -> Array:
    y: Array = rows.astype(x.dtype, copy=False) @ x @ columns.T.astype(x.dtype, copy=False)
    return y


def _shares(length: int, outputs: int) -> Array:
    """Return the matrix (outputs, length) of means over adaptive windows."""
    number, cell = np.arange(outputs)[:, None], np.arange(length)
    starts, ends = number * length // outputs, -(-(number + 1) * length // outputs)
    seen: Array = (starts <= cell) & (cell < ends)
    shares: Array = seen / seen.sum(axis=1, keepdims=True)
    return shares


def _nearest(length: int, outputs: int) -> Array:
    """Return the matrix that copies, for each output cell, the input cell that its center falls into."""
    return np.eye(length)[(2 * np.arange(outputs) + 1) * length // (2 * outputs)]


def _bilinear(length: int, outputs: int) -> Array:
    """Return the matrix of shares: a hat function around each center, the last cells held beyond the ends."""
    centers = np.clip((np.arange(outputs) + 0.5) * length / outputs - 0.5, 0, length - 1)
    shares: Array = np.maximum(0, 1 - np.abs(centers[:, None] - np.arange(length)))
    return shares


def _rule(mode: str) -> Callable[[int, int], Array]:
    if mode not in _MODES:
        raise CnnMathError(where="upsample2d: mode", given=f'"{mode}"', expected=" or ".join(_MODES))
    return _MODES[mode]


_MODES: dict[str, Callable[[int, int], Array]] = {"nearest": _nearest, "bilinear": _bilinear}
