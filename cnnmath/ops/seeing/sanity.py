"""Whether a map shows what was learned: randomize the layers one by one, from the scores down, and compare.

A map that stays the same when the weights are replaced by noise cannot be about the weights; it is about
the image. Source: Adebayo et al. 2018, Sanity checks for saliency maps, section 3.1 (cascading
randomization).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from cnnmath.ops.network.initialization import initialize, trained
from cnnmath.ops.network.trace import Model
from cnnmath.ops.network.training import predict
from cnnmath.ops.seeing.gradients import as_map, class_gradient, deconvnet, guided_backpropagation
from cnnmath.ops.tensors import Array, as_floats

Method = Callable[[Model, ArrayLike, ArrayLike], Array]

METHODS: Mapping[str, Method] = {
    "gradient": class_gradient,
    "deconvnet": deconvnet,
    "guided backpropagation": guided_backpropagation,
}
"""Methods whose maps have the images' shape."""


class SanityRow(NamedTuple):
    """How like the original maps are after randomizing all layers from the top down to `node`.

    `similarity` holds, by method, the mean over the images of the rank correlation of magnitudes: 1 is the
    same map, 0 an unrelated one. The first row, before anything was randomized, has no node.
    """

    node: str
    similarity: Mapping[str, float]


def sanity_check(
    model: Model,
    images: ArrayLike,
    labels: ArrayLike,
    generator: np.random.Generator,
    methods: Mapping[str, Method] = METHODS,
) -> tuple[SanityRow, ...]:
    """Replace the weights by fresh random ones, node by node from the scores down, and compare the maps."""
    images = as_floats(images, "images", "sanity_check")
    original = {name: as_map(method(model, images, labels)) for name, method in methods.items()}
    fresh, mixed = initialize(model.network, generator), dict(model.weights)
    rows = [SanityRow("", {name: _similarity(maps, maps) for name, maps in original.items()})]
    for node in reversed(list(trained(model.network))):
        mixed[node] = fresh[node]
        random = Model(model.network, mixed)
        changed = {name: as_map(method(random, images, labels)) for name, method in methods.items()}
        rows.append(SanityRow(node, {name: _similarity(original[name], changed[name]) for name in methods}))
    return tuple(rows)


class ClassRow(NamedTuple):
    """How like a method's maps for the right class are to those for another class, and to the image itself.

    Both are mean rank correlations of magnitudes. A map that explains a *class* should differ from the map
    for another one; a map that resembles the image whatever the question is an edge detector.
    """

    method: str
    other_class: float
    image: float


def class_check(
    model: Model, images: ArrayLike, labels: ArrayLike, methods: Mapping[str, Method] = METHODS
) -> tuple[ClassRow, ...]:
    """Compare each method's maps of the right class with those of all other classes and with the images."""
    images, labels = as_floats(images, "images", "class_check"), np.asarray(labels)
    classes = predict(*model, images[:1]).shape[1]
    rows = []
    for name, method in methods.items():
        right = as_map(method(model, images, labels))
        others = [as_map(method(model, images, (labels + step) % classes)) for step in range(1, classes)]
        other_class = float(np.mean([_similarity(right, other) for other in others]))
        rows.append(ClassRow(name, other_class, _similarity(right, as_map(images))))
    return tuple(rows)


def rank_correlation(a: ArrayLike, b: ArrayLike) -> float:
    """Return Spearman's rank correlation of two arrays: that of their ranks, ties sharing the mean of theirs.

    An array that is constant correlates with nothing: 0.

    >>> rank_correlation([1, 2, 3], [10, 100, 1000]), rank_correlation([1, 2, 3], [3, 2, 1])
    (1.0, -1.0)
    """
    first, second = (_ranks(np.ravel(values)) for values in (a, b))
    first, second = first - first.mean(), second - second.mean()
    size = float(np.sqrt(np.sum(first**2) * np.sum(second**2)))
    return float(np.sum(first * second)) / size if size > 0 else 0.0


def _ranks(values: Array) -> Array:
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    ranks: Array = (ends - (counts - 1) / 2)[inverse]
    return ranks


def _similarity(before: Array, after: Array) -> float:
    return float(np.mean([rank_correlation(a, b) for a, b in zip(before, after, strict=True)]))
