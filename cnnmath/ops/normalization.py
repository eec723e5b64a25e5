"""Lesson 9, keeping activations in range: batch, layer and group normalization, and AlexNet's local one.

Nothing here keeps state: the running statistics of a batch norm are values that go in and come out.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from cnnmath.errors import CnnMathError, ShapeError

from .tensors import Array, as_axes, as_floats, require_shape


class NormGradients(NamedTuple):
    """Gradients of a loss with respect to a normalization's input, scale and shift."""

    x: Array
    scale: Array
    shift: Array


class Statistics(NamedTuple):
    """Mean and variance per channel, each of shape (C,)."""

    mean: Array
    variance: Array


def batch_norm(
    x: ArrayLike,
    scale: ArrayLike,
    shift: ArrayLike,
    statistics: tuple[ArrayLike, ArrayLike] | None = None,
    epsilon: float = 1e-5,
) -> Array:
    """Compute `scale · (x - mean) / √(variance + ε) + shift`, channel by channel.

    x is (N, C) or (N, C, H, W), or has any number of axes after C; scale and shift are (C,). In training,
    leave `statistics` out: mean and (biased) variance are taken over the batch and all places. In
    inference, give the running ones. Raises `ShapeError`. Source: Ioffe & Szegedy 2015, algorithm 1.

    >>> batch_norm([[1.0], [3.0]], [2.0], [10.0], epsilon=0).tolist()
    [[8.0], [12.0]]
    >>> batch_norm([[1.0], [3.0]], [2.0], [10.0], ([0.0], [1.0]), epsilon=0).tolist()
    [[12.0], [16.0]]
    """
    x, scale, shift = _read("batch_norm", x, scale, shift)
    if statistics is None:
        normalized, _ = _standardize(_with_values("batch_norm", x), _all_but_channels(x), epsilon)
        return _affine(normalized, _along(scale, x), _along(shift, x))
    mean, deviation = _fixed("batch_norm", x, statistics, epsilon)
    factor = _along(scale, x) / deviation
    return _affine(x, factor, _along(shift, x) - mean * factor)


def batch_norm_backward(
    grad: ArrayLike,
    x: ArrayLike,
    scale: ArrayLike,
    statistics: tuple[ArrayLike, ArrayLike] | None = None,
    epsilon: float = 1e-5,
) -> NormGradients:
    """Return the gradients of x, scale and shift.

    In training the batch's own mean and variance depend on x too, so with x̂ the normalized input `dx =
    scale/√(variance + ε) · (grad - mean(grad) - x̂ · mean(grad · x̂))`; in inference only the first term is
    left.

    >>> dx, dscale, dshift = batch_norm_backward([[1.0], [0.0]], [[1.0], [3.0]], [2.0], epsilon=0)
    >>> dx.tolist(), dscale.tolist(), dshift.tolist()
    ([[0.0], [0.0]], [-1.0], [1.0])
    """
    where = "batch_norm_backward"
    x, scale, _ = _read(where, x, scale, scale)
    grad = as_floats(grad, "grad", where)
    require_shape(grad, "grad", x.shape, where, "x: a batch norm keeps the shape")
    axes, factor = _all_but_channels(x), _along(scale, x)
    if statistics is None:
        normalized, deviation = _standardize(_with_values(where, x), axes, epsilon)
        dx = _standardize_backward(grad * factor, normalized, deviation, axes)
    else:
        mean, deviation = _fixed(where, x, statistics, epsilon)
        normalized, dx = (x - mean) / deviation, grad * factor / deviation
    return NormGradients(dx, (grad * normalized).sum(axis=axes), grad.sum(axis=axes))


def batch_statistics(x: ArrayLike) -> Statistics:
    """Return the mean and the biased variance (divided by the count) of each channel of x (N, C, …).

    >>> mean, variance = batch_statistics([[1.0], [3.0]])
    >>> mean.tolist(), variance.tolist()
    ([2.0], [1.0])
    """
    x = _with_values("batch_statistics", _with_channels("batch_statistics", x))
    axes = _all_but_channels(x)
    return Statistics(x.mean(axis=axes), x.var(axis=axes))


