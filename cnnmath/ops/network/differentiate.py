"""Table 2, backward: from the gradient of a layer's output to those of its inputs and of what it trains.

One named function per layer or family, each beside its namesake in `compute`; the base of the table raises.
"""

from __future__ import annotations

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
from cnnmath.ops.network.compute import (
    ACTIVATIONS,
    cut,
    part_of,
    scale_and_shift,
    shuffled,
    table_kernels,
    table_places,
    window_sums,
)
from cnnmath.ops.network.sliding import as_given, as_plane, slide, two
from cnnmath.ops.network.trace import LayerGradients, Stored, Trace
from cnnmath.ops.normalization import NormGradients
from cnnmath.ops.tensors import Array, Gradients


@singledispatch
def differentiate(layer: Layer, trace: Trace, grad: Array) -> LayerGradients:
    """Return the gradients of a layer's inputs and tensors. Raises ArchitectureError for an unknown layer."""
    raise ArchitectureError(
        where=repr(layer),
        expected="a layer that ops can differentiate",
        remedy="Register it in cnnmath.ops.network.differentiate.",
    )


def _to_input(gradient: Array) -> LayerGradients:
    return LayerGradients((gradient,))


def _trained(stored: Stored, gradients: Gradients) -> LayerGradients:
    """Name the gradients of a weighted layer; that of a bias only where there is one."""
    named = {"weight": gradients.w} | ({"bias": gradients.b} if "bias" in stored else {})
    return LayerGradients((gradients.x,), named)


def _normalized(stored: Stored, gradients: NormGradients) -> LayerGradients:
    named = {"weight": gradients.scale, "bias": gradients.shift}
    return LayerGradients((gradients.x,), {name: value for name, value in named.items() if name in stored})


@differentiate.register(ReLU)
@differentiate.register(ReLU6)
@differentiate.register(Sigmoid)
@differentiate.register(SiLU)
@differentiate.register(GELU)
@differentiate.register(Hardswish)
@differentiate.register(Hardsigmoid)
def activation_gradients(layer: Layer, trace: Trace, grad: Array) -> LayerGradients:
    """Multiply by the derivative, cell by cell."""
    _, backward = ACTIVATIONS[type(layer)]
    return _to_input(backward(grad, trace.input))


@differentiate.register
def leaky_relu_gradients(layer: LeakyReLU, trace: Trace, grad: Array) -> LayerGradients:
    """Multiply by 1 or the slope."""
    return _to_input(activations.leaky_relu_backward(grad, trace.input, layer.negative_slope))


@differentiate.register
def tanh_gradients(layer: Tanh, trace: Trace, grad: Array) -> LayerGradients:
    """Multiply by `amplitude slope (1 - tanh²)`."""
    slope, amplitude = (grad.dtype.type(value) for value in (layer.slope, layer.amplitude))
    return _to_input(activations.tanh_backward(grad, trace.input * slope) * (amplitude * slope))


@differentiate.register
def softmax_gradients(layer: Softmax, trace: Trace, grad: Array) -> LayerGradients:
    """Multiply by the softmax's Jacobian."""
    return _to_input(losses.softmax_backward(grad, trace.input, axis=1))


@differentiate.register
def identity_gradients(layer: Identity, trace: Trace, grad: Array) -> LayerGradients:
    """Pass the gradient on."""
    return _to_input(grad)


@differentiate.register
def scale_gradients(layer: Scale, trace: Trace, grad: Array) -> LayerGradients:
    """Multiply by the fixed factor."""
    return _to_input(grad * grad.dtype.type(layer.factor))


@differentiate.register
def layer_scale_gradients(layer: LayerScale, trace: Trace, grad: Array) -> LayerGradients:
    """Multiply by the factors; each factor collects from all it scaled."""
    factors = trace.stored["layer_scale"]
    stretched = (*(1 for _ in range(grad.ndim - factors.ndim)), *factors.shape)
    collected = _collect(grad * trace.input, stretched).reshape(factors.shape)
    return LayerGradients((grad * factors,), {"layer_scale": collected})


