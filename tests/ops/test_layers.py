"""Dense and unshared layers, activations, losses, normalizations, dropout, padding and resizing."""

from __future__ import annotations

import math
from functools import partial

import numpy as np
import pytest
from scipy import special

from cnnmath import ops
from cnnmath.errors import CnnMathError, ShapeError

NUMBERS = np.random.default_rng(20)
ACTIVATIONS = [
    "relu",
    "relu6",
    "leaky_relu",
    "sigmoid",
    "tanh",
    "silu",
    "gelu",
    "hard_sigmoid",
    "hard_swish",
]


def agrees(f, *tensors, backward) -> None:
    """Require that measured slopes confirm the backward pass."""
    report = ops.gradient_check(f, *tensors, backward=backward)
    assert report.ok, str(report)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_slopes_of_activations(name: str) -> None:
    """Each activation's derivative is its slope, away from its kinks, and float32 stays float32."""
    forward, backward = getattr(ops, name), getattr(ops, f"{name}_backward")
    agrees(forward, NUMBERS.standard_normal((3, 4)) * 3, backward=backward)
    single = np.linspace(-4, 4, 9, dtype=np.float32)
    assert forward(single).dtype == backward(single, single).dtype == np.float32


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [(ops.sigmoid, special.expit), (ops.gelu, lambda x: x * special.ndtr(x)), (ops.softmax, special.softmax)],
)
def test_scipy_agrees(ours, theirs) -> None:
    """SciPy's sigmoid, normal distribution and softmax give the same numbers, also far out."""
    x = np.array([-800.0, -30.0, -1.0, 0.0, 0.5, 30.0, 800.0])
    assert np.allclose(ours(x), theirs(x), rtol=1e-12, atol=0)


def test_an_activation_keeps_any_shape() -> None:
    """Activations take a number, a vector or a tensor, also an empty one."""
    for shape in [(), (0,), (2, 3, 4, 5, 6)]:
        for name in ACTIVATIONS:
            assert getattr(ops, name)(np.zeros(shape)).shape == shape


def test_linear_slopes_and_shapes() -> None:
    """Y = x wᵀ + b with confirmed gradients; a transposed w is recognized."""
    x, w, b = NUMBERS.standard_normal((4, 3)), NUMBERS.standard_normal((2, 3)), NUMBERS.standard_normal(2)
    agrees(ops.linear, x, w, b, backward=lambda grad, x, w, b: ops.linear_backward(grad, x, w))
    with pytest.raises(ShapeError, match=r"x of shape \(4, 3\) and w of shape \(3, 2\).*give w\.T"):
        ops.linear(x, w.T)
    with pytest.raises(ShapeError, match="one bias per output"):
        ops.linear(x, w, np.zeros(3))


def test_shared_kernels_make_a_locally_connected_layer_a_convolution() -> None:
    """With the same kernel at every place it is conv2d, exactly; with its own ones, slopes confirm it."""
    x, w = NUMBERS.integers(-5, 6, (2, 3, 5, 6)), NUMBERS.integers(-5, 6, (4, 3, 3, 2))
    options = {"stride": (2, 1), "padding": 1, "dilation": (1, 2)}
    y = ops.conv2d(x, w, **options)
    repeated = np.broadcast_to(w, (*y.shape[2:], *w.shape))
    assert np.array_equal(ops.locally_connected2d(x, repeated, **options), y)
    own = NUMBERS.standard_normal(repeated.shape)
    bias = NUMBERS.standard_normal(y.shape[1:])
    agrees(
        partial(ops.locally_connected2d, **options),
        x,
        own,
        bias,
        backward=lambda grad, x, w, b: ops.locally_connected2d_backward(grad, x, w, **options),
    )
    with pytest.raises(ShapeError, match="one kernel per output cell"):
        ops.locally_connected2d(x, own)


def test_cross_entropy_is_minus_the_log_probability() -> None:
    """The loss is the mean of -log p[label], finite for wild scores, and its slopes are (p - onehot)/N."""
    scores, labels = NUMBERS.standard_normal((5, 4)) * 3, np.array([0, 3, 1, 1, 2])
    by_hand = -np.mean([math.log(ops.softmax(row)[label]) for row, label in zip(scores, labels, strict=True)])
    assert ops.softmax_cross_entropy(scores, labels) == pytest.approx(by_hand, rel=1e-12)
    assert ops.softmax_cross_entropy([[1e4, 0.0]], [1]) == 1e4
    agrees(
        lambda x: ops.softmax_cross_entropy(x, labels),
        scores,
        backward=lambda grad, x: grad * ops.softmax_cross_entropy_backward(x, labels),
    )
    agrees(partial(ops.softmax, axis=1), scores, backward=partial(ops.softmax_backward, axis=1))


