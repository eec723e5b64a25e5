"""What is learned where: the book's networks for digits, and three experiments with them.

Each experiment is a function of seeds and sizes that returns its numbers as data; pages draw and discuss
them. Results are the mean over seeds, since single runs differ by about half a percentage point.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from cnnmath.arch import Conv2d, Flatten, GlobalMaxPool, Input, Linear, MaxPool2d, Network, ReLU, chain
from cnnmath.ops.experiments.digits import Digits, Labelled, load_digits, permute_pixels, place
from cnnmath.ops.network.initialization import initialize
from cnnmath.ops.network.trace import Model
from cnnmath.ops.network.training import (
    Augment,
    Evaluation,
    Progress,
    Recipe,
    Trained,
    evaluate,
    train,
)
from cnnmath.ops.seeing.export import export_network, round_weights
from cnnmath.ops.seeing.maximization import Search, maximize_activation
from cnnmath.ops.tensors import Array


def digits_network() -> Network:
    """Return the book's LeNet-like network for 8×8 digits: two convolutions, a pool, two dense layers.

    >>> [node.name for node in digits_network()][:4]
    ['input', 'conv1', 'relu1', 'conv2']
    """
    return chain(
        "digits_network",
        Input(1, 8, 8),
        ("conv1", Conv2d(8, 3, padding=1)),
        ("relu1", ReLU()),
        ("conv2", Conv2d(16, 3, padding=1)),
        ("relu2", ReLU()),
        ("pool", MaxPool2d(2)),
        ("flatten", Flatten()),
        ("dense", Linear(32)),
        ("relu3", ReLU()),
        ("scores", Linear(10)),
    )


def dense_network(side: int = 8) -> Network:
    """Return a network of dense layers alone (an MLP) for the same digits."""
    return chain(
        "dense_network",
        Input(1, side, side),
        ("flatten", Flatten()),
        ("dense1", Linear(96)),
        ("relu1", ReLU()),
        ("dense2", Linear(32)),
        ("relu2", ReLU()),
        ("scores", Linear(10)),
    )


def anywhere_network(side: int = 16) -> Network:
    """Return a convolutional network that ends in a global maximum: it asks whether, not where."""
    return chain(
        "anywhere_network",
        Input(1, side, side),
        ("conv1", Conv2d(16, 3, padding=1)),
        ("relu1", ReLU()),
        ("conv2", Conv2d(32, 3, padding=1)),
        ("relu2", ReLU()),
        ("whether", GlobalMaxPool()),
        ("flatten", Flatten()),
        ("scores", Linear(10)),
    )


RECIPE = Recipe(epochs=20, batch_size=32, learning_rate=0.05, momentum=0.9)
"""How all networks here learn."""


@dataclass(frozen=True)
class DigitsResult:
    """The trained network for digits, its first weights, and how it does on the 500 test images."""

    network: Network
    first_weights: dict[str, dict[str, Array]]
    trained: Trained
    evaluation: Evaluation
    digits: Digits

    @property
    def model(self) -> Model:
        """The network with what it learned."""
        return Model(self.network, self.trained.weights)


def train_digits_network(
    seed: int = 0, recipe: Recipe = RECIPE, report: Callable[[Progress], None] | None = None
) -> DigitsResult:
    """Train `digits_network` on scikit-learn's digits, all chance from `seed`. Takes some seconds."""
    network, digits, generator = digits_network(), load_digits(seed), np.random.default_rng(seed)
    first = initialize(network, generator)
    done = train(network, first, digits.train, recipe, generator, validation=digits.test, report=report)
    return DigitsResult(network, first, done, evaluate(network, done.weights, digits.test), digits)


SOURCE = (
    "Optical Recognition of Handwritten Digits, E. Alpaydin and C. Kaynak 1998 (UCI), by way of scikit-learn"
)
"""Where the digits come from; the data are under CC BY 4.0."""


def digits_for_page(seed: int = 0) -> dict[str, Any]:
    """Return the trained network for digits as JSON data, with one test image of each digit to begin with.

    The format is that of `seeing.export_network`, with the examples' "labels", the "accuracy" of the rounded
    network on the test images, and in "maximized" for each class the image that a search found to excite it
    most. Takes some seconds, for training; `recorded_digits` has it at once.
    """
    result = train_digits_network(seed)
    images, labels = result.digits.test
    first = [int(np.argmax(labels == digit)) for digit in range(10)]
    rounded = Model(result.network, round_weights(result.trained.weights))
    searched = [
        maximize_activation(rounded, ("scores", digit), np.random.default_rng(seed), Search(steps=100)).image
        for digit in range(10)
    ]
    return export_network(*result.model, images[first]) | {
        "labels": labels[first].tolist(),
        "accuracy": evaluate(*rounded, result.digits.test).accuracy,
        "maximized": [np.round(image, 2).ravel().tolist() for image in searched],
        "source": SOURCE,
    }


