"""Forward and backward through a whole network: values flow along the graph, gradients flow back and add up.

`forward` answers and forgets; `run` keeps what `backward` needs. Nothing is learned here (see `training`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from cnnmath.arch import Input, Layer, Network, Node
from cnnmath.errors import ArchitectureError, CnnMathError, ShapeError, UnknownNode
from cnnmath.ops.network.compute import compute
from cnnmath.ops.network.differentiate import differentiate
from cnnmath.ops.network.trace import LayerGradients, Mode, Trace, Weights
from cnnmath.ops.tensors import Array, as_floats, require_shape

Rule = Callable[[Trace, Array], LayerGradients]


@dataclass(frozen=True)
class Run:
    """A network's forward pass, with everything that happened on the way."""

    network: Network
    traces: Mapping[str, Trace]

    def value(self, node: str) -> Array:
        """Return what a node put out (N, …). Raises `UnknownNode`, which suggests near misses."""
        if node not in self.traces:
            raise UnknownNode(node, self.traces)
        return self.traces[node].output

    @property
    def output(self) -> Array:
        """What the network put out."""
        return self.value(only_output(self.network))


@dataclass(frozen=True)
class NetworkGradients:
    """Gradients of a loss with respect to all that is trained, and to what each node put out."""

    weights: Weights
    values: Mapping[str, Array]


def forward(network: Network, weights: Weights, x: ArrayLike) -> Array:
    """Return what a network answers to x (N, C, H, W), in inference: no dropout, running statistics.

    Values are dropped as soon as no later node needs them. Raises `ShapeError` for an input of another shape,
    `ArchitectureError` for a layer that ops cannot compute, or a network with several outputs.

    >>> from cnnmath.arch import Flatten, Input, chain
    >>> net = chain("flat", Input(1, 2, 2), Flatten())
    >>> forward(net, {}, [[[[1, 2], [3, 4]]]]).tolist()
    [[1.0, 2.0, 3.0, 4.0]]
    """
    output = only_output(network)
    return node_values(network, weights, x, [output])[output]


def node_values(
    network: Network, weights: Weights, x: ArrayLike, nodes: Iterable[str] | None = None
) -> dict[str, Array]:
    """Return what the named nodes put out in inference (all nodes, if none are named).

    >>> from cnnmath.arch import Input, ReLU, chain
    >>> net = chain("bend", Input(2), ("bend", ReLU()))
    >>> {name: value.tolist() for name, value in node_values(net, {}, [[-1, 5]]).items()}
    {'input': [[-1.0, 5.0]], 'bend': [[0.0, 5.0]]}
    """
    wanted = [node.name for node in network] if nodes is None else list(nodes)
    needed = _ancestors(network, wanted)
    last_use = {name: node.name for node in needed for name in node.inputs}
    values: dict[str, Array] = {}
    for node in needed:
        values[node.name] = _compute(node, weights, values, x, Mode()).output
        for name in set(node.inputs):
            if last_use[name] == node.name and name not in wanted:
                del values[name]
    return {name: values[name] for name in wanted}


def run(
    network: Network,
    weights: Weights,
    x: ArrayLike,
    *,
    training: bool = False,
    generator: np.random.Generator | None = None,
) -> Run:
    """Compute every node and keep all of it for `backward`.

    In training, batch norms use the batch's statistics and dropouts draw from `generator`; auxiliary heads
    run too. Raises what `forward` raises.

    >>> from cnnmath.arch import Input, ReLU, chain
    >>> run(chain("bend", Input(2), ("bend", ReLU())), {}, [[-1, 5]]).value("bend").tolist()
    [[0.0, 5.0]]
    """
    nodes = network.nodes if training else _ancestors(network, network.outputs)
    mode = Mode(training, generator)
    traces: dict[str, Trace] = {}
    values: dict[str, Array] = {}
    for node in nodes:
        traces[node.name] = _compute(node, weights, values, x, mode)
        values[node.name] = traces[node.name].output
    return Run(network, traces)


def backward(
    done: Run,
    grad: ArrayLike | Mapping[str, Array],
    *,
    rules: Mapping[type[Layer], Rule] | None = None,
) -> NetworkGradients:
    """Send a gradient back through a run: from its output, or from the nodes that `grad` names.

    Where a value feeds several nodes, their gradients add up. `rules` replaces the backward of a kind of
    layer (guided backpropagation does so with ReLU). Raises `ShapeError` for a gradient of another shape.

    >>> from cnnmath.arch import Input, ReLU, chain
    >>> done = run(chain("bend", Input(2), ("bend", ReLU())), {}, [[-1, 5]])
    >>> backward(done, [[10, 20]]).values["input"].tolist()
    [[0.0, 20.0]]
    """
    values = _starts(done, grad)
    found: dict[str, Mapping[str, Array]] = {}
    for node in reversed(done.network.nodes):
        if node.name not in values or isinstance(node.layer, Input):
            continue
        trace = done.traces[node.name]
        rule = (rules or {}).get(type(node.layer))
        gradients = (
            rule(trace, values[node.name]) if rule else differentiate(node.layer, trace, values[node.name])
        )
        if gradients.stored:
            found[node.name] = gradients.stored
        for name, gradient in zip(node.inputs, gradients.inputs, strict=True):
            values[name] = values[name] + gradient if name in values else gradient
    return NetworkGradients(found, values)


def only_output(network: Network) -> str:
    """Return the name of the network's only output. Raises `ArchitectureError` where there are several."""
    if len(network.outputs) != 1:
        raise ArchitectureError(
            where=f"network {network.name}",
            given=f"the outputs {', '.join(network.outputs)}",
            expected="one output",
            remedy="Ask for the nodes by name: ops.node_values(network, weights, x, nodes).",
        )
    return network.outputs[0]


def _starts(done: Run, grad: ArrayLike | Mapping[str, Array]) -> dict[str, Array]:
    """Return the gradients that backward begins with, by node."""
    named = grad if isinstance(grad, Mapping) else {only_output(done.network): grad}
    starts = {}
    for name, given in named.items():
        value = done.value(name)
        gradient = as_floats(given, "grad", "backward").astype(value.dtype, copy=False)
        require_shape(gradient, "grad", value.shape, f"backward from node {name}", "what the node put out")
        starts[name] = gradient
    return starts


def _ancestors(network: Network, names: Iterable[str]) -> list[Node]:
    """Return the nodes that lead to the named ones, themselves included, in order."""
    needed = {network.node(name).name for name in names}
    for node in reversed(network.nodes):
        if node.name in needed:
            needed.update(node.inputs)
    return [node for node in network.nodes if node.name in needed]


def _compute(node: Node, weights: Weights, values: Mapping[str, Array], x: ArrayLike, mode: Mode) -> Trace:
    if isinstance(node.layer, Input):
        x = as_floats(x, "x", f"node {node.name}")
        if x.shape[1:] != node.layer.shape:
            raise ShapeError(
                where=f"node {node.name} ({node.layer!r})",
                given=f"x of shape {x.shape}",
                expected=f"x of shape (N, {', '.join(map(str, node.layer.shape))})",
                remedy="Resize the images, or build the network for this size: network.with_input(...).",
            )
        return Trace(node.layer, {}, (), x)
    inputs = tuple(values[name] for name in node.inputs)
    try:
        return compute(node.layer, weights.get(node.name, {}), inputs, mode)
    except KeyError as missing:
        raise CnnMathError(
            where=f"weights of node {node.name} ({node.layer!r})",
            given="nothing",
            expected=f"a tensor called {missing.args[0]}",
            remedy="Make weights with ops.initialize, or load the ones of this network.",
        ) from None
