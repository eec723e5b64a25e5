"""What layers see: each map against what a small network can be known to lean on."""

from __future__ import annotations

import json

import numpy as np
import pytest
from scipy.stats import spearmanr

from cnnmath import measure, ops
from cnnmath.arch import Add, Builder, Conv2d, Flatten, GlobalAvgPool, Input, Linear, MaxPool2d, ReLU, chain
from cnnmath.errors import ArchitectureError, CnnMathError, ShapeError
from cnnmath.ops import seeing

NUMBERS = np.random.default_rng(40)


def corner_model() -> ops.Model:
    """Return a model: score 0 is thrice the sum of the top left 2×2 pixels, score 1 minus the last one."""
    network = chain("corner", Input(1, 4, 4), ("flat", Flatten()), ("scores", Linear(2)))
    weight = np.zeros((2, 16))
    weight[0, [0, 1, 4, 5]] = 3
    weight[1, 15] = -1
    return ops.Model(network, {"scores": {"weight": weight, "bias": np.zeros(2)}})


def edge_model() -> ops.Model:
    """Return a model with detectors of vertical and of horizontal edges, each for a class of its own."""
    network = chain(
        "edges",
        Input(1, 8, 8),
        ("conv", Conv2d(2, 3, padding=1)),
        ("bent", ReLU()),
        ("mean", GlobalAvgPool()),
        ("flat", Flatten()),
        ("scores", Linear(2)),
    )
    sobel = np.array([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]])
    kernels = np.stack([sobel, sobel.T])[:, None]
    return ops.Model(
        network,
        {
            "conv": {"weight": kernels, "bias": np.zeros(2)},
            "scores": {"weight": np.eye(2) * 5, "bias": np.zeros(2)},
        },
    )


def two_edges() -> np.ndarray:
    """Return an image with a vertical edge in its upper half and a horizontal one near its lower border."""
    image = np.zeros((1, 1, 8, 8))
    image[0, 0, :4, 4:] = 1
    image[0, 0, 6:] = 1
    return image


def test_the_gradient_of_a_linear_score_is_its_weights() -> None:
    """Where the score is linear, the class gradient is the weights themselves, smoothed or not."""
    model, x = corner_model(), NUMBERS.random((3, 1, 4, 4))
    gradient = seeing.class_gradient(model, x, 0)
    expected = model.weights["scores"]["weight"][0].reshape(1, 1, 4, 4)
    assert np.array_equal(gradient, np.repeat(expected, 3, axis=0))
    smooth = seeing.smooth_gradient(model, x, 0, np.random.default_rng(0), samples=5)
    assert np.allclose(smooth, gradient)
    each = seeing.class_gradient(model, x, [0, 1, 1])
    assert np.flatnonzero(each[1]).tolist() == [15]
    assert seeing.as_map(each)[0, 0, 0] == 3


def test_occlusion_finds_the_corner() -> None:
    """Covering the corner drops the probability as the softmax says, covering elsewhere does nothing."""
    model, image = corner_model(), np.ones((1, 4, 4)) * 0.5
    found = seeing.occlusion(model, image, 0, patch=2)
    p = ops.softmax([6.0, -0.5])[0]
    assert found.probability == pytest.approx(p)
    assert found.drops.shape == (3, 3)
    assert found.drops[0, 0] == pytest.approx(p - ops.softmax([0.0, -0.5])[0])
    assert found.drops[1, 1] == pytest.approx(p - ops.softmax([4.5, -0.5])[0])
    assert found.heat[0, 0] == found.drops[0, 0]
    assert found.heat[1, 1] == pytest.approx(found.drops[:2, :2].mean())
    with pytest.raises(ShapeError, match="a patch that fits"):
        seeing.occlusion(model, image, 0, patch=5)


def test_grad_cam_tells_the_edges_apart() -> None:
    """Behind a global mean, Grad-CAM of a class is its own map, times weight over places: 5/64."""
    model, x = edge_model(), two_edges()
    maps = ops.node_values(*model, x, ["bent"])["bent"][0]
    for label in (0, 1):
        found = seeing.grad_cam(model, x, label, "bent")
        assert found.shape == (1, 8, 8)
        assert found[0] == pytest.approx(maps[label] * 5 / 64)
    assert maps[0, 1, 4] > 0 == maps[1, 1, 4]
    assert maps[1, 6, 2] > 0 == maps[0, 6, 2]
    with pytest.raises(ShapeError, match="before the maps are flattened"):
        seeing.grad_cam(model, x, 0, "flat")
    with pytest.raises(ShapeError, match="one of its 2 classes"):
        seeing.grad_cam(model, x, 2, "bent")