class Accuracy(NamedTuple):
    """The mean test accuracy of a kind of network over seeds, and the single ones."""

    mean: float
    runs: tuple[float, ...]


@dataclass(frozen=True)
class PermutedDigits:
    """Test accuracies on digits and on digits whose pixels were permuted, by kind of network."""

    convolutional: Accuracy
    convolutional_permuted: Accuracy
    dense: Accuracy
    dense_permuted: Accuracy


def permuted_digits(seeds: Sequence[int] = (0, 1, 2), recipe: Recipe = RECIPE) -> PermutedDigits:
    """Train both kinds of network on digits, and on the same digits with all pixels permuted alike.

    A dense layer has no notion of neighbors, so permuting pixels is nothing but renaming its weights.
    """

    def mix(data: Labelled) -> Labelled:
        return Labelled(permute_pixels(data.images), data.labels)

    def score(network: Network, change: Callable[[Labelled], Labelled]) -> Accuracy:
        return _accuracy([_test_accuracy(network, seed, recipe, change) for seed in seeds])

    def same(data: Labelled) -> Labelled:
        return data

    return PermutedDigits(
        convolutional=score(digits_network(), same),
        convolutional_permuted=score(digits_network(), mix),
        dense=score(dense_network(), same),
        dense_permuted=score(dense_network(), mix),
    )


def _test_accuracy(
    network: Network, seed: int, recipe: Recipe, change: Callable[[Labelled], Labelled]
) -> float:
    digits, generator = load_digits(seed), np.random.default_rng(seed)
    done = train(network, initialize(network, generator), change(digits.train), recipe, generator)
    return evaluate(network, done.weights, change(digits.test)).accuracy


def _accuracy(runs: Sequence[float]) -> Accuracy:
    return Accuracy(float(np.mean(runs)), tuple(runs))


@dataclass(frozen=True)
class ShiftedDigits:
    """Test accuracy by how far the digits were moved from where they were learned.

    `shifts` are pixels; each accuracy is the mean over moves of that many pixels up, down, left and right.
    The three networks: dense; dense, but trained on moved digits too; convolutional with a global maximum.
    """

    shifts: tuple[int, ...]
    dense: tuple[float, ...]
    dense_augmented: tuple[float, ...]
    convolutional: tuple[float, ...]


def shifted_digits(
    seed: int = 0, farthest: int = 4, side: int = 16, recipe: Recipe = RECIPE
) -> ShiftedDigits:
    """Train on digits in the middle of a larger square, and test on digits that are moved away from it."""
    digits = load_digits(seed)
    centered = Labelled(place(digits.train.images, side), digits.train.labels)
    shifts = tuple(range(farthest + 1))

    def scores(network: Network, augment: Augment | None = None) -> tuple[float, ...]:
        generator = np.random.default_rng(seed)
        first = initialize(network, generator)
        done = train(network, first, centered, recipe, generator, augment=augment)
        return tuple(_moved_accuracy(network, done, digits.test, side, shift) for shift in shifts)

    return ShiftedDigits(
        shifts=shifts,
        dense=scores(dense_network(side)),
        dense_augmented=scores(dense_network(side), _mover(farthest)),
        convolutional=scores(anywhere_network(side)),
    )


def _moved_accuracy(network: Network, done: Trained, test: Labelled, side: int, shift: int) -> float:
    moves = {(shift, 0), (-shift, 0), (0, shift), (0, -shift)}
    found = [
        evaluate(network, done.weights, (place(test.images, side, *move), test.labels)).accuracy
        for move in sorted(moves)
    ]
    return float(np.mean(found))


def _mover(farthest: int) -> Augment:
    """Return an augmentation that rolls each image by up to `farthest` pixels, where the border is empty."""

    def move(images: Array, generator: np.random.Generator) -> Array:
        offsets = generator.integers(-farthest, farthest + 1, (len(images), 2))
        rolled = [np.roll(image, tuple(by), axis=(1, 2)) for image, by in zip(images, offsets, strict=True)]
        return np.stack(rolled)

    return move
