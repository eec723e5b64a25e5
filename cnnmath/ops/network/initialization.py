"""What a network knows before it has learned anything: weights drawn so that signals neither die nor explode.

He's and Glorot's rules set the spread by how many inputs feed a unit (fan-in) and how many units an input
feeds (fan-out). Biases start at 0, normalizations at scale 1 and shift 0, running statistics at mean 0 and
variance 1.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import singledispatch

import numpy as np

from cnnmath.arch import (
    Conv,
    Layer,
    LayerScale,
    Linear,
    LocallyConnected2d,
    Network,
    RadialBasis,
    Subsampling2d,
    TableConv2d,
    Transposed,
)
from cnnmath.errors import CnnMathError
from cnnmath.ops.network.trace import Weights
from cnnmath.ops.tensors import Array
from cnnmath.rules import Tensor, shapes, weights

Shape = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Chance:
    """Where random weights come from: a generator, a scheme of `SCHEMES`, and the number kind to draw in."""

    generator: np.random.Generator
    scheme: str
    dtype: type[np.float32] | type[np.float64]

    def draw(self, shape: Shape, fan_in: float, fan_out: float) -> Array:
        """Draw weights of the spread that the scheme sets."""
        return SCHEMES[self.scheme](self, shape, fan_in, fan_out)


def initialize(
    network: Network,
    generator: np.random.Generator,
    scheme: str = "he",
    dtype: type[np.float32] | type[np.float64] = np.float32,
) -> dict[str, dict[str, Array]]:
    """Draw all tensors of a network: `{node: {tensor: array}}`.

    Names and shapes are those of `cnnmath.rules.weights`. Schemes: "he" draws weights from a normal
    distribution of variance 2 / fan-in (He et al. 2015, equation 10, for ReLU), "glorot" uniformly with
    variance 2 / (fan-in + fan-out) (Glorot & Bengio 2010, equation 16). The same generator state gives the
    same weights. Raises `CnnMathError` for another scheme.

    >>> from cnnmath.arch import Conv2d, Input, chain
    >>> net = chain("one", Input(3, 8, 8), Conv2d(16, 3))
    >>> initialize(net, np.random.default_rng(0))["conv2d_1"]["weight"].shape
    (16, 3, 3, 3)
    """
    if scheme not in SCHEMES:
        raise CnnMathError(where="initialize: scheme", given=f'"{scheme}"', expected=" or ".join(SCHEMES))
    known, chance = shapes(network), Chance(generator, scheme, dtype)
    drawn: dict[str, dict[str, Array]] = {}
    for node in network:
        stored = weights(node.layer, *(known[name] for name in node.inputs))
        drawn[node.name] = {
            name: start(node.layer, name, tensor, chance).astype(dtype, copy=False)
            for name, tensor in stored.items()
        }
    return drawn


@singledispatch
def start(layer: Layer, name: str, tensor: Tensor, chance: Chance) -> Array:
    """Return the first value of one stored tensor; layers without weights of their own have fixed ones."""
    ones = (tensor.role == "normalization" and name == "weight") or name == "running_var"
    return np.ones(tensor.shape) if ones else np.zeros(tensor.shape)


@start.register(Conv)
@start.register(Linear)
@start.register(LocallyConnected2d)
@start.register(TableConv2d)
@start.register(Transposed)
def start_weighted(layer: Layer, name: str, tensor: Tensor, chance: Chance) -> Array:
    """Draw the weights by the scheme, begin with biases of 0."""
    if name != "weight":
        return np.zeros(tensor.shape)
    return chance.draw(tensor.shape, *fans(layer, tensor.shape))


@start.register
def start_subsampling(layer: Subsampling2d, name: str, tensor: Tensor, chance: Chance) -> Array:
    """Begin as the mean of each window."""
    return np.full(tensor.shape, 1 / math.prod(layer.kernel_size) if name == "weight" else 0.0)


@start.register
def start_layer_scale(layer: LayerScale, name: str, tensor: Tensor, chance: Chance) -> Array:
    """Begin with the layer's own factor."""
    return np.full(tensor.shape, layer.initial)


