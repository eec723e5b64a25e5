"""Layers that slide a window: convolutions, transposed convolutions and pooling, in one to three dimensions.

Names, order of arguments and meanings are PyTorch's, without the input channels. Padding may be given per
side. What a window does to a size is not known here (see `cnnmath.rules`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from cnnmath.arch.checks import Given, axes, choice, pairs, refuse, whole
from cnnmath.arch.layer import Layer

__all__ = [
    "AvgPool",
    "AvgPool1d",
    "AvgPool2d",
    "AvgPool3d",
    "Conv",
    "Conv1d",
    "Conv2d",
    "Conv3d",
    "ConvTranspose1d",
    "ConvTranspose2d",
    "ConvTranspose3d",
    "Convolution",
    "LocallyConnected2d",
    "MaxPool",
    "MaxPool1d",
    "MaxPool2d",
    "MaxPool3d",
    "Pooling",
    "Subsampling2d",
    "TableConv2d",
    "Transposed",
    "Windowed",
]

Axes = Any
"""Given as one number or one per axis; stored as one per axis: `tuple[int, ...]`."""
Padding = Any
"""Given as a number, one per axis, a pair `(before, after)` per axis, "valid", "same" or "same-tf"; stored as
one pair per axis, or as "same" or "same-tf", which depend on the window and the input."""


class Windowed(Layer):
    """Family of layers in which each output sees a window that slides over the spatial axes."""

    dimensions: ClassVar[int] = 0
    kernel_size: Axes
    stride: Axes
    axis_fields = frozenset({"kernel_size", "stride", "padding", "dilation", "output_padding"})

    def _axes(self, name: str, least: int = 1) -> None:
        if not self.dimensions:
            family = type(self).__name__
            raise refuse(
                family, self.dimensions, "a number of axes", f"Use {family}1d, {family}2d or {family}3d."
            )
        self._set(name, axes(getattr(self, name), self.dimensions, self._where(name), least))

    def _padding(self, value: Padding) -> None:
        if isinstance(value, str):
            word = choice(value, ("valid", "same", "same-tf"), self._where("padding"))
            self._set("padding", ((0, 0),) * self.dimensions if word == "valid" else word)
        else:
            self._set("padding", pairs(value, self.dimensions, self._where("padding")))


class Convolution(Windowed):
    """Family of convolutions whose kernel is the same at every position."""


@dataclass(frozen=True, repr=False)
class Conv(Convolution):
    """What Conv1d, Conv2d and Conv3d share."""

    out_channels: int
    kernel_size: Axes
    stride: Axes = 1
    padding: Padding = 0
    dilation: Axes = 1
    groups: int = 1
    bias: bool = True

    def __post_init__(self) -> None:
        for name in ("kernel_size", "stride", "dilation"):
            self._axes(name)
        self._padding(self.padding)
        self._set("out_channels", whole(self.out_channels, self._where("out_channels")))
        self._set("groups", whole(self.groups, self._where("groups")))
        _check_groups(self, self.out_channels, self.groups)
        if self.padding == "same" and self.stride != (1,) * self.dimensions:
            raise refuse(
                self._where("padding"),
                "same",
                'stride 1 for "same" padding, as in PyTorch',
                'Use "same-tf" for TensorFlow\'s SAME, or give the padding per side.',
            )


def _check_groups(layer: Layer, out_channels: object, groups: object) -> None:
    if isinstance(out_channels, int) and isinstance(groups, int) and out_channels % groups:
        name = type(layer).__name__
        raise refuse(
            f"{name} groups",
            groups,
            f"a divisor of the {out_channels} output channels",
            "Change one of the two.",
        )


class Conv1d(Conv):
    """Convolution over one axis (cross-correlation, as in all frameworks): `(C, L)` to `(out_channels, L')`.

    `padding` may be `((before, after),)`, "valid", "same" (PyTorch) or "same-tf" (TensorFlow).

    >>> Conv1d(8, 5, padding=((4, 0),))
    Conv1d(8, 5, padding=((4, 0),))
    """

    dimensions = 1


class Conv2d(Conv):
    """Convolution over two axes: `(C, H, W)` to `(out_channels, H', W')`, PyTorch's meaning.

    Kernel `(height, width)`, stride and dilation are one number or one per axis; `padding` is one number, one
    per axis, one pair `(before, after)` per axis, "valid", "same" (PyTorch) or "same-tf" (TensorFlow's SAME).
    Raises ArchitectureError for impossible numbers.

    >>> Conv2d(64, (1, 7), padding=(0, 3), bias=False)
    Conv2d(64, (1, 7), padding=(0, 3), bias=False)
    """

    dimensions = 2


class Conv3d(Conv):
    """Convolution over three axes: `(C, D, H, W)` to `(out_channels, D', H', W')`.

    >>> Conv3d(16, 3).kernel_size
    (3, 3, 3)
    """

    dimensions = 3


@dataclass(frozen=True, repr=False)
class TableConv2d(Convolution):
    """Convolution in which output map `m` sees only the input maps `table[m]`, as C3 of LeNet-5 does.

    Weights are stored per connection: `(connections, k, k)`. Source: LeCun et al. 1998, table I.

    >>> TableConv2d(((0, 1), (1, 2)), 5).out_channels
    2
    """

    dimensions = 2
    table: tuple[tuple[int, ...], ...]
    kernel_size: Axes
    stride: Axes = 1
    padding: Padding = 0
    bias: bool = True

    def __post_init__(self) -> None:
        rows = self.table if isinstance(self.table, tuple | list) else ()
        if not rows or not all(isinstance(row, tuple | list) and row for row in rows):
            raise refuse(self._where("table"), self.table, "one non-empty row of input maps per output map")
        self._set("table", tuple(tuple(whole(m, self._where("table"), 0) for m in row) for row in rows))
        if any(len(set(row)) != len(row) for row in self.table):
            raise refuse(self._where("table"), self.table, "each input map at most once per row")
        self._axes("kernel_size")
        self._axes("stride")
        self._padding(self.padding)

    @property
    def out_channels(self) -> int:
        """The number of output maps: one per row of the table."""
        return len(self.table)


@dataclass(frozen=True, repr=False)
class LocallyConnected2d(Windowed):
    """A convolution without sharing: every position has its own kernel and its own biases.

    Biases have one entry per output value, as in Keras' LocallyConnected2D.

    >>> LocallyConnected2d(4, 3)
    LocallyConnected2d(4, 3)
    """

    dimensions = 2
    out_channels: int
    kernel_size: Axes
    stride: Axes = 1
    padding: Padding = 0
    bias: bool = True

    def __post_init__(self) -> None:
        self._axes("kernel_size")
        self._axes("stride")
        self._padding(self.padding)
        self._set("out_channels", whole(self.out_channels, self._where("out_channels")))


@dataclass(frozen=True, repr=False)
class Transposed(Windowed):
    """Family of transposed convolutions, in which each input spreads over a window of the output."""

    out_channels: int
    kernel_size: Axes
    stride: Axes = 1
    padding: Padding = 0
    output_padding: Axes = 0
    groups: int = 1
    bias: bool = True
    dilation: Axes = 1

    def __post_init__(self) -> None:
        for name in ("kernel_size", "stride", "dilation"):
            self._axes(name)
        self._axes("output_padding", 0)
        self._set("padding", pairs(self.padding, self.dimensions, self._where("padding")))
        self._set("out_channels", whole(self.out_channels, self._where("out_channels")))
        self._set("groups", whole(self.groups, self._where("groups")))
        _check_groups(self, self.out_channels, self.groups)
        self._check_output_padding()

    def _check_output_padding(self) -> None:
        for extra, stride, dilation in zip(self.output_padding, self.stride, self.dilation, strict=True):
            if all(isinstance(n, int) for n in (extra, stride, dilation)) and extra >= max(stride, dilation):
                raise refuse(
                    self._where("output_padding"),
                    extra,
                    f"less than the stride ({stride}) or the dilation ({dilation})",
                    "It only chooses among the sizes that a convolution maps to the same one.",
                )


class ConvTranspose1d(Transposed):
    """Transposed convolution over one axis: `(C, L)` to `(out_channels, L')`.

    >>> ConvTranspose1d(8, 4, stride=2, padding=1)
    ConvTranspose1d(8, 4, stride=2, padding=1)
    """

    dimensions = 1


class ConvTranspose2d(Transposed):
    """Transposed convolution over two axes: `(C, H, W)` to `(out_channels, H', W')`, PyTorch's meaning.

    >>> ConvTranspose2d(64, 2, stride=2)
    ConvTranspose2d(64, 2, stride=2)
    """

    dimensions = 2


class ConvTranspose3d(Transposed):
    """Transposed convolution over three axes: `(C, D, H, W)` to `(out_channels, D', H', W')`.

    >>> ConvTranspose3d(8, 2, 2).stride
    (2, 2, 2)
    """

    dimensions = 3


class Pooling(Windowed):
    """Family of pooling layers: the window moves over each channel by itself."""

    padding: Padding

    def _default(self, name: str, default: Given) -> Given:
        return self._short("kernel_size") if name == "stride" else default

    def _check_window(self) -> None:
        self._axes("kernel_size")
        if self.stride is None:
            self._set("stride", self.kernel_size)
        self._axes("stride")
        if isinstance(self.padding, str):
            self._padding(self.padding)
        else:
            self._set("padding", pairs(self.padding, self.dimensions, self._where("padding")))

    def _check_padding(self, spans: tuple[int, ...]) -> None:
        """Refuse padding above half the window (PyTorch's limit): a window could see padding alone."""
        if isinstance(self.padding, str):
            return
        for sides, span in zip(self.padding, spans, strict=True):
            for side in sides:
                if isinstance(side, int) and isinstance(span, int) and 2 * side > span:
                    raise refuse(
                        self._where("padding"),
                        side,
                        f"at most half the window, {span // 2} per side",
                        "A window must not see padding alone.",
                    )


@dataclass(frozen=True, repr=False)
class MaxPool(Pooling):
    """What MaxPool1d, MaxPool2d and MaxPool3d share."""

    kernel_size: Axes
    stride: Axes = None
    padding: Padding = 0
    dilation: Axes = 1
    ceil_mode: bool = False

    def __post_init__(self) -> None:
        self._check_window()
        self._axes("dilation")
        windows = zip(self.kernel_size, self.dilation, strict=True)
        self._check_padding(tuple(dilation * (kernel - 1) + 1 for kernel, dilation in windows))


@dataclass(frozen=True, repr=False)
class AvgPool(Pooling):
    """What AvgPool1d, AvgPool2d and AvgPool3d share."""

    kernel_size: Axes
    stride: Axes = None
    padding: Padding = 0
    ceil_mode: bool = False
    count_include_pad: bool = True

    def __post_init__(self) -> None:
        self._check_window()
        self._check_padding(self.kernel_size)


class MaxPool1d(MaxPool):
    """Largest value in each window, over one axis: `(C, L)` to `(C, L')`. The stride defaults to the kernel.

    >>> MaxPool1d(2).stride
    (2,)
    """

    dimensions = 1


class MaxPool2d(MaxPool):
    """Largest value in each window, over two axes: `(C, H, W)` to `(C, H', W')`.

    `ceil_mode` keeps a last window that only partly fits, if it starts inside the input or its left padding.

    >>> MaxPool2d(3, 2, ceil_mode=True)
    MaxPool2d(3, stride=2, ceil_mode=True)
    """

    dimensions = 2


class MaxPool3d(MaxPool):
    """Largest value in each window, over three axes.

    >>> MaxPool3d((1, 2, 2)).stride
    (1, 2, 2)
    """

    dimensions = 3


class AvgPool1d(AvgPool):
    """Mean of each window, over one axis.

    >>> AvgPool1d(2)
    AvgPool1d(2)
    """

    dimensions = 1


class AvgPool2d(AvgPool):
    """Mean of each window, over two axes; `count_include_pad` says whether padding zeros count in the mean.

    >>> AvgPool2d(3, 1, padding=1, count_include_pad=False)
    AvgPool2d(3, stride=1, padding=1, count_include_pad=False)
    """

    dimensions = 2


class AvgPool3d(AvgPool):
    """Mean of each window, over three axes.

    >>> AvgPool3d(2).kernel_size
    (2, 2, 2)
    """

    dimensions = 3


@dataclass(frozen=True, repr=False)
class Subsampling2d(Pooling):
    """LeNet-5's subsampling: the sum of each window times one trained coefficient per map, plus a bias.

    Source: LeCun et al. 1998, section II.B.

    >>> Subsampling2d(2)
    Subsampling2d(2)
    """

    dimensions = 2
    kernel_size: Axes
    stride: Axes = None

    def __post_init__(self) -> None:
        self._axes("kernel_size")
        if self.stride is None:
            self._set("stride", self.kernel_size)
        self._axes("stride")
