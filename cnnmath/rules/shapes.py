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
        try:
            found[node.name] = output_shape(node.layer, *[found[name] for name in node.inputs])
        except ShapeError as error:
            raise _at_node(error, node, network) from None
    return found


def _at_node(error: ShapeError, node: Node, network: Network) -> ShapeError:
    """Return the error with the node's name; a head that only training needs may be left out."""
    head = " This node runs in training only: leave the auxiliary heads out."
    return ShapeError(
        where=f"node {node.name}, {error.where}",
        given=error.given,
        expected=error.expected,
        remedy=error.remedy + (head if node.name in network.auxiliary else ""),
    )
