"""Lesson 1, the definition: convolution and max pooling by plain loops, one multiplication at a time.

Slow on purpose. Every faster way in this folder is held against these loops, and the loops against nothing
but the definition. The batch is the only axis that is not looped over.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from .convolution_arguments import Convolution, read_convolution, read_output_gradient
from .geometry import PaddingLike, PairLike, Sliding, as_geometry
from .tensors import Array, Gradients, as_axes, common_dtype


class Connection(NamedTuple):
    """One multiplication of a convolution: input cell times weight, added to an output cell."""

    source: tuple[int, int, int]
    weight: tuple[int, int, int, int]
    target: tuple[int, int, int]


def connections(layer: Convolution) -> Iterator[Connection]:
    """Yield every connection of the layer, by six loops; cells of the padding hold zero and are left out."""
    (top, _), (left, _) = layer.geometry.padding
    (step_y, step_x), (gap_y, gap_x) = layer.geometry.stride, layer.geometry.dilation
    _, height, width = layer.input_shape
    maps, out_height, out_width = layer.output_shape
    per_group, kernel_height, kernel_width = layer.weight_shape[1:]
    for o in range(maps):
        first = o // (maps // layer.groups) * per_group
        for i in range(out_height):
            for j in range(out_width):
                for c in range(per_group):
                    for u in range(kernel_height):
                        for v in range(kernel_width):
                            row, column = i * step_y + u * gap_y - top, j * step_x + v * gap_x - left
                            if 0 <= row < height and 0 <= column < width:
                                yield Connection((first + c, row, column), (o, c, u, v), (o, i, j))


def conv2d_loops(
    x: ArrayLike,
    w: ArrayLike,
    b: ArrayLike | None = None,
    *,
    stride: PairLike = 1,
    padding: PaddingLike = 0,
    dilation: PairLike = 1,
    groups: int = 1,
) -> Array:
    """Convolve by the definition.

    `y[o,i,j] = b[o] + Σ_{c,u,v} w[o,c,u,v] x[c, i s + u d - p, j s + v d - p]`, for each image. The same
    arguments, result and errors as `conv2d`.

    >>> conv2d_loops([[[[1, 2, 3]]]], [[[[1, 10]]]]).tolist()
    [[[[21, 32]]]]
    """
    x, w, b, layer = read_convolution("conv2d_loops", x, w, b, Sliding(stride, padding, dilation, groups))
    y = np.zeros((len(x), *layer.output_shape), common_dtype(x, w, b))
    y += b[:, None, None]
    for (c, row, column), weight, (o, i, j) in connections(layer):
        y[:, o, i, j] += x[:, c, row, column] * w[weight]
    return y


def conv2d_loops_backward(
    grad: ArrayLike,
    x: ArrayLike,
    w: ArrayLike,
    *,
    stride: PairLike = 1,
    padding: PaddingLike = 0,
    dilation: PairLike = 1,
    groups: int = 1,
) -> Gradients:
    """Return `dx, dw, db` by the product rule on every single multiplication.

    The product x·w adds to y, so x receives w·grad and w receives x·grad; what is used often, sums up.

    >>> conv2d_loops_backward([[[[1, 1]]]], [[[[1, 2, 3]]]], [[[[1, 10]]]]).x.tolist()
    [[[[1, 11, 10]]]]
    """
    x, w, b, layer = read_convolution(
        "conv2d_loops_backward", x, w, None, Sliding(stride, padding, dilation, groups)
    )
    grad = read_output_gradient(grad, x, layer)
    dtype = common_dtype(grad, x, w)
    dx, dw, db = np.zeros(x.shape, dtype), np.zeros(w.shape, dtype), np.zeros(b.shape, dtype)
    for (c, row, column), weight, (o, i, j) in connections(layer):
        dx[:, c, row, column] += w[weight] * grad[:, o, i, j]
        dw[weight] += (x[:, c, row, column] * grad[:, o, i, j]).sum()
    db += grad.sum(axis=(0, 2, 3), dtype=dtype)
    return Gradients(dx, dw, db)


def max_pool2d_loops(
    x: ArrayLike,
    kernel: PairLike,
    *,
    stride: PairLike | None = None,
    padding: PaddingLike = 0,
    dilation: PairLike = 1,
    ceil_mode: bool = False,
) -> Array:
    """Take the largest real cell under each window, one window at a time; padding is never the largest.

    >>> max_pool2d_loops([[[[1, 2, 3]]]], (1, 2), stride=1).tolist()
    [[[[2, 3]]]]
    """
    where = "max_pool2d_loops"
    x = as_axes(x, "x", "N C H W", where)
    stride = kernel if stride is None else stride
    geometry = as_geometry(kernel, Sliding(stride, padding, dilation), ceil_mode=ceil_mode, where=where)
    (top, _), (left, _) = geometry.padding
    height, width = x.shape[2:]
    y = np.empty((*x.shape[:2], *geometry.windows((height, width))), x.dtype)
    for i, j in np.ndindex(y.shape[2:]):
        rows = [i * geometry.stride[0] + u * geometry.dilation[0] - top for u in range(geometry.kernel[0])]
        columns = [
            j * geometry.stride[1] + v * geometry.dilation[1] - left for v in range(geometry.kernel[1])
        ]
        cells = [x[:, :, r, c] for r in rows for c in columns if 0 <= r < height and 0 <= c < width]
        y[:, :, i, j] = np.max(cells, axis=0)
    return y