def running_statistics(
    old: tuple[ArrayLike, ArrayLike], batch: ArrayLike, momentum: float = 0.1
) -> Statistics:
    """Move the running mean and variance towards those of a batch: `(1 - momentum) old + momentum new`.

    The variance that is averaged is the unbiased one (divided by count - 1), as in PyTorch and in the paper's
    inference step; so a batch needs at least two values per channel.

    >>> mean, variance = running_statistics(([0.0], [1.0]), [[1.0], [3.0]], momentum=0.5)
    >>> mean.tolist(), variance.tolist()
    ([1.0], [1.5])
    """
    x = _with_channels("running_statistics", batch)
    count = x.size // max(1, x.shape[1])
    if count < 2:
        raise ShapeError(
            where="running_statistics",
            given=f"a batch of shape {x.shape}",
            expected="at least two values per channel",
            remedy="Train with a larger batch.",
        )
    mean, variance = batch_statistics(x)
    old_mean, old_variance = (as_floats(value, "statistics", "running_statistics") for value in old)
    keep, unbiased = 1 - momentum, variance * x.dtype.type(count / (count - 1))
    return Statistics(keep * old_mean + momentum * mean, keep * old_variance + momentum * unbiased)


def layer_norm(x: ArrayLike, scale: ArrayLike, shift: ArrayLike, epsilon: float = 1e-5) -> Array:
    """Standardize each example over its last axes, then scale and shift entry by entry.

    scale and shift have the shape of those last axes, such as (D,) for x (N, …, D). Raises `ShapeError`.
    Source: Ba et al. 2016.

    >>> layer_norm([[1.0, 3.0]], [2.0, 2.0], [10.0, 10.0], epsilon=0).tolist()
    [[8.0, 12.0]]
    """
    x, scale, shift, axes = _read_layer_norm("layer_norm", x, scale, shift)
    normalized, _ = _standardize(x, axes, epsilon)
    return _affine(normalized, scale, shift)


def layer_norm_backward(
    grad: ArrayLike, x: ArrayLike, scale: ArrayLike, epsilon: float = 1e-5
) -> NormGradients:
    """Return the gradients of x, scale and shift; the last two sum over all examples.

    >>> layer_norm_backward([[1.0, 0.0]], [[1.0, 3.0]], [2.0, 2.0], epsilon=0).scale.tolist()
    [-1.0, 0.0]
    """
    where = "layer_norm_backward"
    x, scale, _, axes = _read_layer_norm(where, x, scale, scale)
    grad = as_floats(grad, "grad", where)
    require_shape(grad, "grad", x.shape, where, "x: a layer norm keeps the shape")
    normalized, deviation = _standardize(x, axes, epsilon)
    dx = _standardize_backward(grad * scale, normalized, deviation, axes)
    examples = tuple(range(x.ndim - scale.ndim))
    return NormGradients(dx, (grad * normalized).sum(axis=examples), grad.sum(axis=examples))


def group_norm(x: ArrayLike, scale: ArrayLike, shift: ArrayLike, groups: int, epsilon: float = 1e-5) -> Array:
    """Standardize each group of channels of each example, over its channels and places.

    x is (N, C, …), scale and shift are (C,). Raises `ShapeError` where the groups do not divide the
    channels. Source: Wu & He 2018.

    >>> group_norm([[1.0, 3.0]], [1.0, 1.0], [0.0, 0.0], groups=1, epsilon=0).tolist()
    [[-1.0, 1.0]]
    """
    x, scale, shift = _read("group_norm", x, scale, shift)
    normalized, _ = _standardize(_grouped("group_norm", x, groups), (2,), epsilon)
    return _affine(normalized.reshape(x.shape), _along(scale, x), _along(shift, x))


