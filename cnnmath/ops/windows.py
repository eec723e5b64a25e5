"""Lesson 2, windows: all windows of a tensor at once, as a view that copies nothing, and its adjoint.

`sliding_windows` shows every window; `add_windows` is its transpose: it adds each window back to where it
came from, so that a cell under several windows receives their sum. Convolution is then one `einsum`, and so
are its gradients. Nothing here is chunked: the einsums may need much memory, `convolution` is the way for
large layers.
"""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import ArrayLike

from .convolution_arguments import read_convolution, read_output_gradient
from .geometry import Geometry, PaddingLike, Pair, PairLike, Pairs, Sliding
from .tensors import Array, Gradients, common_dtype


def pad_with(x: Array, padding: Pairs, value: float = 0) -> Array:
    """Return x (N, C, H, W) surrounded by `value`; x itself where there is nothing to add."""
    (top, bottom), (left, right) = padding
    if not any((top, bottom, left, right)):
        return x
    images, channels, height, width = x.shape
    padded = np.full((images, channels, height + top + bottom, width + left + right), value, x.dtype)
    padded[:, :, top : top + height, left : left + width] = x
    return padded


def sliding_windows(padded: Array, geometry: Geometry, count: Pair) -> Array:
    """Return a read-only view (N, C, H', W', kH, kW) of the first `count` windows of a padded tensor."""
    images, channels, row, column = padded.strides
    (step_y, step_x), (gap_y, gap_x) = geometry.stride, geometry.dilation
    strides = (images, channels, row * step_y, column * step_x, row * gap_y, column * gap_x)
    return as_strided(padded, (*padded.shape[:2], *count, *geometry.kernel), strides, writeable=False)


def add_windows(windows: Array, padded: Array, geometry: Geometry) -> None:
    """Add windows (N, C, H', W', kH, kW) to the cells of `padded` they stand for: the adjoint of the view.

    One tap at a time, because within a tap no two windows share a cell, so `+=` on a slice loses nothing.
    """
    rows, columns = windows.shape[2:4]
    for u, v in geometry.taps:
        padded[:, :, *tap(geometry, (u, v), (rows, columns))] += windows[..., u, v]


def tap(geometry: Geometry, place: Pair, count: Pair) -> tuple[slice, slice]:
    """Return the slices of a padded tensor that one tap sees while the window takes `count` places."""
    (u, v), (rows, columns) = place, count
    (step_y, step_x), (gap_y, gap_x) = geometry.stride, geometry.dilation
    first_y, first_x = u * gap_y, v * gap_x
    last_y, last_x = first_y + (rows - 1) * step_y, first_x + (columns - 1) * step_x
    return slice(first_y, last_y + 1, step_y), slice(first_x, last_x + 1, step_x)


def crop(padded: Array, padding: Pairs, size: tuple[int, int]) -> Array:
    """Return the part of `padded` that is not padding: the adjoint of `pad_with`."""
    (top, _), (left, _) = padding
    return padded[:, :, top : top + size[0], left : left + size[1]]


def conv2d_windows(
    x: ArrayLike,
    w: ArrayLike,
    b: ArrayLike | None = None,
    *,
    stride: PairLike = 1,
    padding: PaddingLike = 0,
    dilation: PairLike = 1,
    groups: int = 1,
) -> Array:
    """Convolve by one `einsum` over the windows. The same arguments, result and errors as `conv2d`.

    >>> conv2d_windows([[[[1, 2, 3]]]], [[[[1, 10]]]]).tolist()
    [[[[21, 32]]]]
    """
    x, w, b, layer = read_convolution("conv2d_windows", x, w, b, Sliding(stride, padding, dilation, groups))
    windows = _grouped_windows(
        pad_with(x, layer.geometry.padding), layer.geometry, layer.output_shape, groups
    )
    y = np.einsum("ngcijuv,gocuv->ngoij", windows, w.reshape(groups, layer.maps_per_group, *w.shape[1:]))
    biased: Array = y.reshape(len(x), *layer.output_shape) + b[:, None, None]
    return biased


def conv2d_windows_backward(
    grad: ArrayLike,
    x: ArrayLike,
    w: ArrayLike,
    *,
    stride: PairLike = 1,
    padding: PaddingLike = 0,
    dilation: PairLike = 1,
    groups: int = 1,
) -> Gradients:
    """Return `dx, dw, db` by two `einsum`s: the forward one with two of its three letters groups exchanged.

    >>> conv2d_windows_backward([[[[1, 1]]]], [[[[1, 2, 3]]]], [[[[1, 10]]]]).w.tolist()
    [[[[3, 5]]]]
    """
    sliding = Sliding(stride, padding, dilation, groups)
    x, w, _, layer = read_convolution("conv2d_windows_backward", x, w, None, sliding)
    grad = read_output_gradient(grad, x, layer)
    padded = pad_with(x, layer.geometry.padding)
    windows = _grouped_windows(padded, layer.geometry, layer.output_shape, groups)
    split = grad.reshape(len(x), groups, layer.maps_per_group, *grad.shape[2:])
    dw = np.einsum("ngoij,ngcijuv->gocuv", split, windows).reshape(w.shape)
    spread = np.einsum("ngoij,gocuv->ngcijuv", split, w.reshape(groups, layer.maps_per_group, *w.shape[1:]))
    dx = np.zeros(padded.shape, common_dtype(grad, w))
    add_windows(spread.reshape(*x.shape[:2], *spread.shape[3:]), dx, layer.geometry)
    return Gradients(crop(dx, layer.geometry.padding, layer.input_shape[1:]), dw, grad.sum(axis=(0, 2, 3)))


def _grouped_windows(padded: Array, geometry: Geometry, output: tuple[int, int, int], groups: int) -> Array:
    windows = sliding_windows(padded, geometry, output[1:])
    images, channels = windows.shape[:2]
    by_image, by_channel = windows.strides[:2]
    per_group = channels // groups
    shape = (images, groups, per_group, *windows.shape[2:])
    strides = (by_image, by_channel * per_group, by_channel, *windows.strides[2:])
    return as_strided(windows, shape, strides, writeable=False)
