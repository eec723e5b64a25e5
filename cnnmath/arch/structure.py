"""Layers that join, split or move values, adaptive pooling and the dense layers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from cnnmath.arch.checks import Given, axes, choice, pairs, refuse, whole
from cnnmath.arch.layer import Dense, Layer, Merge, Reshape

__all__ = [
    "AdaptiveAvgPool",
    "AdaptiveAvgPool1d",
    "AdaptiveAvgPool2d",
    "AdaptiveAvgPool3d",
    "AdaptivePooling",
    "Add",
    "ChannelShuffle",
    "Concat",
    "Crop",
    "Flatten",
    "GlobalAvgPool",
    "GlobalMaxPool",
    "Linear",
    "Multiply",
    "PadChannels",
    "Permute",
    "RadialBasis",
    "Split",
    "Upsample",
    "ZeroPad",
]


class Add(Merge):
    """The sum of two or more inputs of equal shape.

    >>> Add()
    Add
    """


class Multiply(Merge):
    """The product of two or more inputs; a size of 1 is stretched, so `(C, 1, 1)` gates `(C, H, W)`.

    >>> Multiply()
    Multiply
    """


class Concat(Merge):
    """The inputs one behind the other along the channels.

    >>> Concat()
    Concat
    """


@dataclass(frozen=True, repr=False)
class Linear(Dense):
    """`y = W x + b` on the last axis: `(..., features)` to `(..., out_features)`, PyTorch's meaning.

    >>> Linear(10, bias=False)
    Linear(10, bias=False)
    """

    out_features: int
    bias: bool = True

    def __post_init__(self) -> None:
        whole(self.out_features, self._where("out_features"))


@dataclass(frozen=True, repr=False)
class RadialBasis(Dense):
    """LeNet-5's output: the squared distance to one *fixed* pattern per class; nothing is trained.

    Source: LeCun et al. 1998, section II.B, equation 7.

    >>> RadialBasis(10)
    RadialBasis(10)
    """

    out_features: int

    def __post_init__(self) -> None:
        whole(self.out_features, self._where("out_features"))


class AdaptivePooling(Layer):
    """Family of pooling layers whose windows divide the whole input."""


@dataclass(frozen=True, repr=False)
class AdaptiveAvgPool(AdaptivePooling):
    """What AdaptiveAvgPool1d, AdaptiveAvgPool2d and AdaptiveAvgPool3d share."""

    output_size: Given
    dimensions: ClassVar[int] = 0
    axis_fields = frozenset({"output_size"})

    def __post_init__(self) -> None:
        self._set("output_size", axes(self.output_size, self.dimensions, self._where("output_size")))


class AdaptiveAvgPool1d(AdaptiveAvgPool):
    """Means of `output_size` windows that cover the whole of `(C, L)`.

    >>> AdaptiveAvgPool1d(4)
    AdaptiveAvgPool1d(4)
    """

    dimensions = 1


class AdaptiveAvgPool2d(AdaptiveAvgPool):
    """Means of windows that cover the whole of `(C, H, W)`.

    Window `i` of `m` goes from `floor(i H / m)` up to, not including, `ceil((i + 1) H / m)` (PyTorch).

    >>> AdaptiveAvgPool2d((7, 7))
    AdaptiveAvgPool2d(7)
    """

    dimensions = 2


class AdaptiveAvgPool3d(AdaptiveAvgPool):
    """Means of windows that cover the whole of `(C, D, H, W)`.

    >>> AdaptiveAvgPool3d(1).output_size
    (1, 1, 1)
    """

    dimensions = 3


class GlobalAvgPool(AdaptivePooling):
    """The mean of each channel: `(C, H, W)` to `(C, 1, 1)`, in any number of dimensions.

    >>> GlobalAvgPool()
    GlobalAvgPool
    """


class GlobalMaxPool(AdaptivePooling):
    """The largest value of each channel: `(C, H, W)` to `(C, 1, 1)`.

    >>> GlobalMaxPool()
    GlobalMaxPool
    """


class Flatten(Reshape):
    """All values in one axis: `(C, H, W)` to `(C * H * W,)`.

    >>> Flatten()
    Flatten
    """


@dataclass(frozen=True, repr=False)
class ZeroPad(Reshape):
    """Zeros around the spatial axes: one number, one per axis, or a pair `(before, after)` per axis.

    >>> ZeroPad(((0, 1), (0, 1)))
    ZeroPad(((0, 1), (0, 1)))
    """

    padding: Given
    axis_fields = frozenset({"padding"})

    def __post_init__(self) -> None:
        self._set("padding", _sides(self.padding, self._where("padding")))


@dataclass(frozen=True, repr=False)
class Crop(Reshape):
    """Drops values at the borders of the spatial axes; amounts are written as for ZeroPad.

    >>> Crop(4)
    Crop(4)
    """

    amount: Given
    axis_fields = frozenset({"amount"})

    def __post_init__(self) -> None:
        self._set("amount", _sides(self.amount, self._where("amount")))


def _sides(value: Given, where: str) -> tuple[tuple[int, int], ...]:
    """Return pairs per axis; a single number means two axes, the sides of an image."""
    return pairs(value, len(value) if isinstance(value, tuple | list) else 2, where)


@dataclass(frozen=True, repr=False)
class PadChannels(Reshape):
    """Channels of zeros before and after the given ones: the parameter-free shortcut A of ResNet.

    >>> PadChannels(0, 64)
    PadChannels(0, 64)
    """

    before: int
    after: int

    def __post_init__(self) -> None:
        whole(self.before, self._where("before"), 0)
        whole(self.after, self._where("after"), 0)


@dataclass(frozen=True, repr=False)
class Upsample(Reshape):
    """Enlarges the spatial axes by a whole factor, by repeating values or by linear interpolation.

    >>> Upsample(2)
    Upsample(2)
    """

    scale_factor: int
    mode: str = "nearest"

    def __post_init__(self) -> None:
        whole(self.scale_factor, self._where("scale_factor"))
        choice(self.mode, ("nearest", "bilinear"), self._where("mode"))


@dataclass(frozen=True, repr=False)
class ChannelShuffle(Reshape):
    """Channels as a `groups x C/groups` matrix, transposed (Zhang et al. 2018).

    >>> ChannelShuffle(2)
    ChannelShuffle(2)
    """

    groups: int

    def __post_init__(self) -> None:
        whole(self.groups, self._where("groups"))


@dataclass(frozen=True, repr=False)
class Split(Reshape):
    """One of `parts` equal parts of the channels; `part` counts from 0.

    >>> Split(2, 0)
    Split(2, 0)
    """

    parts: int
    part: int

    def __post_init__(self) -> None:
        whole(self.parts, self._where("parts"))
        whole(self.part, self._where("part"), 0)
        if self.part >= self.parts:
            raise refuse(
                self._where("part"), self.part, f"0 to {self.parts - 1}", "Parts are counted from 0."
            )


@dataclass(frozen=True, repr=False, init=False)
class Permute(Reshape):
    """The axes in a new order, counted from 0 without the batch: `Permute(1, 2, 0)` puts the channels last.

    >>> Permute(1, 2, 0)
    Permute(1, 2, 0)
    """

    order: tuple[int, ...]

    def __init__(self, *order: int) -> None:
        if sorted(order) != list(range(len(order))) or not order:
            raise refuse("Permute order", order, "every axis once, counted from 0", "Write Permute(1, 2, 0).")
        self._set("order", tuple(order))

    def positional(self) -> list[Given]:
        """Return the axes, which are written side by side."""
        return list(self.order)
