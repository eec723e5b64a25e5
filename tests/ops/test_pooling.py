"""Pooling: the book's examples, ties, borders, and both backward passes against independent ways."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnmath import ops
from cnnmath.errors import CnnMathError, ShapeError

BOOK = [[[[1, 1, 2, 4], [5, 6, 7, 8], [3, 2, 1, 0], [1, 2, 3, 4]]]]


@st.composite
def pools(draw):
    """Draw x with many ties and a pool whose windows each see a cell of it."""
    kernel = [draw(st.integers(1, 3)) for _ in range(2)]
    dilation = [draw(st.integers(1, 2)) for _ in range(2)]
    spans = [d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True)]
    padding = [(draw(st.integers(0, k // 2)), draw(st.integers(0, k // 2))) for k in kernel]
    size = [span + draw(st.integers(0, 4)) for span in spans]
    x = np.random.default_rng(draw(st.integers(0, 2**32))).integers(
        -2, 3, (draw(st.integers(0, 2)), 2, *size)
    )
    options = {
        "stride": tuple(draw(st.integers(1, 4)) for _ in range(2)),
        "padding": tuple(padding),
        "dilation": tuple(dilation),
        "ceil_mode": draw(st.booleans()),
    }
    return x, tuple(kernel), options


def brute_force_gradient(grad, x, kernel, options):
    """Send each gradient to the first of the largest cells, by listing every window."""
    (top, _), (left, _) = options["padding"]
    dx = np.zeros(x.shape, grad.dtype)
    for n, c, i, j in np.ndindex(grad.shape):
        cells = []
        for u in range(kernel[0]):
            for v in range(kernel[1]):
                row = i * options["stride"][0] + u * options["dilation"][0] - top
                column = j * options["stride"][1] + v * options["dilation"][1] - left
                if 0 <= row < x.shape[2] and 0 <= column < x.shape[3]:
                    cells.append((row, column))
        winner = max(cells, key=lambda cell: x[n, c, cell[0], cell[1]])  # max keeps the first
        dx[n, c, winner[0], winner[1]] += grad[n, c, i, j]
    return dx


def test_the_book_examples() -> None:
    """The four windows of the book's 4×4 map pool to 6, 8, 3, 4; its means are exact quarters."""
    assert ops.max_pool2d(BOOK, 2).tolist() == [[[[6, 8], [3, 4]]]]
    assert ops.avg_pool2d(BOOK, 2).tolist() == [[[[13 / 4, 21 / 4], [2.0, 2.0]]]]


@given(pools())
@settings(max_examples=80, deadline=None)
def test_max_pool_is_the_largest_cell_of_each_window(pool) -> None:
    """The fast pool equals the one by loops, for every geometry, in whole numbers."""
    x, kernel, options = pool
    y = ops.max_pool2d(x, kernel, **options)
    assert y.dtype == np.int64
    assert np.array_equal(y, ops.max_pool2d_loops(x, kernel, **options))


@given(pools())
@settings(max_examples=60, deadline=None)
def test_ties_go_to_the_first_maximum_and_overlaps_add(pool) -> None:
    """The backward pass equals listing all windows, with many ties and overlaps; unpooling does the same."""
    x, kernel, options = pool
    shape = ops.max_pool2d(x, kernel, **options).shape
    grad = np.random.default_rng(4).integers(-9, 10, shape)
    dx = ops.max_pool2d_backward(grad, x, kernel, **options)
    assert np.array_equal(dx, brute_force_gradient(grad, x, kernel, options))
    switches = ops.max_pool2d_switches(x, kernel, **options)
    assert np.array_equal(ops.max_unpool2d(grad, switches, x.shape[2:]), dx)


@given(pools(), st.booleans())
@settings(max_examples=60, deadline=None)
def test_means_are_linear_and_their_backward_the_adjoint(pool, count_padding) -> None:
    """⟨A x, y⟩ = ⟨x, Aᵀ y⟩ for every geometry; a map of ones stays ones where the padding is not counted."""
    x, kernel, options = pool
    options = {key: value for key, value in options.items() if key != "dilation"} | {
        "count_padding": count_padding
    }
    y = ops.avg_pool2d(x, kernel, **options)
    grad = np.random.default_rng(4).integers(-9, 10, y.shape).astype(float)
    dx = ops.avg_pool2d_backward(grad, x, kernel, **options)
    assert np.isclose(np.vdot(y, grad), np.vdot(x, dx))
    if not count_padding:
        assert np.allclose(ops.avg_pool2d(np.ones(x.shape), kernel, **options), 1)


