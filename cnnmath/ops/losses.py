"""Lesson 8, the question asked: softmax turns scores into probabilities, cross-entropy punishes.

Together they have the plainest gradient of all, `(p - onehot) / N`; each alone is here for the derivation's
sake.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from cnnmath.errors import CnnMathError, ShapeError

from .tensors import Array, as_axes, as_floats, require_shape


def softmax(x: ArrayLike, axis: int = -1) -> Array:
    """Compute `exp(x_k) / Σ_j exp(x_j)` along `axis`.

    The largest score is subtracted first, which changes nothing but keeps the exponentials from overflowing.

    >>> softmax([1000.0, 1000.0]).tolist()
    [0.5, 0.5]
    """
    x = as_floats(x, "x", "softmax")
    exponentials = np.exp(x - x.max(axis=axis, keepdims=True, initial=-np.inf))
    p: Array = exponentials / exponentials.sum(axis=axis, keepdims=True)
    return p


def softmax_backward(grad: ArrayLike, x: ArrayLike, axis: int = -1) -> Array:
    """Return `p · (grad - Σ_j grad_j p_j)` with p = softmax(x).

    >>> softmax_backward([1.0, 0.0], [5.0, 5.0]).tolist()
    [0.25, -0.25]
    """
    p, grad = softmax(x, axis), as_floats(grad, "grad", "softmax_backward")
    require_shape(grad, "grad", p.shape, "softmax_backward", "x: grad has one number per score")
    dx: Array = p * (grad - (grad * p).sum(axis=axis, keepdims=True))
    return dx


def softmax_cross_entropy(scores: ArrayLike, labels: ArrayLike) -> float:
    """Return the mean over the batch of `-log softmax(scores)[label]`, in nats.

    Shapes: scores (N, K), labels (N,) whole numbers from 0 to K - 1. Raises `ShapeError`, and
    `CnnMathError` for a label out of range or an empty batch.

    >>> round(softmax_cross_entropy([[0.0, 0.0]], [1]), 4)  # log 2
    0.6931
    """
    scores, labels = _read("softmax_cross_entropy", scores, labels)
    shifted = scores - scores.max(axis=1, keepdims=True)
    log_sums = np.log(np.exp(shifted).sum(axis=1))
    return float(np.mean(log_sums - shifted[np.arange(len(labels)), labels]))


def softmax_cross_entropy_backward(scores: ArrayLike, labels: ArrayLike) -> Array:
    """Return the gradient with respect to the scores: `(softmax(scores) - onehot(labels)) / N`.

    >>> softmax_cross_entropy_backward([[0.0, 0.0]], [1]).tolist()
    [[0.5, -0.5]]
    """
    scores, labels = _read("softmax_cross_entropy_backward", scores, labels)
    gradient = softmax(scores, axis=1)
    gradient[np.arange(len(labels)), labels] -= 1
    gradient /= len(labels)
    return gradient


def mean_squared_error(y: ArrayLike, target: ArrayLike) -> float:
    """Return the mean of `(y - target)²` over all cells.

    >>> mean_squared_error([1.0, 2.0], [1.0, 4.0])
    2.0
    """
    y, target = _read_pair("mean_squared_error", y, target)
    return float(np.mean((y - target) ** 2))


def mean_squared_error_backward(y: ArrayLike, target: ArrayLike) -> Array:
    """Return the gradient with respect to y: `2 (y - target) / (number of cells)`.

    >>> mean_squared_error_backward([1.0, 2.0], [1.0, 4.0]).tolist()
    [0.0, -2.0]
    """
    y, target = _read_pair("mean_squared_error_backward", y, target)
    dy: Array = (y - target) * y.dtype.type(2 / y.size)
    return dy


def _read(where: str, scores: ArrayLike, labels: ArrayLike) -> tuple[Array, Array]:
    scores = as_axes(as_floats(scores, "scores", where), "scores", "N K", where)
    labels = np.asarray(labels)
    require_shape(
        labels, "labels", scores.shape[:1], where, f"scores of shape {scores.shape}: one label per row"
    )
    if not scores.size:
        raise ShapeError(
            where=where, given=f"scores of shape {scores.shape}", expected="at least one image and class"
        )
    if labels.dtype.kind not in "iu" or not (labels.min() >= 0 and labels.max() < scores.shape[1]):
        raise CnnMathError(
            where=f"{where}: labels",
            given=f"{labels.dtype} values from {labels.min()} to {labels.max()}",
            expected=f"whole numbers from 0 to {scores.shape[1] - 1}, one of the {scores.shape[1]} classes",
        )
    return scores, labels


def _read_pair(where: str, y: ArrayLike, target: ArrayLike) -> tuple[Array, Array]:
    y, target = as_floats(y, "y", where), as_floats(target, "target", where)
    require_shape(target, "target", y.shape, where, "y: one target per cell")
    if not y.size:
        raise ShapeError(where=where, given=f"y of shape {y.shape}", expected="at least one cell")
    return y, target
