"""Windows of layers as arguments of the 2-D operations: one spatial axis is computed as a single row.

The numbers come from `cnnmath.rules.window`, so "same" padding and the like are resolved there and nowhere
else.
"""

from __future__ import annotations

from typing import TypedDict

from cnnmath.arch import Layer
from cnnmath.arch.windowed import Windowed
from cnnmath.errors import ArchitectureError
from cnnmath.ops.geometry import Pair, Pairs
from cnnmath.ops.tensors import Array
from cnnmath.rules import window


class Slide(TypedDict):
    """Stride, padding and dilation over rows and columns."""

    stride: Pair
    padding: Pairs
    dilation: Pair


def slide(layer: Windowed, x: Array) -> tuple[Pair, Slide]:
    """Return the kernel and how it slides over `x` (N, C, …), for one or two spatial axes."""
    found = window(layer, x.shape[2:])
    kernel, stride, dilation = (
        two(values, 1, layer) for values in (found.kernel, found.stride, found.dilation)
    )
    sides = found.padding if len(found.padding) == 2 else ((0, 0), *found.padding)
    return kernel, Slide(stride=stride, padding=(sides[0], sides[1]), dilation=dilation)


def two(values: tuple[int, ...], missing: int, layer: Layer) -> Pair:
    """Return numbers per spatial axis as (rows, columns), `missing` for the row that a signal gets."""
    if len(values) == 1:
        return missing, values[0]
    if len(values) == 2:
        return values[0], values[1]
    raise ArchitectureError(
        where=repr(layer),
        given=f"{len(values)} spatial axes",
        expected="one or two: ops computes signals and images",
        remedy="Its sizes, parameters and MACs can be asked for all the same (cnnmath size, summary).",
    )


def as_plane(x: Array, axes: int) -> Array:
    """Return x with its spatial axes as rows and columns: signals get one row."""
    return x[..., None, :] if axes == 1 else x


def as_given(y: Array, axes: int) -> Array:
    """Undo `as_plane`."""
    return y[..., 0, :] if axes == 1 else y
