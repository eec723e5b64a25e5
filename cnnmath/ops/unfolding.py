"""How a convolution's work is cut into blocks, each unfolded into columns and done by one matrix product.

The columns of a whole layer would need kH·kW times the input's memory. A block holds some images, or some
rows of one, so that its columns stay below `WORKSPACE` where a single row allows it; all blocks share one
buffer. What is done with the columns is in `convolution`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from .convolution_arguments import Convolution
from .geometry import Pair
from .tensors import Array
from .windows import pad_with, sliding_windows

WORKSPACE = 4 * 2**20
"""Bytes of columns that are unfolded at a time: about what a processor's cache holds."""


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a layer's work: some images, and some rows of their output."""

    images: slice
    rows: slice
    layer: Convolution

    @property
    def count(self) -> int:
        """How many images it holds."""
        return int(self.images.stop - self.images.start)

    @property
    def windows(self) -> Pair:
        """Rows and columns of windows per image."""
        return self.rows.stop - self.rows.start, self.layer.output_shape[2]

    @property
    def lines(self) -> slice:
        """The lines of the padded input from the first that these rows see."""
        return slice(self.rows.start * self.layer.geometry.stride[0], None)

    def part_of(self, y: Array) -> Array:
        """Return this block's part (n, groups, maps, cells) of an output y (N, O, H', W')."""
        layer, width = self.layer, self.layer.output_shape[2]
        flat = y.reshape(len(y), layer.groups, layer.maps_per_group, layer.output_shape[1] * width)
        return flat[self.images, :, :, self.rows.start * width : self.rows.stop * width]

    def beside(self, y: Array) -> Array:
        """Return this block's part of y with the images side by side: (groups, maps, n · cells)."""
        part = self.part_of(y)
        cells = part.shape[0] * part.shape[3]
        return part.transpose(1, 2, 0, 3).reshape(*part.shape[1:3], cells)


def blocks(images: int, layer: Convolution, dtype: np.dtype[Any]) -> Iterator[Block]:
    """Cut the work so that a block's columns fit in `WORKSPACE`: whole images, or else bands of rows."""
    _, height, width = layer.output_shape
    row_bytes = max(1, layer.groups * layer.taps * width * dtype.itemsize)
    rows = min(height, max(1, WORKSPACE // row_bytes))
    together = max(1, WORKSPACE // (row_bytes * height)) if rows == height else 1
    for first in range(0, images, together):
        for start in range(0, height, rows):
            some = slice(first, min(images, first + together))
            yield Block(some, slice(start, min(height, start + rows)), layer)


def unfolded(x: Array, layer: Convolution, dtype: np.dtype[Any]) -> Iterator[tuple[Block, Array]]:
    """Yield each block with its columns (groups, taps, n · cells), valid until the next block is asked for.

    The columns of a 1×1 window that moves by one are the image itself, so nothing is copied.
    """
    images, padded, buffer = slice(0, 0), x, np.empty(0, dtype)
    for block in blocks(len(x), layer, dtype):
        if block.images != images:
            images = block.images
            padded = pad_with(x[images].astype(dtype, copy=False), layer.geometry.padding)
        windows = sliding_windows(padded[:, :, block.lines], layer.geometry, block.windows)
        columns = windows.transpose(1, 4, 5, 0, 2, 3)
        if not (layer.geometry.is_pointwise and block.count == 1):
            if buffer.size < columns.size:
                buffer = np.empty(columns.size, dtype)
            copy = buffer[: columns.size].reshape(columns.shape)
            np.copyto(copy, columns)
            columns = copy
        yield block, columns.reshape(layer.groups, layer.taps, block.count * math.prod(block.windows))
