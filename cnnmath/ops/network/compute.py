"""Table 1, forward: what each layer of `cnnmath.arch` computes, in terms of the operations of `cnnmath.ops`.

One named function per layer or family; the base of the table raises. Each returns a `Trace`, from which the
backward pass of the same layer (`differentiate`) starts.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import singledispatch

import numpy as np

from cnnmath.arch import (
    GELU,
    AdaptiveAvgPool,
    Add,
    AvgPool,
    BatchNorm,
    ChannelShuffle,
    Concat,
    Conv,
    Crop,
    Dropout,
    Flatten,
    GlobalAvgPool,
    GlobalMaxPool,
    GroupNorm,
    Hardsigmoid,
    Hardswish,
    Identity,
    Layer,
    LayerNorm,
    LayerNorm2d,
    LayerScale,
    LeakyReLU,
    Linear,
    LocallyConnected2d,
    LocalResponseNorm,
    MaxPool,
    Multiply,
    PadChannels,
    Permute,
    RadialBasis,
    ReLU,
    ReLU6,
    Scale,
    Sigmoid,
    SiLU,
    Softmax,
    Split,
    StochasticDepth,
    Subsampling2d,
    TableConv2d,
    Tanh,
    Transposed,
    Upsample,
    ZeroPad,
)
from cnnmath.errors import ArchitectureError
from cnnmath.ops import (
    activations,
    chance,
    convolution,
    dense,
    losses,
    normalization,
    pooling,
    resize,
    transposed,
)
from cnnmath.ops.network.sliding import as_given, as_plane, slide, two
from cnnmath.ops.network.trace import Mode, Stored, Trace
from cnnmath.ops.tensors import Array

ACTIVATIONS: dict[type[Layer], tuple[Callable[[Array], Array], Callable[[Array, Array], Array]]] = {
    ReLU: (activations.relu, activations.relu_backward),
    ReLU6: (activations.relu6, activations.relu6_backward),
    Sigmoid: (activations.sigmoid, activations.sigmoid_backward),
    SiLU: (activations.silu, activations.silu_backward),
    GELU: (activations.gelu, activations.gelu_backward),
    Hardswish: (activations.hard_swish, activations.hard_swish_backward),
    Hardsigmoid: (activations.hard_sigmoid, activations.hard_sigmoid_backward),
}
"""Activations without numbers of their own: forward, and backward from gradient and input."""


@singledispatch
def compute(layer: Layer, stored: Stored, inputs: tuple[Array, ...], mode: Mode) -> Trace:
    """Compute a layer's output from its inputs (N, …). ArchitectureError for a layer that is unknown."""
    raise ArchitectureError(
        where=repr(layer),
        expected="a layer that ops can compute",
        remedy="Register it in cnnmath.ops.network.compute and differentiate.",
    )


@compute.register(ReLU)
@compute.register(ReLU6)
@compute.register(Sigmoid)
@compute.register(SiLU)
@compute.register(GELU)
@compute.register(Hardswish)
@compute.register(Hardsigmoid)
def compute_activation(layer: Layer, stored: Stored, inputs: tuple[Array, ...], mode: Mode) -> Trace:
    """Apply an activation cell by cell."""
    forward, _ = ACTIVATIONS[type(layer)]
    return Trace(layer, stored, inputs, forward(inputs[0]))


@compute.register
def compute_leaky_relu(layer: LeakyReLU, stored: Stored, inputs: tuple[Array, ...], mode: Mode) -> Trace:
    """Apply the leaky ReLU with the layer's slope."""
    return Trace(layer, stored, inputs, activations.leaky_relu(inputs[0], layer.negative_slope))


@compute.register
def compute_tanh(layer: Tanh, stored: Stored, inputs: tuple[Array, ...], mode: Mode) -> Trace:
    """Compute `amplitude tanh(slope x)`."""
    bent = activations.tanh(inputs[0] * inputs[0].dtype.type(layer.slope))
    return Trace(layer, stored, inputs, bent * bent.dtype.type(layer.amplitude))


