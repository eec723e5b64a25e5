"""Table 3: what a layer stores, as named tensors with shapes and roles; and how often each weight is used.

Names and shapes are PyTorch's where PyTorch has the layer. A layer that is not listed stores nothing only if
its family says so; the base of the table raises.
"""

from __future__ import annotations

from functools import singledispatch
from math import prod
from typing import Literal, NamedTuple

from cnnmath.arch import (
    AdaptivePooling,
    BatchNorm,
    Conv,
    Convolution,
    GroupNorm,
    Layer,
    LayerNorm,
    LayerNorm2d,
    LayerScale,
    Linear,
    LocallyConnected2d,
    Merge,
    Pointwise,
    Pooling,
    RadialBasis,
    Reshape,
    Source,
    Subsampling2d,
    TableConv2d,
    Transposed,
)
from cnnmath.errors import ArchitectureError
from cnnmath.rules.shape import output_shape

__all__ = ["Role", "Tensor", "uses", "weights"]

Shape = tuple[int, ...]
Role = Literal["weight", "bias", "normalization", "buffer"]


class Tensor(NamedTuple):
    """The shape of a stored tensor and its role.

    Roles: "weight" and "bias" are trained, "normalization" (scale, shift) is trained, a "buffer" (running
    statistics, fixed patterns) is stored but not trained.

    >>> Tensor((64, 3, 7, 7), "weight").size
    9408
    """

    shape: Shape
    role: Role

    @property
    def size(self) -> int:
        """The number of entries."""
        return prod(self.shape)


Weights = dict[str, Tensor]


@singledispatch
def weights(layer: Layer, *shapes: Shape) -> Weights:
    """Return the tensors that a layer stores, by PyTorch's names, for inputs of these shapes.

    Raises ArchitectureError for an unknown layer.

    >>> from cnnmath.arch import Conv2d
    >>> weights(Conv2d(64, 7, bias=False), (3, 224, 224))
    {'weight': Tensor(shape=(64, 3, 7, 7), role='weight')}
    """
    raise ArchitectureError(
        where=repr(layer),
        expected="a layer with a weights rule",
        remedy="Register it in cnnmath.rules.weights.",
    )


@weights.register(Source)
@weights.register(Pointwise)
@weights.register(Pooling)
@weights.register(AdaptivePooling)
@weights.register(Merge)
@weights.register(Reshape)
def no_weights(layer: Layer, *shapes: Shape) -> Weights:
    """Return nothing: these families store no tensors."""
    del layer, shapes
    return {}