def test_tie_in_a_flat_window() -> None:
    """In a constant map, the top left cell of each window receives the gradient."""
    dx = ops.max_pool2d_backward(np.array([[[[1, 2], [3, 4]]]]), np.zeros((1, 1, 4, 4)), 2)
    assert dx[0, 0].tolist() == [[1, 0, 2, 0], [0, 0, 0, 0], [3, 0, 4, 0], [0, 0, 0, 0]]


def test_padding_is_never_the_maximum() -> None:
    """Not for the lowest numbers there are: minus infinity and the smallest integer keep their gradient."""
    for x in (np.full((1, 1, 3, 3), -np.inf), np.full((1, 1, 3, 3), np.iinfo(np.int64).min)):
        dx = ops.max_pool2d_backward(np.ones((1, 1, 2, 2)), x, 3, stride=2, padding=1)
        assert dx.sum() == 4
        assert ops.max_pool2d_switches(x, 3, stride=2, padding=1).tolist() == [[[[0, 1], [3, 4]]]]


def test_not_a_number_spreads() -> None:
    """A window that sees a nan has the maximum nan, as in PyTorch."""
    assert np.isnan(ops.max_pool2d([[[[1.0, np.nan, 3.0]]]], (1, 3))).all()


def test_padding_counts_or_not() -> None:
    """A corner window of ones sees four ones and five zeros: 4/9 with the padding counted, 1 without."""
    ones = np.ones((1, 1, 2, 2))
    assert ops.avg_pool2d(ones, 3, stride=1, padding=1)[0, 0, 0, 0] == pytest.approx(4 / 9)
    assert ops.avg_pool2d(ones, 3, stride=1, padding=1, count_padding=False)[0, 0, 0, 0] == 1


def test_slopes_agree() -> None:
    """Measured slopes confirm the pools, overlapping and padded, and the global ones."""
    x = np.random.default_rng(3).standard_normal((2, 2, 5, 6))
    options = {"stride": 2, "padding": 1, "ceil_mode": True}
    pairs = [
        (partial(ops.max_pool2d, kernel=3, **options), partial(ops.max_pool2d_backward, kernel=3, **options)),
        (partial(ops.avg_pool2d, kernel=3, **options), partial(ops.avg_pool2d_backward, kernel=3, **options)),
        (ops.global_avg_pool2d, ops.global_avg_pool2d_backward),
        (ops.global_max_pool2d, ops.global_max_pool2d_backward),
    ]
    for forward, backward in pairs:
        report = ops.gradient_check(forward, x, backward=backward)
        assert report.ok, str(report)


def test_what_is_refused() -> None:
    """A window in padding alone, a wrong gradient, an empty map and switches of another map are named."""
    x = np.zeros((1, 1, 4, 4))
    with pytest.raises(ShapeError, match="at least one cell of the input") as caught:
        ops.max_pool2d(x, 2, padding=2)
    assert "Use at most half the kernel as padding." in str(caught.value)
    with pytest.raises(ShapeError, match=r"grad of shape \(1, 1, 2, 2\), got grad of shape \(1, 1, 3, 2\)"):
        ops.avg_pool2d_backward(np.zeros((1, 1, 3, 2)), x, 2)
    with pytest.raises(ShapeError, match="fits the padded input of 4×4"):
        ops.max_pool2d(x, 5)
    with pytest.raises(ShapeError, match="at least one cell"):
        ops.global_avg_pool2d(np.zeros((1, 1, 0, 4)))
    with pytest.raises(ShapeError, match="indices from 0 to 15"):
        ops.max_unpool2d(np.zeros((1, 1, 1, 1)), [[[[16]]]], (4, 4))
    with pytest.raises(CnnMathError, match="kernel"):
        ops.max_pool2d(x, 0)