@compute.register
def compute_softmax(layer: Softmax, stored: Stored, inputs: tuple[Array, ...], mode: Mode) -> Trace:
    """Compute the softmax over the classes, the first axis after the batch."""
    return Trace(layer, stored, inputs, losses.softmax(inputs[0], axis=1))


@compute.register
def compute_identity(layer: Identity, stored: Stored, inputs: tuple[Array, ...], mode: Mode) -> Trace:
    """Return the input."""
    return Trace(layer, stored, inputs, inputs[0])


@compute.register
def compute_scale(layer: Scale, stored: Stored, inputs: tuple[Array, ...], mode: Mode) -> Trace:
    """Multiply by the fixed factor."""
    return Trace(layer, stored, inputs, inputs[0] * inputs[0].dtype.type(layer.factor))


@compute.register
def compute_layer_scale(layer: LayerScale, stored: Stored, inputs: tuple[Array, ...], mode: Mode) -> Trace:
    """Multiply each channel by its trained factor."""
    return Trace(layer, stored, inputs, inputs[0] * stored["layer_scale"])


@compute.register
def compute_dropout(layer: Dropout, stored: Stored, inputs: tuple[Array, ...], mode: Mode) -> Trace:
    """Silence cells by chance while training."""
    return _masked(layer, stored, inputs, mode, (layer.p, inputs[0].shape))


@compute.register
def compute_stochastic_depth(
    layer: StochasticDepth, stored: Stored, inputs: tuple[Array, ...], mode: Mode
) -> Trace:
    """Silence whole examples by chance while training."""
    x = inputs[0]
    return _masked(layer, stored, inputs, mode, (layer.p, (len(x), *(1 for _ in x.shape[1:]))))


def _masked(
    layer: Layer, stored: Stored, inputs: tuple[Array, ...], mode: Mode, odds: tuple[float, tuple[int, ...]]
) -> Trace:
    rate, shape = odds
    if not mode.training or not rate:
        return Trace(layer, stored, inputs, inputs[0])
    x = inputs[0]
    mask = np.broadcast_to(chance.dropout_mask(shape, rate, mode.draw(layer)), x.shape)
    return Trace(layer, stored, inputs, chance.dropout(x, mask), training=True, memo=mask)


@compute.register
def compute_batch_norm(layer: BatchNorm, stored: Stored, inputs: tuple[Array, ...], mode: Mode) -> Trace:
    """Normalize by the batch's statistics in training, and move the running ones; else by those."""
    x = inputs[0]
    scale, shift = scale_and_shift(stored, (x.shape[1],), x)
    if mode.training or not layer.track_running_stats:
        y = normalization.batch_norm(x, scale, shift, epsilon=layer.eps)
        buffers = _moved(layer, stored, x) if layer.track_running_stats else {}
        return Trace(layer, stored, inputs, y, training=True, buffers=buffers)
    running = (stored["running_mean"], stored["running_var"])
    return Trace(layer, stored, inputs, normalization.batch_norm(x, scale, shift, running, layer.eps))


def _moved(layer: BatchNorm, stored: Stored, x: Array) -> Stored:
    old = (stored["running_mean"], stored["running_var"])
    mean, variance = normalization.running_statistics(old, x, layer.momentum)
    return {"running_mean": mean.astype(x.dtype), "running_var": variance.astype(x.dtype)}


def scale_and_shift(stored: Stored, shape: tuple[int, ...], x: Array) -> tuple[Array, Array]:
    """Return the trained scale and shift of a normalization, or ones and zeros where it has none."""
    return stored.get("weight", np.ones(shape, x.dtype)), stored.get("bias", np.zeros(shape, x.dtype))


@compute.register
def compute_layer_norm(layer: LayerNorm, stored: Stored, inputs: tuple[Array, ...], mode: Mode) -> Trace:
    """Normalize each example over its last axes."""
    x = inputs[0]
    scale, shift = scale_and_shift(stored, x.shape[x.ndim - layer.dimensions :], x)
    return Trace(layer, stored, inputs, normalization.layer_norm(x, scale, shift, layer.eps))


