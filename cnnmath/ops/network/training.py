"""Learning: momentum SGD over batches, the history of it, and what the network answers in the end.

All chance (order of the images, dropout, augmentation) comes from one generator that the caller seeds, so a
run can be repeated. Drawing first weights is `initialize`'s task.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple, TextIO

import numpy as np
from numpy.typing import ArrayLike

from cnnmath.arch import Network, Softmax
from cnnmath.errors import CnnMathError, ShapeError
from cnnmath.ops.losses import softmax_cross_entropy, softmax_cross_entropy_backward
from cnnmath.ops.network.initialization import check_weights
from cnnmath.ops.network.running import Run, backward, node_values, only_output, run
from cnnmath.ops.network.trace import Weights
from cnnmath.ops.tensors import Array, as_floats


@dataclass(frozen=True)
class Recipe:
    """How to learn: `v ← momentum v + gradient + weight_decay w`, `w ← w - rate v` after every batch.

    The rate starts at `learning_rate` and falls along half a cosine to zero at the last batch; with
    `decay="constant"` it stays. Weight decay acts on weights, not on biases and normalizations.

    >>> Recipe(epochs=2, learning_rate=0.1).rate(0.5)
    0.05
    """

    epochs: int = 10
    batch_size: int = 32
    learning_rate: float = 0.05
    momentum: float = 0.9
    weight_decay: float = 0.0
    decay: str = "cosine"

    def __post_init__(self) -> None:
        if self.decay not in ("cosine", "constant"):
            raise CnnMathError(
                where="Recipe: decay", given=repr(self.decay), expected='"cosine" or "constant"'
            )
        for name, least in (("epochs", 0), ("batch_size", 1)):
            if getattr(self, name) < least:
                given = str(getattr(self, name))
                raise CnnMathError(where=f"Recipe: {name}", given=given, expected=f"at least {least}")

    def rate(self, progress: float) -> float:
        """Return the learning rate when `progress` (0 to 1) of all batches are done."""
        if self.decay == "constant":
            return self.learning_rate
        return self.learning_rate * (1 + math.cos(math.pi * progress)) / 2


class Epoch(NamedTuple):
    """One pass over the images: mean loss and accuracy while learning, and after it on the validation set."""

    number: int
    loss: float
    accuracy: float
    validation_loss: float | None = None
    validation_accuracy: float | None = None


class Progress(NamedTuple):
    """Where training stands, after each batch."""

    epoch: int
    epochs: int
    batch: int
    batches: int
    loss: float
    accuracy: float


@dataclass(frozen=True)
class Trained:
    """The weights that were learned, and the history of learning them."""

    weights: Weights
    history: tuple[Epoch, ...]


@dataclass(frozen=True)
class Evaluation:
    """What a network answers on labelled images.

    `confusion[true, predicted]` counts images; `predictions` holds the class with the highest score of each.
    """

    loss: float
    accuracy: float
    predictions: Array
    confusion: Array


Labelled = tuple[ArrayLike, ArrayLike]
Augment = Callable[[Array, np.random.Generator], Array]


def train(
    network: Network,
    weights: Weights,
    data: Labelled,
    recipe: Recipe,
    generator: np.random.Generator,
    *,
    validation: Labelled | None = None,
    augment: Augment | None = None,
    report: Callable[[Progress], None] | None = None,
) -> Trained:
    """Minimize the softmax cross-entropy of `network` on `data` = (images, labels) by momentum SGD.

    The given weights are not changed. A network that ends in a Softmax is trained on the scores before it.
    `augment(images, generator)` may change each batch; `report` hears of every batch (`progress_bar`).
    Images are computed in the number kind of the weights. The same weights, data, recipe and generator
    state give the same result on the same machine. Raises `CnnMathError` for weights of another network,
    labels out of range or losses that are not finite.
    """
    check_weights(network, weights)
    images, labels = _read(data, weights)
    learned = {node: dict(stored) for node, stored in weights.items()}
    velocity: dict[str, dict[str, Array]] = {}
    history = []
    batches = math.ceil(len(images) / recipe.batch_size)
    for number in range(1, recipe.epochs + 1):
        seen = _Tally()
        for count, chosen in enumerate(_shuffled(len(images), recipe.batch_size, generator), 1):
            batch = images[chosen] if augment is None else augment(images[chosen], generator)
            done = run(network, learned, batch, training=True, generator=generator)
            gradients = _learn_from(done, labels[chosen], seen)
            rate = recipe.rate(((number - 1) * batches + count - 1) / (recipe.epochs * batches))
            _step(learned, velocity, gradients, recipe, rate)
            _take_buffers(learned, done)
            if report:
                report(Progress(number, recipe.epochs, count, batches, seen.loss, seen.accuracy))
        checked = evaluate(network, learned, validation) if validation else None
        after = (checked.loss, checked.accuracy) if checked else (None, None)
        history.append(Epoch(number, seen.loss, seen.accuracy, *after))
    return Trained(learned, tuple(history))


def evaluate(network: Network, weights: Weights, data: Labelled, batch_size: int = 256) -> Evaluation:
    """Return loss, accuracy, predictions and confusion of a network on labelled images, in inference."""
    images, labels = _read(data, weights)
    scores = predict(network, weights, images, batch_size)
    predictions = scores.argmax(axis=1)
    confusion = np.zeros((scores.shape[1], scores.shape[1]), np.int64)
    loss = softmax_cross_entropy(scores, labels)
    np.add.at(confusion, (labels, predictions), 1)
    return Evaluation(loss, float(np.mean(predictions == labels)), predictions, confusion)


def predict(network: Network, weights: Weights, images: ArrayLike, batch_size: int = 256) -> Array:
    """Return the scores (N, classes) of a network, before a last Softmax, computed a batch at a time."""
    images = as_floats(images, "images", "predict").astype(_kind(weights), copy=False)
    node = scores_node(network)
    starts = range(0, max(1, len(images)), batch_size)
    found = [
        node_values(network, weights, images[start : start + batch_size], [node])[node] for start in starts
    ]
    return np.concatenate(found)


def scores_node(network: Network) -> str:
    """Return the node whose output are the scores: the last one, or the one before a last Softmax.

    >>> from cnnmath.arch import Input, Linear, chain
    >>> scores_node(chain("net", Input(4), Linear(2), Softmax()))
    'linear_1'
    """
    output = network.node(only_output(network))
    return output.inputs[0] if isinstance(output.layer, Softmax) else output.name


def progress_bar(stream: TextIO | None = None, width: int = 24) -> Callable[[Progress], None]:
    """Return a reporter that draws one line per epoch on `stream` (standard error by default).

    >>> progress_bar(sys.stdout, width=4)(Progress(1, 1, 5, 5, 0.25, 0.9))
    epoch 1/1 [####] loss 0.2500 accuracy 90.0%
    """

    def draw(now: Progress) -> None:
        target = sys.stderr if stream is None else stream
        filled = width * now.batch // now.batches
        bar = "#" * filled + "-" * (width - filled)
        line = f"epoch {now.epoch}/{now.epochs} [{bar}] loss {now.loss:.4f} accuracy {now.accuracy:.1%}"
        finished = now.batch == now.batches
        if finished:
            target.write(f"{line}\n" if not target.isatty() else f"\r{line}\n")
        elif target.isatty():
            target.write(f"\r{line}")
        target.flush()

    return draw


@dataclass
class _Tally:
    """Running sums over the batches of an epoch."""

    images: int = 0
    total_loss: float = 0.0
    right: int = 0

    @property
    def loss(self) -> float:
        return self.total_loss / max(1, self.images)

    @property
    def accuracy(self) -> float:
        return self.right / max(1, self.images)


def _learn_from(done: Run, labels: Array, seen: _Tally) -> Weights:
    """Return the gradients of the batch's loss, and count the batch in."""
    node = scores_node(done.network)
    scores = done.value(node)
    loss = softmax_cross_entropy(scores, labels)
    if not math.isfinite(loss):
        raise CnnMathError(
            where="train: the loss is not finite any more",
            remedy="The weights ran away: use a smaller learning rate, or scale the images to about 0 to 1.",
        )
    seen.images += len(labels)
    seen.total_loss += loss * len(labels)
    seen.right += int(np.sum(scores.argmax(axis=1) == labels))
    return backward(done, {node: softmax_cross_entropy_backward(scores, labels)}).weights


def _step(
    learned: dict[str, dict[str, Array]],
    velocity: dict[str, dict[str, Array]],
    gradients: Weights,
    recipe: Recipe,
    rate: float,
) -> None:
    """Move every trained tensor one step; the arrays that were given stay as they are."""
    for node, named in gradients.items():
        for name, gradient in named.items():
            weight = learned[node][name]
            pull = recipe.weight_decay if weight.ndim > 1 else 0.0
            push = gradient + weight.dtype.type(pull) * weight if pull else gradient
            old = velocity.setdefault(node, {}).get(name)
            speed = push if old is None else weight.dtype.type(recipe.momentum) * old + push
            velocity[node][name] = speed
            learned[node][name] = weight - weight.dtype.type(rate) * speed


def _take_buffers(learned: dict[str, dict[str, Array]], done: Run) -> None:
    for node, trace in done.traces.items():
        if trace.buffers:
            learned[node].update(trace.buffers)


def _shuffled(count: int, size: int, generator: np.random.Generator) -> Iterator[Array]:
    order = generator.permutation(count)
    for start in range(0, count, size):
        yield order[start : start + size]


def _kind(weights: Weights) -> np.dtype[Any]:
    """Return the number kind that a network computes in: that of its weights."""
    kinds = {value.dtype for stored in weights.values() for value in stored.values()}
    return np.result_type(*kinds) if kinds else np.dtype(np.float64)


def _read(data: Labelled, weights: Weights) -> tuple[Array, Array]:
    """Return the images in the weights' number kind, and one label for each."""
    images, labels = as_floats(data[0], "images", "train"), np.asarray(data[1])
    images = images.astype(_kind(weights), copy=False)
    if not len(images) or labels.shape != images.shape[:1]:
        raise ShapeError(
            where="train",
            given=f"images of shape {images.shape} and labels of shape {labels.shape}",
            expected="at least one image, and one label for each",
        )
    return images, labels
