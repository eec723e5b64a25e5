"""What an operation accepts: arrays of the right kind, rank and size, or an error that names the shapes.

Here live the number kinds (float32 stays float32, integers become int64 and stay exact) and the checks that
all operations share. How a window slides over a tensor is in `geometry`; no operation is computed here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnmath.errors import CnnMathError, ShapeError

Array: TypeAlias = NDArray[Any]


class Gradients(NamedTuple):
    """Gradients of a loss with respect to an operation's input, weights and bias: `dx, dw, db`.

    Each has the shape of the tensor it belongs to. `b` is there even where the operation was given no bias.
    """

    x: Array
    w: Array
    b: Array


def as_tensor(value: ArrayLike, name: str, where: str) -> Array:
    """Return `value` as an array of int64, float32 or float64; never a copy where none is needed.

    Narrow integers and truth values become int64, so that sums of 8-bit pixels cannot overflow; float16
    becomes float32. Raises `CnnMathError` for what is not a real number.

    >>> as_tensor([[1, 2]], "x", "conv2d").dtype.name
    'int64'
    """
    array = np.asarray(value)
    if array.dtype.kind in "bui":
        return array.astype(np.int64, copy=False)
    if array.dtype.kind != "f":
        raise CnnMathError(
            where=f"{where}: {name}",
            given=f"numbers of kind {array.dtype}",
            expected="real numbers",
            remedy="Give an array of integers, float32 or float64.",
        )
    return array.astype(np.float32) if array.dtype == np.float16 else array


def as_axes(value: ArrayLike, name: str, axes: str, where: str) -> Array:
    """Return `value` as a tensor with the axes that `axes` names ("N C H W"), else raise `ShapeError`."""
    tensor = as_tensor(value, name, where)
    wanted = axes.split()
    if tensor.ndim != len(wanted):
        named = f"({', '.join(wanted)})"
        raise ShapeError(
            where=where,
            given=f"{name} of shape {tensor.shape}",
            expected=f"{name} with {len(wanted)} axes {named}",
            remedy=f"Reshape {name}; a single image needs a batch axis in front: {name}[None].",
        )
    return tensor


def as_floats(value: ArrayLike, name: str, where: str) -> Array:
    """Return `value` as a tensor of floats: float32 stays, integers become float64."""
    tensor = as_tensor(value, name, where)
    return tensor if tensor.dtype.kind == "f" else tensor.astype(np.float64)


def require_shape(array: Array, name: str, shape: Sequence[int], where: str, because: str) -> None:
    """Raise `ShapeError` unless `array` has `shape`; `because` says where the expectation comes from."""
    if array.shape != tuple(shape):
        raise ShapeError(
            where=where,
            given=f"{name} of shape {array.shape}",
            expected=f"{name} of shape {tuple(shape)}",
            remedy=f"It follows from {because}.",
        )


def common_dtype(*arrays: Array) -> np.dtype[Any]:
    """Return the number kind of a result computed from `arrays` (NumPy's promotion)."""
    return np.result_type(*arrays)