@differentiate.register(Dropout)
@differentiate.register(StochasticDepth)
def mask_gradients(layer: Dropout | StochasticDepth, trace: Trace, grad: Array) -> LayerGradients:
    """Apply the mask of the forward pass."""
    return _to_input(grad if trace.memo is None else chance.dropout_backward(grad, trace.memo))


@differentiate.register
def batch_norm_gradients(layer: BatchNorm, trace: Trace, grad: Array) -> LayerGradients:
    """Differentiate through the batch's statistics in training, past the running ones else."""
    x, stored = trace.input, trace.stored
    scale, _ = scale_and_shift(stored, (x.shape[1],), x)
    running = None if trace.training else (stored["running_mean"], stored["running_var"])
    return _normalized(stored, normalization.batch_norm_backward(grad, x, scale, running, layer.eps))


@differentiate.register
def layer_norm_gradients(layer: LayerNorm, trace: Trace, grad: Array) -> LayerGradients:
    """Differentiate through each example's statistics."""
    x = trace.input
    scale, _ = scale_and_shift(trace.stored, x.shape[x.ndim - layer.dimensions :], x)
    return _normalized(trace.stored, normalization.layer_norm_backward(grad, x, scale, layer.eps))


@differentiate.register
def layer_norm_2d_gradients(layer: LayerNorm2d, trace: Trace, grad: Array) -> LayerGradients:
    """Do as a layer norm with the channels put last."""
    x, last = (np.moveaxis(value, 1, -1) for value in (trace.input, grad))
    scale, _ = scale_and_shift(trace.stored, x.shape[-1:], x)
    found = normalization.layer_norm_backward(last, x, scale, layer.eps)
    return _normalized(trace.stored, found._replace(x=np.moveaxis(found.x, -1, 1)))


@differentiate.register
def group_norm_gradients(layer: GroupNorm, trace: Trace, grad: Array) -> LayerGradients:
    """Differentiate through each group's statistics."""
    x = trace.input
    scale, _ = scale_and_shift(trace.stored, (x.shape[1],), x)
    found = normalization.group_norm_backward(grad, x, scale, layer.num_groups, layer.eps)
    return _normalized(trace.stored, found)


@differentiate.register
def local_response_norm_gradients(layer: LocalResponseNorm, trace: Trace, grad: Array) -> LayerGradients:
    """Differentiate through the neighbors' sum of squares."""
    return _to_input(
        normalization.local_response_norm_backward(
            grad, trace.input, size=layer.size, alpha=layer.alpha, beta=layer.beta, bias=layer.k
        )
    )


@differentiate.register
def conv_gradients(layer: Conv, trace: Trace, grad: Array) -> LayerGradients:
    """Transpose the convolution for the input, correlate input and gradient for the weights."""
    _, sliding = slide(layer, trace.input)
    x, w, grad = (as_plane(value, layer.dimensions) for value in (trace.input, trace.stored["weight"], grad))
    found = convolution.conv2d_backward(grad, x, w, **sliding, groups=layer.groups)
    return _trained(trace.stored, _as_given(found, layer.dimensions))


@differentiate.register
def table_conv_gradients(layer: TableConv2d, trace: Trace, grad: Array) -> LayerGradients:
    """Differentiate the convolution with the zeros filled in, keep the connections that exist."""
    _, sliding = slide(layer, trace.input)
    w = table_kernels(layer, trace.stored["weight"], trace.input.shape[1])
    found = convolution.conv2d_backward(grad, trace.input, w, **sliding)
    return _trained(trace.stored, found._replace(w=found.w[table_places(layer)]))


@differentiate.register
def locally_connected_gradients(layer: LocallyConnected2d, trace: Trace, grad: Array) -> LayerGradients:
    """Differentiate without sharing."""
    _, sliding = slide(layer, trace.input)
    found = dense.locally_connected2d_backward(grad, trace.input, trace.stored["weight"], **sliding)
    return _trained(trace.stored, found)


