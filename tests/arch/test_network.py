"""Networks as graphs: order, outputs, lookups, and every way in which a graph can be wrong."""

from __future__ import annotations

import pytest

from cnnmath.arch import Add, Builder, Concat, Conv2d, Input, Linear, Network, Node, ReLU, chain
from cnnmath.errors import ArchitectureError, UnknownNode

X = Node("x", Input(3, 8, 8))


def test_nodes_are_brought_into_order():
    """A node may be written before its inputs; an order that already works stays as it is."""
    a, b = Node("a", ReLU(), ("x",)), Node("b", ReLU(), ("a",))
    assert [node.name for node in Network("net", (b, a, X))] == ["x", "a", "b"]
    assert Network("net", (X, a, b)).nodes == (X, a, b)


def test_large_networks_in_reverse_order():
    """Sorting is not quadratic: ten thousand nodes in reverse order come out in order."""
    count = 10_000
    nodes = [Node(f"n{i}", ReLU(), (f"n{i - 1}",) if i else ("x",)) for i in range(count)]
    assert Network("long", (*reversed(nodes), X)).nodes[-1].name == f"n{count - 1}"


def test_outputs_are_what_nothing_reads():
    """Without a word about outputs, all nodes that feed nothing are outputs, and none is auxiliary."""
    net = Network("net", (X, Node("a", ReLU(), ("x",)), Node("b", ReLU(), ("x",))))
    assert net.outputs == ("a", "b")
    assert net.auxiliary == frozenset()
    assert net.without_auxiliary() is net


def test_auxiliary_nodes_lead_to_no_output():
    """With outputs named, what leads to none of them is auxiliary and can be left out."""
    nodes = (X, Node("a", ReLU(), ("x",)), Node("head", ReLU(), ("a",)), Node("b", ReLU(), ("a",)))
    net = Network("net", nodes, outputs=("b",))
    assert net.auxiliary == {"head"}
    assert [node.name for node in net.without_auxiliary()] == ["x", "a", "b"]


def test_lookup_and_containment():
    """Nodes are found by name; a wrong name suggests near misses."""
    net = chain("net", Input(3, 8, 8), ("conv1", Conv2d(4, 3)))
    assert net.node("conv1").layer == Conv2d(4, 3)
    assert "conv1" in net
    assert len(net) == 2
    with pytest.raises(UnknownNode, match=r'no node "conv2"\. Did you mean conv1\?'):
        net.node("conv2")


def test_another_input_shape():
    """The input shape can be replaced, which makes another network."""
    net = chain("net", Input(3, 8, 8), ReLU())
    assert net.with_input(3, 16, 16).input_shape == (3, 16, 16)
    assert net.input_shape == (3, 8, 8)


def test_several_inputs_have_no_single_shape():
    """With two inputs the question for the input shape is refused."""
    net = Network("two", (X, Node("y", Input(3, 8, 8)), Node("sum", Add(), ("x", "y"))))
    assert [node.name for node in net.inputs] == ["x", "y"]
    with pytest.raises(ArchitectureError, match="network two: expected one input, got 2 inputs"):
        net.with_input(3, 4, 4)


WRONG = [
    ((X, X), "node x: expected one name per node, got this name twice"),
    ((X, Node("a", ReLU(), ("y",))), 'node a: its input "y" does not exist'),
    ((X, Node("relu1", ReLU(), ("x",)), Node("b", ReLU(), ("relu2",))), "Did you mean relu1?"),
    ((X, Node("a", Add(), ("x",))), "node a (Add): expected at least 2 inputs, got 1 inputs."),
    ((X, Node("a", ReLU(), ("x", "x"))), "node a (ReLU): expected one input, got 2 inputs."),
    ((X, Node("a", ReLU())), "node a (ReLU): expected one input, got 0 inputs."),
    ((X, Node("y", Input(1, 2, 2), ("x",))), "expected no input, got 1 inputs."),
    ((X, Node("a b", ReLU(), ("x",))), "node name: expected letters, digits and _ . + - /, got 'a b'."),
    ((X, Node("a", ReLU(), ("x",), stage="s t")), "stage: expected letters"),
    ((), "network net: expected an Input. Begin with Input(channels, height, width)."),
]


@pytest.mark.parametrize(("nodes", "sentence"), WRONG)
def test_wrong_graphs_are_refused(nodes, sentence):
    """Each error names the node, what was given and what was expected."""
    with pytest.raises(ArchitectureError) as refusal:
        Network("net", nodes)
    assert sentence in str(refusal.value)


def test_cycles_are_spelled_out():
    """A cycle is named along its whole way."""
    nodes = (X, Node("a", Add(), ("x", "c")), Node("b", ReLU(), ("a",)), Node("c", ReLU(), ("b",)))
    with pytest.raises(ArchitectureError, match=r"got the cycle a -> b -> c -> a\. Take one of these"):
        Network("net", nodes)


def test_unknown_outputs_and_names_are_refused():
    """Outputs must exist and the network's name must be one word."""
    with pytest.raises(UnknownNode):
        Network("net", (X,), outputs=("y",))
    with pytest.raises(ArchitectureError, match="network name"):
        Network("my net", (X,))


def test_builder_continues_from_the_last_node():
    """Without inputs a layer continues from the node before; with inputs it joins them; stages stick."""
    net = Builder("net")
    x = net.input(3, 8, 8)
    net.stage("body")
    left = net.add("left", Conv2d(4, 1), x)
    net.add("relu", ReLU())
    right = net.chain(x, ("right", Conv2d(4, 1)), ("right_relu", ReLU()))
    net.add("join", Concat(), left, right)
    built = net.build()
    assert built.node("relu").inputs == ("left",)
    assert built.node("join").inputs == ("left", "right_relu")
    assert [node.stage for node in built] == ["", "body", "body", "body", "body", "body"]


def test_chain_numbers_by_kind():
    """Unnamed layers are numbered by kind, around names that are taken."""
    net = chain("net", Input(4), ("linear_1", Linear(3)), Linear(2), ReLU(), ReLU())
    assert [node.name for node in net] == ["input", "linear_1", "linear_2", "relu_1", "relu_2"]