@compute.register
def compute_layer_norm_2d(layer: LayerNorm2d, stored: Stored, inputs: tuple[Array, ...], mode: Mode) -> Trace:
    """Normalize over the channels at each position: a layer norm with the channels put last."""
    last = np.moveaxis(inputs[0], 1, -1)
    scale, shift = scale_and_shift(stored, last.shape[-1:], last)
    y = normalization.layer_norm(last, scale, shift, layer.eps)
    return Trace(layer, stored, inputs, np.moveaxis(y, -1, 1))


@compute.register
def compute_group_norm(layer: GroupNorm, stored: Stored, inputs: tuple[Array, ...], mode: Mode) -> Trace:
    """Normalize over groups of channels."""
    x = inputs[0]
    scale, shift = scale_and_shift(stored, (x.shape[1],), x)
    y = normalization.group_norm(x, scale, shift, layer.num_groups, layer.eps)
    return Trace(layer, stored, inputs, y)


@compute.register
def compute_local_response_norm(
    layer: LocalResponseNorm, stored: Stored, inputs: tuple[Array, ...], mode: Mode
) -> Trace:
    """Normalize by the neighboring channels, alpha times the *sum* of squares as in the AlexNet paper."""
    y = normalization.local_response_norm(
        inputs[0], size=layer.size, alpha=layer.alpha, beta=layer.beta, bias=layer.k
    )
    return Trace(layer, stored, inputs, y)


@compute.register
def compute_conv(layer: Conv, stored: Stored, inputs: tuple[Array, ...], mode: Mode) -> Trace:
    """Convolve signals or images."""
    _, sliding = slide(layer, inputs[0])
    x, w = (as_plane(value, layer.dimensions) for value in (inputs[0], stored["weight"]))
    y = convolution.conv2d(x, w, stored.get("bias"), **sliding, groups=layer.groups)
    return Trace(layer, stored, inputs, as_given(y, layer.dimensions))


@compute.register
def compute_table_conv(layer: TableConv2d, stored: Stored, inputs: tuple[Array, ...], mode: Mode) -> Trace:
    """Convolve with zeros for the connections that the table leaves out."""
    x = inputs[0]
    _, sliding = slide(layer, x)
    w = table_kernels(layer, stored["weight"], x.shape[1])
    return Trace(layer, stored, inputs, convolution.conv2d(x, w, stored.get("bias"), **sliding))


def table_kernels(layer: TableConv2d, kernels: Array, channels: int) -> Array:
    """Return the weights (O, C, k, k) of a convolution that sees all maps, from one kernel per connection."""
    w = np.zeros((layer.out_channels, channels, *kernels.shape[1:]), kernels.dtype)
    w[table_places(layer)] = kernels
    return w


def table_places(layer: TableConv2d) -> tuple[list[int], list[int]]:
    """Return output map and input map of each connection, in the order in which the kernels are stored."""
    pairs = [(output, source) for output, row in enumerate(layer.table) for source in row]
    return [output for output, _ in pairs], [source for _, source in pairs]


@compute.register
def compute_locally_connected(
    layer: LocallyConnected2d, stored: Stored, inputs: tuple[Array, ...], mode: Mode
) -> Trace:
    """Slide a window with a kernel of its own at each place."""
    _, sliding = slide(layer, inputs[0])
    y = dense.locally_connected2d(inputs[0], stored["weight"], stored.get("bias"), **sliding)
    return Trace(layer, stored, inputs, y)


@compute.register
def compute_transposed(layer: Transposed, stored: Stored, inputs: tuple[Array, ...], mode: Mode) -> Trace:
    """Transpose a convolution of signals or images."""
    _, sliding = slide(layer, inputs[0])
    x, w = (as_plane(value, layer.dimensions) for value in (inputs[0], stored["weight"]))
    extra = two(layer.output_padding, 0, layer)
    y = transposed.conv_transpose2d(
        x, w, stored.get("bias"), **sliding, output_padding=extra, groups=layer.groups
    )
    return Trace(layer, stored, inputs, as_given(y, layer.dimensions))


