"""Table 1: the window of a layer: which inputs one output sees, per axis, in plain numbers.

Only layers that slide a window are listed; the base of the table raises. TensorFlow's SAME chooses its
padding by the input size, so it needs the sizes.
"""

from __future__ import annotations

from functools import singledispatch
from typing import NamedTuple

from cnnmath.arch import (
    AvgPool,
    Conv,
    Layer,
    LocallyConnected2d,
    MaxPool,
    Subsampling2d,
    TableConv2d,
    Transposed,
)
from cnnmath.errors import ArchitectureError
from cnnmath.rules.size import ceil_output_size, output_size, padding_same, padding_same_tf

__all__ = ["Window", "window"]

Sizes = tuple[int, ...]
Pairs = tuple[tuple[int, int], ...]


class Window(NamedTuple):
    """A sliding window, one entry per spatial axis; padding is `(before, after)`, dilation 1 is dense."""

    kernel: Sizes
    stride: Sizes
    padding: Pairs
    dilation: Sizes
    ceil_mode: bool = False

    def slide(self, sizes: Sizes) -> Sizes:
        """Return the output sizes over inputs of these sizes, one per axis.

        >>> Window((3, 3), (2, 2), ((1, 1), (1, 1)), (1, 1)).slide((224, 224))
        (112, 112)
        """
        rule = ceil_output_size if self.ceil_mode else output_size
        numbers = zip(sizes, self.kernel, self.stride, self.padding, self.dilation, strict=True)
        return tuple([rule(n, k, s, before, after, d) for n, k, s, (before, after), d in numbers])


@singledispatch
def window(layer: Layer, sizes: Sizes | None = None) -> Window:
    """Return the window that a layer slides over its input (for a transposed one: over its output).

    `sizes` are the spatial sizes of the input; only TensorFlow's SAME asks for them.
    Raises ArchitectureError for a layer without a window, or where the sizes are needed and missing.

    >>> from cnnmath.arch import Conv2d
    >>> window(Conv2d(64, 7, stride=2, padding=3))
    Window(kernel=(7, 7), stride=(2, 2), padding=((3, 3), (3, 3)), dilation=(1, 1), ceil_mode=False)
    """
    raise ArchitectureError(
        where=repr(layer),
        expected="a layer that slides a window",
        remedy="Register its window in cnnmath.rules.window.",
    )


@window.register
def conv_window(layer: Conv, sizes: Sizes | None = None) -> Window:
    """Return kernel, stride, padding and dilation of a convolution."""
    return _window(layer, sizes, layer.kernel_size, layer.stride, layer.padding, layer.dilation)


@window.register
def table_conv_window(layer: TableConv2d, sizes: Sizes | None = None) -> Window:
    """Return the window of a convolution with a connection table: always dense."""
    return _window(layer, sizes, layer.kernel_size, layer.stride, layer.padding)


@window.register
def locally_connected_window(layer: LocallyConnected2d, sizes: Sizes | None = None) -> Window:
    """Return the window of an unshared convolution: always dense."""
    return _window(layer, sizes, layer.kernel_size, layer.stride, layer.padding)


@window.register
def max_pool_window(layer: MaxPool, sizes: Sizes | None = None) -> Window:
    """Return the window of max pooling, with its rounding."""
    plain = _window(layer, sizes, layer.kernel_size, layer.stride, layer.padding, layer.dilation)
    return plain._replace(ceil_mode=layer.ceil_mode)


@window.register
def avg_pool_window(layer: AvgPool, sizes: Sizes | None = None) -> Window:
    """Return the window of average pooling, with its rounding."""
    plain = _window(layer, sizes, layer.kernel_size, layer.stride, layer.padding)
    return plain._replace(ceil_mode=layer.ceil_mode)


@window.register
def subsampling_window(layer: Subsampling2d, sizes: Sizes | None = None) -> Window:
    """Return the window of LeNet-5's subsampling: no padding."""
    return _window(layer, sizes, layer.kernel_size, layer.stride, ((0, 0),) * layer.dimensions)


@window.register
def transposed_window(layer: Transposed, sizes: Sizes | None = None) -> Window:
    """Return the window over which each input of a transposed convolution spreads in the output."""
    return _window(layer, sizes, layer.kernel_size, layer.stride, layer.padding, layer.dilation)


def _window(  # noqa: PLR0917 - the window's numbers, in the order in which they are always written
    layer: Layer,
    sizes: Sizes | None,
    kernel: Sizes,
    stride: Sizes,
    padding: Pairs | str,
    dilation: Sizes | None = None,
) -> Window:
    """Return a window with the words "same" and "same-tf" replaced by numbers."""
    spread = dilation or (1,) * len(kernel)
    if padding == "same":
        padding = tuple([padding_same(k, d) for k, d in zip(kernel, spread, strict=True)])
    elif padding == "same-tf":
        if sizes is None:
            raise ArchitectureError(
                where=repr(layer),
                expected="the input sizes, on which TensorFlow's SAME padding depends",
                remedy="Pass them: window(layer, (224, 224)).",
            )
        numbers = zip(sizes, kernel, stride, spread, strict=True)
        padding = tuple([padding_same_tf(n, k, s, d) for n, k, s, d in numbers])
    return Window(kernel, stride, padding, spread)  # type: ignore[arg-type]
