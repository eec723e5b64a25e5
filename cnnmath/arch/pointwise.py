"""Layers that keep the shape: activations, normalizations, dropout, scaling."""

from __future__ import annotations

from dataclasses import dataclass

from cnnmath.arch.checks import choice, refuse, whole
from cnnmath.arch.layer import Activation, Normalization, Pointwise

__all__ = [
    "GELU",
    "BatchNorm",
    "BatchNorm1d",
    "BatchNorm2d",
    "BatchNorm3d",
    "Dropout",
    "GroupNorm",
    "Hardsigmoid",
    "Hardswish",
    "Identity",
    "LayerNorm",
    "LayerNorm2d",
    "LayerScale",
    "LeakyReLU",
    "LocalResponseNorm",
    "ReLU",
    "ReLU6",
    "Scale",
    "SiLU",
    "Sigmoid",
    "Softmax",
    "StochasticDepth",
    "Tanh",
]


class ReLU(Activation):
    """`max(0, x)`.

    >>> ReLU()
    ReLU
    """


class ReLU6(Activation):
    """`min(max(0, x), 6)`.

    >>> ReLU6()
    ReLU6
    """


@dataclass(frozen=True, repr=False)
class LeakyReLU(Activation):
    """`x` where it is positive, `negative_slope * x` elsewhere.

    >>> LeakyReLU(0.2)
    LeakyReLU(negative_slope=0.2)
    """

    negative_slope: float = 0.01


class Sigmoid(Activation):
    """`1 / (1 + exp(-x))`.

    >>> Sigmoid()
    Sigmoid
    """


@dataclass(frozen=True, repr=False)
class Tanh(Activation):
    """`amplitude * tanh(slope * x)`; LeNet-5 uses amplitude 1.7159 and slope 2/3.

    >>> Tanh()
    Tanh
    """

    amplitude: float = 1.0
    slope: float = 1.0


class SiLU(Activation):
    """`x / (1 + exp(-x))`, also called swish.

    >>> SiLU()
    SiLU
    """


class GELU(Activation):
    """`x` times the normal distribution function at `x`.

    >>> GELU()
    GELU
    """


class Hardswish(Activation):
    """`x * min(max(0, x + 3), 6) / 6`.

    >>> Hardswish()
    Hardswish
    """


class Hardsigmoid(Activation):
    """`min(max(0, x + 3), 6) / 6`.

    >>> Hardsigmoid()
    Hardsigmoid
    """


class Softmax(Activation):
    """`exp(x) / sum(exp(x))` over the first axis after the batch: the classes.

    >>> Softmax()
    Softmax
    """


class Identity(Pointwise):
    """Returns its input: a place to hang a name on.

    >>> Identity()
    Identity
    """


@dataclass(frozen=True, repr=False)
class Scale(Pointwise):
    """`factor * x` with a fixed factor, as the residuals of Inception-ResNet have.

    >>> Scale(0.17)
    Scale(0.17)
    """

    factor: float


@dataclass(frozen=True, repr=False)
class Dropout(Pointwise):
    """In training, sets each value to zero with probability `p` and divides the others by `1 - p`.

    Raises ArchitectureError unless `0 <= p < 1`.

    >>> Dropout(0.2)
    Dropout(p=0.2)
    """

    p: float = 0.5

    def __post_init__(self) -> None:
        _probability(self.p, self._where("p"))


@dataclass(frozen=True, repr=False)
class StochasticDepth(Pointwise):
    """In training, drops a whole branch with probability `p` (Huang et al. 2016).

    >>> StochasticDepth(0.1)
    StochasticDepth(0.1)
    """

    p: float

    def __post_init__(self) -> None:
        _probability(self.p, self._where("p"))


def _probability(value: object, where: str) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1:
        raise refuse(where, value, "a probability of at least 0 and below 1")


@dataclass(frozen=True, repr=False)
class BatchNorm(Normalization):
    """What BatchNorm1d, BatchNorm2d and BatchNorm3d share; by itself it takes any number of axes.

    >>> BatchNorm()
    BatchNorm
    """

    eps: float = 1e-5
    momentum: float = 0.1
    scale: bool = True
    shift: bool = True
    track_running_stats: bool = True


class BatchNorm1d(BatchNorm):
    """Batch normalization of `(C,)` or `(C, L)`: one mean and variance per channel.

    >>> BatchNorm1d(scale=False)
    BatchNorm1d(scale=False)
    """


class BatchNorm2d(BatchNorm):
    """Batch normalization of `(C, H, W)`: per channel a trained scale and shift, and two running statistics.

    `scale=False` leaves the trained scale out, as Keras' Inception family does; PyTorch's `affine=False` is
    `scale=False, shift=False`. Source: Ioffe & Szegedy 2015.

    >>> BatchNorm2d(eps=0.001)
    BatchNorm2d(eps=0.001)
    """


class BatchNorm3d(BatchNorm):
    """Batch normalization of `(C, D, H, W)`.

    >>> BatchNorm3d()
    BatchNorm3d
    """


@dataclass(frozen=True, repr=False)
class LayerNorm(Normalization):
    """Normalization over the last `dimensions` axes, with a scale and a shift per entry (Ba et al. 2016).

    >>> LayerNorm(eps=1e-06)
    LayerNorm(eps=1e-06)
    """

    dimensions: int = 1
    eps: float = 1e-5
    bias: bool = True

    def __post_init__(self) -> None:
        whole(self.dimensions, self._where("dimensions"))


@dataclass(frozen=True, repr=False)
class LayerNorm2d(Normalization):
    """Layer normalization over the channels of `(C, H, W)` at each position, as ConvNeXt uses it.

    >>> LayerNorm2d()
    LayerNorm2d
    """

    eps: float = 1e-6


@dataclass(frozen=True, repr=False)
class GroupNorm(Normalization):
    """Normalization over each of `num_groups` groups of channels and all positions (Wu & He 2018).

    >>> GroupNorm(32)
    GroupNorm(32)
    """

    num_groups: int
    eps: float = 1e-5
    affine: bool = True

    def __post_init__(self) -> None:
        whole(self.num_groups, self._where("num_groups"))


@dataclass(frozen=True, repr=False)
class LocalResponseNorm(Normalization):
    """AlexNet's response normalization over `size` neighboring channels; nothing to train.

    `x / (k + alpha * sum of squares) ** beta`, as in the paper; PyTorch and Caffe divide alpha by `size`.
    Source: Krizhevsky et al. 2012, section 3.3.

    >>> LocalResponseNorm(5, alpha=1e-4, beta=0.75, k=2.0)
    LocalResponseNorm(5, k=2.0)
    """

    size: int
    alpha: float = 1e-4
    beta: float = 0.75
    k: float = 1.0

    def __post_init__(self) -> None:
        whole(self.size, self._where("size"))


@dataclass(frozen=True, repr=False)
class LayerScale(Pointwise):
    """One trained factor per channel of `(C, H, W)` (or of the last axis, `axis=-1`), as in ConvNeXt.

    >>> LayerScale()
    LayerScale
    """

    initial: float = 1e-6
    axis: str = "first"

    def __post_init__(self) -> None:
        choice(self.axis, ("first", "last"), self._where("axis"))
