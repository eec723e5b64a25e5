"""Blocks that several families share: convolutions with what follows them, gates, classifiers.

Each block is a function that adds nodes to a Builder and returns the name of its last node. No network here.
"""

from __future__ import annotations

from cnnmath.arch import (
    AdaptiveAvgPool2d,
    BatchNorm2d,
    Builder,
    Conv2d,
    Dropout,
    Flatten,
    Layer,
    Linear,
    Multiply,
    ReLU,
    Sigmoid,
)

__all__ = ["classifier", "conv_bn", "conv_relu", "divisible", "half", "squeeze_excitation"]

RELU = ReLU()
BN = BatchNorm2d()
GLOBAL_POOL = AdaptiveAvgPool2d(1)


Kernel = int | tuple[int, int]
Padding = int | str | tuple[int, int] | None


def half(kernel: Kernel) -> int | tuple[int, int]:
    """Return the padding that keeps sizes at stride 1, for odd kernels.

    >>> half(3), half((1, 7))
    (1, (0, 3))
    """
    return kernel // 2 if isinstance(kernel, int) else (kernel[0] // 2, kernel[1] // 2)


def conv_relu(
    net: Builder,
    x: str,
    name: str,
    channels: int,
    kernel: Kernel,
    *,
    stride: int = 1,
    padding: Padding = None,
    groups: int = 1,
) -> str:
    """Add a convolution with bias (keeping sizes by default) and a ReLU."""
    sides = half(kernel) if padding is None else padding
    x = net.add(name, Conv2d(channels, kernel, stride, sides, groups=groups), x)
    return net.add(f"{name}_relu", RELU, x)


def conv_bn(
    net: Builder,
    x: str,
    name: str,
    channels: int,
    kernel: Kernel,
    *,
    stride: int = 1,
    padding: Padding = None,
    groups: int = 1,
    bias: bool = False,
    norm: Layer = BN,
    activation: Layer | None = RELU,
) -> str:
    """Add a convolution (keeping sizes by default, without bias), normalization and an activation."""
    sides = half(kernel) if padding is None else padding
    x = net.add(name, Conv2d(channels, kernel, stride, sides, groups=groups, bias=bias), x)
    x = net.add(f"{name}_bn", norm, x)
    return x if activation is None else net.add(f"{name}_{type(activation).__name__.lower()}", activation, x)


def squeeze_excitation(
    net: Builder,
    x: str,
    name: str,
    channels: int,
    squeezed: int,
    *,
    inner: Layer = RELU,
    gate: Layer | None = None,
) -> str:
    """Add a gate per channel, computed from the channels' means (Hu et al. 2018), and multiply by it."""
    y = net.add(f"{name}_pool", GLOBAL_POOL, x)
    y = net.add(f"{name}_fc1", Conv2d(squeezed, 1), y)
    y = net.add(f"{name}_act", inner, y)
    y = net.add(f"{name}_fc2", Conv2d(channels, 1), y)
    y = net.add(f"{name}_gate", gate or Sigmoid(), y)
    return net.add(f"{name}_scale", Multiply(), y, x)


def classifier(
    net: Builder, x: str, classes: int, dropout: float | None = None, pool: Layer = GLOBAL_POOL
) -> str:
    """Add pooling to one value per channel, optional dropout, and one linear layer."""
    x = net.add("avgpool", pool, x)
    x = net.add("flatten", Flatten(), x)
    if dropout is not None:
        x = net.add("dropout", Dropout(dropout), x)
    return net.add("fc", Linear(classes), x)


def divisible(value: float, divisor: int = 8) -> int:
    """Return the multiple of `divisor` nearest to `value`, and never more than 10% below it.

    Source: the MobileNets' rule for scaled widths (Sandler et al. 2018, reference implementation).

    >>> divisible(24 * 1.4), divisible(40)
    (32, 40)
    """
    nearest = max(divisor, int(value + divisor / 2) // divisor * divisor)
    return nearest if nearest >= 0.9 * value else nearest + divisor
