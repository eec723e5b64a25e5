"""Lesson 9, keeping activations in range: batch normalization and AlexNet's local response normalization.

Nothing here keeps state: the running statistics of a batch norm are values that go in and come out.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from cnnmath.errors import CnnMathError, ShapeError

from .tensors import Array, as_axes, as_floats, require_shape


class BatchNormGradients(NamedTuple):
    """Gradients of a loss with respect to a batch norm's input, scale and shift."""

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
    normalized, _ = _normalize("batch_norm", x, statistics, epsilon)
    y: Array = normalized * _along(scale, x) + _along(shift, x)
    return y


def batch_norm_backward(
    grad: ArrayLike,
    x: ArrayLike,
    scale: ArrayLike,
    statistics: tuple[ArrayLike, ArrayLike] | None = None,
    epsilon: float = 1e-5,
) -> BatchNormGradients:
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
    normalized, deviation = _normalize(where, x, statistics, epsilon)
    axes = _all_but_channels(x)
    dscale, dshift = (grad * normalized).sum(axis=axes), grad.sum(axis=axes)
    inner = grad
    if statistics is None:
        count = x.dtype.type(max(1, x.size // max(1, x.shape[1])))
        inner = grad - _along(dshift / count, x) - normalized * _along(dscale / count, x)
    return BatchNormGradients(inner * _along(scale / deviation, x), dscale, dshift)


def batch_statistics(x: ArrayLike) -> Statistics:
    """Return the mean and the biased variance (divided by the count) of each channel of x (N, C, …).

    >>> mean, variance = batch_statistics([[1.0], [3.0]])
    >>> mean.tolist(), variance.tolist()
    ([2.0], [1.0])
    """
    x = _with_channels("batch_statistics", x)
    if 0 in x.shape:
        raise ShapeError(
            where="batch_statistics",
            given=f"x of shape {x.shape}",
            expected="at least one value per channel",
            remedy="An empty batch has no mean; use the running statistics.",
        )
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
    total = np.zeros_like(values)
    channels = values.shape[1]
    for offset in range(-min(before, channels), min(after, channels) + 1):
        here, there = (
            slice(max(0, -offset), channels - max(0, offset)),
            slice(max(0, offset), channels + min(0, offset)),
        )
        total[:, here] += values[:, there]
    return total


def _normalize(
    where: str, x: Array, statistics: tuple[ArrayLike, ArrayLike] | None, epsilon: float
) -> tuple[Array, Array]:
    """Return the normalized input and the deviation `√(variance + ε)` per channel."""
    if statistics is None:
        mean, variance = batch_statistics(x)
    else:
        mean, variance = (
            as_floats(value, "statistics", where).astype(x.dtype, copy=False) for value in statistics
        )
        for value in (mean, variance):
            require_shape(
                value, "statistics", x.shape[1:2], where, f"x of shape {x.shape}: one number per channel"
            )
    deviation = np.sqrt(variance + x.dtype.type(epsilon))
    return (x - _along(mean, x)) / _along(deviation, x), deviation


def _read(where: str, x: ArrayLike, scale: ArrayLike, shift: ArrayLike) -> tuple[Array, Array, Array]:
    x = _with_channels(where, x)
    scale, shift = as_floats(scale, "scale", where), as_floats(shift, "shift", where)
    for name, value in (("scale", scale), ("shift", shift)):
        require_shape(value, name, x.shape[1:2], where, f"x of shape {x.shape}: one number per channel")
    return x, scale, shift


def _with_channels(where: str, x: ArrayLike) -> Array:
    x = as_floats(x, "x", where)
    return x if x.ndim >= 2 else as_axes(x, "x", "N C", where)


def _all_but_channels(x: Array) -> tuple[int, ...]:
    return (0, *range(2, x.ndim))


def _along(per_channel: Array, x: Array) -> Array:
    return per_channel.reshape(-1, *(1,) * (x.ndim - 2))
