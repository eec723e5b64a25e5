"""What one layer's forward pass leaves behind for its backward pass, and the two tables' common types.

A layer is data (`cnnmath.arch`); how it is computed and differentiated are tables in the files beside this
one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

import numpy as np

from cnnmath.arch import Layer, Network
from cnnmath.errors import ArchitectureError
from cnnmath.ops.tensors import Array

Stored: TypeAlias = Mapping[str, Array]
"""What one layer stores, by the names of `cnnmath.rules.weights`."""

Weights: TypeAlias = Mapping[str, Stored]
"""What a network stores: node name, then tensor name."""


class Model(NamedTuple):
    """A network together with what it has learned."""

    network: Network
    weights: Weights


@dataclass(frozen=True, slots=True)
class Mode:
    """Whether the network learns or answers; learning draws random numbers (dropout) from the generator."""

    training: bool = False
    generator: np.random.Generator | None = None

    def draw(self, layer: Layer) -> np.random.Generator:
        """Return the generator, or say that a layer needs one."""
        if self.generator is None:
            raise ArchitectureError(
                where=repr(layer),
                expected="a random generator, since this layer draws while training",
                remedy="Pass generator=numpy.random.default_rng(seed).",
            )
        return self.generator


@dataclass(frozen=True, slots=True)
class Trace:
    """One layer's forward pass: what went in, what came out, and what else its backward pass needs.

    `buffers` are the new values of stored tensors that are not trained (running statistics).
    """

    layer: Layer
    stored: Stored
    inputs: tuple[Array, ...]
    output: Array
    training: bool = False
    memo: Array | None = None
    buffers: Stored = field(default_factory=dict)

    @property
    def input(self) -> Array:
        """The only input."""
        return self.inputs[0]


@dataclass(frozen=True, slots=True)
class LayerGradients:
    """Gradients with respect to each input of a layer and each tensor that it trains."""

    inputs: tuple[Array, ...]
    stored: Stored = field(default_factory=dict)
