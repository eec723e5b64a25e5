"""Questions on images rest on exact loops and a list of kernels: both held against other computations."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterator
from fractions import Fraction

import numpy as np
import pytest

from cnnmath import derive, ops, practice
from cnnmath.figures.presets import PRESETS
from cnnmath.figures.topics.vision import LUMINANCE
from cnnmath.formula import parse_relation
from cnnmath.practice import grids

practice.questions("images")
BANK = sys.modules["cnnmath_exercises.06-images.questions"]


def pictures(height: int, width: int, high: int = 4) -> Iterator[grids.Rows]:
    """Yield twenty pictures of small numbers, with many equal entries."""
    generator = np.random.default_rng(height * 100 + width)
    for _ in range(20):
        yield tuple(map(tuple, generator.integers(-high, high, (height, width)).tolist()))


def tensor(rows: grids.Rows) -> np.ndarray:
    """Return a matrix as a batch of one image with one channel."""
    return np.array(rows, dtype=float)[None, None]


def test_correlation_is_the_layers() -> None:
    """By hand and by the layer: the same numbers, at both strides, and with the kernel turned."""
    for picture, kernel in zip(pictures(5, 6), pictures(3, 2), strict=True):
        for stride in (1, 2):
            expected = ops.conv2d(tensor(picture), tensor(kernel), stride=stride)[0, 0]
            assert np.array_equal(grids.correlate(picture, kernel, stride), expected)
        expected = ops.true_conv2d(tensor(picture), tensor(kernel))[0, 0]
        assert np.array_equal(grids.correlate(picture, grids.turned(kernel)), expected)


@pytest.mark.parametrize(("size", "stride"), [(2, 2), (3, 2), (2, 1), (3, 3)])
def test_pooling_and_its_gradient_are_the_layers(size: int, stride: int) -> None:
    """Maxima, means, winners among equals and shares of overlapping windows are those of the layers."""
    for picture in pictures(6, 7):
        x = tensor(picture)
        largest = grids.pool(picture, size, stride, max)
        assert np.array_equal(largest, ops.max_pool2d(x, size, stride=stride)[0, 0])
        means = grids.pool(picture, size, stride, lambda seen: Fraction(sum(seen), size * size))
        assert np.allclose(np.array(means, dtype=float), ops.avg_pool2d(x, size, stride=stride)[0, 0])
        back = tuple(
            tuple(range(at * len(line) + 1, (at + 1) * len(line) + 1)) for at, line in enumerate(largest)
        )
        won = grids.spread(
            (6, 7), back, size, stride, lambda at, rows=picture: {grids.first_place(rows, at, size): 1}
        )
        expected = ops.max_pool2d_backward(tensor(back), x, size, stride=stride)[0, 0]
        assert np.array_equal(np.array(won, dtype=float), expected)
        shared = grids.spread((6, 7), back, size, stride, lambda at: _share(at, size))
        expected = ops.avg_pool2d_backward(tensor(back), x, size, stride=stride)[0, 0]
        assert np.allclose(np.array(shared, dtype=float), expected)


def _share(corner: tuple[int, int], size: int) -> dict[tuple[int, int], Fraction]:
    cells = itertools.product(range(size), range(size))
    return {(corner[0] + i, corner[1] + j): Fraction(1, size * size) for i, j in cells}


def test_rank_and_factors_are_those_of_linear_algebra() -> None:
    """Rank as NumPy finds it by singular values; a product splits into factors that multiply back."""
    for rows in itertools.chain(pictures(3, 3, 2), pictures(3, 4, 2), pictures(4, 2, 2)):
        assert grids.rank(rows) == np.linalg.matrix_rank(np.array(rows))
    for column, row in itertools.product(itertools.product((-2, 0, 3), repeat=3), repeat=2):
        if any(column) and any(row):
            product = grids.outer(column, row)
            assert np.array_equal(product, np.outer(column, row))
            assert grids.outer(*grids.factors(product)) == product


def test_kernels_are_the_figures_kernels() -> None:
    """The kernels of questions are those that the figures and the explorer show under the same names."""
    names = {"Gaussian": "gaussian", "Laplacian": "laplacian", "Sobel x": "sobel-x", "Sobel y": "sobel-y"}
    for name, (rows, _) in BANK.KERNELS.items():
        line = name.removesuffix(" line")
        preset = names.get(name, name if line == name else f"line-{line}")
        assert rows == PRESETS[preset].rows


def test_weights_of_gray_are_the_figures_weights() -> None:
    """Rec. 709 and 601 as the figure of gray has them; each set adds up to 1 exactly."""
    for name, shares in BANK.LUMA.items():
        assert tuple(map(float, shares)) == LUMINANCE[name.removeprefix("Rec. ")]
        assert sum(shares) == 1


def test_indices_are_those_of_arrays() -> None:
    """Both layouts give the place that NumPy gives an entry in memory; channels first is what was derived."""
    first = derive.record("flatten-index").view("standard").result.formula
    for c, i, j in itertools.product(range(3), range(4), range(5)):
        values = {"c": c, "i": i, "j": j, "C": 3, "H": 4, "W": 5}
        place = np.ravel_multi_index((c, i, j), (3, 4, 5))
        for text in (BANK.CHANNELS_FIRST, first):
            parsed = parse_relation(text).parts[0]
            assert parsed.evaluate({name: values[name] for name in parsed.names}) == place
        parsed = parse_relation(BANK.CHANNELS_LAST).parts[0]
        last = np.ravel_multi_index((i, j, c), (4, 5, 3))
        assert parsed.evaluate({name: values[name] for name in parsed.names}) == last


def test_two_passes_cost_what_counting_gives() -> None:
    """The price of two passes is the number of products that the two loops really make."""
    for n, k in itertools.product(range(4, 9), (1, 3)):
        outputs = n - k + 1
        count = sum(1 for _ in itertools.product(range(n), range(outputs), range(k)))
        count += sum(1 for _ in itertools.product(range(outputs), range(outputs), range(k)))
        assert parse_relation(BANK.TWO_PASSES).parts[0].evaluate({"n": n, "k": k}) == count


def test_stimuli_have_one_winner() -> None:
    """For each oriented kernel one stimulus gives the largest answer: its own line."""
    for name in BANK.ORIENTED:
        kernel = BANK.KERNELS[name][0]
        answers = {seen: grids.correlate(rows, kernel)[0][0] for seen, rows in BANK.STIMULI.items()}
        best = max(answers.values())
        winners = [seen for seen, answer in answers.items() if answer == best]
        assert len(winners) == 1
        assert name.split()[0].removesuffix("ing").rstrip("l")[:3] in winners[0]
