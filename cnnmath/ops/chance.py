"""Lesson 10, dropout: silence each cell by chance while training, and leave inference alone.

The chance is drawn apart from its use, from a generator that the caller gives: so a backward pass sees the
same mask as its forward pass, and a run can be repeated.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from cnnmath.errors import CnnMathError

from .tensors import Array, as_floats, require_shape


def dropout_mask(shape: Sequence[int], rate: float, generator: np.random.Generator) -> Array:
    """Draw a mask (float32) that is 0 with chance `rate` and `1 / (1 - rate)` otherwise, so its mean is 1.

    This is "inverted" dropout, as in today's frameworks: inference needs no factor. Raises `CnnMathError`
    unless 0 <= rate < 1. Source: Srivastava et al. 2014.

    >>> sorted(set(dropout_mask((100,), 0.75, np.random.default_rng(0)).tolist()))
    [0.0, 4.0]
    """
    if not 0 <= rate < 1:
        raise CnnMathError(
            where="dropout: rate", given=str(rate), expected="a chance of at least 0 and below 1"
        )
    kept = generator.random(tuple(shape)) >= rate
    return kept.astype(np.float32) / np.float32(1 - rate)


def dropout(x: ArrayLike, mask: ArrayLike) -> Array:
    """Multiply x by a mask of its shape, as drawn by `dropout_mask`.

    >>> dropout([1.0, 2.0], [0.0, 2.0]).tolist()
    [0.0, 4.0]
    """
    x, mask = as_floats(x, "x", "dropout"), as_floats(mask, "mask", "dropout")
    require_shape(mask, "mask", x.shape, "dropout", "x: one chance per cell")
    y: Array = x * mask.astype(x.dtype, copy=False)
    return y


def dropout_backward(grad: ArrayLike, mask: ArrayLike) -> Array:
    """Multiply grad by the forward pass's mask: what was silent receives nothing.

    >>> dropout_backward([5.0, 5.0], [0.0, 2.0]).tolist()
    [0.0, 10.0]
    """
    return dropout(grad, mask)
