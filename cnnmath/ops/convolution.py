"""Lesson 3, one matrix product: unfold windows into columns (im2col), multiply, fold gradients back (col2im).

This is the way that is used everywhere else; `unfolding` cuts the work so that it needs little memory. Here
too: 1-D convolution (one row), and true convolution (a flipped kernel).
"""

from __future__ import annotations

import math
from typing import TypedDict

import numpy as np
from numpy.typing import ArrayLike

from cnnmath.errors import ShapeError

from .convolution_arguments import Convolution, describe_convolution, read_convolution, read_output_gradient
from .geometry import PaddingLike, Pair, PairLike, Pairs, Sliding, as_geometry, as_pair
from .tensors import Array, Gradients, as_axes, as_tensor, common_dtype
from .unfolding import blocks, unfolded
from .windows import add_windows, crop, pad_with, sliding_windows


def conv2d(
    x: ArrayLike,
    w: ArrayLike,
    b: ArrayLike | None = None,
    *,
    stride: PairLike = 1,
    padding: PaddingLike = 0,
    dilation: PairLike = 1,
    groups: int = 1,
) -> Array:
    """Convolve as frameworks do (cross-correlation): slide w over x, multiply, add.

    `y[o,i,j] = b[o] + Σ_{c,u,v} w[o,c,u,v] x[c, i s + u d - p, j s + v d - p]`, for each image.
    Shapes: x (N, C, H, W), w (O, C/groups, kH, kW), b (O,), result (N, O, H', W') with
    `H' = floor((H + p_top + p_bottom - d (kH - 1) - 1)/s) + 1`. `padding` is a number, (rows, columns) or
    ((top, bottom), (left, right)). float32 stays float32; integers are summed exactly in int64.
    Raises `ShapeError` where the shapes do not fit one another.

    >>> x = np.arange(9).reshape(1, 1, 3, 3)
    >>> conv2d(x, [[[[1, 0], [0, 1]]]]).tolist()
    [[[[4, 6], [10, 12]]]]
    >>> conv2d(x, [[[[1, 0], [0, 1]]]], stride=2, padding=1).shape
    (1, 1, 2, 2)
    """
    x, w, b, layer = read_convolution("conv2d", x, w, b, Sliding(stride, padding, dilation, groups))
    dtype = common_dtype(x, w, b)
    y = np.empty((len(x), *layer.output_shape), dtype)
    weights = _flat_weights(w.astype(dtype, copy=False), layer)
    bias = b.astype(dtype, copy=False).reshape(layer.groups, layer.maps_per_group, 1)
    for block, columns in unfolded(x, layer, dtype):
        part = block.part_of(y)
        if block.count == 1:
            np.matmul(weights, columns, out=part[0])
            part += bias
        else:
            product = np.matmul(weights, columns) + bias
            side_by_side = product.reshape(*product.shape[:2], block.count, part.shape[3])
            part[...] = side_by_side.transpose(2, 0, 1, 3)
    return y


def conv2d_backward(
    grad: ArrayLike,
    x: ArrayLike,
    w: ArrayLike,
    *,
    stride: PairLike = 1,
    padding: PaddingLike = 0,
    dilation: PairLike = 1,
    groups: int = 1,
) -> Gradients:
    """Return `dx, dw, db` for the output's gradient `grad` (N, O, H', W').

    `dx` is the transposed convolution of grad with w, `dw` correlates x with grad, `db` sums grad over
    images and places. Shapes as those of x, w and (O,). Raises `ShapeError`.

    >>> x, w = np.ones((1, 1, 3, 3)), np.ones((1, 1, 2, 2))
    >>> dx, dw, db = conv2d_backward(np.ones((1, 1, 2, 2)), x, w)
    >>> dx[0, 0].tolist()
    [[1.0, 2.0, 1.0], [2.0, 4.0, 2.0], [1.0, 2.0, 1.0]]
    >>> dw[0, 0].tolist(), db.tolist()
    ([[4.0, 4.0], [4.0, 4.0]], [4.0])
    """
    x, w, _, layer = read_convolution(
        "conv2d_backward", x, w, None, Sliding(stride, padding, dilation, groups)
    )
    grad = read_output_gradient(grad, x, layer)
    return Gradients(
        input_gradient(grad, w, layer), weight_gradient(grad, x, layer), grad.sum(axis=(0, 2, 3))
    )