@compute.register
def compute_max_pool(layer: MaxPool, stored: Stored, inputs: tuple[Array, ...], mode: Mode) -> Trace:
    """Take the largest value of each window."""
    kernel, sliding = slide(layer, inputs[0])
    x = as_plane(inputs[0], layer.dimensions)
    y = pooling.max_pool2d(x, kernel, **sliding, ceil_mode=layer.ceil_mode)
    return Trace(layer, stored, inputs, as_given(y, layer.dimensions))


@compute.register
def compute_avg_pool(layer: AvgPool, stored: Stored, inputs: tuple[Array, ...], mode: Mode) -> Trace:
    """Take the mean of each window."""
    kernel, sliding = slide(layer, inputs[0])
    y = pooling.avg_pool2d(
        as_plane(inputs[0], layer.dimensions),
        kernel,
        stride=sliding["stride"],
        padding=sliding["padding"],
        ceil_mode=layer.ceil_mode,
        count_padding=layer.count_include_pad,
    )
    return Trace(layer, stored, inputs, as_given(y, layer.dimensions))


@compute.register
def compute_subsampling(layer: Subsampling2d, stored: Stored, inputs: tuple[Array, ...], mode: Mode) -> Trace:
    """Multiply each window's sum by the map's coefficient, add its bias."""
    y = window_sums(layer, inputs[0]) * stored["weight"][:, None, None] + stored["bias"][:, None, None]
    return Trace(layer, stored, inputs, y)


def window_sums(layer: Subsampling2d, x: Array) -> Array:
    """Return the sum of each window."""
    kernel, sliding = slide(layer, x)
    means = pooling.avg_pool2d(x, kernel, stride=sliding["stride"])
    sums: Array = means * means.dtype.type(kernel[0] * kernel[1])
    return sums


@compute.register
def compute_adaptive_pool(
    layer: AdaptiveAvgPool, stored: Stored, inputs: tuple[Array, ...], mode: Mode
) -> Trace:
    """Take means over windows that cover the whole input."""
    size = two(layer.output_size, 1, layer)
    y = resize.adaptive_avg_pool2d(as_plane(inputs[0], layer.dimensions), size)
    return Trace(layer, stored, inputs, as_given(y, layer.dimensions))


@compute.register
def compute_global_avg_pool(
    layer: GlobalAvgPool, stored: Stored, inputs: tuple[Array, ...], mode: Mode
) -> Trace:
    """Take the mean of each channel."""
    x = inputs[0]
    return Trace(layer, stored, inputs, x.mean(axis=tuple(range(2, x.ndim)), keepdims=True))


@compute.register
def compute_global_max_pool(
    layer: GlobalMaxPool, stored: Stored, inputs: tuple[Array, ...], mode: Mode
) -> Trace:
    """Take the largest value of each channel."""
    x = inputs[0]
    return Trace(layer, stored, inputs, x.max(axis=tuple(range(2, x.ndim)), keepdims=True))


@compute.register
def compute_linear(layer: Linear, stored: Stored, inputs: tuple[Array, ...], mode: Mode) -> Trace:
    """Multiply the last axis by the matrix, whatever axes come before it."""
    x = inputs[0]
    rows = x.reshape(-1, x.shape[-1]) if x.size else x.reshape(0, x.shape[-1])
    y = dense.linear(rows, stored["weight"], stored.get("bias"))
    return Trace(layer, stored, inputs, y.reshape(*x.shape[:-1], layer.out_features))


@compute.register
def compute_radial_basis(layer: RadialBasis, stored: Stored, inputs: tuple[Array, ...], mode: Mode) -> Trace:
    """Return the squared distance of the last axis to each pattern."""
    differences = inputs[0][..., None, :] - stored["patterns"]
    return Trace(layer, stored, inputs, (differences * differences).sum(axis=-1))


@compute.register
def compute_add(layer: Add, stored: Stored, inputs: tuple[Array, ...], mode: Mode) -> Trace:
    """Add the inputs."""
    y = inputs[0] + inputs[1]
    for x in inputs[2:]:
        y += x
    return Trace(layer, stored, inputs, y)