def test_the_rules_of_relu_differ_as_published() -> None:
    """Of all four cases of signs, gradient, deconvnet and guided backpropagation pass 2, 2 and 1."""
    network = chain("bend", Input(4), ("bend", ReLU()))
    done = ops.run(network, {}, [[1.0, 1.0, -1.0, -1.0]])
    grad = [[5.0, -5.0, 5.0, -5.0]]
    passed = [
        ops.backward(done, grad, rules=rules).values["input"].tolist()
        for rules in (None, {ReLU: seeing.deconvnet_relu}, {ReLU: seeing.guided_relu})
    ]
    assert passed == [[[5, -5, 0, 0]], [[5, 0, 5, 0]], [[5, 0, 0, 0]]]


def test_a_unit_is_traced_to_its_strongest_place() -> None:
    """The gradient of a map's strongest cell is its kernel, laid where the cell looks."""
    model = edge_model()
    x = np.zeros((1, 1, 8, 8))
    x[0, 0, 3, 5] = 1
    gradient = seeing.unit_gradient(model, x, "conv", 0)
    assert np.array_equal(gradient[0, 0, 2:5, 3:6], model.weights["conv"]["weight"][0, 0])
    assert gradient.astype(bool).sum() == 6


def test_patches_are_cropped_to_the_receptive_field() -> None:
    """The best patch is where the pattern was put; its box is the receptive field of the winning cell."""
    network = chain(
        "look",
        Input(1, 12, 12),
        ("conv", Conv2d(1, 3, padding=1)),
        ("pool", MaxPool2d(2)),
        ("two", Conv2d(1, 3)),
    )
    ones = {"weight": np.ones((1, 1, 3, 3)), "bias": np.zeros(1)}
    images = np.zeros((3, 1, 12, 12))
    images[1, 0, 5, 6] = 0.5
    images[2, 0, 0, 0] = 3
    fields = tuple(measure.receptive_field(network, "two", axis) for axis in (0, 1))
    model = ops.Model(network, {"conv": ones, "two": ones})
    found = seeing.top_patches(model, images, ("two", 0), fields, 2)
    assert [patch.image for patch in found] == [2, 1]
    size = fields[0].size
    assert size == 8
    for patch in found:
        top, left, bottom, right = patch.box
        assert (bottom - top, right - left) == (size, size)
        assert top == -1 + 2 * patch.row
        assert patch.pixels.shape == (1, size, size)
        assert patch.pixels.max() == images[patch.image].max()
    assert found[0].pixels[0, 1, 1] == 3
    with pytest.raises(ShapeError, match="channel 1 of node two"):
        seeing.top_patches(model, images, ("two", 1), fields)


def test_filters_are_scaled_to_one() -> None:
    """Each filter's largest magnitude is 1; a node without 2-D filters is named."""
    model = edge_model()
    assert np.abs(seeing.filters(model.weights, "conv")).max(axis=(1, 2, 3)).tolist() == [1, 1]
    with pytest.raises(CnnMathError, match="a convolution of images"):
        seeing.filters(model.weights, "scores")


def test_search_climbs_and_roughness_smooths() -> None:
    """The search raises the unit, stays in range, repeats with its seed; the penalty smooths it."""
    model = edge_model()
    images = {}
    for roughness in (0.0, 0.5):
        search = seeing.Search(steps=40, roughness=roughness)
        found, again = (
            seeing.maximize_activation(model, ("scores", 0), np.random.default_rng(2), search)
            for _ in range(2)
        )
        assert np.array_equal(found.image, again.image)
        assert found.activations[-1] > found.activations[0] + 1
        assert len(found.activations) == 41
        assert 0 <= found.image.min() <= found.image.max() <= 1
        images[roughness] = found.image
    energy = {
        key: float(np.vdot(image, seeing.maximization.rough_part(image))) for key, image in images.items()
    }
    assert energy[0.5] < energy[0.0]
    with pytest.raises(CnnMathError, match="a channel from 0 to 1"):
        seeing.maximize_activation(model, ("scores", 2), np.random.default_rng(0))


def test_the_rough_part_is_the_slope_of_the_penalty() -> None:
    """Measured slopes of ½ Σ f² |X(f)|² confirm its gradient, on odd and even sides."""
    for shape in ((1, 4, 5), (2, 3, 6)):

        def penalty(image):
            height, width = image.shape[-2:]
            spectrum = np.fft.fft2(image, norm="ortho")
            squares = (np.fft.fftfreq(height)[:, None] * height) ** 2 + (np.fft.fftfreq(width) * width) ** 2
            return 0.5 * np.sum(squares * np.abs(spectrum) ** 2)

        report = ops.gradient_check(
            penalty,
            NUMBERS.random(shape),
            backward=lambda grad, image: grad * seeing.maximization.rough_part(image),
        )
        assert report.ok, str(report)