@pytest.mark.parametrize(
    ("scores", "labels", "words"),
    [
        ([[0.0, 0.0]], [2], "whole numbers from 0 to 1, one of the 2 classes"),
        ([[0.0, 0.0]], [-1], "int64 values from -1 to -1"),
        ([[0.0, 0.0]], [0.5], "float64 values from 0.5 to 0.5"),
        ([[0.0, 0.0]], [0, 1], "labels of shape (1,), got labels of shape (2,)"),
        (np.zeros((0, 2)), [], "at least one image and class"),
    ],
)
def test_bad_labels_are_named(scores, labels, words: str) -> None:
    """Labels out of range, of a broken kind or of a wrong count are refused."""
    with pytest.raises(CnnMathError) as caught:
        ops.softmax_cross_entropy(scores, labels)
    assert words in str(caught.value)


def test_squared_error() -> None:
    """The mean squared error has the slope 2 (y - target)/n."""
    y, target = NUMBERS.standard_normal((2, 3)), NUMBERS.standard_normal((2, 3))
    agrees(
        lambda y: ops.mean_squared_error(y, target),
        y,
        backward=lambda grad, y: grad * ops.mean_squared_error_backward(y, target),
    )
    with pytest.raises(ShapeError):
        ops.mean_squared_error(y, target[:1])


@pytest.mark.parametrize("shape", [(6, 3), (3, 3, 2, 4), (2, 3, 5)])
def test_batch_norm_slopes(shape) -> None:
    """In training and in inference, all three gradients of batch norm are its slopes."""
    x, scale, shift = NUMBERS.standard_normal(shape), NUMBERS.standard_normal(3), NUMBERS.standard_normal(3)
    fixed = (NUMBERS.standard_normal(3), NUMBERS.random(3) + 0.5)
    for statistics in (None, fixed):
        agrees(
            partial(ops.batch_norm, statistics=statistics),
            x,
            scale,
            shift,
            backward=lambda grad, x, scale, _, s=statistics: ops.batch_norm_backward(grad, x, scale, s),
        )


def test_batch_norm_does_what_its_name_says() -> None:
    """With scale 1 and shift 0 each channel has mean 0 and variance 1; inference with those agrees."""
    x = NUMBERS.standard_normal((8, 3, 4, 4)) * 5 + 2
    y = ops.batch_norm(x, np.ones(3), np.zeros(3), epsilon=0)
    assert np.allclose(y.mean(axis=(0, 2, 3)), 0)
    assert np.allclose(y.var(axis=(0, 2, 3)), 1)
    statistics = ops.batch_statistics(x)
    assert np.allclose(ops.batch_norm(x, np.ones(3), np.zeros(3), statistics, epsilon=0), y)


def test_running_statistics_use_the_unbiased_variance() -> None:
    """With momentum 1 they are NumPy's mean and its variance with one degree of freedom less."""
    x = NUMBERS.standard_normal((5, 2, 3, 3))
    mean, variance = ops.running_statistics((np.zeros(2), np.ones(2)), x, momentum=1)
    assert np.allclose(mean, x.mean(axis=(0, 2, 3)))
    assert np.allclose(variance, x.var(axis=(0, 2, 3), ddof=1))
    with pytest.raises(ShapeError, match="at least two values per channel"):
        ops.running_statistics((np.zeros(2), np.ones(2)), x[:1, :, :1, :1])


def test_other_norms_slopes() -> None:
    """Layer, group and local response normalization have confirmed gradients, for even and odd windows."""
    x = NUMBERS.standard_normal((2, 6, 3, 2))
    scale, shift = NUMBERS.standard_normal((3, 2)), NUMBERS.standard_normal((3, 2))
    agrees(ops.layer_norm, x, scale, shift, backward=lambda g, x, s, _: ops.layer_norm_backward(g, x, s))
    scale, shift = NUMBERS.standard_normal(6), NUMBERS.standard_normal(6)
    agrees(
        partial(ops.group_norm, groups=3),
        x,
        scale,
        shift,
        backward=lambda g, x, s, _: ops.group_norm_backward(g, x, s, groups=3),
    )
    for size in (1, 4, 5, 20):
        options = {"size": size, "alpha": 0.3, "beta": 0.75, "bias": 2.0}
        agrees(
            partial(ops.local_response_norm, **options),
            x,
            backward=partial(ops.local_response_norm_backward, **options),
        )