@compute.register
def compute_multiply(layer: Multiply, stored: Stored, inputs: tuple[Array, ...], mode: Mode) -> Trace:
    """Multiply the inputs; sizes of 1 are stretched."""
    y = inputs[0]
    for x in inputs[1:]:
        y = y * x
    return Trace(layer, stored, inputs, y)


@compute.register
def compute_concat(layer: Concat, stored: Stored, inputs: tuple[Array, ...], mode: Mode) -> Trace:
    """Put the inputs one behind the other along the channels."""
    return Trace(layer, stored, inputs, np.concatenate(inputs, axis=1))


@compute.register
def compute_flatten(layer: Flatten, stored: Stored, inputs: tuple[Array, ...], mode: Mode) -> Trace:
    """Put all values of an example in one row, row-major: channel, then row, then column."""
    x = inputs[0]
    return Trace(layer, stored, inputs, x.reshape(len(x), int(np.prod(x.shape[1:]))))


@compute.register
def compute_zero_pad(layer: ZeroPad, stored: Stored, inputs: tuple[Array, ...], mode: Mode) -> Trace:
    """Add zeros around the spatial axes."""
    return Trace(layer, stored, inputs, np.pad(inputs[0], ((0, 0), (0, 0), *layer.padding)))


@compute.register
def compute_crop(layer: Crop, stored: Stored, inputs: tuple[Array, ...], mode: Mode) -> Trace:
    """Drop the borders of the spatial axes."""
    return Trace(layer, stored, inputs, inputs[0][:, :, *cut(layer.amount, inputs[0])])


def cut(sides: tuple[tuple[int, int], ...], x: Array) -> tuple[slice, ...]:
    """Return the slices that leave out the borders of the spatial axes."""
    return tuple(
        slice(before, size - after) for (before, after), size in zip(sides, x.shape[2:], strict=True)
    )


@compute.register
def compute_pad_channels(layer: PadChannels, stored: Stored, inputs: tuple[Array, ...], mode: Mode) -> Trace:
    """Add channels of zeros before and after."""
    x = inputs[0]
    edges = [(0, 0), (layer.before, layer.after), *[(0, 0)] * (x.ndim - 2)]
    return Trace(layer, stored, inputs, np.pad(x, edges))


@compute.register
def compute_upsample(layer: Upsample, stored: Stored, inputs: tuple[Array, ...], mode: Mode) -> Trace:
    """Enlarge images by a whole factor."""
    return Trace(layer, stored, inputs, resize.upsample2d(inputs[0], layer.scale_factor, layer.mode))


@compute.register
def compute_channel_shuffle(
    layer: ChannelShuffle, stored: Stored, inputs: tuple[Array, ...], mode: Mode
) -> Trace:
    """Transpose the channels, written as a matrix of groups."""
    return Trace(layer, stored, inputs, shuffled(inputs[0], layer.groups))


def shuffled(x: Array, groups: int) -> Array:
    """Return x with its channels, as `groups` rows, read column by column."""
    rows = x.reshape(len(x), groups, x.shape[1] // groups, *x.shape[2:])
    return rows.swapaxes(1, 2).reshape(x.shape)


@compute.register
def compute_split(layer: Split, stored: Stored, inputs: tuple[Array, ...], mode: Mode) -> Trace:
    """Take one of equal parts of the channels."""
    return Trace(layer, stored, inputs, inputs[0][:, part_of(layer, inputs[0])])


def part_of(layer: Split, x: Array) -> slice:
    """Return the slice of channels that a Split takes."""
    size = x.shape[1] // layer.parts
    return slice(layer.part * size, (layer.part + 1) * size)


@compute.register
def compute_permute(layer: Permute, stored: Stored, inputs: tuple[Array, ...], mode: Mode) -> Trace:
    """Reorder the axes behind the batch."""
    return Trace(layer, stored, inputs, inputs[0].transpose(0, *(axis + 1 for axis in layer.order)))
