"""Lesson 4, the transposed convolution: what backpropagation does to the input, used as a layer of its own.

A convolution is a matrix C acting on the flattened input; the transposed convolution is its transpose, and
the identity ⟨C x, y⟩ = ⟨x, Cᵀ y⟩ ties the two together. `convolution_matrix` writes C down, for small
layers.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from cnnmath.errors import ShapeError

from .convolution import conv2d, conv2d_weight_gradient, input_gradient
from .convolution_arguments import Convolution, describe_convolution
from .geometry import PaddingLike, Pair, PairLike, Sliding, as_geometry, as_pair
from .tensors import Array, Gradients, as_axes, as_tensor, common_dtype, require_shape


def conv_transpose2d(
    x: ArrayLike,
    w: ArrayLike,
    b: ArrayLike | None = None,
    *,
    stride: PairLike = 1,
    padding: PaddingLike = 0,
    output_padding: PairLike = 0,
    dilation: PairLike = 1,
    groups: int = 1,
) -> Array:
    """Transpose a convolution: every `stride` cells, stamp the kernel times an input cell; overlaps add up.

    Shapes: x (N, C, H, W), w (C, O/groups, kH, kW), b (O,), result (N, O, H', W') with `H' = s (H - 1) + d
    (kH - 1) + 1 - p_top - p_bottom + output_padding`. `output_padding` (smaller than the stride or the
    dilation) chooses among the sizes that a convolution with this stride maps to the same H. Raises
    `ShapeError`. Source: Dumoulin & Visin 2016, chapter 4.

    >>> conv_transpose2d([[[[1, 2]]]], [[[[1, 10, 100]]]], stride=2).tolist()
    [[[[1, 10, 102, 20, 200]]]]
    """
    where = "conv_transpose2d"
    x, w, layer = _read(where, x, w, Sliding(stride, padding, dilation, groups), output_padding)
    y = input_gradient(x, w, layer)
    if b is None:
        return y
    b = as_tensor(b, "b", where)
    require_shape(
        b, "b", (y.shape[1],), where, f"w of shape {w.shape}, groups={groups}: one bias per output map"
    )
    return y + b[:, None, None]


def conv_transpose2d_backward(
    grad: ArrayLike,
    x: ArrayLike,
    w: ArrayLike,
    *,
    stride: PairLike = 1,
    padding: PaddingLike = 0,
    output_padding: PairLike = 0,
    dilation: PairLike = 1,
    groups: int = 1,
) -> Gradients:
    """Return `dx, dw, db`: dx is the plain convolution of grad with w, since (Cᵀ)ᵀ = C.

    >>> grad = [[[[1, 1, 1, 1, 1]]]]
    >>> conv_transpose2d_backward(grad, [[[[1, 2]]]], [[[[1, 10, 100]]]], stride=2).x.tolist()
    [[[[111, 111]]]]
    """
    where = "conv_transpose2d_backward"
    x, w, layer = _read(where, x, w, Sliding(stride, padding, dilation, groups), output_padding)
    grad = as_axes(grad, "grad", "N O H' W'", where)
    reason = f"x of shape {x.shape} and w of shape {w.shape}: grad has the output's shape"
    require_shape(grad, "grad", (len(x), *layer.input_shape), where, reason)
    kernel, geometry = layer.geometry.kernel, layer.geometry
    sliding = Sliding(geometry.stride, geometry.padding, geometry.dilation, layer.groups)._asdict()
    dw = conv2d_weight_gradient(x, grad, kernel, **sliding)
    return Gradients(conv2d(grad, w, **sliding), dw, grad.sum(axis=(0, 2, 3)))


def convolution_matrix(
    w: ArrayLike,
    size: tuple[int, int],
    *,
    stride: PairLike = 1,
    padding: PaddingLike = 0,
    dilation: PairLike = 1,
    groups: int = 1,
) -> Array:
    """Write a convolution as the matrix C (O·H'·W', C·H·W) with `conv2d(x, w).ravel() == C @ x.ravel()`.

    Each column is what the layer makes of an image with a single 1. With one channel and one row it is a
    Toeplitz matrix: constant along its diagonals.

    >>> convolution_matrix([[[[1, 10]]]], (1, 4)).tolist()
    [[1, 10, 0, 0], [0, 1, 10, 0], [0, 0, 1, 10]]
    """
    w = as_axes(w, "w", "O C/groups kH kW", "convolution_matrix")
    shape = (w.shape[1] * groups, *size)
    cells, sliding = math.prod(shape), Sliding(stride, padding, dilation, groups)
    ones = np.eye(cells, dtype=w.dtype).reshape(cells, *shape)
    return conv2d(ones, w, **sliding._asdict()).reshape(cells, -1).T


def _read(
    where: str,
    x: ArrayLike,
    w: ArrayLike,
    sliding: Sliding,
    output_padding: PairLike,
) -> tuple[Array, Array, Convolution]:
    """Return x, w in one number kind, and the plain convolution whose transpose is asked for."""
    x = as_axes(x, "x", "N C H W", where)
    w = as_axes(w, "w", "C O/groups kH kW", where)
    if w.shape[0] != x.shape[1]:
        raise ShapeError(
            where=where,
            given=f"x of shape {x.shape} and w of shape {w.shape}",
            expected=f"w whose first axis is the {x.shape[1]} channels of x",
            remedy="A transposed convolution's weights are (C, O/groups, kH, kW): input channels come first.",
        )
    size = _output_size(where, x, w, sliding, output_padding)
    layer = describe_convolution(where, (w.shape[1] * sliding.groups, *size), w.shape, sliding)
    dtype = common_dtype(x, w)
    return x.astype(dtype, copy=False), w.astype(dtype, copy=False), layer


def _output_size(where: str, x: Array, w: Array, sliding: Sliding, output_padding: PairLike) -> Pair:
    geometry = as_geometry((w.shape[2], w.shape[3]), sliding, where=where)
    extra = as_pair(output_padding, f"{where}: output_padding", least=0)
    sizes = []
    for axis in (0, 1):
        if extra[axis] >= max(geometry.stride[axis], geometry.dilation[axis]):
            raise ShapeError(
                where=f"{where}: output_padding",
                given=f"{extra} with stride {geometry.stride} and dilation {geometry.dilation}",
                expected="less than the stride or the dilation on each axis",
            )
        spread = geometry.stride[axis] * (x.shape[2 + axis] - 1) + geometry.extent[axis]
        sizes.append(spread - sum(geometry.padding[axis]) + extra[axis])
    if min(sizes) < 1:
        raise ShapeError(
            where=where,
            given=f"x of shape {x.shape}, w of shape {w.shape} and padding {geometry.padding}",
            expected="padding that leaves at least one output cell",
            remedy="Padding of a transposed convolution crops its output: use less.",
        )
    return sizes[0], sizes[1]
