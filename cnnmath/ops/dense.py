"""Lesson 6, what convolution replaced: all connected to all, and windows that do not share their weights.

`linear` connects everything; `locally_connected2d` keeps the windows of a convolution but gives each place
its own kernel. Between them stands what locality saves, and between the second and `conv2d` what sharing
saves.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from cnnmath.errors import ShapeError

from .geometry import Geometry, PaddingLike, PairLike, Sliding, as_geometry
from .tensors import Array, Gradients, as_axes, as_tensor, common_dtype, require_shape
from .windows import add_windows, crop, pad_with, sliding_windows


def linear(x: ArrayLike, w: ArrayLike, b: ArrayLike | None = None) -> Array:
    """Compute `y = x wᵀ + b`: x (N, D), w (K, D), b (K,), result (N, K). Raises `ShapeError`.

    >>> linear([[1, 2]], [[3, 4], [5, 6]], [100, 0]).tolist()
    [[111, 17]]
    """
    x, w = _read_linear("linear", x, w)
    y: Array = x @ w.T
    if b is None:
        return y
    b = as_tensor(b, "b", "linear")
    require_shape(b, "b", (len(w),), "linear", f"w of shape {w.shape}: one bias per output")
    biased: Array = y + b
    return biased


def linear_backward(grad: ArrayLike, x: ArrayLike, w: ArrayLike) -> Gradients:
    """Return `dx = grad w`, `dw = gradᵀ x`, `db = Σ grad` over the batch, for grad (N, K).

    >>> dx, dw, db = linear_backward([[1, 10]], [[1, 2]], [[3, 4], [5, 6]])
    >>> dx.tolist(), dw.tolist(), db.tolist()
    ([[53, 64]], [[1, 2], [10, 20]], [1, 10])
    """
    x, w = _read_linear("linear_backward", x, w)
    grad = as_axes(grad, "grad", "N K", "linear_backward")
    reason = f"x of shape {x.shape} and w of shape {w.shape}: grad has the output's shape"
    require_shape(grad, "grad", (len(x), len(w)), "linear_backward", reason)
    return Gradients(grad @ w, grad.T @ x, grad.sum(axis=0))


def locally_connected2d(
    x: ArrayLike,
    w: ArrayLike,
    b: ArrayLike | None = None,
    *,
    stride: PairLike = 1,
    padding: PaddingLike = 0,
    dilation: PairLike = 1,
) -> Array:
    """Slide a window as `conv2d` does, with a kernel and a bias of its own at every place.

    Shapes: x (N, C, H, W), w (O, H', W', C, kH, kW), b (O, H', W'), result (N, O, H', W'). Raises
    `ShapeError`.

    >>> w = np.reshape([1, 10, 100, 1000], (1, 2, 1, 1, 1, 2))
    >>> locally_connected2d([[[[1, 2, 3]]]], w).tolist()
    [[[[21, 3200]]]]
    """
    where = "locally_connected2d"
    x, w, geometry = _read_local(where, x, w, Sliding(stride, padding, dilation))
    y: Array = np.einsum("ncijuv,ijocuv->noij", _windows(x, geometry), w)
    if b is None:
        return y
    b = as_tensor(b, "b", where)
    require_shape(b, "b", y.shape[1:], where, f"w of shape {w.shape}: one bias per output cell")
    biased: Array = y + b
    return biased


def locally_connected2d_backward(
    grad: ArrayLike,
    x: ArrayLike,
    w: ArrayLike,
    *,
    stride: PairLike = 1,
    padding: PaddingLike = 0,
    dilation: PairLike = 1,
) -> Gradients:
    """Return `dx, dw, db`: nothing is shared, so dw and db sum over the images alone.

    >>> w = np.reshape([1, 10, 100, 1000], (1, 2, 1, 1, 1, 2))
    >>> locally_connected2d_backward([[[[1, 1]]]], [[[[1, 2, 3]]]], w).x.tolist()
    [[[[1, 110, 1000]]]]
    """
    where = "locally_connected2d_backward"
    x, w, geometry = _read_local(where, x, w, Sliding(stride, padding, dilation))
    grad = as_axes(grad, "grad", "N O H' W'", where)
    reason = f"x of shape {x.shape} and w of shape {w.shape}: grad has the output's shape"
    require_shape(grad, "grad", (len(x), w.shape[2], *w.shape[:2]), where, reason)
    dw = np.einsum("noij,ncijuv->ijocuv", grad, _windows(x, geometry))
    (top, bottom), (left, right) = geometry.padding
    shape = (*x.shape[:2], x.shape[2] + top + bottom, x.shape[3] + left + right)
    dx = np.zeros(shape, common_dtype(grad, w))
    add_windows(np.einsum("noij,ijocuv->ncijuv", grad, w), dx, geometry)
    return Gradients(crop(dx, geometry.padding, (x.shape[2], x.shape[3])), dw, grad.sum(axis=0))


def _read_linear(where: str, x: ArrayLike, w: ArrayLike) -> tuple[Array, Array]:
    x, w = as_axes(x, "x", "N D", where), as_axes(w, "w", "K D", where)
    if x.shape[1] != w.shape[1]:
        raise ShapeError(
            where=where,
            given=f"x of shape {x.shape} and w of shape {w.shape}",
            expected=f"w of shape ({w.shape[0]}, {x.shape[1]}): one weight per input",
            remedy="w is (outputs, inputs); if yours is (inputs, outputs), give w.T.",
        )
    return x, w


def _read_local(where: str, x: ArrayLike, w: ArrayLike, sliding: Sliding) -> tuple[Array, Array, Geometry]:
    x, w = as_axes(x, "x", "N C H W", where), as_axes(w, "w", "H' W' O C kH kW", where)
    geometry = as_geometry((w.shape[4], w.shape[5]), sliding, where=where)
    size = geometry.windows((x.shape[2], x.shape[3]))
    shape = (*size, w.shape[2], x.shape[1], *geometry.kernel)
    require_shape(w, "w", shape, where, f"x of shape {x.shape}: one kernel per output cell")
    return x, w, geometry


def _windows(x: Array, geometry: Geometry) -> Array:
    count = geometry.windows((x.shape[2], x.shape[3]))
    return sliding_windows(pad_with(x, geometry.padding), geometry, count)
