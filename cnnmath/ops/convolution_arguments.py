"""The arguments of a convolution, read and checked once for the three ways of computing it.

Here is decided whether x, w, b and the geometry fit one another, and what the shapes then are; nothing is
computed.
"""

from __future__ import annotations

import math
import operator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from cnnmath.errors import ShapeError

from .geometry import Geometry, Sliding, as_geometry
from .tensors import Array, as_axes, as_tensor, require_shape


@dataclass(frozen=True, slots=True)
class Convolution:
    """The shapes of one convolution: input (C, H, W), weights (O, C/groups, kH, kW), output (O, H', W')."""

    geometry: Geometry
    groups: int
    input_shape: tuple[int, int, int]
    weight_shape: tuple[int, int, int, int]
    output_shape: tuple[int, int, int]

    @property
    def maps_per_group(self) -> int:
        """Output maps that see the same input channels: `O/groups`."""
        return self.weight_shape[0] // self.groups

    @property
    def taps(self) -> int:
        """Weights that feed one output cell: `C/groups · kH · kW`."""
        return math.prod(self.weight_shape[1:])


def read_convolution(
    where: str,
    x: ArrayLike,
    w: ArrayLike,
    b: ArrayLike | None,
    sliding: Sliding,
) -> tuple[Array, Array, Array, Convolution]:
    """Return x, w, b as tensors (b of zeros where it is None) and the checked shapes."""
    x = as_axes(x, "x", "N C H W", where)
    w = as_axes(w, "w", "O C/groups kH kW", where)
    layer = describe_convolution(where, x.shape[1:], w.shape, sliding)
    if b is None:
        b = np.zeros(len(w), w.dtype)
    b = as_tensor(b, "b", where)
    require_shape(b, "b", (len(w),), where, f"w of shape {w.shape}: one bias per output map")
    return x, w, b, layer


def describe_convolution(
    where: str,
    input_shape: tuple[int, ...],
    weight_shape: tuple[int, ...],
    sliding: Sliding,
) -> Convolution:
    """Check that the shapes fit one another and return them together. Raises `ShapeError`."""
    (channels, height, width), (maps, per_group, kernel_height, kernel_width) = input_shape, weight_shape
    groups = _read_groups(where, channels, maps, sliding.groups)
    if per_group * groups != channels:
        raise ShapeError(
            where=where,
            given=f"x of shape (N, {channels}, {height}, {width}) and w of shape {tuple(weight_shape)}, "
            f"groups={groups}",
            expected=f"w of shape {(maps, channels // groups, kernel_height, kernel_width)}",
            remedy=f"Each map sees the {channels // groups} channels of its group: change w, or give x "
            f"{per_group * groups} channels.",
        )
    geometry = as_geometry((kernel_height, kernel_width), sliding, where=where)
    size = geometry.windows((height, width))
    return Convolution(
        geometry, groups, (channels, height, width), (maps, per_group, *geometry.kernel), (maps, *size)
    )


def read_output_gradient(grad: ArrayLike, x: Array, layer: Convolution) -> Array:
    """Return `grad` as a tensor of the shape that the layer's output has. Raises `ShapeError`."""
    where = layer.geometry.where
    grad = as_axes(grad, "grad", "N O H' W'", where)
    reason = f"x of shape {x.shape} and w of shape {layer.weight_shape}: grad has the output's shape"
    require_shape(grad, "grad", (len(x), *layer.output_shape), where, reason)
    return grad


def _read_groups(where: str, channels: int, maps: int, groups: int) -> int:
    groups = operator.index(groups)
    if groups < 1 or channels % groups or maps % groups:
        raise ShapeError(
            where=where,
            given=f"groups={groups} with {channels} input channels and {maps} output maps",
            expected="groups that divide both",
            remedy=f"{math.gcd(channels, maps)} is the largest that does, 1 the plain convolution.",
        )
    return groups
