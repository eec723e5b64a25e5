"""The walk through a network on which every count stands: shapes, stored tensors, multiply-adds per node.

Nothing is computed twice: the other files of this room read the rows. Sizes may be SymPy symbols; the counts
are then formulas.
"""

from __future__ import annotations

from math import prod
from typing import NamedTuple

from cnnmath.arch import Layer, Network
from cnnmath.rules import Tensor, shapes, uses, weights

__all__ = ["Row", "Trace", "trace"]

Shape = tuple[int, ...]


class Row(NamedTuple):
    """What is known about one node; shapes without the batch axis, counts for one image.

    `macs` are multiply-adds of convolution and linear layers; `auxiliary` nodes run in training only.
    """

    name: str
    layer: Layer
    stage: str
    sources: tuple[str, ...]
    inputs: tuple[Shape, ...]
    output: Shape
    weights: dict[str, Tensor]
    macs: int
    auxiliary: bool

    def stored(self, role: str) -> int:
        """Return how many values of a role ("weight", "bias", "normalization", "buffer") the node stores."""
        return sum([tensor.size for tensor in self.weights.values() if tensor.role == role])

    @property
    def parameters(self) -> int:
        """Trained values: weights, biases, normalization."""
        return sum([tensor.size for tensor in self.weights.values() if tensor.role != "buffer"])

    @property
    def elements(self) -> int:
        """Values in the output, for one image."""
        return prod(self.output)

    @property
    def input_elements(self) -> int:
        """Values in the first input, for one image."""
        return prod(self.inputs[0]) if self.inputs else 0


class Trace(NamedTuple):
    """All rows of a network, in an order in which every node comes after its inputs."""

    network: Network
    rows: tuple[Row, ...]

    def running(self) -> tuple[Row, ...]:
        """Return the rows of a forward pass: without the heads that exist for training only."""
        return tuple([row for row in self.rows if not row.auxiliary])


def trace(network: Network, input_shape: Shape | None = None) -> Trace:
    """Return the rows of a network, at its own input shape or another one; cost is linear in the nodes.

    Raises ShapeError, which names the node.

    >>> from cnnmath import zoo
    >>> row = trace(zoo.model("alexnet")).rows[1]
    >>> row.name, row.output, row.parameters, row.macs
    ('conv1', (64, 55, 55), 23296, 70276800)
    """
    known = shapes(network, input_shape)
    auxiliary = network.auxiliary
    rows = []
    for node in network.nodes:
        inputs = tuple([known[source] for source in node.inputs])
        output = known[node.name]
        stored = weights(node.layer, *inputs)
        macs = stored["weight"].size * uses(node.layer, inputs[0], output) if "weight" in stored else 0
        rows.append(
            Row(
                node.name,
                node.layer,
                node.stage,
                node.inputs,
                inputs,
                output,
                stored,
                macs,
                node.name in auxiliary,
            )
        )
    return Trace(network, tuple(rows))
