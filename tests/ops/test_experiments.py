"""The book's experiments: what they are made of, and (slow) that they show what the pages say."""

from __future__ import annotations

import json
import sys

import numpy as np
import pytest

from cnnmath import ops
from cnnmath.errors import CnnMathError, ShapeError
from cnnmath.ops import experiments, seeing
from cnnmath.ops.experiments import digits as digits_module


def test_the_digits_are_cut_once_and_whole() -> None:
    """1,297 and 500 images, together all 1,797; another seed cuts otherwise, the same seed alike."""
    first, second, other = (experiments.load_digits(seed) for seed in (0, 0, 1))
    assert len(first.train.images) == 1297
    assert np.array_equal(first.test.labels, second.test.labels)
    assert not np.array_equal(first.test.labels, other.test.labels)
    counts = np.bincount(np.concatenate([first.train.labels, first.test.labels]))
    assert counts.tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]  # scikit-learn's description
    assert first.train.images.dtype == np.float32
    assert (first.train.images.min(), first.train.images.max()) == (0, 1)


def test_without_scikit_learn_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing package is named, with the command that installs it."""
    digits_module._all_digits.cache_clear()
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    with pytest.raises(CnnMathError, match=r"scikit-learn, which is not installed.*cnnmath\[book\]"):
        experiments.load_digits()


def test_permuted_pixels_are_the_same_pixels() -> None:
    """Every image keeps its gray values, all images are permuted alike, and it can be undone."""
    images = np.random.default_rng(0).random((3, 1, 4, 4))
    mixed = experiments.permute_pixels(images, seed=3)
    assert np.array_equal(np.sort(mixed.reshape(3, -1)), np.sort(images.reshape(3, -1)))
    order = experiments.permute_pixels(np.arange(16).reshape(1, 1, 4, 4), seed=3).ravel()
    assert np.array_equal(mixed[1].ravel(), images[1].ravel()[order])


def test_a_dense_layer_cannot_tell_permuted_pixels() -> None:
    """With its columns permuted alike, a dense network learns permuted digits by the very same losses."""
    digits = experiments.load_digits()
    data = experiments.Labelled(digits.train.images[:200].astype(float), digits.train.labels[:200])
    network = experiments.dense_network()
    first = ops.initialize(network, np.random.default_rng(0), dtype=np.float64)
    renamed = {node: dict(stored) for node, stored in first.items()}
    columns = first["dense1"]["weight"].reshape(96, 1, 8, 8)
    renamed["dense1"]["weight"] = experiments.permute_pixels(columns).reshape(96, 64)
    mixed = experiments.Labelled(experiments.permute_pixels(data.images), data.labels)
    recipe = ops.Recipe(epochs=2)
    plain, permuted = (
        ops.train(network, weights, given, recipe, np.random.default_rng(1)).history
        for weights, given in ((first, data), (renamed, mixed))
    )
    assert [epoch.loss for epoch in plain] == pytest.approx([epoch.loss for epoch in permuted], rel=1e-9)


def test_placing_moves_by_whole_pixels() -> None:
    """The middle is the middle, moves are down and right, for all or for each, and nothing may be lost."""
    image = np.ones((2, 1, 2, 2))
    placed = experiments.place(image, 6, down=np.array([0, 2]), right=-1)
    assert np.argwhere(placed[0, 0])[0].tolist() == [2, 1]
    assert np.argwhere(placed[1, 0])[0].tolist() == [4, 1]
    assert placed.sum() == 8
    with pytest.raises(CnnMathError, match="take a larger square"):
        experiments.place(image, 6, down=3)


def test_equivariance_by_stride_and_pool() -> None:
    """Stride 1 commutes with every shift, stride s with its multiples; a blur makes subsampling milder."""
    x = np.random.default_rng(0).random((1, 1, 24, 24))
    rows = {row.name: row for row in experiments.equivariance_table(x, np.array([[1, 0, -1]] * 3))}
    assert max(rows["convolution, stride 1"].errors) < 1e-12
    for stride in (2, 3, 4):
        errors = rows[f"convolution, stride {stride}"].errors
        assert [error < 1e-12 for error in errors] == [shift % stride == 0 for shift in range(5)]
    assert rows["convolution, zero padding"].errors[1] > 0.1
    assert rows["max 2, blur 3, stride 2"].errors[1] < rows["max pool 2, stride 2"].errors[1]
    with pytest.raises(ShapeError, match="rows and columns 24/2"):
        experiments.equivariance_error(lambda x: x, x, 1, stride=2)


def test_pooling_makes_less_sensitive() -> None:
    """On noise, a shift by one renews k of k² cells: the means change by √(2/k) of their spread."""
    x = np.random.default_rng(1).random((8, 1, 64, 64))
    for size in (1, 2, 4, 8):
        found = experiments.shift_sensitivity(lambda x, size=size: ops.avg_pool2d(x, size), x, shift=1)
        assert found == pytest.approx((2 / size) ** 0.5, rel=0.1)
    assert (
        experiments.shift_sensitivity(lambda x: ops.global_max_pool2d(x) * np.ones((1, 1, 2, 2)), x, 1) == 0
    )


def test_the_recorded_network_reads_its_ten_digits() -> None:
    """The shipped network answers what its file says, and knows at least nine of its ten digits."""
    found = experiments.recorded_digits()
    scores = ops.predict(*found.model, found.images)
    examples = experiments.recorded_data()["examples"]
    assert np.allclose(scores, [example["scores"] for example in examples], atol=1e-3)
    assert found.labels.tolist() == list(range(10))
    assert sum(scores.argmax(axis=1) == found.labels) >= 9
    assert found.accuracy >= 0.98
    assert ops.predict(*found.model, found.maximized).argmax(axis=1).tolist() == list(range(10))
    assert found.model.network == experiments.digits_network()


@pytest.fixture(scope="module")
def trained() -> experiments.DigitsResult:
    """Train the book's network once."""
    return experiments.train_digits_network()