def group_norm_backward(
    grad: ArrayLike, x: ArrayLike, scale: ArrayLike, groups: int, epsilon: float = 1e-5
) -> NormGradients:
    """Return the gradients of x, scale and shift.

    >>> group_norm_backward([[1.0, 0.0]], [[1.0, 3.0]], [1.0, 1.0], groups=1, epsilon=0).shift.tolist()
    [1.0, 0.0]
    """
    where = "group_norm_backward"
    x, scale, _ = _read(where, x, scale, scale)
    grad = as_floats(grad, "grad", where)
    require_shape(grad, "grad", x.shape, where, "x: a group norm keeps the shape")
    normalized, deviation = _standardize(_grouped(where, x, groups), (2,), epsilon)
    scaled = (grad * _along(scale, x)).reshape(normalized.shape)
    dx = _standardize_backward(scaled, normalized, deviation, (2,)).reshape(x.shape)
    axes = _all_but_channels(x)
    return NormGradients(dx, (grad * normalized.reshape(x.shape)).sum(axis=axes), grad.sum(axis=axes))


def local_response_norm(
    x: ArrayLike, *, size: int = 5, alpha: float = 1e-4, beta: float = 0.75, bias: float = 2.0
) -> Array:
    """Divide each activation by `(bias + alpha Σ x²)^beta`, the sum over `size` neighboring maps.

    x is (N, C, H, W) or (N, C, …); map c sees c - size//2 … c + (size-1)//2, as far as they exist. This is
    the AlexNet paper's form (section 3.3; its k is `bias`). Caffe and PyTorch divide alpha by size: their
    alpha=1e-4, size=5 is `alpha=1e-4 / 5` here. Raises `CnnMathError` for a size below 1.

    >>> local_response_norm([[3.0, 4.0]], size=2, alpha=1.0, beta=0.5, bias=0.0).tolist()
    [[1.0, 0.8]]
    """
    x = _with_channels("local_response_norm", x)
    y: Array = x / _response(x, size, alpha, bias) ** x.dtype.type(beta)
    return y


