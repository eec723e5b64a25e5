"""Lesson 5, pooling: the largest cell of each window, or the mean, and how each sends its gradient back.

Ties in a window go to its first maximum in scan order (row by row). Cells of the padding are never a maximum;
a mean counts them or not, as asked. A window that sees only padding has no maximum, so it is an error.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from cnnmath.errors import ShapeError

from .geometry import Geometry, PaddingLike, Pair, PairLike, Pairs, Sliding, as_geometry
from .tensors import Array, as_axes, as_floats, as_tensor, require_shape
from .windows import add_windows, crop, pad_with, tap


def max_pool2d(
    x: ArrayLike,
    kernel: PairLike,
    *,
    stride: PairLike | None = None,
    padding: PaddingLike = 0,
    dilation: PairLike = 1,
    ceil_mode: bool = False,
) -> Array:
    """Take the largest cell under each window: (N, C, H, W) to (N, C, H', W').

    `stride` defaults to the kernel. Integers stay integers. With `ceil_mode` a last window may hang over
    the end of the input; what hangs over holds nothing. Raises `ShapeError` where a window sees only
    padding.

    >>> x = [[[[1, 1, 2, 4], [5, 6, 7, 8], [3, 2, 1, 0], [1, 2, 3, 4]]]]
    >>> max_pool2d(x, 2).tolist()
    [[[[6, 8], [3, 4]]]]
    """
    x, geometry = _read(
        "max_pool2d", x, kernel, stride, padding=padding, dilation=dilation, ceil_mode=ceil_mode
    )
    return _largest(x, geometry)


def max_pool2d_backward(
    grad: ArrayLike,
    x: ArrayLike,
    kernel: PairLike,
    *,
    stride: PairLike | None = None,
    padding: PaddingLike = 0,
    dilation: PairLike = 1,
    ceil_mode: bool = False,
) -> Array:
    """Send each output's gradient to the first maximum of its window; who won several windows adds them up.

    >>> max_pool2d_backward([[[[1, 10]]]], [[[[2, 7, 7, 1]]]], (1, 2)).tolist()
    [[[[0, 1, 10, 0]]]]
    >>> max_pool2d_backward([[[[1, 10]]]], [[[[2, 7, 1]]]], (1, 2), stride=1).tolist()
    [[[[0, 11, 0]]]]
    """
    where = "max_pool2d_backward"
    x, geometry = _read(where, x, kernel, stride, padding=padding, dilation=dilation, ceil_mode=ceil_mode)
    grad = _read_gradient(where, grad, x, geometry)
    padding_used = geometry.padded((x.shape[2], x.shape[3]))
    dx = np.zeros(_padded_shape(x, padding_used), grad.dtype)
    winners = _winning_taps(x, geometry)
    for number, place in enumerate(geometry.taps):
        dx[:, :, *tap(geometry, place, winners.shape[2:])] += np.where(winners == number, grad, 0)
    return crop(dx, padding_used, (x.shape[2], x.shape[3]))


def max_pool2d_switches(
    x: ArrayLike,
    kernel: PairLike,
    *,
    stride: PairLike | None = None,
    padding: PaddingLike = 0,
    dilation: PairLike = 1,
    ceil_mode: bool = False,
) -> Array:
    """Return where each maximum stood (N, C, H', W'), as the index `row · W + column` into its input map.

    >>> max_pool2d_switches([[[[1, 1, 2, 4], [5, 6, 7, 8]]]], 2).tolist()
    [[[[5, 7]]]]
    """
    where = "max_pool2d_switches"
    x, geometry = _read(where, x, kernel, stride, padding=padding, dilation=dilation, ceil_mode=ceil_mode)
    (top, _), (left, _) = geometry.padding
    u, v = np.divmod(_winning_taps(x, geometry), geometry.kernel[1])
    i, j = np.indices(u.shape[2:])
    rows = i * geometry.stride[0] + u * geometry.dilation[0] - top
    columns = j * geometry.stride[1] + v * geometry.dilation[1] - left
    switches: Array = rows * x.shape[3] + columns
    return switches


def max_unpool2d(y: ArrayLike, switches: ArrayLike, size: tuple[int, int]) -> Array:
    """Put each value of y back to where its maximum stood, zero elsewhere; values that meet add up.

    Source: the "unpooling" of Zeiler & Fergus 2014, section 2.1.

    >>> max_unpool2d([[[[6, 8]]]], [[[[5, 7]]]], (2, 4)).tolist()
    [[[[0, 0, 0, 0], [0, 6, 0, 8]]]]
    """
    where = "max_unpool2d"
    y = as_axes(y, "y", "N C H' W'", where)
    switches = as_axes(switches, "switches", "N C H' W'", where)
    require_shape(switches, "switches", y.shape, where, "y: one switch per value")
    cells = size[0] * size[1]
    if switches.size and not (switches.min() >= 0 and switches.max() < cells):
        raise ShapeError(
            where=where,
            given=f"switches from {switches.min()} to {switches.max()} for maps of {size[0]}×{size[1]}",
            expected=f"indices from 0 to {cells - 1}",
        )
    flat = np.zeros((y.shape[0] * y.shape[1], cells), y.dtype)
    maps = np.arange(len(flat))[:, None]
    np.add.at(
        flat,
        (maps, switches.reshape(len(flat), y.shape[2] * y.shape[3])),
        y.reshape(len(flat), y.shape[2] * y.shape[3]),
    )
    return flat.reshape(*y.shape[:2], *size)


def avg_pool2d(
    x: ArrayLike,
    kernel: PairLike,
    *,
    stride: PairLike | None = None,
    padding: PaddingLike = 0,
    ceil_mode: bool = False,
    count_padding: bool = True,
) -> Array:
    """Take the mean under each window: (N, C, H, W) to (N, C, H', W'); integers become float64.

    `count_padding` says whether the zeros of the padding count in the mean's denominator (PyTorch's
    `count_include_pad`); what hangs over beyond the padding in ceil mode never counts.

    >>> avg_pool2d([[[[1, 3, 5, 7]]]], (1, 2)).tolist()
    [[[[2.0, 6.0]]]]
    >>> avg_pool2d([[[[4, 4]]]], (1, 3), stride=1, padding=(0, 1), count_padding=False).tolist()
    [[[[4.0, 4.0]]]]
    """
    where = "avg_pool2d"
    x, geometry = _read(where, as_floats(x, "x", where), kernel, stride, padding=padding, ceil_mode=ceil_mode)
    size = (x.shape[2], x.shape[3])
    padded = pad_with(x, geometry.padded(size))
    count = geometry.windows(size)
    total = np.zeros((*x.shape[:2], *count), x.dtype)
    for place in geometry.taps:
        total += padded[:, :, *tap(geometry, place, count)]
    total /= _cells_counted(geometry, size, count_padding=count_padding).astype(x.dtype)
    return total


def avg_pool2d_backward(
    grad: ArrayLike,
    x: ArrayLike,
    kernel: PairLike,
    *,
    stride: PairLike | None = None,
    padding: PaddingLike = 0,
    ceil_mode: bool = False,
    count_padding: bool = True,
) -> Array:
    """Share each output's gradient equally among the cells of its window.

    >>> avg_pool2d_backward([[[[2, 4]]]], [[[[1, 3, 5, 7]]]], (1, 2)).tolist()
    [[[[1.0, 1.0, 2.0, 2.0]]]]
    """
    where = "avg_pool2d_backward"
    x, geometry = _read(where, as_floats(x, "x", where), kernel, stride, padding=padding, ceil_mode=ceil_mode)
    grad = as_floats(_read_gradient(where, grad, x, geometry), "grad", where)
    size = (x.shape[2], x.shape[3])
    padding_used = geometry.padded(size)
    share = grad / _cells_counted(geometry, size, count_padding=count_padding).astype(grad.dtype)
    dx = np.zeros(_padded_shape(x, padding_used), grad.dtype)
    add_windows(np.broadcast_to(share[..., None, None], (*share.shape, *geometry.kernel)), dx, geometry)
    return crop(dx, padding_used, size)


def global_avg_pool2d(x: ArrayLike) -> Array:
    """Take the mean of each map: (N, C, H, W) to (N, C, 1, 1).

    >>> global_avg_pool2d([[[[1, 2], [3, 6]]]]).tolist()
    [[[[3.0]]]]
    """
    x = _with_cells("global_avg_pool2d", as_floats(x, "x", "global_avg_pool2d"))
    y: Array = x.mean(axis=(2, 3), keepdims=True)
    return y


def global_avg_pool2d_backward(grad: ArrayLike, x: ArrayLike) -> Array:
    """Share each map's gradient (N, C, 1, 1) equally among its H·W cells.

    >>> global_avg_pool2d_backward([[[[4]]]], [[[[1, 2], [3, 6]]]]).tolist()
    [[[[1.0, 1.0], [1.0, 1.0]]]]
    """
    where = "global_avg_pool2d_backward"
    x, grad = _with_cells(where, as_floats(x, "x", where)), as_floats(grad, "grad", where)
    require_shape(grad, "grad", (*x.shape[:2], 1, 1), where, f"x of shape {x.shape}: one number per map")
    return np.broadcast_to(grad / grad.dtype.type(x.shape[2] * x.shape[3]), x.shape).copy()


def global_max_pool2d(x: ArrayLike) -> Array:
    """Take the largest cell of each map: (N, C, H, W) to (N, C, 1, 1).

    >>> global_max_pool2d([[[[1, 2], [3, 6]]]]).tolist()
    [[[[6]]]]
    """
    y: Array = _with_cells("global_max_pool2d", x).max(axis=(2, 3), keepdims=True)
    return y


def global_max_pool2d_backward(grad: ArrayLike, x: ArrayLike) -> Array:
    """Send each map's gradient (N, C, 1, 1) to its first maximum in scan order.

    >>> global_max_pool2d_backward([[[[5]]]], [[[[1, 6], [3, 6]]]]).tolist()
    [[[[0, 5], [0, 0]]]]
    """
    where = "global_max_pool2d_backward"
    x, grad = _with_cells(where, x), as_tensor(grad, "grad", where)
    require_shape(grad, "grad", (*x.shape[:2], 1, 1), where, f"x of shape {x.shape}: one number per map")
    cells = x.reshape(*x.shape[:2], x.shape[2] * x.shape[3])
    dx = np.zeros(cells.shape, grad.dtype)
    np.put_along_axis(dx, cells.argmax(axis=2)[:, :, None], grad[:, :, 0], axis=2)
    return dx.reshape(x.shape)


def _read(
    where: str,
    x: ArrayLike,
    kernel: PairLike,
    stride: PairLike | None,
    *,
    padding: PaddingLike,
    dilation: PairLike = 1,
    ceil_mode: bool,
) -> tuple[Array, Geometry]:
    x = as_axes(x, "x", "N C H W", where)
    stride = kernel if stride is None else stride
    geometry = as_geometry(kernel, Sliding(stride, padding, dilation), ceil_mode=ceil_mode, where=where)
    real = _real_cells(geometry, (x.shape[2], x.shape[3]))
    if not all((axis > 0).all() for axis in real):
        raise ShapeError(
            where=where,
            given=f"padding {geometry.padding} around x of shape {x.shape} under a {geometry.kernel} kernel",
            expected="windows that each see at least one cell of the input",
            remedy="Use at most half the kernel as padding.",
        )
    return x, geometry


def _read_gradient(where: str, grad: ArrayLike, x: Array, geometry: Geometry) -> Array:
    grad = as_axes(grad, "grad", "N C H' W'", where)
    shape = (*x.shape[:2], *geometry.windows((x.shape[2], x.shape[3])))
    require_shape(grad, "grad", shape, where, f"x of shape {x.shape}: grad has the output's shape")
    return grad


def _with_cells(where: str, x: ArrayLike) -> Array:
    x = as_axes(x, "x", "N C H W", where)
    if 0 in x.shape[2:]:
        raise ShapeError(where=where, given=f"x of shape {x.shape}", expected="maps with at least one cell")
    return x


def _largest(x: Array, geometry: Geometry) -> Array:
    size = (x.shape[2], x.shape[3])
    padded = pad_with(x, geometry.padded(size), _lowest(x))
    count = geometry.windows(size)
    best = padded[:, :, *tap(geometry, (0, 0), count)].copy()
    for place in geometry.taps[1:]:
        np.maximum(best, padded[:, :, *tap(geometry, place, count)], out=best)
    return best


def _winning_taps(x: Array, geometry: Geometry) -> Array:
    """Return the number of the tap (row by row) that holds each window's first maximum among real cells."""
    size = (x.shape[2], x.shape[3])
    padding, count = geometry.padded(size), geometry.windows(size)
    padded = pad_with(x, padding, _lowest(x))
    real = pad_with(np.ones((1, 1, *size), np.bool_), padding)
    best = _largest(x, geometry)
    winners = np.zeros(best.shape, np.int64)
    for number, place in reversed(list(enumerate(geometry.taps))):
        seen = tap(geometry, place, count)
        holds = (padded[:, :, *seen] >= best) & real[:, :, *seen]
        winners[holds] = number
    return winners


