"""A network is a checked graph of named layers without cycles, and the builder that writes one down.

Nodes are kept in an order in which every node comes after its inputs. Shapes are not known here: a network
may be sound as a graph and still not fit its input (see `cnnmath.rules.shapes`).
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from cnnmath.arch.layer import Input, Layer
from cnnmath.errors import ArchitectureError, UnknownNode

__all__ = ["Builder", "Names", "Network", "Node", "chain", "describe_arity"]

NAME = re.compile(r"[\w.+/-]+")


@dataclass(frozen=True, slots=True)
class Node:
    """A layer with its name, the names of its inputs, and the stage of the network that it belongs to.

    >>> from cnnmath.arch import Conv2d
    >>> Node("conv1", Conv2d(64, 7), ("input",)).stage
    ''
    """

    name: str
    layer: Layer
    inputs: tuple[str, ...] = ()
    stage: str = ""


@dataclass(frozen=True)
class Network:
    """A directed graph of layers without cycles.

    `outputs` names the nodes whose values are the result; without it these are all nodes that feed nothing.
    Nodes that lead to no output are auxiliary: heads that exist for training only.
    Raises ArchitectureError, which names the node, for double or malformed names, unknown inputs, a wrong
    number of inputs, cycles, and a network without an Input.

    >>> from cnnmath.arch import Conv2d
    >>> net = Network("small", (Node("x", Input(1, 8, 8)), Node("conv", Conv2d(4, 3), ("x",))))
    >>> net.outputs
    ('conv',)
    """

    name: str
    nodes: tuple[Node, ...]
    outputs: tuple[str, ...] = ()
    _index: dict[str, Node] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        nodes = tuple(self.nodes)
        _check_name("network name", self.name)
        index = _index_by_name(nodes)
        for node in nodes:
            _check_inputs(node, index)
        if not any(isinstance(node.layer, Input) for node in nodes):
            raise ArchitectureError(
                where=f"network {self.name}",
                expected="an Input",
                remedy="Begin with Input(channels, height, width).",
            )
        used = {name for node in nodes for name in node.inputs}
        outputs = tuple(self.outputs) or tuple(node.name for node in nodes if node.name not in used)
        for name in outputs:
            if name not in index:
                raise UnknownNode(name, index)
        object.__setattr__(self, "nodes", _ordered(nodes, index))
        object.__setattr__(self, "outputs", outputs)
        object.__setattr__(self, "_index", index)

    def __iter__(self) -> Iterator[Node]:
        return iter(self.nodes)

    def __len__(self) -> int:
        return len(self.nodes)

    def __contains__(self, name: object) -> bool:
        return name in self._index

    def node(self, name: str) -> Node:
        """Return the node of this name; UnknownNode suggests near misses."""
        try:
            return self._index[name]
        except KeyError:
            raise UnknownNode(name, self._index) from None

    @property
    def inputs(self) -> tuple[Node, ...]:
        """The nodes where data enters."""
        return tuple(node for node in self.nodes if isinstance(node.layer, Input))

    @property
    def input_shape(self) -> tuple[int, ...]:
        """The shape of the only input. Raises ArchitectureError where there are several."""
        return self._only_input()[1].shape

    def with_input(self, *shape: int) -> Network:
        """Return the same network for another input shape `(C, H, W)`.

        >>> from cnnmath.arch import ReLU
        >>> chain("one", Input(3, 8, 8), ReLU()).with_input(3, 16, 16).input_shape
        (3, 16, 16)
        """
        old, _ = self._only_input()
        new = replace(old, layer=Input(*shape))
        return replace(self, nodes=tuple([new if node is old else node for node in self.nodes]))

    def _only_input(self) -> tuple[Node, Input]:
        found = [(node, node.layer) for node in self.nodes if isinstance(node.layer, Input)]
        if len(found) != 1:
            raise ArchitectureError(
                where=f"network {self.name}",
                given=f"{len(found)} inputs",
                expected="one input",
                remedy="Change the Input nodes themselves.",
            )
        return found[0]

    @property
    def auxiliary(self) -> frozenset[str]:
        """The names of the nodes that lead to no output: they run in training only."""
        needed = set(self.outputs)
        for node in reversed(self.nodes):
            if node.name in needed:
                needed.update(node.inputs)
        return frozenset(self._index.keys() - needed)

    def without_auxiliary(self) -> Network:
        """Return the network as it runs outside training: without the nodes that lead to no output."""
        left_out = self.auxiliary
        if not left_out:
            return self
        return replace(self, nodes=tuple([node for node in self.nodes if node.name not in left_out]))


def _index_by_name(nodes: tuple[Node, ...]) -> dict[str, Node]:
    index: dict[str, Node] = {}
    for node in nodes:
        _check_name("node name", node.name)
        if node.stage:
            _check_name("stage", node.stage)
        if node.name in index:
            raise ArchitectureError(
                where=f"node {node.name}",
                given="this name twice",
                expected="one name per node",
                remedy="Rename one.",
            )
        index[node.name] = node
    return index


def _check_name(where: str, name: str) -> None:
    if not NAME.fullmatch(name):
        remedy = "Leave out spaces and other signs."
        raise ArchitectureError(
            where=where, given=repr(name), expected="letters, digits and _ . + - /", remedy=remedy
        )


def _check_inputs(node: Node, index: dict[str, Node]) -> None:
    for name in node.inputs:
        if name not in index:
            raise UnknownNode(name, index, user=node.name)
    least, most = node.layer.least_inputs, node.layer.most_inputs
    if len(node.inputs) < least or (most is not None and len(node.inputs) > most):
        raise ArchitectureError(
            where=f"node {node.name} ({node.layer!r})",
            given=f"{len(node.inputs)} inputs",
            expected=describe_arity(node.layer),
            remedy="Connect it to as many nodes as it takes.",
        )


def describe_arity(layer: Layer) -> str:
    """Return in words how many inputs a layer takes.

    >>> from cnnmath.arch import Add
    >>> describe_arity(Add())
    'at least 2 inputs'
    """
    if layer.most_inputs is None:
        return f"at least {layer.least_inputs} inputs"
    return {0: "no input", 1: "one input"}[layer.most_inputs]


def _ordered(nodes: tuple[Node, ...], index: dict[str, Node]) -> tuple[Node, ...]:
    """Return the nodes with every node behind its inputs; nodes that may come first keep the given order."""
    done: set[str] = set()
    for node in nodes:
        if not done.issuperset(node.inputs):
            return _sorted(nodes, index)
        done.add(node.name)
    return nodes


def _sorted(nodes: tuple[Node, ...], index: dict[str, Node]) -> tuple[Node, ...]:
    """Sort topologically (Kahn 1962); among the nodes that are ready, the one given first goes first."""
    place = {node.name: number for number, node in enumerate(nodes)}
    missing = {node.name: len(set(node.inputs)) for node in nodes}
    users: dict[str, list[str]] = {node.name: [] for node in nodes}
    for node in nodes:
        for name in set(node.inputs):
            users[name].append(node.name)
    ready = [place[name] for name, count in missing.items() if not count]
    ordered: list[Node] = []
    while ready:
        node = nodes[heapq.heappop(ready)]
        ordered.append(node)
        for user in users[node.name]:
            missing[user] -= 1
            if not missing[user]:
                heapq.heappush(ready, place[user])
    if len(ordered) < len(nodes):
        raise _cyclic([node for node in nodes if missing[node.name]])
    return tuple(ordered)


def _cyclic(stuck: list[Node]) -> ArchitectureError:
    """Return the error that spells out one cycle; every stuck node waits for another stuck node."""
    waits_for = {node.name: node.inputs for node in stuck}
    path: dict[str, None] = {}
    name = stuck[0].name
    while name not in path:
        path[name] = None
        name = next(source for source in waits_for[name] if source in waits_for)
    names = list(path)
    loop = [*names[names.index(name) :], name]
    return ArchitectureError(
        where=f"node {name}",
        given="the cycle " + " -> ".join(reversed(loop)),
        expected="a network without cycles",
        remedy="Take one of these connections away.",
    )


class Builder:
    """Writes a network down, node by node; each method returns the name of the last node that it added.

    >>> from cnnmath.arch import Add, Conv2d, ReLU
    >>> net = Builder("residual")
    >>> x = net.input(16, 8, 8)
    >>> y = net.add("conv", Conv2d(16, 3, padding=1), x)
    >>> y = net.add("add", Add(), y, x)
    >>> [node.name for node in net.build()]
    ['input', 'conv', 'add']
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._nodes: list[Node] = []
        self._stage = ""

    def stage(self, name: str) -> None:
        """Let the nodes that follow belong to this stage."""
        self._stage = name

    def input(self, *shape: int, name: str = "input") -> str:
        """Add an Input of shape `(C, H, W)`."""
        return self.add(name, Input(*shape))

    def add(self, name: str, layer: Layer, *inputs: str) -> str:
        """Add a layer; without inputs it continues from the node added last."""
        sources = inputs
        if not inputs and layer.least_inputs and self._nodes:
            sources = (self._nodes[-1].name,)
        self._nodes.append(Node(name, layer, sources, self._stage))
        return name

    def chain(self, start: str, *named: tuple[str, Layer]) -> str:
        """Add named layers one behind the other, beginning at the node `start`."""
        for name, layer in named:
            start = self.add(name, layer, start)
        return start

    def build(self, *outputs: str) -> Network:
        """Return the checked network; without `outputs`, all nodes that feed nothing are its results."""
        return Network(self.name, tuple(self._nodes), outputs)


