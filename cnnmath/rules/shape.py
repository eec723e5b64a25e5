"""Table 2: the shape that a layer makes of its inputs' shapes. Shapes have no batch axis: `(C, H, W)`.

Families share an entry wherever they share a meaning; the base of the table raises. A shape that a layer
cannot take is a ShapeError with what was given, what was expected and what to do.
"""

from __future__ import annotations

from functools import singledispatch
from math import prod

from cnnmath.arch import (
    AdaptiveAvgPool,
    Add,
    AvgPool,
    BatchNorm,
    BatchNorm1d,
    BatchNorm2d,
    BatchNorm3d,
    ChannelShuffle,
    Concat,
    Conv,
    Crop,
    Flatten,
    GlobalAvgPool,
    GlobalMaxPool,
    GroupNorm,
    Input,
    Layer,
    LayerNorm,
    LayerNorm2d,
    Linear,
    LocallyConnected2d,
    MaxPool,
    Multiply,
    PadChannels,
    Permute,
    Pointwise,
    RadialBasis,
    Split,
    Subsampling2d,
    TableConv2d,
    Transposed,
    Upsample,
    ZeroPad,
)
from cnnmath.errors import ArchitectureError, ShapeError
from cnnmath.rules.size import transposed_output_size
from cnnmath.rules.window import window

__all__ = ["output_shape", "spell_shape"]

Shape = tuple[int, ...]


@singledispatch
def output_shape(layer: Layer, *shapes: Shape) -> Shape:
    """Return the shape of a layer's output, from the shapes of its inputs, all without the batch axis.

    Sizes may be SymPy symbols; the entries of the result are then formulas.
    Raises ShapeError for a shape that the layer cannot take, ArchitectureError for an unknown layer.

    >>> from cnnmath.arch import Conv2d
    >>> output_shape(Conv2d(96, 11, stride=4), (3, 227, 227))
    (96, 55, 55)
    """
    raise ArchitectureError(
        where=repr(layer), expected="a layer with a shape rule", remedy="Register it in cnnmath.rules.shape."
    )


def spell_shape(shape: Shape) -> str:
    """Return a shape as it is written in tables.

    >>> spell_shape((3, 224, 224))
    '3 x 224 x 224'
    """
    return " x ".join(map(str, shape))


def _refuse(layer: Layer, shape: Shape, expected: str, remedy: str) -> ShapeError:
    return ShapeError(where=repr(layer), given=spell_shape(shape), expected=expected, remedy=remedy)


def _check_axes(layer: Layer, shape: Shape, spatial: int) -> None:
    if len(shape) != spatial + 1:
        names = ("length",) if spatial == 1 else ("depth", "height", "width")[-spatial:]
        expected = f"a shape of {spatial + 1} axes (channels, {', '.join(names)})"
        raise _refuse(
            layer, shape, expected, "The batch axis is left out; Flatten comes after the convolutions."
        )


def _check_divides(layer: Layer, shape: Shape, parts: int, what: str) -> None:
    channels = shape[0]
    if isinstance(channels, int) and isinstance(parts, int) and channels % parts:
        expected = f"a number of input channels that {parts} {what} divide, not {channels}"
        raise _refuse(layer, shape, expected, f"Change the channels or the {what}.")


def _slide(layer: Layer, channels: int, shape: Shape) -> Shape:
    """Return the shape behind a sliding window, naming the layer if the window does not fit."""
    try:
        return (channels, *window(layer, shape[1:]).slide(shape[1:]))
    except ShapeError as error:
        raise _named(layer, error) from None


def _named(layer: Layer, error: ShapeError) -> ShapeError:
    return ShapeError(where=repr(layer), given=error.given, expected=error.expected, remedy=error.remedy)


@output_shape.register
def input_shape(layer: Input, *shapes: Shape) -> Shape:
    """Return the shape that the input declares."""
    del shapes
    return layer.shape


@output_shape.register
def conv_shape(layer: Conv, shape: Shape) -> Shape:
    """Return `(out_channels, positions...)`."""
    _check_axes(layer, shape, layer.dimensions)
    _check_divides(layer, shape, layer.groups, "groups")
    return _slide(layer, layer.out_channels, shape)