def local_response_norm_backward(
    grad: ArrayLike,
    x: ArrayLike,
    *,
    size: int = 5,
    alpha: float = 1e-4,
    beta: float = 0.75,
    bias: float = 2.0,
) -> Array:
    """Return dx: each x acts in its own quotient and in the denominators of its neighbors.

    With s the response, `dx = grad s^-beta - 2 alpha beta x · Σ grad x s^(-beta-1)`, the sum over the maps
    that see x.

    >>> local_response_norm_backward([[1.0]], [[5.0]], size=1, alpha=0.0, beta=1.0, bias=2.0).tolist()
    [[0.5]]
    """
    where = "local_response_norm_backward"
    x, grad = _with_channels(where, x), as_floats(grad, "grad", where)
    require_shape(grad, "grad", x.shape, where, "x: the normalization keeps the shape")
    response = _response(x, size, alpha, bias)
    quotient = grad * x * response ** x.dtype.type(-beta - 1)
    onto = _sum_of_neighbors(quotient, (size - 1) // 2, size // 2)
    dx: Array = grad * response ** x.dtype.type(-beta) - x.dtype.type(2 * alpha * beta) * x * onto
    return dx


def _response(x: Array, size: int, alpha: float, bias: float) -> Array:
    if size < 1:
        raise CnnMathError(where="local_response_norm: size", given=str(size), expected="at least one map")
    energy = _sum_of_neighbors(x * x, size // 2, (size - 1) // 2)
    response: Array = x.dtype.type(bias) + x.dtype.type(alpha) * energy
    return response


def _sum_of_neighbors(values: Array, before: int, after: int) -> Array:
    """Sum over the channels c - before … c + after that exist."""
    channels = values.shape[1]
    edges = [(0, 0), (before, after), *[(0, 0)] * (values.ndim - 2)]
    padded = np.pad(values, edges)
    total = padded[:, :channels].copy()
    for offset in range(1, before + after + 1):
        total += padded[:, offset : offset + channels]
    return total


def _standardize(x: Array, axes: tuple[int, ...], epsilon: float) -> tuple[Array, Array]:
    """Return x with mean 0 and variance 1 along `axes`, and the deviation `√(variance + ε)`."""
    centered = x - x.mean(axis=axes, keepdims=True)
    deviation = np.sqrt(np.mean(centered * centered, axis=axes, keepdims=True) + x.dtype.type(epsilon))
    return centered / deviation, deviation


def _standardize_backward(grad: Array, normalized: Array, deviation: Array, axes: tuple[int, ...]) -> Array:
    """Return `(grad - mean(grad) - x̂ mean(grad x̂)) / deviation`: mean and deviation depend on x too."""
    level = grad.mean(axis=axes, keepdims=True)
    tilt = (grad * normalized).mean(axis=axes, keepdims=True)
    dx: Array = (grad - level - normalized * tilt) / deviation
    return dx


def _fixed(
    where: str, x: Array, statistics: tuple[ArrayLike, ArrayLike], epsilon: float
) -> tuple[Array, Array]:
    """Return the given mean and `√(variance + ε)`, shaped to be spread over x."""
    mean, variance = (
        as_floats(value, "statistics", where).astype(x.dtype, copy=False) for value in statistics
    )
    for value in (mean, variance):
        require_shape(
            value, "statistics", x.shape[1:2], where, f"x of shape {x.shape}: one number per channel"
        )
    return _along(mean, x), _along(np.sqrt(variance + x.dtype.type(epsilon)), x)


def _read(where: str, x: ArrayLike, scale: ArrayLike, shift: ArrayLike) -> tuple[Array, Array, Array]:
    x = _with_channels(where, x)
    scale, shift = as_floats(scale, "scale", where), as_floats(shift, "shift", where)
    for name, value in (("scale", scale), ("shift", shift)):
        require_shape(value, name, x.shape[1:2], where, f"x of shape {x.shape}: one number per channel")
    return x, scale, shift


def _read_layer_norm(
    where: str, x: ArrayLike, scale: ArrayLike, shift: ArrayLike
) -> tuple[Array, Array, Array, tuple[int, ...]]:
    x, scale, shift = (as_floats(value, "x", where) for value in (x, scale, shift))
    kept = x.ndim - scale.ndim
    if kept < 1:
        raise ShapeError(
            where=where,
            given=f"x of shape {x.shape}, scale of shape {scale.shape}",
            expected="x with at least one axis in front of those of scale",
        )
    for name, value in (("scale", scale), ("shift", shift)):
        require_shape(value, name, x.shape[kept:], where, f"x of shape {x.shape}: one number per entry")
    return x, scale, shift, tuple(range(kept, x.ndim))


def _grouped(where: str, x: Array, groups: int) -> Array:
    if groups < 1 or x.shape[1] % groups:
        raise ShapeError(
            where=where,
            given=f"groups={groups} with x of shape {x.shape}",
            expected=f"groups that divide the {x.shape[1]} channels",
        )
    return x.reshape(len(x), groups, math.prod(x.shape[1:]) // groups)


def _affine(x: Array, factor: Array, offset: Array) -> Array:
    y: Array = x * factor
    y += offset
    return y


def _with_values(where: str, x: Array) -> Array:
    if not x.size:
        raise ShapeError(
            where=where,
            given=f"x of shape {x.shape}",
            expected="at least one value per channel",
            remedy="An empty batch has no mean; use the running statistics.",
        )
    return x


def _with_channels(where: str, x: ArrayLike) -> Array:
    x = as_floats(x, "x", where)
    return x if x.ndim >= 2 else as_axes(x, "x", "N C", where)


def _all_but_channels(x: Array) -> tuple[int, ...]:
    return (0, *range(2, x.ndim))


def _along(per_channel: Array, x: Array) -> Array:
    return per_channel.reshape(-1, *(1,) * (x.ndim - 2))
