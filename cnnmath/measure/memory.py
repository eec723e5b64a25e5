"""How much memory a forward pass needs: what is stored, all outputs together, and the peak by liveness.

A node's output is one buffer. Its life begins when the node runs and ends behind its last reader; the peak is
the largest sum of buffers alive at once. Nothing here knows allocators, workspaces or gradients.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from cnnmath.arch import Convolution, Dense, Flatten, Input, Network, Pointwise, Transposed
from cnnmath.errors import ArchitectureError
from cnnmath.measure.parameters import sum_by_role
from cnnmath.measure.trace import Row, Trace, trace

__all__ = ["ACTIVATIONS", "Memory", "activations", "memory"]


@dataclass(frozen=True)
class Memory:
    """Memory of one forward pass in bytes.

    `parameters` and `buffers` are what the network stores; `activations` is the sum of all nodes' outputs,
    as training keeps them; `peak` is what inference needs for them at once, reached while `peak_node` runs.
    """

    parameters: int
    buffers: int
    activations: int
    peak: int
    peak_node: str
    batch: int
    bytes_per_value: int


def memory(
    network: Network,
    input_shape: tuple[int, ...] | None = None,
    *,
    batch: int = 1,
    bytes_per_value: int = 4,
    in_place: bool = False,
    training: bool = False,
) -> Memory:
    """Return what a forward pass needs, in bytes: stored values, all outputs, the peak of what lives at once.

    The input counts as an output. `in_place` lets activations, normalization, dropout and Flatten write over
    an input that nobody else reads any more. Auxiliary heads count only with `training`.
    Raises ArchitectureError for a batch or a size of a value below 1.

    >>> from cnnmath.arch import Conv2d, Input, ReLU, chain
    >>> used = memory(chain("net", Input(1, 4, 4), Conv2d(2, 3), ReLU()), bytes_per_value=1)
    >>> used.parameters, used.activations, used.peak, used.peak_node
    (20, 32, 24, 'conv2d_1')
    """
    for name, number in (("batch", batch), ("bytes_per_value", bytes_per_value)):
        if number < 1:
            raise ArchitectureError(where=name, given=str(number), expected="at least 1")
    return memory_of(
        trace(network, input_shape),
        batch=batch,
        bytes_per_value=bytes_per_value,
        in_place=in_place,
        training=training,
    )


def memory_of(
    walk: Trace, *, batch: int = 1, bytes_per_value: int = 4, in_place: bool = False, training: bool = False
) -> Memory:
    """Return the memory of a network that has been walked through already; see `memory`."""
    rows = walk.rows if training else walk.running()
    stored = sum_by_role(walk.rows)
    peak, peak_node = _peak(rows, walk.network.outputs, in_place=in_place)
    scale = batch * bytes_per_value
    return Memory(
        parameters=stored.total * bytes_per_value,
        buffers=stored.buffers * bytes_per_value,
        activations=sum(row.elements for row in rows) * scale,
        peak=peak * scale,
        peak_node=peak_node,
        batch=batch,
        bytes_per_value=bytes_per_value,
    )


def _peak(rows: tuple[Row, ...], outputs: tuple[str, ...], *, in_place: bool) -> tuple[int, str]:
    """Return the largest number of values alive at once, and the node that runs then."""
    last_reader = {source: row.name for row in rows for source in row.sources}
    last_reader.update(dict.fromkeys(outputs, ""))
    alive: dict[str, int] = {}
    live = most = 0
    most_node = ""
    for row in rows:
        reused = (
            in_place
            and isinstance(row.layer, Pointwise | Flatten)
            and last_reader[row.sources[0]] == row.name
        )
        dying = [source for source in dict.fromkeys(row.sources) if last_reader[source] == row.name]
        if reused:
            live -= alive.pop(dying.pop(0))
        live += row.elements
        alive[row.name] = row.elements
        if live > most:
            most, most_node = live, row.name
        for source in dying:
            live -= alive.pop(source)
    return most, most_node


def _has_weights(row: Row) -> bool:
    return bool(row.parameters)


def _multiplies(row: Row) -> bool:
    return isinstance(row.layer, Convolution | Transposed | Dense)


def _every_output(row: Row) -> bool:
    return not isinstance(row.layer, Input)


ACTIVATIONS: dict[str, Callable[[Row], bool]] = {
    "every-output": _every_output,
    "with-parameters": _has_weights,
    "convolution-and-linear": _multiplies,
}
"""Which outputs tools add up: every one; those of layers with parameters (torchinfo, which doubles the sum);
those of convolution and linear layers (timm's "macts")."""


def activations(
    network: Network, convention: str = "every-output", input_shape: tuple[int, ...] | None = None
) -> int:
    """Return how many output values a forward pass makes for one image, counted as a tool does.

    Conventions: "every-output" (without the input), "with-parameters", "convolution-and-linear".
    Raises ArchitectureError for an unknown one.

    >>> from cnnmath import zoo
    >>> activations(zoo.model("resnet50"), "convolution-and-linear")
    11114984
    """
    if convention not in ACTIVATIONS:
        expected = "one of " + ", ".join(ACTIVATIONS)
        raise ArchitectureError(where="activation convention", given=f'"{convention}"', expected=expected)
    counted = ACTIVATIONS[convention]
    return sum([row.elements for row in trace(network.without_auxiliary(), input_shape).rows if counted(row)])
