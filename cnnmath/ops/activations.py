"""Lesson 7, the bends between the layers: each activation with its derivative, cell by cell, any shape.

Each backward takes the output's gradient and the *input* x, and multiplies by the derivative at x. The
softmax works along an axis, so it is not cell by cell; it lives with its loss in `losses`.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from .tensors import Array, as_floats, as_tensor, require_shape


def relu(x: ArrayLike) -> Array:
    """Compute `max(0, x)`; integers stay integers.

    >>> relu([-2, 0, 3]).tolist()
    [0, 0, 3]
    """
    x = as_tensor(x, "x", "relu")
    y: Array = np.maximum(x, x.dtype.type(0))
    return y


def relu_backward(grad: ArrayLike, x: ArrayLike) -> Array:
    """Return grad where x > 0, else 0; the derivative at exactly 0 is taken as 0.

    >>> relu_backward([5, 6, 7], [-2, 0, 3]).tolist()
    [0, 0, 7]
    """
    grad, x = _both("relu_backward", grad, x)
    return np.where(x > 0, grad, grad.dtype.type(0))


def leaky_relu(x: ArrayLike, slope: float = 0.01) -> Array:
    """Compute x where x > 0, else `slope · x`.

    >>> leaky_relu([-2.0, 3.0], slope=0.5).tolist()
    [-1.0, 3.0]
    """
    x = as_floats(x, "x", "leaky_relu")
    return np.where(x > 0, x, x * x.dtype.type(slope))


def leaky_relu_backward(grad: ArrayLike, x: ArrayLike, slope: float = 0.01) -> Array:
    """Return grad where x > 0, else `slope · grad`.

    >>> leaky_relu_backward([4.0, 4.0], [-2.0, 3.0], slope=0.5).tolist()
    [2.0, 4.0]
    """
    grad, x = _both("leaky_relu_backward", as_floats(grad, "grad", "leaky_relu_backward"), x)
    return np.where(x > 0, grad, grad * grad.dtype.type(slope))


def relu6(x: ArrayLike) -> Array:
    """Compute `min(max(0, x), 6)`, the bounded ReLU of the MobileNets.

    >>> relu6([-1, 3, 9]).tolist()
    [0, 3, 6]
    """
    x = as_tensor(x, "x", "relu6")
    return np.clip(x, x.dtype.type(0), x.dtype.type(6))


def relu6_backward(grad: ArrayLike, x: ArrayLike) -> Array:
    """Return grad where 0 < x < 6, else 0.

    >>> relu6_backward([5, 5, 5], [-1, 3, 9]).tolist()
    [0, 5, 0]
    """
    grad, x = _both("relu6_backward", grad, x)
    return np.where((x > 0) & (x < 6), grad, grad.dtype.type(0))


def sigmoid(x: ArrayLike) -> Array:
    """Compute `1 / (1 + exp(-x))` without overflow for large |x|.

    >>> sigmoid([0.0, -1000.0, 1000.0]).tolist()
    [0.5, 0.0, 1.0]
    """
    x = as_floats(x, "x", "sigmoid")
    small = np.exp(-np.abs(x))
    y: Array = np.where(x >= 0, 1, small) / (1 + small)
    return y


def sigmoid_backward(grad: ArrayLike, x: ArrayLike) -> Array:
    """Return `grad · s (1 - s)` with s = sigmoid(x): at most a quarter of grad.

    >>> sigmoid_backward([4.0], [0.0]).tolist()
    [1.0]
    """
    grad, x = _both("sigmoid_backward", grad, x)
    dx: Array = grad * sigmoid(x) * sigmoid(-x)
    return dx


def tanh(x: ArrayLike) -> Array:
    """Compute the hyperbolic tangent, `2 sigmoid(2x) - 1`.

    >>> tanh([0.0]).tolist()
    [0.0]
    """
    return np.tanh(as_floats(x, "x", "tanh"))


def tanh_backward(grad: ArrayLike, x: ArrayLike) -> Array:
    """Return `grad · (1 - tanh²(x))`.

    >>> tanh_backward([3.0], [0.0]).tolist()
    [3.0]
    """
    grad, x = _both("tanh_backward", grad, x)
    dx: Array = grad * (1 - tanh(x) ** 2)
    return dx


def silu(x: ArrayLike) -> Array:
    """Compute `x · sigmoid(x)`, also called swish.

    >>> silu([0.0, 1000.0]).tolist()
    [0.0, 1000.0]
    """
    x = as_floats(x, "x", "silu")
    y: Array = x * sigmoid(x)
    return y


def silu_backward(grad: ArrayLike, x: ArrayLike) -> Array:
    """Return `grad · s (1 + x (1 - s))` with s = sigmoid(x).

    >>> silu_backward([2.0], [0.0]).tolist()
    [1.0]
    """
    grad, x = _both("silu_backward", grad, x)
    s = sigmoid(x)
    dx: Array = grad * s * (1 + x * sigmoid(-x))
    return dx


def gelu(x: ArrayLike) -> Array:
    """Compute `x Φ(x)`, where Φ is the normal distribution function (the exact form, not the tanh one).

    >>> gelu([0.0, 100.0]).tolist()
    [0.0, 100.0]
    """
    x = as_floats(x, "x", "gelu")
    y: Array = x * _normal_distribution(x)
    return y


def gelu_backward(grad: ArrayLike, x: ArrayLike) -> Array:
    """Return `grad · (Φ(x) + x φ(x))` with φ the normal density.

    >>> gelu_backward([2.0], [0.0]).tolist()
    [1.0]
    """
    grad, x = _both("gelu_backward", grad, as_floats(x, "x", "gelu_backward"))
    density = np.exp(-x * x / 2) / x.dtype.type(math.sqrt(2 * math.pi))
    dx: Array = grad * (_normal_distribution(x) + x * density)
    return dx


def hard_sigmoid(x: ArrayLike) -> Array:
    """Compute `min(max(0, x + 3), 6) / 6`, a sigmoid of three straight pieces (MobileNetV3).

    >>> hard_sigmoid([-4.0, 0.0, 3.0]).tolist()
    [0.0, 0.5, 1.0]
    """
    return relu6(as_floats(x, "x", "hard_sigmoid") + 3) / 6


def hard_sigmoid_backward(grad: ArrayLike, x: ArrayLike) -> Array:
    """Return grad / 6 where -3 < x < 3, else 0.

    >>> hard_sigmoid_backward([6.0, 6.0], [0.0, 5.0]).tolist()
    [1.0, 0.0]
    """
    grad, x = _both("hard_sigmoid_backward", as_floats(grad, "grad", "hard_sigmoid_backward"), x)
    return relu6_backward(grad, x + 3) / 6


def hard_swish(x: ArrayLike) -> Array:
    """Compute `x · hard_sigmoid(x)` (MobileNetV3).

    >>> hard_swish([-3.0, 0.0, 3.0]).tolist()
    [-0.0, 0.0, 3.0]
    """
    x = as_floats(x, "x", "hard_swish")
    y: Array = x * hard_sigmoid(x)
    return y


def hard_swish_backward(grad: ArrayLike, x: ArrayLike) -> Array:
    """Return `grad · (hard_sigmoid(x) + x · hard_sigmoid'(x))`.

    >>> hard_swish_backward([2.0, 2.0], [0.0, 5.0]).tolist()
    [1.0, 2.0]
    """
    grad, x = _both("hard_swish_backward", as_floats(grad, "grad", "hard_swish_backward"), x)
    dx: Array = grad * hard_sigmoid(x) + hard_sigmoid_backward(grad, x) * x
    return dx


def _normal_distribution(x: Array) -> Array:
    """Return Φ(x) = erfc(-x/√2)/2, cell by cell: NumPy has no error function."""
    complement = np.fromiter(map(math.erfc, (x / -math.sqrt(2)).flat), x.dtype, x.size)
    return complement.reshape(x.shape) / 2


def _both(where: str, grad: ArrayLike, x: ArrayLike) -> tuple[Array, Array]:
    grad, x = as_tensor(grad, "grad", where), as_tensor(x, "x", where)
    require_shape(grad, "grad", x.shape, where, "x: grad has one number per cell of x")
    return grad, x
