"""Why two tools disagree: the figure of one convention, split by what it is spent on.

What each convention counts is in `conventions`; here its sum is only taken apart.
"""

from __future__ import annotations

from typing import NamedTuple

from cnnmath.arch import (
    Activation,
    AdaptivePooling,
    Convolution,
    Layer,
    Linear,
    LocallyConnected2d,
    Network,
    Normalization,
    Pooling,
    Transposed,
)
from cnnmath.measure.conventions import Convention, convention
from cnnmath.measure.trace import Row, trace

__all__ = ["Breakdown", "breakdown"]

MULTIPLYING = (Convolution, Transposed, Linear, LocallyConnected2d)
FAMILIES: tuple[tuple[str, tuple[type[Layer], ...]], ...] = (
    ("normalization", (Normalization,)),
    ("activations", (Activation,)),
    ("pools", (Pooling, AdaptivePooling)),
)
"""Which families make which part; everything else is "other"."""


class Breakdown(NamedTuple):
    """A figure under one convention and its parts, which add up to it.

    `multiply_adds` is once or twice the MACs, or all that is counted where a tool counts less than the MACs;
    `biases` is what else is counted at the layers that multiply.
    """

    convention: Convention
    multiply_adds: int
    biases: int
    normalization: int
    activations: int
    pools: int
    other: int

    @property
    def total(self) -> int:
        """The figure itself."""
        return sum(self[1:])


def breakdown(
    network: Network, convention: str = "macs", input_shape: tuple[int, ...] | None = None
) -> Breakdown:
    """Return the operations of a forward pass under a named convention, by what they are spent on.

    Raises ArchitectureError for an unknown convention.

    >>> from cnnmath import zoo
    >>> found = breakdown(zoo.model("resnet152"), "torchinfo")
    >>> found.multiply_adds + found.biases + found.normalization == found.total
    True
    """
    counting = _convention(convention)
    walk = trace(network.without_auxiliary(), input_shape)
    parts = dict.fromkeys(Breakdown._fields[1:], 0)
    for row, cost in zip(walk.rows, counting.costs_of(walk), strict=True):
        if isinstance(row.layer, MULTIPLYING):
            multiply_adds = row.macs * min(2, cost // row.macs) or cost
            parts["multiply_adds"] += multiply_adds
            parts["biases"] += cost - multiply_adds
        else:
            parts[_part(row)] += cost
    return Breakdown(counting, *parts.values())


def _part(row: Row) -> str:
    for name, families in FAMILIES:
        if isinstance(row.layer, families):
            return name
    return "other"


_convention = convention
"""`convention` under a name that the parameter of `breakdown` does not hide."""