def conv2d_weight_gradient(
    grad: ArrayLike,
    x: ArrayLike,
    kernel: PairLike,
    *,
    stride: PairLike = 1,
    padding: PaddingLike = 0,
    dilation: PairLike = 1,
    groups: int = 1,
) -> Array:
    """Return `dw` (O, C/groups, kH, kW) alone, as a first layer needs it.

    `dw[o,c,u,v] = Σ_{i,j} grad[o,i,j] x[c, i s + u d - p, j s + v d - p]`, summed over the images too.

    >>> conv2d_weight_gradient([[[[1, 1]]]], [[[[1, 2, 3]]]], kernel=(1, 2)).tolist()
    [[[[3, 5]]]]
    """
    where = "conv2d_weight_gradient"
    x, grad = as_axes(x, "x", "N C H W", where), as_axes(grad, "grad", "N O H' W'", where)
    size = as_pair(kernel, f"{where}: kernel")
    weights = (grad.shape[1], x.shape[1] // max(1, groups), *size)
    layer = describe_convolution(where, x.shape[1:], weights, Sliding(stride, padding, dilation, groups))
    return weight_gradient(read_output_gradient(grad, x, layer), x, layer)


def true_conv2d(
    x: ArrayLike,
    w: ArrayLike,
    b: ArrayLike | None = None,
    *,
    stride: PairLike = 1,
    padding: PaddingLike = 0,
    dilation: PairLike = 1,
    groups: int = 1,
) -> Array:
    """Convolve in the mathematician's sense: the kernel is flipped in both axes, then slid as in `conv2d`.

    >>> true_conv2d([[[[1, 2, 3]]]], [[[[1, 10]]]]).tolist()
    [[[[12, 23]]]]
    """
    return conv2d(x, flip(w), b, stride=stride, padding=padding, dilation=dilation, groups=groups)


def true_conv2d_backward(
    grad: ArrayLike,
    x: ArrayLike,
    w: ArrayLike,
    *,
    stride: PairLike = 1,
    padding: PaddingLike = 0,
    dilation: PairLike = 1,
    groups: int = 1,
) -> Gradients:
    """Return `dx, dw, db` of `true_conv2d`: those of `conv2d` with the flipped kernel, dw flipped back.

    >>> true_conv2d_backward([[[[1, 1]]]], [[[[1, 2, 3]]]], [[[[1, 10]]]]).w.tolist()
    [[[[5, 3]]]]
    """
    sliding = Sliding(stride, padding, dilation, groups)
    dx, dw, db = conv2d_backward(grad, x, flip(w), **sliding._asdict())
    return Gradients(dx, flip(dw), db)


def flip(w: ArrayLike) -> Array:
    """Return a kernel (…, kH, kW) turned by 180 degrees: last row first and last column first.

    >>> flip([[1, 2], [3, 4]]).tolist()
    [[4, 3], [2, 1]]
    """
    return as_tensor(w, "w", "flip")[..., ::-1, ::-1]


def conv1d(
    x: ArrayLike,
    w: ArrayLike,
    b: ArrayLike | None = None,
    *,
    stride: int = 1,
    padding: int | tuple[int, int] = 0,
    dilation: int = 1,
    groups: int = 1,
) -> Array:
    """Convolve signals x (N, C, L) with w (O, C/groups, k): a 2-D convolution of images with one row.

    `padding` is a number for both ends or (before, after).

    >>> conv1d([[[1, 2, 3, 4]]], [[[1, 10]]], stride=2).tolist()
    [[[21, 43]]]
    """
    x, w = as_axes(x, "x", "N C L", "conv1d"), as_axes(w, "w", "O C/groups k", "conv1d")
    y = conv2d(x[:, :, None], w[:, :, None], b, **_as_row(stride, padding, dilation), groups=groups)
    return y[:, :, 0]


def conv1d_backward(
    grad: ArrayLike,
    x: ArrayLike,
    w: ArrayLike,
    *,
    stride: int = 1,
    padding: int | tuple[int, int] = 0,
    dilation: int = 1,
    groups: int = 1,
) -> Gradients:
    """Return `dx, dw, db` of `conv1d` for the output's gradient (N, O, L').

    >>> conv1d_backward([[[1, 1]]], [[[1, 2, 3]]], [[[1, 10]]]).x.tolist()
    [[[1, 11, 10]]]
    """
    where = "conv1d_backward"
    x, w = as_axes(x, "x", "N C L", where), as_axes(w, "w", "O C/groups k", where)
    grad = as_axes(grad, "grad", "N O L'", where)
    row = _as_row(stride, padding, dilation)
    dx, dw, db = conv2d_backward(grad[:, :, None], x[:, :, None], w[:, :, None], **row, groups=groups)
    return Gradients(dx[:, :, 0], dw[:, :, 0], db)


def im2col(
    x: ArrayLike, kernel: PairLike, *, stride: PairLike = 1, padding: PaddingLike = 0, dilation: PairLike = 1
) -> Array:
    """Unfold x (N, C, H, W) into columns (N, C·kH·kW, H'·W'): each column is one window, channel by channel.

    A convolution is then `w.reshape(O, -1) @ columns`.

    >>> im2col([[[[1, 2, 3]]]], (1, 2)).tolist()
    [[[1, 2], [2, 3]]]
    """
    x = as_axes(x, "x", "N C H W", "im2col")
    geometry = as_geometry(kernel, Sliding(stride, padding, dilation), where="im2col")
    count = geometry.windows((x.shape[2], x.shape[3]))
    windows = sliding_windows(pad_with(x, geometry.padding), geometry, count)
    shape = (len(x), x.shape[1] * geometry.kernel[0] * geometry.kernel[1], count[0] * count[1])
    return np.ascontiguousarray(windows.transpose(0, 1, 4, 5, 2, 3)).reshape(shape)


def col2im(
    columns: ArrayLike,
    size: tuple[int, int],
    kernel: PairLike,
    *,
    stride: PairLike = 1,
    padding: PaddingLike = 0,
    dilation: PairLike = 1,
) -> Array:
    """Fold columns (N, C·kH·kW, H'·W') back to (N, C, H, W); overlaps add up. The adjoint of `im2col`.

    >>> col2im([[[1, 2], [2, 3]]], (1, 3), (1, 2)).tolist()
    [[[[1, 4, 3]]]]
    """
    columns = as_axes(columns, "columns", "N C·kH·kW H'·W'", "col2im")
    geometry = as_geometry(kernel, Sliding(stride, padding, dilation), where="col2im")
    count = geometry.windows(size)
    (top, bottom), (left, right) = geometry.padding
    channels, left_over = divmod(columns.shape[1], len(geometry.taps))
    if left_over or columns.shape[2] != math.prod(count):
        raise ShapeError(
            where="col2im",
            given=f"columns of shape {columns.shape}",
            expected=f"C·{geometry.kernel[0]}·{geometry.kernel[1]} rows and {count[0]}·{count[1]} columns",
            remedy=f"Input size {size} and the geometry ask for it.",
        )
    folded = columns.reshape(len(columns), channels, *geometry.kernel, *count)
    padded = np.zeros((*folded.shape[:2], size[0] + top + bottom, size[1] + left + right), columns.dtype)
    add_windows(folded.transpose(0, 1, 4, 5, 2, 3), padded, geometry)
    return crop(padded, geometry.padding, size)


def input_gradient(grad: Array, w: Array, layer: Convolution) -> Array:
    """Return dx (N, C, H, W) for a checked layer: multiply by the transposed weights, fold back."""
    dtype = common_dtype(grad, w)
    (top, bottom), (left, right) = layer.geometry.padding
    channels, height, width = layer.input_shape
    padded = np.zeros((len(grad), channels, height + top + bottom, width + left + right), dtype)
    transposed = _flat_weights(w.astype(dtype, copy=False), layer).swapaxes(1, 2)
    grad = grad.astype(dtype, copy=False)
    for block in blocks(len(grad), layer, dtype):
        columns = np.matmul(transposed, block.beside(grad))
        windows = columns.reshape(channels, *layer.geometry.kernel, block.count, *block.windows)
        add_windows(windows.transpose(3, 0, 4, 5, 1, 2), padded[block.images, :, block.lines], layer.geometry)
    return crop(padded, layer.geometry.padding, (height, width))


def weight_gradient(grad: Array, x: Array, layer: Convolution) -> Array:
    """Return dw (O, C/groups, kH, kW) for a checked layer: correlate each window with the gradient it fed."""
    dtype = common_dtype(grad, x)
    dw = np.zeros((layer.groups, layer.maps_per_group, layer.taps), dtype)
    grad = grad.astype(dtype, copy=False)
    for block, columns in unfolded(x, layer, dtype):
        dw += np.matmul(block.beside(grad), columns.swapaxes(1, 2))
    return dw.reshape(layer.weight_shape)


def _flat_weights(w: Array, layer: Convolution) -> Array:
    return w.reshape(layer.groups, layer.maps_per_group, layer.taps)


class _Row(TypedDict):
    stride: Pair
    padding: Pairs
    dilation: Pair


def _as_row(stride: int, padding: int | tuple[int, int], dilation: int) -> _Row:
    before, after = as_pair(padding, "conv1d: padding", least=0)
    return _Row(stride=(1, stride), padding=((0, 0), (before, after)), dilation=(1, dilation))
