"""Convolution forward: the definition by hand, three ways that must agree exactly, and what is refused."""

from __future__ import annotations

import tracemalloc
from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import correlate2d

from cnnmath import ops
from cnnmath.errors import CnnMathError, ShapeError
from cnnmath.ops import unfolding

BINARY_IMAGE = [[1, 1, 1, 0, 0], [0, 1, 1, 1, 0], [0, 0, 1, 1, 1], [0, 0, 1, 1, 0], [0, 1, 1, 0, 0]]
CROSS = [[1, 0, 1], [0, 1, 0], [1, 0, 1]]


@st.composite
def layers(draw):
    """Draw x, w, b and a geometry whose window fits: also strides beyond the kernel, no images, odd sides."""
    groups = draw(st.integers(1, 3))
    channels, maps = groups * draw(st.integers(1, 2)), groups * draw(st.integers(1, 2))
    kernel = [draw(st.integers(1, 3)) for _ in range(2)]
    dilation = [draw(st.integers(1, 2)) for _ in range(2)]
    padding = [(draw(st.integers(0, 2)), draw(st.integers(0, 2))) for _ in range(2)]
    least = [max(1, d * (k - 1) + 1 - sum(p)) for k, d, p in zip(kernel, dilation, padding, strict=True)]
    size = [low + draw(st.integers(0, 4)) for low in least]
    images = draw(st.integers(0, 2))
    numbers = np.random.default_rng(draw(st.integers(0, 2**32)))
    x = numbers.integers(-9, 10, (images, channels, *size))
    w = numbers.integers(-9, 10, (maps, channels // groups, *kernel))
    options = {
        "stride": tuple(draw(st.integers(1, 4)) for _ in range(2)),
        "padding": tuple(padding),
        "dilation": tuple(dilation),
        "groups": groups,
    }
    return x, w, numbers.integers(-9, 10, maps), options


def test_the_book_example() -> None:
    """The 5×5 binary image with the cross kernel gives the map that is counted by hand in the book."""
    y = ops.conv2d([[BINARY_IMAGE]], [[CROSS]])
    assert y.tolist() == [[[[4, 3, 4], [2, 4, 3], [2, 3, 4]]]]


def test_scipy_agrees() -> None:
    """Two channels correlate as scipy.signal says, channel by channel, summed."""
    numbers = np.random.default_rng(3)
    x, w = numbers.integers(-9, 10, (1, 2, 7, 6)), numbers.integers(-9, 10, (1, 2, 3, 2))
    expected = sum(correlate2d(x[0, c], w[0, c], mode="valid") for c in (0, 1))
    assert np.array_equal(ops.conv2d(x, w)[0, 0], expected)


@given(layers())
@settings(max_examples=60, deadline=None)
def test_three_ways_agree_exactly(layer) -> None:
    """Loops, windows and one matrix product give the same whole numbers for every geometry."""
    x, w, b, options = layer
    loops = ops.conv2d_loops(x, w, b, **options)
    assert loops.dtype == np.int64
    assert np.array_equal(ops.conv2d_windows(x, w, b, **options), loops)
    assert np.array_equal(ops.conv2d(x, w, b, **options), loops)


@given(layers())
@settings(max_examples=40, deadline=None)
def test_three_backward_ways_agree_exactly(layer) -> None:
    """All three backward passes give the same whole numbers, in the shapes of x, w and b."""
    x, w, b, options = layer
    grad = np.random.default_rng(len(x)).integers(-9, 10, ops.conv2d(x, w, **options).shape)
    loops = ops.conv2d_loops_backward(grad, x, w, **options)
    assert [part.shape for part in loops] == [x.shape, w.shape, b.shape]
    for backward in (ops.conv2d_windows_backward, ops.conv2d_backward):
        for ours, theirs in zip(backward(grad, x, w, **options), loops, strict=True):
            assert np.array_equal(ours, theirs)


@given(layers())
@settings(max_examples=40, deadline=None)
def test_the_backward_is_the_adjoint(layer) -> None:
    """⟨C x, y⟩ = ⟨x, Cᵀ y⟩ exactly, and the same in w and in b: the layer is linear in each."""
    x, w, b, options = layer
    y = ops.conv2d(x, w, **options)
    grad = np.random.default_rng(1).integers(-9, 10, y.shape)
    dx, dw, db = ops.conv2d_backward(grad, x, w, **options)
    assert np.vdot(y, grad) == np.vdot(x, dx) == np.vdot(w, dw)
    assert np.vdot(np.broadcast_to(b[:, None, None], y.shape), grad) == np.vdot(b, db)


@pytest.mark.parametrize("workspace", [1, 500, 10**6])
def test_the_cut_into_blocks_does_not_show(workspace: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Single rows, some rows or many images at a time: the result is the same."""
    numbers = np.random.default_rng(0)
    x, w = numbers.integers(-9, 10, (3, 4, 9, 7)), numbers.integers(-9, 10, (6, 2, 3, 2))
    options = {"stride": (2, 1), "padding": ((1, 0), (2, 1)), "dilation": (2, 1), "groups": 2}
    grad = numbers.integers(-9, 10, ops.conv2d(x, w, **options).shape)
    expected = [ops.conv2d_windows(x, w, **options), *ops.conv2d_windows_backward(grad, x, w, **options)]
    monkeypatch.setattr(unfolding, "WORKSPACE", workspace)
    found = [ops.conv2d(x, w, **options), *ops.conv2d_backward(grad, x, w, **options)]
    assert all(np.array_equal(ours, theirs) for ours, theirs in zip(found, expected, strict=True))


def test_the_workspace_is_bounded() -> None:
    """A layer whose columns would need 87 MB works in its output and a few times the workspace."""
    x, w = np.ones((1, 24, 160, 160), np.float32), np.ones((2, 24, 6, 6), np.float32)
    tracemalloc.start()
    ops.conv2d(x, w)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert 24 * 36 * 155 * 155 * 4 > 80e6
    assert peak < 3 * unfolding.WORKSPACE


def test_float32_stays_and_integers_stay_exact() -> None:
    """float32 gives float32, forward and backward; small integers become int64 and do not overflow."""
    x, w = np.ones((1, 2, 4, 4), np.float32), np.ones((3, 2, 2, 2), np.float32)
    y = ops.conv2d(x, w, np.ones(3, np.float32))
    assert y.dtype == np.float32
    assert {part.dtype for part in ops.conv2d_backward(y, x, w)} == {np.dtype(np.float32)}
    bright = np.full((1, 1, 9, 9), 255, np.uint8)
    assert ops.conv2d(bright, bright).item() == 81 * 255**2


def test_true_convolution_flips() -> None:
    """True convolution is commutative in one channel, as numpy.convolve is, and flips the kernel."""
    a, b = [[[1, 2, 3]]], [[[4, 5, 6, 7]]]
    y = ops.true_conv2d([b], [a], padding=((0, 0), (2, 2)))
    assert y[0, 0, 0].tolist() == np.convolve([1, 2, 3], [4, 5, 6, 7]).tolist()
    assert y.tolist() == ops.true_conv2d([a], [b], padding=((0, 0), (3, 3))).tolist()


def test_one_dimension_is_one_row() -> None:
    """conv1d correlates signals as numpy.correlate does, also with padding before only (causal)."""
    signal, kernel = np.array([3, 1, 4, 1, 5]), np.array([2, 7, 1])
    assert ops.conv1d([[signal]], [[kernel]])[0, 0].tolist() == np.correlate(signal, kernel).tolist()
    causal = ops.conv1d([[signal]], [[kernel]], padding=(2, 0))
    assert causal[0, 0].tolist() == [3 * 1, 3 * 7 + 1, 3 * 2 + 7 + 4, 2 + 28 + 1, 8 + 7 + 5]


def test_im2col_is_the_convolution_as_a_product() -> None:
    """W as a matrix times the columns is the convolution, and col2im is the adjoint of im2col."""
    numbers = np.random.default_rng(5)
    x, w = numbers.integers(-5, 6, (2, 3, 6, 5)), numbers.integers(-5, 6, (4, 3, 3, 2))
    geometry = {"stride": 2, "padding": 1}
    columns = ops.im2col(x, (3, 2), **geometry)
    assert columns.shape == (2, 18, 9)
    assert np.array_equal((w.reshape(4, -1) @ columns).reshape(2, 4, 3, 3), ops.conv2d(x, w, **geometry))
    other = numbers.integers(-5, 6, columns.shape)
    folded = ops.col2im(other, (6, 5), (3, 2), **geometry)
    assert np.vdot(columns, other) == np.vdot(x, folded)


def test_alexnet_columns() -> None:
    """AlexNet's first layer unfolds to 363 × 3025 columns (CS231n's notes on convolutional networks)."""
    assert ops.im2col(np.zeros((1, 3, 227, 227), np.float32), 11, stride=4).shape == (1, 363, 3025)


def test_the_weight_gradient_alone_is_the_same() -> None:
    """conv2d_weight_gradient gives the dw of conv2d_backward without the rest."""
    numbers = np.random.default_rng(7)
    x, w = numbers.integers(-5, 6, (2, 4, 6, 5)), numbers.integers(-5, 6, (6, 2, 3, 2))
    options = {"stride": 2, "padding": 1, "groups": 2}
    grad = numbers.integers(-5, 6, ops.conv2d(x, w, **options).shape)
    alone = ops.conv2d_weight_gradient(grad, x, (3, 2), **options)
    assert np.array_equal(alone, ops.conv2d_backward(grad, x, w, **options).w)


def test_slopes_agree() -> None:
    """Measured slopes confirm the backward pass with stride, uneven padding, dilation and groups."""
    numbers = np.random.default_rng(2)
    x, w, b = (numbers.standard_normal(shape) for shape in [(2, 4, 7, 6), (6, 2, 3, 2), (6,)])
    options = {"stride": (2, 3), "padding": ((2, 0), (1, 1)), "dilation": (1, 2), "groups": 2}

    def backward(grad, x, w, b):
        return ops.conv2d_backward(grad, x, w, **options)

    report = ops.gradient_check(partial(ops.conv2d, **options), x, w, b, backward=backward)
    assert report.ok, str(report)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (
            lambda: ops.conv2d(np.zeros((1, 3, 8, 8)), np.zeros((4, 2, 3, 3))),
            "conv2d: expected w of shape (4, 3, 3, 3), got x of shape (N, 3, 8, 8) and w of shape "
            "(4, 2, 3, 3), groups=1. Each map sees the 3 channels of its group: change w, or give x "
            "2 channels.",
        ),
        (
            lambda: ops.conv2d(np.zeros((3, 8, 8)), np.zeros((4, 3, 3, 3))),
            "conv2d: expected x with 4 axes (N, C, H, W), got x of shape (3, 8, 8). Reshape x; a single "
            "image needs a batch axis in front: x[None].",
        ),
        (
            lambda: ops.conv2d(np.zeros((1, 3, 4, 4)), np.zeros((4, 3, 3, 3)), dilation=2),
            "conv2d: expected a window that fits the padded input of 4×4, got a window that spans 5×5 on an "
            "input of 4×4. Use a smaller kernel or dilation, or more padding.",
        ),
        (
            lambda: ops.conv2d(np.zeros((1, 3, 4, 4)), np.zeros((4, 3, 3, 3)), np.zeros(3)),
            "conv2d: expected b of shape (4,), got b of shape (3,). It follows from w of shape (4, 3, 3, 3): "
            "one bias per output map.",
        ),
        (
            lambda: ops.conv2d(np.zeros((1, 4, 4, 4)), np.zeros((4, 2, 3, 3)), groups=3),
            "conv2d: expected groups that divide both, got groups=3 with 4 input channels and 4 output maps. "
            "4 is the largest that does, 1 the plain convolution.",
        ),
        (
            lambda: ops.conv2d_backward(
                np.zeros((1, 4, 4, 4)), np.zeros((1, 3, 4, 4)), np.zeros((4, 3, 3, 3))
            ),
            "conv2d_backward: expected grad of shape (1, 4, 2, 2), got grad of shape (1, 4, 4, 4). It "
            "follows from x of shape (1, 3, 4, 4) and w of shape (4, 3, 3, 3): grad has the output's shape.",
        ),
        (
            lambda: ops.col2im(np.zeros((1, 5, 4)), (3, 3), 2),
            "col2im: expected C·2·2 rows and 2·2 columns, got columns of shape (1, 5, 4). Input size (3, 3) "
            "and the geometry ask for it.",
        ),
    ],
)
def test_shapes_that_do_not_fit_are_named(call, words: str) -> None:
    """The error names the shapes, what was expected, and what to do."""
    with pytest.raises(CnnMathError) as caught:
        call()
    assert str(caught.value) == words


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (
            {"stride": 0},
            "conv2d: stride: expected a whole number of at least 1, or a pair of them (rows, columns)",
        ),
        ({"padding": -1}, "conv2d: padding: expected a whole number of at least 0"),
        ({"padding": "same"}, "got 'same'"),
        ({"dilation": (1, 2, 3)}, "got (1, 2, 3)"),
        ({"stride": 1.5}, "got 1.5"),
    ],
)
def test_geometry_must_be_whole_numbers(options, words: str) -> None:
    """A stride of 0, a negative or broken number, or a word is refused in words."""
    with pytest.raises(CnnMathError) as caught:
        ops.conv2d(np.zeros((1, 1, 4, 4)), np.zeros((1, 1, 2, 2)), **options)
    assert words in str(caught.value)


def test_only_real_numbers_are_taken() -> None:
    """Complex numbers and text are refused, half precision is computed in float32."""
    w = np.ones((1, 1, 1, 1))
    for bad in (np.ones((1, 1, 2, 2), complex), np.array([[[["a"]]]])):
        with pytest.raises(CnnMathError, match="expected real numbers"):
            ops.conv2d(bad, w)
    assert ops.conv2d(np.ones((1, 1, 2, 2), np.float16), w.astype(np.float16)).dtype == np.float32


def test_transposed_refuses_what_it_cannot_shape() -> None:
    """Channels that do not fit, too much output padding and a crop of everything are named."""
    x, w = np.zeros((1, 2, 3, 3)), np.zeros((2, 1, 3, 3))
    with pytest.raises(ShapeError, match="input channels come first"):
        ops.conv_transpose2d(x, w[:1])
    with pytest.raises(ShapeError, match="less than the stride or the dilation"):
        ops.conv_transpose2d(x, w, stride=2, output_padding=2)
    with pytest.raises(ShapeError, match="at least one output cell"):
        ops.conv_transpose2d(x, w, padding=3)


def test_the_matrix_of_a_convolution_and_its_transpose() -> None:
    """C x is the convolution and Cᵀ y the transposed one, with stride, padding, dilation and groups."""
    numbers = np.random.default_rng(11)
    x, w = numbers.integers(-4, 5, (1, 4, 5, 6)), numbers.integers(-4, 5, (2, 2, 3, 2))
    options = {"stride": (2, 1), "padding": 1, "dilation": (1, 2), "groups": 2}
    matrix = ops.convolution_matrix(w, (5, 6), **options)
    y = ops.conv2d(x, w, **options)
    assert np.array_equal(matrix @ x.ravel(), y.ravel())
    back = ops.conv_transpose2d(y, w, **options)
    assert back.shape == x.shape
    assert np.array_equal(matrix.T @ y.ravel(), back.ravel())