@pytest.mark.slow
def test_the_digits_network_reaches_98_percent(trained) -> None:
    """Of 500 digits it never saw, the LeNet-like network names at least 490."""
    assert trained.evaluation.accuracy >= 0.98
    assert int(np.trace(trained.evaluation.confusion)) >= 490
    assert [epoch.number for epoch in trained.trained.history] == list(range(1, 21))


@pytest.mark.slow
def test_the_page_gets_a_small_file_that_still_reads_digits(trained) -> None:
    """Rounded to 255 levels, the network loses less than half a point."""
    rounded = seeing.round_weights(trained.model.weights)
    accuracy = ops.evaluate(trained.network, rounded, trained.digits.test).accuracy
    assert accuracy >= trained.evaluation.accuracy - 0.005
    data = experiments.digits_for_page()
    assert data["accuracy"] == accuracy
    assert len(json.dumps(data, separators=(",", ":"))) < 40_000
    recorded = experiments.recorded_data()
    assert recorded["layers"][1].keys() == data["layers"][1].keys()
    assert recorded["accuracy"] == pytest.approx(accuracy, abs=0.006)  # other processors round otherwise


@pytest.mark.slow
def test_guided_backpropagation_fails_the_sanity_check(trained) -> None:
    """With all weights random, guided maps still resemble the trained ones far more than gradients do."""
    images, labels = trained.digits.test.images[:100], trained.digits.test.labels[:100]
    rows = seeing.sanity_check(trained.model, images, labels, np.random.default_rng(1))
    last = rows[-1].similarity
    assert last["gradient"] < 0.3 < last["guided backpropagation"]
    classes = {row.method: row for row in seeing.class_check(trained.model, images, labels)}
    assert classes["guided backpropagation"].other_class > 1.5 * classes["gradient"].other_class
    assert classes["guided backpropagation"].image > classes["gradient"].image


@pytest.mark.slow
def test_permuting_pixels_hurts_convolutions_alone() -> None:
    """Permuted digits cost the convolutional network over half a point, the dense one less than that."""
    found = experiments.permuted_digits()
    lost = found.convolutional.mean - found.convolutional_permuted.mean
    assert lost > 0.005
    assert abs(found.dense.mean - found.dense_permuted.mean) < lost


@pytest.mark.slow
def test_moving_digits_blinds_the_dense_network() -> None:
    """Moved by two pixels, the dense network guesses; the one with a global maximum does not notice."""
    found = experiments.shifted_digits(farthest=2)
    assert found.shifts == (0, 1, 2)
    assert found.dense[0] > 0.95
    assert found.dense[2] < 0.3
    assert min(found.convolutional) > 0.95
    assert found.dense_augmented[2] > found.dense[2] + 0.3
