"""What a unit looks for, by example: its filter in the first layer, else the patches that excite it most.

A patch is cropped to the unit's receptive field. How large that is, and where it lies, is measured elsewhere
(`cnnmath.measure.receptive_field`) and given to these functions.
"""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import ArrayLike

from cnnmath.errors import CnnMathError, ShapeError
from cnnmath.ops.network.running import node_values
from cnnmath.ops.network.trace import Model, Weights
from cnnmath.ops.tensors import Array, as_axes, as_floats


class Field(Protocol):
    """A receptive field along one axis: output i sees `size` pixels from `start + i · jump` on."""

    @property
    def size(self) -> int:
        """Pixels from the first to the last that an output sees."""

    @property
    def jump(self) -> int | Fraction:
        """Pixels between the fields of neighboring outputs."""

    @property
    def start(self) -> int:
        """The first pixel that output 0 sees; negative in the padding."""


class Patch(NamedTuple):
    """A piece of an image that excited a unit: `value` is the activation at (row, column) of its map.

    `box` holds the pixels (top, left, bottom, right), half-open; they may lie outside the image, where
    `pixels` (C, bottom - top, right - left) holds zeros.
    """

    image: int
    value: float
    row: int
    column: int
    box: tuple[int, int, int, int]
    pixels: Array


def filters(weights: Weights, node: str) -> Array:
    """Return the filters (O, C, kH, kW) of a convolution, each divided by its largest magnitude: -1 … 1.

    Raises `CnnMathError` for a node without 2-D filters.

    >>> filters({"conv1": {"weight": np.array([[[[2.0, -4.0]]]])}}, "conv1").tolist()
    [[[[0.5, -1.0]]]]
    """
    w = weights.get(node, {}).get("weight")
    if w is None or w.ndim != 4:
        raise CnnMathError(
            where=f"filters: node {node}",
            given="no weights" if w is None else f"weights of shape {w.shape}",
            expected="a convolution of images, whose weights are (O, C, kH, kW)",
        )
    largest = np.abs(w).max(axis=(1, 2, 3), keepdims=True)
    scaled: Array = w / np.where(largest > 0, largest, 1)
    return scaled


def top_patches(
    model: Model,
    images: ArrayLike,
    unit: tuple[str, int],
    fields: tuple[Field, Field],
    count: int = 9,
) -> tuple[Patch, ...]:
    """Return the `count` patches of images (N, C, H, W) that excite a unit (node, channel) most, best first.

    Each image gives at most one patch: where its map is largest. `fields` are the receptive fields of the
    node along rows and columns: `measure.receptive_field(network, node, axis)`. Source: Zeiler & Fergus
    2014, figure 2.
    """
    images = as_axes(as_floats(images, "images", "top_patches"), "images", "N C H W", "top_patches")
    maps = _maps(model, images, unit)
    flat = maps.reshape(len(maps), -1)
    places, values = flat.argmax(axis=1), flat.max(axis=1)
    best = np.argsort(-values, kind="stable")[:count]
    found = []
    for index in best:
        row, column = divmod(int(places[index]), maps.shape[2])
        pixels, box = _cut(images[index], (row, column), fields)
        found.append(Patch(int(index), float(values[index]), row, column, box, pixels))
    return tuple(found)


def _maps(model: Model, images: Array, unit: tuple[str, int]) -> Array:
    node, channel = unit
    values = node_values(*model, images, [node])[node]
    if values.ndim != 4 or not 0 <= channel < values.shape[1] or not values.size:
        raise ShapeError(
            where="top_patches",
            given=f"channel {channel} of node {node}, which puts out {values.shape}",
            expected="one of the channels of maps (N, C, H, W), and at least one image",
        )
    return values[:, channel]


def _cut(
    image: Array, place: tuple[int, int], fields: tuple[Field, Field]
) -> tuple[Array, tuple[int, int, int, int]]:
    """Return what the output at `place` sees of an image (C, H, W), zeros outside of it, and its box."""
    top, left = (int(field.start + at * field.jump) for field, at in zip(fields, place, strict=True))
    bottom, right = top + fields[0].size, left + fields[1].size
    margin = max(0, -top, -left, bottom - image.shape[1], right - image.shape[2])
    padded = np.pad(image, ((0, 0), (margin, margin), (margin, margin)))
    pixels = padded[:, top + margin : bottom + margin, left + margin : right + margin]
    return pixels, (top, left, bottom, right)
