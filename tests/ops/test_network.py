"""Networks forward and backward along the graph, first weights, learning, files."""

from __future__ import annotations

import io
import math

import numpy as np
import pytest

from cnnmath import arch, ops
from cnnmath.arch import (
    Add,
    BatchNorm2d,
    Concat,
    Conv2d,
    Dropout,
    Flatten,
    Input,
    Linear,
    MaxPool2d,
    ReLU,
    Softmax,
)
from cnnmath.errors import ArchitectureError, CnnMathError, ShapeError, UnknownNode

NUMBERS = np.random.default_rng(30)


def branched() -> arch.Network:
    """Return a network whose values are used several times: a residual, a concatenation, shared inputs."""
    builder = arch.Builder("branched")
    x = builder.input(2, 6, 6)
    left = builder.add("left", Conv2d(3, 3, padding=1), x)
    norm = builder.add("norm", BatchNorm2d(), left)
    bent = builder.add("bent", ReLU(), norm)
    both = builder.add("both", Add(), bent, left)
    wide = builder.add("wide", Concat(), both, x)
    pooled = builder.add("pooled", MaxPool2d(2), wide)
    flat = builder.add("flat", Flatten(), pooled)
    builder.add("scores", Linear(4), flat)
    return builder.build()


def small(*extra: arch.Layer) -> arch.Network:
    """Return a small classifier of 1×6×6 images in three classes."""
    return arch.chain(
        "small",
        Input(1, 6, 6),
        ("conv", Conv2d(4, 3)),
        ("norm", BatchNorm2d()),
        ("bent", ReLU()),
        ("flat", Flatten()),
        *extra,
        ("scores", Linear(3)),
        ("probabilities", Softmax()),
    )