@weights.register
def conv_weights(layer: Conv, shape: Shape) -> Weights:
    """Return `weight (out, in / groups, k...)` and `bias (out,)`."""
    kernel = Tensor((layer.out_channels, shape[0] // layer.groups, *layer.kernel_size), "weight")
    return {"weight": kernel, **_bias(layer.bias, (layer.out_channels,))}


@weights.register
def transposed_weights(layer: Transposed, shape: Shape) -> Weights:
    """Return `weight (in, out / groups, k...)` and `bias (out,)`."""
    kernel = Tensor((shape[0], layer.out_channels // layer.groups, *layer.kernel_size), "weight")
    return {"weight": kernel, **_bias(layer.bias, (layer.out_channels,))}


@weights.register
def table_conv_weights(layer: TableConv2d, shape: Shape) -> Weights:
    """Return one kernel per connection, `weight (connections, k, k)`, and `bias (out,)`."""
    del shape
    connections = sum(len(row) for row in layer.table)
    kernels = Tensor((connections, *layer.kernel_size), "weight")
    return {"weight": kernels, **_bias(layer.bias, (layer.out_channels,))}


@weights.register
def locally_connected_weights(layer: LocallyConnected2d, shape: Shape) -> Weights:
    """Return a kernel per position, `weight (H', W', out, in, k, k)`, and `bias (out, H', W')`."""
    output = output_shape(layer, shape)
    kernels = Tensor((*output[1:], layer.out_channels, shape[0], *layer.kernel_size), "weight")
    return {"weight": kernels, **_bias(layer.bias, output)}


@weights.register
def subsampling_weights(layer: Subsampling2d, shape: Shape) -> Weights:
    """Return one coefficient and one bias per map."""
    del layer
    return {"weight": Tensor((shape[0],), "weight"), "bias": Tensor((shape[0],), "bias")}


@weights.register
def linear_weights(layer: Linear, shape: Shape) -> Weights:
    """Return `weight (out, in)` and `bias (out,)`."""
    matrix = Tensor((layer.out_features, shape[-1]), "weight")
    return {"weight": matrix, **_bias(layer.bias, (layer.out_features,))}


@weights.register
def radial_basis_weights(layer: RadialBasis, shape: Shape) -> Weights:
    """Return the fixed patterns `(out, in)`: stored, not trained."""
    return {"patterns": Tensor((layer.out_features, shape[-1]), "buffer")}


@weights.register
def batch_norm_weights(layer: BatchNorm, shape: Shape) -> Weights:
    """Return scale, shift, and the running mean and variance, each `(C,)`.

    PyTorch's `num_batches_tracked`, a single step counter, is left out.
    """
    channels = (shape[0],)
    found: Weights = {}
    if layer.scale:
        found["weight"] = Tensor(channels, "normalization")
    if layer.shift:
        found["bias"] = Tensor(channels, "normalization")
    if layer.track_running_stats:
        found["running_mean"] = found["running_var"] = Tensor(channels, "buffer")
    return found


@weights.register
def layer_norm_weights(layer: LayerNorm, shape: Shape) -> Weights:
    """Return scale and shift over the normalized axes."""
    return _scale_and_shift(shape[len(shape) - layer.dimensions :], with_shift=layer.bias)


@weights.register
def layer_norm_2d_weights(layer: LayerNorm2d, shape: Shape) -> Weights:
    """Return scale and shift `(C,)`."""
    del layer
    return _scale_and_shift(shape[:1])


@weights.register
def group_norm_weights(layer: GroupNorm, shape: Shape) -> Weights:
    """Return scale and shift `(C,)`, if there are any."""
    return _scale_and_shift(shape[:1]) if layer.affine else {}


@weights.register
def layer_scale_weights(layer: LayerScale, shape: Shape) -> Weights:
    """Return one factor per channel: `(C, 1, 1)`, or `(C,)` where the channels come last."""
    last = layer.axis == "last"
    factors = shape[-1:] if last else (shape[0], *(1 for _ in shape[1:]))
    return {"layer_scale": Tensor(factors, "weight")}


def _bias(present: bool, shape: Shape) -> Weights:  # noqa: FBT001 - the layer's own field
    return {"bias": Tensor(shape, "bias")} if present else {}


def _scale_and_shift(shape: Shape, *, with_shift: bool = True) -> Weights:
    found: Weights = {"weight": Tensor(shape, "normalization")}
    if with_shift:
        found["bias"] = Tensor(shape, "normalization")
    return found


@singledispatch
def uses(layer: Layer, shape: Shape, output: Shape) -> int:
    """Return at how many positions each weight of a multiplying layer is used, for one image.

    The multiply-adds of a layer are its weights times their uses. Only convolutions and linear layers
    multiply in this sense; the other families have 0 uses. Raises ArchitectureError for unknown layers.

    >>> from cnnmath.arch import Conv2d
    >>> uses(Conv2d(64, 7, stride=2, padding=3), (3, 224, 224), (64, 112, 112))
    12544
    """
    raise ArchitectureError(
        where=repr(layer), expected="a layer with a uses rule", remedy="Register it in cnnmath.rules.weights."
    )


@uses.register(Source)
@uses.register(Pointwise)
@uses.register(Pooling)
@uses.register(AdaptivePooling)
@uses.register(Merge)
@uses.register(Reshape)
@uses.register(RadialBasis)
def no_uses(layer: Layer, *shapes: Shape) -> int:
    """Return 0: these families do not multiply by a matrix of weights."""
    del layer, shapes
    return 0


@uses.register
def convolution_uses(layer: Convolution, shape: Shape, output: Shape) -> int:
    """Return the output positions: the kernel is applied once at each."""
    del layer, shape
    return prod(output[1:])


@uses.register
def transposed_uses(layer: Transposed, shape: Shape, output: Shape) -> int:
    """Return the input positions: each input value is spread once by the whole kernel."""
    del layer, output
    return prod(shape[1:])


@uses.register
def locally_connected_uses(layer: LocallyConnected2d, shape: Shape, output: Shape) -> int:
    """Return 1: nothing is shared."""
    del layer, shape, output
    return 1


@uses.register
def linear_uses(layer: Linear, shape: Shape, output: Shape) -> int:
    """Return the number of vectors that the matrix is applied to: one, unless there are leading axes."""
    del layer, output
    return prod(shape[:-1])
