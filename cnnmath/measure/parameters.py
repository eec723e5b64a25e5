"""How many values a network stores: trained weights, biases and normalization, and buffers apart."""

from __future__ import annotations

from typing import NamedTuple

from cnnmath.arch import Network
from cnnmath.measure.trace import Row, trace

__all__ = ["Parameters", "parameters", "parameters_by_role"]


class Parameters(NamedTuple):
    """Stored values by role. `total` counts the trained ones; buffers are stored, not trained."""

    weights: int
    biases: int
    normalization: int
    buffers: int

    @property
    def total(self) -> int:
        """All trained values."""
        return self.weights + self.biases + self.normalization


def parameters(network: Network, input_shape: tuple[int, ...] | None = None) -> int:
    """Return the number of trained parameters: weights, biases, and normalization's scales and shifts.

    Auxiliary heads count if the network has them, so they must fit the input. Running statistics and fixed
    patterns do not count (see `parameters_by_role`). The number depends on the input size only where a dense
    layer sees all positions.

    >>> from cnnmath import zoo
    >>> parameters(zoo.model("lenet5"))
    60000
    """
    return sum([row.parameters for row in trace(network, input_shape).rows])


def parameters_by_role(network: Network, input_shape: tuple[int, ...] | None = None) -> Parameters:
    """Return weights, biases, normalization and buffers apart.

    >>> from cnnmath import zoo
    >>> parameters_by_role(zoo.model("resnet50"))
    Parameters(weights=25502912, biases=1000, normalization=53120, buffers=53120)
    """
    return sum_by_role(trace(network, input_shape).rows)


def sum_by_role(rows: tuple[Row, ...]) -> Parameters:
    """Return the sums over rows.

    >>> sum_by_role(())
    Parameters(weights=0, biases=0, normalization=0, buffers=0)
    """
    totals = {"weight": 0, "bias": 0, "normalization": 0, "buffer": 0}
    for row in rows:
        for tensor in row.weights.values():
            totals[tensor.role] += tensor.size
    return Parameters(*totals.values())