def test_rank_correlation_is_scipys() -> None:
    """Spearman's correlation with ties equals SciPy's; constants correlate with nothing."""
    a, b = NUMBERS.integers(0, 5, 60), NUMBERS.integers(0, 5, 60)
    assert seeing.rank_correlation(a, b) == pytest.approx(spearmanr(a, b).statistic, abs=1e-14)
    assert seeing.rank_correlation(np.ones(4), np.arange(4)) == 0


def test_sanity_rows_go_from_the_scores_down() -> None:
    """The first row is the map itself; then each trained node is randomized, from the top down."""
    model = edge_model()
    x = NUMBERS.random((4, 1, 8, 8))
    before = model.weights["scores"]["weight"].copy()
    rows = seeing.sanity_check(model, x, [0, 1, 0, 1], np.random.default_rng(0))
    assert [row.node for row in rows] == ["", "scores", "conv"]
    assert set(rows[0].similarity.values()) == {1.0}
    assert np.array_equal(model.weights["scores"]["weight"], before)
    found = {row.method: row for row in seeing.class_check(model, x, [0, 1, 0, 1])}
    assert set(found) == set(seeing.METHODS)
    assert all(-1 <= row.other_class <= 1 and -1 <= row.image <= 1 for row in found.values())


def test_the_export_can_be_computed_by_hand() -> None:
    """The exported levels and scales give back the exported scores, through plain loops; it is JSON."""
    network = chain(
        "tiny",
        Input(1, 4, 4),
        ("conv", Conv2d(2, 3, padding=1)),
        ("bent", ReLU()),
        ("pool", MaxPool2d(2)),
        ("flat", Flatten()),
        ("scores", Linear(3)),
    )
    weights = ops.initialize(network, np.random.default_rng(1))
    data = json.loads(json.dumps(seeing.export_network(network, weights, NUMBERS.random((2, 1, 4, 4)))))
    assert (data["format"], data["version"]) == ("cnnmath-network", 1)
    assert [layer["kind"] for layer in data["layers"]] == [
        "input",
        "conv",
        "relu",
        "max",
        "flatten",
        "linear",
    ]

    def tensor(layer, name):
        stored = layer[name]
        assert max(map(abs, stored["levels"]), default=0) <= 127
        return np.reshape(stored["levels"], stored["shape"]) * stored["scale"]

    conv, pool, linear = data["layers"][1], data["layers"][3], data["layers"][5]
    assert (conv["padding"], conv["stride"], pool["kernel"]) == ([[1, 1], [1, 1]], [1, 1], [2, 2])
    for example in data["examples"]:
        x = np.reshape(example["input"], (1, *data["layers"][0]["shape"]))
        maps = ops.conv2d_loops(x, tensor(conv, "weight"), tensor(conv, "bias"), padding=1)
        row = ops.max_pool2d_loops(np.maximum(maps, 0), 2).reshape(-1)
        assert tensor(linear, "weight") @ row + tensor(linear, "bias") == pytest.approx(
            example["scores"], abs=1e-3
        )


def test_the_export_is_read_back() -> None:
    """An exported network is read back with the same layers and rounded weights; other data is refused."""
    network = chain(
        "net",
        Input(1, 5, 5),
        ("c", Conv2d(2, 3, stride=2, padding=((1, 0), (0, 1)), bias=False)),
        ("m", MaxPool2d(2, 1)),
        ("f", Flatten()),
        ("l", Linear(2)),
    )
    weights = ops.initialize(network, np.random.default_rng(2))
    data = json.loads(json.dumps(seeing.export_network(network, weights, np.zeros((1, 1, 5, 5)))))
    model = seeing.import_network(data)
    assert model.network == network
    for node, stored in seeing.round_weights(weights).items():
        assert {name: value.tolist() for name, value in stored.items()} == {
            name: value.tolist() for name, value in model.weights[node].items()
        }
    with pytest.raises(ArchitectureError, match="version 2"):
        seeing.import_network(data | {"version": 2})
    with pytest.raises(ArchitectureError, match="got lstm"):
        seeing.import_network(data | {"layers": [*data["layers"], {"name": "x", "kind": "lstm"}]})


def test_what_the_page_cannot_compute_is_not_exported() -> None:
    """A branch, a layer of another kind and a grouped convolution are refused by name."""
    builder = Builder("fork")
    x = builder.input(1, 4, 4)
    builder.add("sum", Add(), x, x)
    with pytest.raises(ArchitectureError, match="a chain of layers"):
        seeing.export_network(builder.build(), {}, np.zeros((1, 1, 4, 4)))
    for layer, words in (
        (GlobalAvgPool(), "a layer that the page computes"),
        (Conv2d(2, 1, groups=2), "one group"),
    ):
        network = chain("net", Input(2, 4, 4), layer)
        weights = ops.initialize(network, np.random.default_rng(0))
        with pytest.raises(ArchitectureError, match=words):
            seeing.export_network(network, weights, np.zeros((1, 2, 4, 4)))