@output_shape.register
def table_conv_shape(layer: TableConv2d, shape: Shape) -> Shape:
    """Return `(rows of the table, H', W')`."""
    _check_axes(layer, shape, layer.dimensions)
    highest = max(max(row) for row in layer.table)
    if isinstance(shape[0], int) and highest >= shape[0]:
        raise _refuse(
            layer, shape, f"at least {highest + 1} input maps", "The table counts input maps from 0."
        )
    return _slide(layer, layer.out_channels, shape)


@output_shape.register
def locally_connected_shape(layer: LocallyConnected2d, shape: Shape) -> Shape:
    """Return `(out_channels, H', W')`."""
    _check_axes(layer, shape, layer.dimensions)
    return _slide(layer, layer.out_channels, shape)


@output_shape.register(MaxPool)
@output_shape.register(AvgPool)
@output_shape.register(Subsampling2d)
def pool_shape(layer: MaxPool | AvgPool | Subsampling2d, shape: Shape) -> Shape:
    """Return `(C, positions...)`: pooling keeps the channels."""
    _check_axes(layer, shape, layer.dimensions)
    return _slide(layer, shape[0], shape)


@output_shape.register
def transposed_shape(layer: Transposed, shape: Shape) -> Shape:
    """Return `(out_channels, sizes...)` of a transposed convolution."""
    _check_axes(layer, shape, layer.dimensions)
    _check_divides(layer, shape, layer.groups, "groups")
    spread = window(layer)
    numbers = zip(
        shape[1:],
        spread.kernel,
        spread.stride,
        spread.padding,
        spread.dilation,
        layer.output_padding,
        strict=True,
    )
    try:
        sizes = [transposed_output_size(n, k, s, p, q, d, extra) for n, k, s, (p, q), d, extra in numbers]
    except ShapeError as error:
        raise _named(layer, error) from None
    return (layer.out_channels, *sizes)


@output_shape.register
def adaptive_pool_shape(layer: AdaptiveAvgPool, shape: Shape) -> Shape:
    """Return `(C, output_size...)`: the windows adapt to the input."""
    _check_axes(layer, shape, layer.dimensions)
    return (shape[0], *layer.output_size)


@output_shape.register(GlobalAvgPool)
@output_shape.register(GlobalMaxPool)
def global_pool_shape(layer: GlobalAvgPool | GlobalMaxPool, shape: Shape) -> Shape:
    """Return `(C, 1, ...)`: one value per channel."""
    if len(shape) < 2:
        raise _refuse(layer, shape, "a shape with spatial axes", "Pool before Flatten.")
    return (shape[0], *(1 for _ in shape[1:]))


@output_shape.register(Linear)
@output_shape.register(RadialBasis)
def dense_shape(layer: Linear | RadialBasis, shape: Shape) -> Shape:
    """Return the shape with the last axis replaced by `out_features`."""
    return (*shape[:-1], layer.out_features)


@output_shape.register
def pointwise_shape(layer: Pointwise, shape: Shape) -> Shape:
    """Return the shape unchanged."""
    del layer
    return shape


@output_shape.register
def batch_norm_shape(layer: BatchNorm, shape: Shape) -> Shape:
    """Return the shape unchanged, after a look at the number of axes in the layer's name."""
    allowed = _BATCH_NORM_AXES.get(type(layer), (len(shape),))
    if len(shape) not in allowed:
        expected = f"a shape of {' or '.join(map(str, allowed))} axes without the batch"
        raise _refuse(layer, shape, expected, f"Use BatchNorm{max(len(shape) - 1, 1)}d here.")
    return shape


_BATCH_NORM_AXES: dict[type[Layer], tuple[int, ...]] = {
    BatchNorm1d: (1, 2),
    BatchNorm2d: (3,),
    BatchNorm3d: (4,),
}


@output_shape.register
def layer_norm_shape(layer: LayerNorm, shape: Shape) -> Shape:
    """Return the shape unchanged; there must be as many axes as are normalized."""
    if len(shape) < layer.dimensions:
        raise _refuse(layer, shape, f"at least {layer.dimensions} axes", "Normalize fewer axes.")
    return shape


@output_shape.register
def layer_norm_2d_shape(layer: LayerNorm2d, shape: Shape) -> Shape:
    """Return `(C, H, W)` unchanged."""
    _check_axes(layer, shape, 2)
    return shape


@output_shape.register
def group_norm_shape(layer: GroupNorm, shape: Shape) -> Shape:
    """Return the shape unchanged; the groups must divide the channels."""
    _check_divides(layer, shape, layer.num_groups, "groups")
    return shape