@differentiate.register
def transposed_gradients(layer: Transposed, trace: Trace, grad: Array) -> LayerGradients:
    """Convolve the gradient for the input."""
    _, sliding = slide(layer, trace.input)
    x, w, grad = (as_plane(value, layer.dimensions) for value in (trace.input, trace.stored["weight"], grad))
    extra = two(layer.output_padding, 0, layer)
    found = transposed.conv_transpose2d_backward(
        grad, x, w, **sliding, output_padding=extra, groups=layer.groups
    )
    return _trained(trace.stored, _as_given(found, layer.dimensions))


def _as_given(found: Gradients, axes: int) -> Gradients:
    return Gradients(as_given(found.x, axes), as_given(found.w, axes), found.b)


@differentiate.register
def max_pool_gradients(layer: MaxPool, trace: Trace, grad: Array) -> LayerGradients:
    """Send each gradient to its window's first maximum."""
    kernel, sliding = slide(layer, trace.input)
    x, grad = (as_plane(value, layer.dimensions) for value in (trace.input, grad))
    dx = pooling.max_pool2d_backward(grad, x, kernel, **sliding, ceil_mode=layer.ceil_mode)
    return _to_input(as_given(dx, layer.dimensions))


@differentiate.register
def avg_pool_gradients(layer: AvgPool, trace: Trace, grad: Array) -> LayerGradients:
    """Share each gradient among its window."""
    kernel, sliding = slide(layer, trace.input)
    x, grad = (as_plane(value, layer.dimensions) for value in (trace.input, grad))
    dx = pooling.avg_pool2d_backward(
        grad,
        x,
        kernel,
        stride=sliding["stride"],
        padding=sliding["padding"],
        ceil_mode=layer.ceil_mode,
        count_padding=layer.count_include_pad,
    )
    return _to_input(as_given(dx, layer.dimensions))


@differentiate.register
def subsampling_gradients(layer: Subsampling2d, trace: Trace, grad: Array) -> LayerGradients:
    """Differentiate sum, coefficient and bias of each map."""
    kernel, sliding = slide(layer, trace.input)
    coefficients = trace.stored["weight"][:, None, None] * grad.dtype.type(kernel[0] * kernel[1])
    dx = pooling.avg_pool2d_backward(grad * coefficients, trace.input, kernel, stride=sliding["stride"])
    collected = (grad * window_sums(layer, trace.input)).sum(axis=(0, 2, 3))
    return LayerGradients((dx,), {"weight": collected, "bias": grad.sum(axis=(0, 2, 3))})


@differentiate.register
def adaptive_pool_gradients(layer: AdaptiveAvgPool, trace: Trace, grad: Array) -> LayerGradients:
    """Share each gradient among its window."""
    x, grad = (as_plane(value, layer.dimensions) for value in (trace.input, grad))
    return _to_input(as_given(resize.adaptive_avg_pool2d_backward(grad, x), layer.dimensions))


@differentiate.register
def global_avg_pool_gradients(layer: GlobalAvgPool, trace: Trace, grad: Array) -> LayerGradients:
    """Share each channel's gradient among its places."""
    x = trace.input
    places = grad.dtype.type(max(1, int(np.prod(x.shape[2:]))))
    return _to_input(np.broadcast_to(grad / places, x.shape).copy())


@differentiate.register
def global_max_pool_gradients(layer: GlobalMaxPool, trace: Trace, grad: Array) -> LayerGradients:
    """Send each channel's gradient to its first maximum."""
    x = trace.input
    flat = x.reshape(*x.shape[:2], 1, int(np.prod(x.shape[2:])))
    dx = pooling.global_max_pool2d_backward(grad.reshape(*x.shape[:2], 1, 1), flat)
    return _to_input(dx.reshape(x.shape))


