"""A trained network as data for a page: layers in order, weights in whole numbers, answers to check against.

Weights are rounded to 255 levels per tensor (`weight = level · scale`), so that a small network is a small
file; the answers are those of the rounded network, which the page must reproduce.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import singledispatch
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from cnnmath.arch import Conv2d, Flatten, Input, Layer, Linear, MaxPool2d, Network, ReLU, chain
from cnnmath.errors import ArchitectureError
from cnnmath.ops.network.running import node_values
from cnnmath.ops.network.trace import Model, Weights
from cnnmath.ops.network.training import scores_node
from cnnmath.ops.tensors import Array
from cnnmath.rules import shapes, window

LEVELS = 127
"""Weights are rounded to whole numbers from -127 to 127."""

Json = dict[str, Any]


def round_weights(weights: Weights) -> dict[str, dict[str, Array]]:
    """Return the weights rounded to 255 levels per tensor, as the page computes with them.

    >>> round_weights({"a": {"weight": np.array([1.0, 0.5])}})["a"]["weight"].tolist()
    [1.0, 0.5039370059967041]
    """
    return {
        node: {name: _levels(value)[0] * _levels(value)[1] for name, value in stored.items()}
        for node, stored in weights.items()
    }


def export_network(network: Network, weights: Weights, images: ArrayLike, decimals: int = 4) -> Json:
    """Return a chain of layers as JSON data: layers, shapes, weights, and its scores for `images`.

    The format is `{"format": "cnnmath-network", "version": 1, "layers": […], "examples": […]}`; a tensor is
    `{"shape": […], "scale": s, "levels": […]}` in row-major order. Raises `ArchitectureError` for a network
    that is no chain, or has a layer that the page does not compute.
    """
    _require_chain(network)
    known, rounded = shapes(network), round_weights(weights)
    layers = [
        {"name": node.name, **describe(node.layer), "shape": list(known[node.name])}
        | {name: _tensor(value) for name, value in weights.get(node.name, {}).items()}
        for node in network
    ]
    first, last = network.nodes[0].name, scores_node(network)
    values = node_values(network, rounded, images, [first, last])
    examples = [
        {
            "input": np.round(image.astype(float), decimals).ravel().tolist(),
            "scores": np.round(scores.astype(float), decimals).tolist(),
        }
        for image, scores in zip(values[first], values[last], strict=True)
    ]
    return {
        "format": "cnnmath-network",
        "version": 1,
        "name": network.name,
        "layers": layers,
        "examples": examples,
    }


def import_network(data: Mapping[str, Any]) -> Model:
    """Read back what `export_network` wrote: the network, and its rounded weights in float32.

    Raises `ArchitectureError` for data of another format or a layer of another kind.

    >>> from cnnmath.arch import chain
    >>> net = chain("flat", Input(1, 2, 2), ("flat", Flatten()))
    >>> import_network(export_network(net, {}, np.zeros((1, 1, 2, 2)))).network == net
    True
    """
    if (data.get("format"), data.get("version")) != ("cnnmath-network", 1):
        raise ArchitectureError(
            where="import_network",
            given=f"format {data.get('format')}, version {data.get('version')}",
            expected="format cnnmath-network, version 1",
        )
    network = chain(data["name"], *((entry["name"], _layer(entry)) for entry in data["layers"]))
    weights = {
        entry["name"]: {name: _numbers(entry[name]) for name in ("weight", "bias") if name in entry}
        for entry in data["layers"]
    }
    return Model(network, weights)


def _layer(entry: Mapping[str, Any]) -> Layer:
    """Return the layer that a description stands for."""
    if entry["kind"] not in READERS:
        raise ArchitectureError(
            where=f"import_network: layer {entry['name']}", given=entry["kind"], expected=", ".join(READERS)
        )
    return READERS[entry["kind"]](entry)


def _read_conv(entry: Mapping[str, Any]) -> Layer:
    maps, _, *kernel = entry["weight"]["shape"]
    padding = tuple(tuple(side) for side in entry["padding"])
    return Conv2d(maps, tuple(kernel), tuple(entry["stride"]), padding, bias="bias" in entry)


def _read_max_pool(entry: Mapping[str, Any]) -> Layer:
    padding = tuple(tuple(side) for side in entry["padding"])
    return MaxPool2d(tuple(entry["kernel"]), tuple(entry["stride"]), padding)


READERS: Mapping[str, Callable[[Mapping[str, Any]], Layer]] = {
    "input": lambda entry: Input(*entry["shape"]),
    "conv": _read_conv,
    "max": _read_max_pool,
    "relu": lambda _: ReLU(),
    "flatten": lambda _: Flatten(),
    "linear": lambda entry: Linear(entry["weight"]["shape"][0], bias="bias" in entry),
}
"""Kind of a layer in the data: how to make it again."""


@singledispatch
def describe(layer: Layer) -> Json:
    """Return what the page must know about a layer, besides its weights."""
    raise ArchitectureError(
        where=repr(layer),
        expected="a layer that the page computes: Input, Conv2d, ReLU, MaxPool2d, Flatten or Linear",
    )


@describe.register
def describe_input(layer: Input) -> Json:
    """Say where the image enters."""
    return {"kind": "input"}


@describe.register
def describe_conv(layer: Conv2d) -> Json:
    """Name stride and padding; the kernel's size is in the weights' shape."""
    if layer.groups != 1 or layer.dilation != (1, 1):
        raise ArchitectureError(where=repr(layer), expected="a plain convolution: one group, dilation 1")
    found = window(layer)
    return {"kind": "conv", "stride": list(found.stride), "padding": [list(side) for side in found.padding]}


@describe.register
def describe_max_pool(layer: MaxPool2d) -> Json:
    """Name kernel, stride and padding."""
    found = window(layer)
    return {
        "kind": "max",
        "kernel": list(found.kernel),
        "stride": list(found.stride),
        "padding": [list(side) for side in found.padding],
    }


@describe.register
def describe_relu(layer: ReLU) -> Json:
    """Say that negative values become zero."""
    return {"kind": "relu"}


@describe.register
def describe_flatten(layer: Flatten) -> Json:
    """Say that maps become one row: channel, row, column."""
    return {"kind": "flatten"}


@describe.register
def describe_linear(layer: Linear) -> Json:
    """Say that every input meets every output."""
    return {"kind": "linear"}


def _levels(value: Array) -> tuple[Array, np.float32]:
    largest = float(np.abs(value).max(initial=0))
    scale = np.float32(largest / LEVELS if largest else 1.0)
    return np.rint(value / scale).astype(np.float32), scale


def _tensor(value: Array) -> Mapping[str, Any]:
    levels, scale = _levels(value)
    return {"shape": list(value.shape), "scale": float(scale), "levels": levels.astype(int).ravel().tolist()}


def _numbers(tensor: Mapping[str, Any]) -> Array:
    levels = np.array(tensor["levels"], np.float32).reshape(tensor["shape"])
    return levels * np.float32(tensor["scale"])


def _require_chain(network: Network) -> None:
    for before, node in zip(network.nodes, network.nodes[1:], strict=False):
        if node.inputs != (before.name,):
            raise ArchitectureError(
                where=f"export_network: node {node.name}",
                given=f"inputs {node.inputs}",
                expected=f"the node before it, {before.name}: a chain of layers",
            )