def bars(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return noisy images with a horizontal, a vertical or no bar, and which it is."""
    generator = np.random.default_rng(seed)
    images = generator.normal(0, 0.2, (count, 1, 6, 6)).astype(np.float32)
    labels = generator.integers(0, 3, count)
    for image, label, place in zip(images, labels, generator.integers(0, 6, count), strict=True):
        if label == 1:
            image[0, place] += 1
        if label == 2:
            image[0, :, place] += 1
    return images, labels


@pytest.mark.parametrize("moment", ["inference", "training"])
def test_gradients_flow_back_through_branches(moment: str) -> None:
    """Every trained tensor and the input of a branched network get their slopes; shared values add up."""
    network = branched()
    weights = ops.initialize(network, np.random.default_rng(2), dtype=np.float64)
    weights["norm"]["running_mean"] += 0.1
    x, training = NUMBERS.standard_normal((3, 2, 6, 6)), moment == "training"
    named = [(node, name) for node, names in ops.trained(network).items() for name in sorted(names)]

    def given(tensors):
        changed = {node: dict(stored) for node, stored in weights.items()}
        for (node, name), tensor in zip(named, tensors, strict=True):
            changed[node][name] = tensor
        return changed

    def forward(x, *tensors):
        return ops.run(network, given(tensors), x, training=training).output

    def backward(grad, x, *tensors):
        found = ops.backward(ops.run(network, given(tensors), x, training=training), grad)
        return [found.values["input"], *(found.weights[node][name] for node, name in named)]

    tensors = [weights[node][name] for node, name in named]
    report = ops.gradient_check(forward, x, *tensors, backward=backward, entries=60)
    assert report.ok, str(report)


def test_forward_equals_composing_the_operations() -> None:
    """A chain gives what calling conv2d, relu, max_pool2d and linear one after the other gives."""
    network = arch.chain(
        "net", Input(1, 6, 6), ("c", Conv2d(2, 3)), ReLU(), MaxPool2d(2), Flatten(), ("l", Linear(3))
    )
    weights = ops.initialize(network, np.random.default_rng(0))
    x = NUMBERS.standard_normal((2, 1, 6, 6)).astype(np.float32)
    maps = ops.max_pool2d(ops.relu(ops.conv2d(x, weights["c"]["weight"], weights["c"]["bias"])), 2)
    expected = ops.linear(maps.reshape(2, -1), weights["l"]["weight"], weights["l"]["bias"])
    assert np.array_equal(ops.forward(network, weights, x), expected)
    assert np.array_equal(ops.run(network, weights, x).output, expected)


def test_he_and_glorot_have_their_variance() -> None:
    """Of 147,456 weights the variance is 2/fan-in or 2/(fan-in + fan-out) within 2 %; biases are 0."""
    network = arch.chain("wide", Input(64, 8, 8), ("conv", Conv2d(256, 3)))
    for scheme, variance in (("he", 2 / 576), ("glorot", 2 / (576 + 2304))):
        weights = ops.initialize(network, np.random.default_rng(1), scheme)["conv"]
        assert weights["weight"].shape == (256, 64, 3, 3)
        assert weights["weight"].var() == pytest.approx(variance, rel=0.02)
        assert not weights["bias"].any()
    with pytest.raises(CnnMathError, match="he or glorot"):
        ops.initialize(network, np.random.default_rng(1), "xavier")


def test_he_keeps_the_signal_alive_through_twenty_layers() -> None:
    """With ReLU, He's rule keeps the mean square of the activations alive; Glorot's lets it fade."""
    layers = [layer for _ in range(20) for layer in (Conv2d(32, 3, padding=1), ReLU())]
    network = arch.chain("deep", Input(32, 8, 8), *layers)
    x = NUMBERS.standard_normal((4, 32, 8, 8))
    energy = {}
    for scheme in ("he", "glorot"):
        y = ops.forward(network, ops.initialize(network, np.random.default_rng(3), scheme), x)
        energy[scheme] = float(np.mean(y**2))
    assert 0.02 < energy["he"] < 10
    assert energy["glorot"] < energy["he"] / 1000


def test_training_learns_and_repeats_itself() -> None:
    """The same seeds give the same history and weights, the given weights stay, and bars are learned."""
    network, data = small(), bars(300, seed=0)
    first = ops.initialize(network, np.random.default_rng(0))
    before = {node: {name: value.copy() for name, value in stored.items()} for node, stored in first.items()}
    recipe = ops.Recipe(epochs=6, batch_size=16, learning_rate=0.05, weight_decay=1e-4)
    runs = [
        ops.train(network, first, data, recipe, np.random.default_rng(7), validation=bars(100, seed=1))
        for _ in range(2)
    ]
    assert runs[0].history == runs[1].history
    assert len(runs[0].history) == 6
    for node, stored in runs[0].weights.items():
        for name, value in stored.items():
            assert np.array_equal(value, runs[1].weights[node][name])
            assert np.array_equal(first[node][name], before[node][name])
    last = runs[0].history[-1]
    assert last.loss < runs[0].history[0].loss / 3
    assert last.validation_accuracy > 0.9
    assert not np.array_equal(runs[0].weights["norm"]["running_mean"], before["norm"]["running_mean"])


def test_one_step_is_the_formula() -> None:
    """One batch: v = gradient + decay·w, w - rate·v; a second one adds momentum·v (weights only decay)."""
    network = arch.chain("line", Input(2), ("scores", Linear(2)))
    weights = {
        "input": {},
        "scores": {"weight": np.array([[0.5, -1.0], [1.0, 2.0]]), "bias": np.array([0.1, -0.2])},
    }
    x, labels = np.array([[1.0, 2.0]]), np.array([0])
    recipe = ops.Recipe(
        epochs=2, batch_size=1, learning_rate=0.1, momentum=0.9, weight_decay=0.01, decay="constant"
    )
    w, b = weights["scores"]["weight"], weights["scores"]["bias"]
    speed_w, speed_b = np.zeros_like(w), np.zeros_like(b)
    for _ in range(2):
        p = np.exp(x @ w.T + b)
        grad = p / p.sum() - [[1, 0]]
        speed_w = 0.9 * speed_w + grad.T @ x + 0.01 * w
        speed_b = 0.9 * speed_b + grad[0]
        w, b = w - 0.1 * speed_w, b - 0.1 * speed_b
    done = ops.train(network, weights, (x, labels), recipe, np.random.default_rng(0))
    assert np.allclose(done.weights["scores"]["weight"], w, rtol=1e-13)
    assert np.allclose(done.weights["scores"]["bias"], b, rtol=1e-13)


def test_the_rate_falls_along_a_cosine() -> None:
    """It starts at the learning rate, is half of it in the middle and zero at the end; or stays."""
    recipe = ops.Recipe(learning_rate=0.2)
    assert [recipe.rate(p) for p in (0, 0.5, 1)] == pytest.approx([0.2, 0.1, 0])
    assert ops.Recipe(learning_rate=0.2, decay="constant").rate(0.7) == 0.2
    for bad in ({"decay": "step"}, {"epochs": -1}, {"batch_size": 0}):
        with pytest.raises(CnnMathError):
            ops.Recipe(**bad)


def test_dropout_draws_in_training_alone() -> None:
    """Training with dropout needs a generator and repeats with its seed; inference is the same every time."""
    network = small(Dropout(0.5))
    weights = ops.initialize(network, np.random.default_rng(0))
    x, _ = bars(4, seed=2)
    with pytest.raises(ArchitectureError, match="default_rng"):
        ops.run(network, weights, x, training=True)
    outputs = [
        ops.run(network, weights, x, training=True, generator=np.random.default_rng(seed)).output
        for seed in (1, 1, 2)
    ]
    assert np.array_equal(outputs[0], outputs[1])
    assert not np.array_equal(outputs[0], outputs[2])
    assert np.array_equal(ops.forward(network, weights, x), ops.run(network, weights, x).output)


def test_evaluation_counts() -> None:
    """Accuracy is the diagonal of the confusion, whose rows are the true classes; the loss is the scores'."""
    network = small()
    weights = ops.initialize(network, np.random.default_rng(5))
    images, labels = bars(50, seed=3)
    found = ops.evaluate(network, weights, (images, labels), batch_size=16)
    assert found.confusion.sum(axis=1).tolist() == np.bincount(labels, minlength=3).tolist()
    assert found.accuracy == pytest.approx(np.trace(found.confusion) / 50)
    scores = ops.predict(network, weights, images)
    assert found.loss == pytest.approx(ops.softmax_cross_entropy(scores, labels))
    probabilities = ops.forward(network, weights, images)
    assert np.allclose(ops.softmax(scores), probabilities, atol=1e-6)
    assert ops.scores_node(network) == "scores"


def test_augmentation_and_progress() -> None:
    """Each batch goes through the augmentation, and the bar draws one line per epoch where no terminal is."""
    network, data, seen, stream = small(), bars(40, seed=4), [], io.StringIO()

    def augment(images, generator):
        seen.append(len(images))
        return images[..., ::-1] if generator.random() < 0.5 else images

    recipe = ops.Recipe(epochs=2, batch_size=16)
    first = ops.initialize(network, np.random.default_rng(0))
    ops.train(
        network,
        first,
        data,
        recipe,
        np.random.default_rng(0),
        augment=augment,
        report=ops.progress_bar(stream, 8),
    )
    assert seen == [16, 16, 8] * 2
    lines = stream.getvalue().splitlines()
    assert [line[:20] for line in lines] == ["epoch 1/2 [########]", "epoch 2/2 [########]"]


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """Say so."""
        return True


def test_the_bar_moves_on_a_terminal() -> None:
    """On a terminal the line is drawn over itself until the epoch ends."""
    stream = Terminal()
    draw = ops.progress_bar(stream, width=4)
    draw(ops.Progress(1, 1, 1, 2, 1.5, 0.5))
    draw(ops.Progress(1, 1, 2, 2, 1.0, 0.75))
    assert stream.getvalue() == (
        "\repoch 1/1 [##--] loss 1.5000 accuracy 50.0%\repoch 1/1 [####] loss 1.0000 accuracy 75.0%\n"
    )


def test_weights_go_to_disk_and_back(tmp_path) -> None:
    """What was saved is loaded unchanged; a file of another kind is refused."""
    weights = ops.initialize(small(), np.random.default_rng(0))
    path = tmp_path / "weights.npz"
    ops.save_weights(path, weights)
    loaded = ops.load_weights(path)
    ops.check_weights(small(), loaded)
    assert np.array_equal(loaded["conv"]["weight"], weights["conv"]["weight"])
    path.write_text("no weights")
    with pytest.raises(CnnMathError, match=r"weights.npz.*written by ops.save_weights"):
        ops.load_weights(path)


def test_what_does_not_fit_is_named() -> None:
    """Inputs of another shape, missing weights, unknown nodes and several outputs are explained."""
    network = small()
    weights = ops.initialize(network, np.random.default_rng(0))
    x, labels = bars(4, seed=0)
    with pytest.raises(
        ShapeError, match=r"expected x of shape \(N, 1, 6, 6\), got x of shape \(4, 1, 5, 6\)"
    ):
        ops.forward(network, weights, x[:, :, 1:])
    with pytest.raises(CnnMathError, match="expected a tensor called weight"):
        ops.forward(network, {}, x)
    with pytest.raises(CnnMathError, match=r"ops\.initialize"):
        ops.train(network, {}, (x, labels), ops.Recipe(), np.random.default_rng(0))
    with pytest.raises(UnknownNode, match="Did you mean conv"):
        ops.run(network, weights, x).value("konv")
    with pytest.raises(ShapeError, match="what the node put out"):
        ops.backward(ops.run(network, weights, x), np.zeros((1, 3)))
    with pytest.raises(ArchitectureError, match="node_values"):
        ops.forward(two_outputs(), {}, [[1.0]])
    with pytest.raises(ShapeError, match="one label for each"):
        ops.evaluate(network, weights, (x, labels[:2]))


def two_outputs() -> arch.Network:
    """Return a network with two ends."""
    builder = arch.Builder("fork")
    x = builder.input(1)
    builder.add("a", ReLU(), x)
    builder.add("b", ReLU(), x)
    return builder.build()


def test_values_of_several_ends() -> None:
    """Where a network has several outputs, each is asked for by name."""
    found = ops.node_values(two_outputs(), {}, [[-1.0], [2.0]], ["a", "input"])
    assert {name: value.tolist() for name, value in found.items()} == {
        "a": [[0.0], [2.0]],
        "input": [[-1.0], [2.0]],
    }


def test_a_runaway_loss_stops_with_advice() -> None:
    """A loss that is not finite ends training with a word on the learning rate."""
    network, data = arch.chain("plain", Input(1, 6, 6), Flatten(), Linear(9), Linear(3)), bars(64, seed=0)
    first = ops.initialize(network, np.random.default_rng(0))
    wild = ops.Recipe(epochs=50, learning_rate=1e30)
    with np.errstate(all="ignore"), pytest.raises(CnnMathError, match="smaller learning rate"):
        ops.train(network, first, data, wild, np.random.default_rng(0))


def test_a_vote_of_nobody() -> None:
    """No images give no scores, in the right shape; no images to learn from are refused."""
    network = small()
    weights = ops.initialize(network, np.random.default_rng(0))
    assert ops.predict(network, weights, np.zeros((0, 1, 6, 6), np.float32)).shape == (0, 3)
    with pytest.raises(ShapeError, match="at least one image"):
        ops.train(network, weights, (np.zeros((0, 1, 6, 6)), []), ops.Recipe(), np.random.default_rng(0))
    assert math.isclose(ops.Recipe().rate(1), 0, abs_tol=1e-15)