@start.register
def start_patterns(layer: RadialBasis, name: str, tensor: Tensor, chance: Chance) -> Array:
    """Draw patterns of -1 and 1, as the stylized bitmaps of LeNet-5 are made of."""
    return chance.generator.choice((-1.0, 1.0), tensor.shape)


@singledispatch
def fans(layer: Layer, shape: Shape) -> tuple[float, float]:
    """Return fan-in and fan-out of a weight tensor: inputs per unit, units per input."""
    raise CnnMathError(where=repr(layer), expected="a layer with weights", remedy="Give it an entry in fans.")


@fans.register(Conv)
@fans.register(Linear)
def conv_fans(layer: Conv | Linear, shape: Shape) -> tuple[float, float]:
    """Return `C/groups · k²` and `O/groups · k²` of weights (O, C/groups, k, k)."""
    groups = layer.groups if isinstance(layer, Conv) else 1
    taps = math.prod(shape[2:])
    return shape[1] * taps, shape[0] // groups * taps


@fans.register
def transposed_fans(layer: Transposed, shape: Shape) -> tuple[float, float]:
    """Return the same for weights (C, O/groups, k, k); each output cell is reached by k²/s² taps."""
    taps = math.prod(shape[2:])
    return shape[0] / layer.groups * taps / math.prod(layer.stride), shape[1] * taps


@fans.register
def table_fans(layer: TableConv2d, shape: Shape) -> tuple[float, float]:
    """Return mean fans over the rows and columns of the table, for weights (connections, k, k)."""
    taps, sources = math.prod(shape[1:]), len({source for row in layer.table for source in row})
    return shape[0] / layer.out_channels * taps, shape[0] / sources * taps


@fans.register
def locally_connected_fans(layer: LocallyConnected2d, shape: Shape) -> tuple[float, float]:
    """Return `C k²` and `O k²` of weights (H', W', O, C, k, k)."""
    taps = math.prod(shape[4:])
    return shape[3] * taps, shape[2] * taps


def _he(chance: Chance, shape: Shape, fan_in: float, fan_out: float) -> Array:
    drawn: Array = chance.generator.standard_normal(shape, chance.dtype)
    drawn *= chance.dtype(math.sqrt(2 / fan_in))
    return drawn


def _glorot(chance: Chance, shape: Shape, fan_in: float, fan_out: float) -> Array:
    drawn: Array = chance.generator.random(shape, chance.dtype)
    drawn -= chance.dtype(0.5)
    drawn *= chance.dtype(2 * math.sqrt(6 / (fan_in + fan_out)))
    return drawn


SCHEMES: dict[str, Callable[[Chance, Shape, float, float], Array]] = {"he": _he, "glorot": _glorot}
"""By name: how to draw weights of a shape, from its fan-in and fan-out."""


def trained(network: Network) -> dict[str, frozenset[str]]:
    """Return, for each node that trains something, the names of its trained tensors: all but the buffers.

    >>> from cnnmath.arch import BatchNorm2d, Input, chain
    >>> sorted(trained(chain("one", Input(3, 8, 8), BatchNorm2d()))["batchnorm2d_1"])
    ['bias', 'weight']
    """
    known = shapes(network)
    found = {}
    for node in network:
        stored = weights(node.layer, *(known[name] for name in node.inputs))
        names = frozenset(name for name, tensor in stored.items() if tensor.role != "buffer")
        if names:
            found[node.name] = names
    return found


def check_weights(network: Network, given: Weights) -> None:
    """Raise `CnnMathError` unless `given` holds exactly the tensors of the network, in their shapes."""
    known = shapes(network)
    for node in network:
        stored = weights(node.layer, *(known[name] for name in node.inputs))
        expected = {name: tensor.shape for name, tensor in stored.items()}
        found = {name: np.shape(value) for name, value in given.get(node.name, {}).items()}
        if expected != found:
            raise CnnMathError(
                where=f"weights of node {node.name} ({node.layer!r})",
                given=str(found or "nothing"),
                expected=str(expected or "nothing"),
                remedy="Make them with ops.initialize for this network and this input.",
            )
