"""The rules applied to a whole network: the shape of every node, in order.

An error of a layer's rule is raised again with the node's name in front.
"""

from __future__ import annotations

from cnnmath.arch import Network, Node
from cnnmath.errors import ShapeError
from cnnmath.rules.shape import output_shape

__all__ = ["shapes"]

Shape = tuple[int, ...]


def shapes(network: Network, input_shape: Shape | None = None) -> dict[str, Shape]:
    """Return the output shape of every node by name, without the batch axis; cost is linear in the nodes.

    `input_shape` replaces the network's own input. Raises ShapeError, which names the node.

    >>> from cnnmath.arch import Conv2d, Flatten, Input, chain
    >>> shapes(chain("net", Input(1, 8, 8), Conv2d(4, 3), Flatten()))
    {'input': (1, 8, 8), 'conv2d_1': (4, 6, 6), 'flatten_1': (144,)}
    """
    if input_shape is not None:
        network = network.with_input(*input_shape)
    found: dict[str, Shape] = {}
    for node in network.nodes:
        found[node.name] = _shape(node, [found[name] for name in node.inputs])
    return found


def _shape(node: Node, inputs: list[Shape]) -> Shape:
    try:
        return output_shape(node.layer, *inputs)
    except ShapeError as error:
        raise ShapeError(
            where=f"node {node.name}, {error.where}",
            given=error.given,
            expected=error.expected,
            remedy=error.remedy,
        ) from None
