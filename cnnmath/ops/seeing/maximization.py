"""What a unit looks for, by search: change an image step by step until it excites the unit most.

Left alone, the search ends in noise that means nothing to us. Two restraints keep it legible: the image is
jittered before every step, and high frequencies cost. Source: Olah, Mordvintsev & Schubert 2017, Feature
visualization.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cnnmath.errors import CnnMathError
from cnnmath.ops.network.running import backward, run
from cnnmath.ops.network.trace import Model
from cnnmath.ops.tensors import Array


@dataclass(frozen=True)
class Search:
    """How to search: `steps` of length `rate` along the gradient, pixels kept in `low` … `high`.

    `jitter` is by how many pixels the image is rolled at random before a step, and back after it.
    `roughness` weighs the penalty `½ Σ f² |X(f)|²` on the image's spectrum X, with frequencies f in cycles
    per image.
    """

    steps: int = 200
    rate: float = 0.05
    jitter: int = 1
    roughness: float = 0.02
    low: float = 0.0
    high: float = 1.0


@dataclass(frozen=True)
class Maximized:
    """The image (C, H, W) that was found, and the unit's activation before each step and at the end."""

    image: Array
    activations: tuple[float, ...]


def maximize_activation(
    model: Model,
    unit: tuple[str, int],
    generator: np.random.Generator,
    search: Search | None = None,
) -> Maximized:
    """Search an image that maximizes a unit (node, channel): a score, or the mean of a map.

    The start is weak noise from `generator`. Raises `CnnMathError` for a channel that the node does not have.
    """
    plan = Search() if search is None else search
    middle, shape = (plan.low + plan.high) / 2, model.network.input_shape
    image = middle + 0.01 * generator.standard_normal(shape)
    activations = []
    for _ in range(plan.steps):
        offset = tuple(generator.integers(-plan.jitter, plan.jitter + 1, 2))
        rolled = np.roll(image, offset, axis=(1, 2))
        value, slope = _climb(model, unit, rolled)
        activations.append(value)
        slope = np.roll(slope, (-offset[0], -offset[1]), axis=(1, 2))
        slope = slope - plan.roughness * rough_part(image)
        image = np.clip(image + plan.rate * slope / (np.std(slope) + 1e-12), plan.low, plan.high)
    activations.append(_climb(model, unit, image)[0])
    return Maximized(image, tuple(activations))


def rough_part(image: Array) -> Array:
    """Return the gradient of `½ Σ f² |X(f)|²`, X the unitary spectrum, f in cycles per image.

    >>> float(np.abs(rough_part(np.ones((1, 4, 4)))).max())
    0.0
    """
    height, width = image.shape[-2:]
    squares = (np.fft.fftfreq(height)[:, None] * height) ** 2 + (np.fft.rfftfreq(width) * width) ** 2
    return np.fft.irfft2(np.fft.rfft2(image) * squares, s=(height, width))


def _climb(model: Model, unit: tuple[str, int], image: Array) -> tuple[float, Array]:
    """Return the unit's activation and its gradient with respect to the image."""
    node, channel = unit
    done = run(*model, image[None].astype(np.float32))
    value = done.value(node)
    if not 0 <= channel < value.shape[1]:
        raise CnnMathError(
            where=f"maximize_activation: node {node}",
            given=f"channel {channel}",
            expected=f"a channel from 0 to {value.shape[1] - 1}",
        )
    start = np.zeros_like(value)
    start[:, channel] = 1 / max(1, value[0, channel].size)
    gradient = backward(done, {node: start}).values[model.network.inputs[0].name][0]
    return float(value[0, channel].mean()), gradient.astype(float)