def _real_cells(geometry: Geometry, size: Pair) -> tuple[Array, Array]:
    """Return how many cells of the input itself each window sees, along the rows and along the columns."""
    return _seen(geometry, size, ((0, 0), (0, 0)))


def _cells_counted(geometry: Geometry, size: Pair, *, count_padding: bool) -> Array:
    """Return the denominator of each mean (H', W')."""
    counted = geometry.padding if count_padding else ((0, 0), (0, 0))
    rows, columns = _seen(geometry, size, counted)
    return np.multiply.outer(rows, columns)


def _seen(geometry: Geometry, size: Pair, counted: Pairs) -> tuple[Array, Array]:
    """Count the cells that each window sees per axis: those of the input, and `counted` ones around it."""
    counts, padded = geometry.windows(size), geometry.padded(size)
    per_axis = []
    for axis in (0, 1):
        (before, after), (first, last) = padded[axis], counted[axis]
        cells = np.arange(-before, size[axis] + after)
        is_counted = (cells >= -first) & (cells < size[axis] + last)
        starts = np.arange(counts[axis])[:, None] * geometry.stride[axis]
        taps = np.arange(geometry.kernel[axis]) * geometry.dilation[axis]
        per_axis.append(is_counted[starts + taps].sum(axis=1))
    return per_axis[0], per_axis[1]


def _padded_shape(x: Array, padding: Pairs) -> tuple[int, int, int, int]:
    (top, bottom), (left, right) = padding
    return (*x.shape[:2], x.shape[2] + top + bottom, x.shape[3] + left + right)


def _lowest(x: Array) -> float:
    """Return the value that is never larger than a real cell of this number kind."""
    return -np.inf if x.dtype.kind == "f" else int(np.iinfo(x.dtype).min)
