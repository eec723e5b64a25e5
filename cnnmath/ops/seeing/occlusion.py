"""What a score leans on, by covering: slide a patch over the image and see how far the probability falls.

No gradient is needed, and nothing about the inside of the network. Source: Zeiler & Fergus 2014, section 4.2.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from cnnmath.errors import ShapeError
from cnnmath.ops.losses import softmax
from cnnmath.ops.network.trace import Model
from cnnmath.ops.network.training import predict
from cnnmath.ops.tensors import Array, as_axes, as_floats


@dataclass(frozen=True)
class Occlusion:
    """The fall of a class's probability by where the patch lay.

    `drops[i, j]` belongs to the patch whose top left pixel is (i · stride, j · stride); `heat` (H, W) is,
    for each pixel, the mean fall over the patches that covered it (0 where none did); `probability` that of
    the whole image.
    """

    drops: Array
    heat: Array
    probability: float


def occlusion(
    model: Model,
    image: ArrayLike,
    label: int,
    *,
    patch: int = 3,
    stride: int = 1,
    fill: float = 0.0,
) -> Occlusion:
    """Cover an image (C, H, W) with a square of `fill`, everywhere in turn. `ShapeError` if too large."""
    image = as_axes(as_floats(image, "image", "occlusion"), "image", "C H W", "occlusion")
    _, height, width = image.shape
    if not 1 <= patch <= min(height, width) or stride < 1:
        raise ShapeError(
            where="occlusion",
            given=f"a patch of {patch}×{patch}, stride {stride}, on an image of {height}×{width}",
            expected="a patch that fits the image, and a stride of at least 1",
        )
    tops, lefts = range(0, height - patch + 1, stride), range(0, width - patch + 1, stride)
    covered = np.repeat(image[None], len(tops) * len(lefts), axis=0)
    places = [(top, left) for top in tops for left in lefts]
    for copy, (top, left) in zip(covered, places, strict=True):
        copy[:, top : top + patch, left : left + patch] = fill
    probabilities = softmax(predict(*model, np.concatenate([image[None], covered])))[:, label]
    drops = probabilities[0] - probabilities[1:]
    return Occlusion(
        drops=drops.reshape(len(tops), len(lefts)),
        heat=_mean_over_cover(drops, places, patch, (height, width)),
        probability=float(probabilities[0]),
    )


def _mean_over_cover(drops: Array, places: list[tuple[int, int]], patch: int, size: tuple[int, int]) -> Array:
    total, count = np.zeros(size), np.zeros(size)
    for drop, (top, left) in zip(drops, places, strict=True):
        total[top : top + patch, left : left + patch] += drop
        count[top : top + patch, left : left + patch] += 1
    heat: Array = total / np.maximum(count, 1)
    return heat