def chain(name: str, *layers: Layer | tuple[str, Layer]) -> Network:
    """Return a network of layers one behind the other; unnamed layers are numbered by kind.

    >>> from cnnmath.arch import Conv2d, ReLU
    >>> [node.name for node in chain("two", Input(1, 8, 8), Conv2d(4, 3), ReLU())]
    ['input', 'conv2d_1', 'relu_1']
    """
    builder = Builder(name)
    names = Names(entry[0] for entry in layers if isinstance(entry, tuple))
    for entry in layers:
        title, layer = entry if isinstance(entry, tuple) else (names.fresh(entry), entry)
        builder.add(title, layer)
    return builder.build()


class Names:
    """Names layers by kind and number: `conv2d_1`, `relu_1`, `conv2d_2`; the first Input is `input`.

    >>> from cnnmath.arch import ReLU
    >>> names = Names(taken=["relu_1"])
    >>> names.fresh(ReLU())
    'relu_2'
    """

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = set(taken)
        self._counts: dict[str, int] = {}

    def fresh(self, layer: Layer) -> str:
        """Return the next free name for a layer of this kind."""
        kind = type(layer).__name__.lower()
        name = kind
        while name in self._taken or name == kind != "input":
            self._counts[kind] = self._counts.get(kind, 0) + 1
            name = f"{kind}_{self._counts[kind]}"
        self._taken.add(name)
        return name