def test_normalizations_refuse_what_does_not_fit() -> None:
    """Scales of a wrong length, groups that do not divide and empty batches are named."""
    x = np.zeros((2, 3, 2, 2))
    with pytest.raises(ShapeError, match=r"scale of shape \(3,\), got scale of shape \(2,\)"):
        ops.batch_norm(x, np.ones(2), np.zeros(3))
    with pytest.raises(ShapeError, match="use the running statistics"):
        ops.batch_norm(x[:0], np.ones(3), np.zeros(3))
    with pytest.raises(ShapeError, match="groups that divide the 3 channels"):
        ops.group_norm(x, np.ones(3), np.zeros(3), groups=2)
    with pytest.raises(ShapeError, match="at least one axis in front"):
        ops.layer_norm(np.zeros(3), np.ones(3), np.zeros(3))
    with pytest.raises(CnnMathError, match="at least one map"):
        ops.local_response_norm(x, size=0)
    with pytest.raises(ShapeError, match="axes"):
        ops.batch_norm(np.zeros(3), np.ones(3), np.zeros(3))
    assert ops.batch_norm(x[:0], np.ones(3), np.zeros(3), (np.zeros(3), np.ones(3))).shape == (0, 3, 2, 2)


def test_dropout_keeps_the_mean_and_its_mask() -> None:
    """Of 100,000 cells about 30 % are silent (within 5 sigma), the rest is enlarged, and backward agrees."""
    mask = ops.dropout_mask((100_000,), 0.3, np.random.default_rng(1))
    silent = int((mask == 0).sum())
    assert abs(silent - 30_000) < 5 * math.sqrt(100_000 * 0.3 * 0.7)
    assert np.unique(mask[mask > 0]).tolist() == [np.float32(1) / np.float32(0.7)]
    x = np.ones(100_000)
    assert np.array_equal(ops.dropout(x, mask), ops.dropout_backward(x, mask))
    assert np.array_equal(mask, ops.dropout_mask((100_000,), 0.3, np.random.default_rng(1)))
    for rate in (1, -0.1, 1.5):
        with pytest.raises(CnnMathError, match="below 1"):
            ops.dropout_mask((3,), rate, np.random.default_rng(1))


NUMPY_MODES = {
    "constant": "constant",
    "reflect": "reflect",
    "symmetric": "symmetric",
    "replicate": "edge",
    "circular": "wrap",
}


@pytest.mark.parametrize("mode", ops.padding_modes())
def test_padding_modes(mode: str) -> None:
    """Every mode equals numpy.pad's, and its backward is the adjoint: copies add up."""
    x = NUMBERS.integers(-9, 10, (2, 2, 4, 5))
    sides = ((2, 1), (0, 3))
    y = ops.pad2d(x, sides, mode)
    assert np.array_equal(y, np.pad(x, ((0, 0), (0, 0), *sides), mode=NUMPY_MODES[mode]))
    grad = NUMBERS.integers(-9, 10, y.shape)
    assert np.vdot(y, grad) == np.vdot(x, ops.pad2d_backward(grad, sides, mode))


def test_padding_that_cannot_be_is_named() -> None:
    """A mirror that would need more cells than there are, and an unknown mode with its near miss."""
    x = np.zeros((1, 1, 3, 3))
    assert ops.pad2d(x, 3, "symmetric").shape == (1, 1, 9, 9)
    with pytest.raises(ShapeError, match=r"padding \(3, 3\) on an axis of 3 cells") as caught:
        ops.pad2d(x, 3, "reflect")
    assert "at most 2 on each side" in str(caught.value)
    with pytest.raises(CnnMathError, match="Did you mean reflect"):
        ops.pad2d(x, 1, "reflekt")
    with pytest.raises(ShapeError, match="at least the cells"):
        ops.pad2d_backward(x, 2)
    assert ops.pad2d(x, 1, value=7)[0, 0, 0, 0] == 7


def test_resizing() -> None:
    """Adaptive means and upsampling have confirmed gradients; size 1 is the global mean, (H, W) x itself."""
    x = NUMBERS.standard_normal((2, 3, 5, 7))
    for size in ((2, 3), (5, 1), (8, 9)):
        agrees(
            partial(ops.adaptive_avg_pool2d, output_size=size), x, backward=ops.adaptive_avg_pool2d_backward
        )
    assert np.allclose(ops.adaptive_avg_pool2d(x, 1), ops.global_avg_pool2d(x))
    assert np.allclose(ops.adaptive_avg_pool2d(x, (5, 7)), x)
    for mode in ("nearest", "bilinear"):
        options = {"factor": 3, "mode": mode}
        agrees(partial(ops.upsample2d, **options), x, backward=partial(ops.upsample2d_backward, **options))
    assert np.array_equal(ops.upsample2d(x, 2), x.repeat(2, axis=2).repeat(2, axis=3))
    with pytest.raises(CnnMathError, match="nearest or bilinear"):
        ops.upsample2d(x, 2, "cubic")