@differentiate.register
def linear_gradients(layer: Linear, trace: Trace, grad: Array) -> LayerGradients:
    """Multiply by the transposed matrix; weights and bias collect from every vector."""
    x, w = trace.input, trace.stored["weight"]
    rows, grads = x.reshape(-1, w.shape[1]), grad.reshape(-1, w.shape[0])
    found = dense.linear_backward(grads, rows, w)
    return _trained(trace.stored, found._replace(x=found.x.reshape(x.shape)))


@differentiate.register
def radial_basis_gradients(layer: RadialBasis, trace: Trace, grad: Array) -> LayerGradients:
    """Pull towards the patterns: `Σ_k 2 grad_k (x - pattern_k)`."""
    differences = trace.input[..., None, :] - trace.stored["patterns"]
    return _to_input(2 * (grad[..., None] * differences).sum(axis=-2))


@differentiate.register
def add_gradients(layer: Add, trace: Trace, grad: Array) -> LayerGradients:
    """Pass the gradient on to every input."""
    return LayerGradients(tuple(grad for _ in trace.inputs))


@differentiate.register
def multiply_gradients(layer: Multiply, trace: Trace, grad: Array) -> LayerGradients:
    """Give each input the gradient times all other inputs, summed where it was stretched."""
    found = []
    for position, x in enumerate(trace.inputs):
        product = grad
        for other in (*trace.inputs[:position], *trace.inputs[position + 1 :]):
            product = product * other
        found.append(_collect(product, x.shape))
    return LayerGradients(tuple(found))


@differentiate.register
def concat_gradients(layer: Concat, trace: Trace, grad: Array) -> LayerGradients:
    """Cut the gradient into the inputs' channels."""
    ends = np.cumsum([x.shape[1] for x in trace.inputs])
    return LayerGradients(tuple(np.split(grad, ends[:-1], axis=1)))


@differentiate.register
def flatten_gradients(layer: Flatten, trace: Trace, grad: Array) -> LayerGradients:
    """Fold the row back."""
    return _to_input(grad.reshape(trace.input.shape))


@differentiate.register
def zero_pad_gradients(layer: ZeroPad, trace: Trace, grad: Array) -> LayerGradients:
    """Cut the padding off."""
    return _to_input(grad[:, :, *cut(layer.padding, grad)])


@differentiate.register
def crop_gradients(layer: Crop, trace: Trace, grad: Array) -> LayerGradients:
    """Put zeros where the border was."""
    return _to_input(np.pad(grad, ((0, 0), (0, 0), *layer.amount)))


@differentiate.register
def pad_channels_gradients(layer: PadChannels, trace: Trace, grad: Array) -> LayerGradients:
    """Leave the added channels out."""
    return _to_input(grad[:, layer.before : grad.shape[1] - layer.after])


@differentiate.register
def upsample_gradients(layer: Upsample, trace: Trace, grad: Array) -> LayerGradients:
    """Collect what each cell was spread to."""
    return _to_input(resize.upsample2d_backward(grad, trace.input, layer.scale_factor, layer.mode))


@differentiate.register
def channel_shuffle_gradients(layer: ChannelShuffle, trace: Trace, grad: Array) -> LayerGradients:
    """Shuffle back: as rows and columns exchanged."""
    return _to_input(shuffled(grad, grad.shape[1] // layer.groups))


@differentiate.register
def split_gradients(layer: Split, trace: Trace, grad: Array) -> LayerGradients:
    """Put zeros for the parts not taken."""
    dx = np.zeros(trace.input.shape, grad.dtype)
    dx[:, part_of(layer, dx)] = grad
    return _to_input(dx)


@differentiate.register
def permute_gradients(layer: Permute, trace: Trace, grad: Array) -> LayerGradients:
    """Put the axes back."""
    return _to_input(grad.transpose(np.argsort([0, *(axis + 1 for axis in layer.order)])))


def _collect(grad: Array, shape: tuple[int, ...]) -> Array:
    """Sum over the axes along which a tensor of `shape` was stretched to grad's shape."""
    stretched = tuple(axis for axis, size in enumerate(shape) if size == 1 and grad.shape[axis] != 1)
    collected: Array = grad.sum(axis=stretched, keepdims=True)
    return collected