@output_shape.register
def add_shape(layer: Add, *shapes: Shape) -> Shape:
    """Return the common shape of all inputs."""
    for other in shapes[1:]:
        if not _alike(shapes[0], other):
            raise _unequal(
                layer, shapes, "inputs of equal shape", "Bring both branches to one shape, for example"
            )
    return shapes[0]


@output_shape.register
def multiply_shape(layer: Multiply, *shapes: Shape) -> Shape:
    """Return the common shape, with every size of 1 stretched to the others'."""
    result = shapes[0]
    for other in shapes[1:]:
        if len(other) != len(result) or not all(_stretches(a, b) for a, b in zip(result, other, strict=True)):
            raise _unequal(
                layer, shapes, "inputs of equal shape, or with sizes of 1", "Bring both to one shape, say"
            )
        result = tuple([b if a == 1 else a for a, b in zip(result, other, strict=True)])
    return result


@output_shape.register
def concat_shape(layer: Concat, *shapes: Shape) -> Shape:
    """Return the shape with the channels added up; all other sizes must agree."""
    first = shapes[0]
    for other in shapes[1:]:
        if not _alike(first[1:], other[1:]):
            expected = "inputs that agree in everything but the channels"
            raise _unequal(layer, shapes, expected, "Bring the branches to one size, for example")
    return (sum(shape[0] for shape in shapes), *first[1:])


def _alike(a: Shape, b: Shape) -> bool:
    """Compare the sizes that are numbers; formulas are taken on trust."""
    if len(a) != len(b):
        return False
    return all(x == y or not (isinstance(x, int) and isinstance(y, int)) for x, y in zip(a, b, strict=True))


def _stretches(a: int, b: int) -> bool:
    return a in (b, 1) or b == 1 or not (isinstance(a, int) and isinstance(b, int))


def _unequal(layer: Layer, shapes: tuple[Shape, ...], expected: str, remedy: str) -> ShapeError:
    return ShapeError(
        where=repr(layer),
        given=", ".join(map(spell_shape, shapes)),
        expected=expected,
        remedy=f"{remedy} with a 1x1 convolution, padding, cropping or the stride.",
    )


@output_shape.register
def flatten_shape(layer: Flatten, shape: Shape) -> Shape:
    """Return `(C * H * W,)`."""
    del layer
    return (prod(shape),)


@output_shape.register
def zero_pad_shape(layer: ZeroPad, shape: Shape) -> Shape:
    """Return the shape with the padding added to each spatial axis."""
    _check_axes(layer, shape, len(layer.padding))
    grown = [n + before + after for n, (before, after) in zip(shape[1:], layer.padding, strict=True)]
    return (shape[0], *grown)


@output_shape.register
def crop_shape(layer: Crop, shape: Shape) -> Shape:
    """Return the shape with the amounts taken from each spatial axis."""
    _check_axes(layer, shape, len(layer.amount))
    left = [n - before - after for n, (before, after) in zip(shape[1:], layer.amount, strict=True)]
    if any(isinstance(n, int) and n < 1 for n in left):
        raise _refuse(
            layer, shape, "an input larger than what is cropped", "Crop less, or use a larger input."
        )
    return (shape[0], *left)


@output_shape.register
def pad_channels_shape(layer: PadChannels, shape: Shape) -> Shape:
    """Return the shape with channels of zeros added."""
    return (shape[0] + layer.before + layer.after, *shape[1:])


@output_shape.register
def upsample_shape(layer: Upsample, shape: Shape) -> Shape:
    """Return the shape with each spatial size multiplied by the factor."""
    return (shape[0], *[n * layer.scale_factor for n in shape[1:]])


@output_shape.register
def channel_shuffle_shape(layer: ChannelShuffle, shape: Shape) -> Shape:
    """Return the shape unchanged; the groups must divide the channels."""
    _check_divides(layer, shape, layer.groups, "groups")
    return shape


@output_shape.register
def split_shape(layer: Split, shape: Shape) -> Shape:
    """Return the shape with one part of the channels."""
    _check_divides(layer, shape, layer.parts, "parts")
    return (shape[0] // layer.parts, *shape[1:])


@output_shape.register
def permute_shape(layer: Permute, shape: Shape) -> Shape:
    """Return the sizes in the new order."""
    if len(layer.order) != len(shape):
        raise _refuse(layer, shape, f"a shape of {len(layer.order)} axes", "Name every axis once.")
    return tuple([shape[axis] for axis in layer.order])
