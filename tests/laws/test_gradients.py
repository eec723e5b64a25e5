"""Questions on gradients rest on exact loops and formulas: held against the layers and the derivations."""

from __future__ import annotations

import itertools
import sys

import numpy as np
import pytest

from cnnmath import derive, ops, practice
from cnnmath.practice import grids
from cnnmath.practice.equivalence import compare, evaluated
from cnnmath.practice.lines import first_changed, recorded, with_error

practice.questions("gradients")
BANK = sys.modules["cnnmath_exercises.04-gradients.questions"]
SEEDS = range(12)


def rows(generator: np.random.Generator, height: int, width: int) -> grids.Rows:
    """Return a matrix of small whole numbers."""
    return tuple(map(tuple, generator.integers(-5, 6, (height, width)).tolist()))


def tensor(matrix: grids.Rows) -> np.ndarray:
    """Return a matrix as a batch of one image with one channel."""
    return np.array(matrix, dtype=float)[None, None]


LAYERS = [
    (shape, size, stride, rings)
    for shape, size, stride, rings in itertools.product(
        [(1, 5), (1, 8), (4, 4), (5, 7)],
        [(1, 1), (1, 3), (2, 2), (3, 2)],
        (1, 2, 3),
        [(0, 0), (0, 1), (1, 2)],
    )
    if size[0] <= shape[0] + 2 * rings[0] and (shape[0] > 1 or rings[0] == 0)
]


@pytest.mark.parametrize(("shape", "size", "stride", "rings"), LAYERS)
def test_gradients_by_hand_are_the_layers(
    shape: tuple[int, int], size: tuple[int, int], stride: int, rings: tuple[int, int]
) -> None:
    """Forward, by weights and by input, with stride and padding: the numbers of the layer, exactly."""
    generator = np.random.default_rng(sum(shape) + 10 * sum(size))
    picture, kernel = rows(generator, *shape), rows(generator, *size)
    read = grids.padded(picture, rings)
    outputs = grids.correlate(read, kernel, stride)
    back = rows(generator, len(outputs), len(outputs[0]))
    layer = {"stride": stride, "padding": rings}
    assert np.array_equal(outputs, ops.conv2d(tensor(picture), tensor(kernel), **layer)[0, 0])
    expected = ops.conv2d_backward(tensor(back), tensor(picture), tensor(kernel), **layer)
    by_weights = grids.weight_gradient(read, back, size, stride)
    by_input = grids.input_gradient(back, kernel, shape, stride, rings)
    assert np.array_equal(by_weights, expected.w[0, 0])
    assert np.array_equal(by_input, expected.x[0, 0])


@pytest.mark.parametrize("stride", [1, 2, 3])
def test_the_turned_kernel_over_the_stretched_gradient_gives_the_same(stride: int) -> None:
    """The gradient at the input is a convolution of the gradient with zeros between: what solutions say."""
    generator = np.random.default_rng(stride)
    back, kernel = rows(generator, 1, 3), rows(generator, 1, 4)
    wide = grids.padded(grids.stretched(back, stride), (0, 3))
    expected = grids.input_gradient(back, kernel, (1, 2 * stride + 4), stride)
    assert grids.correlate(wide, grids.turned(kernel)) == expected


@pytest.mark.parametrize(
    ("name", "formula", "area"),
    [
        ("conv-gradient-weights", BANK.BY_WEIGHT, BANK.WEIGHT_AREA),
        ("conv-gradient-input", BANK.BY_INPUT, BANK.INPUT_AREA),
        ("linear-gradient-input", BANK.LINEAR_INPUT, BANK.LINEAR_AREA),
    ],
)
def test_references_are_the_derived_results(name: str, formula: str, area: practice.Domain) -> None:
    """The formula that questions take for right is the one that was derived, step by step."""
    derived = derive.record(name).view("simple").result.formula
    assert practice.equivalent(derived, formula, area).status == "correct"


def test_the_gradient_of_a_batch_is_the_derived_one() -> None:
    """The weights of a dense layer over a batch, and average pooling at stride 1 without padding."""
    derived = derive.record("linear-gradient-weights").view("standard").result.formula
    assert practice.equivalent(derived, BANK.LINEAR_WEIGHTS, BANK.BATCH_AREA).status == "correct"
    pooled = derive.record("avg-pool-gradient").view("simple").result.formula
    unpadded = pooled.replace("m + p - s*i", "m - i")
    assert practice.equivalent(unpadded, BANK.BY_AVERAGED, BANK.AVERAGE_AREA).status == "correct"


@pytest.mark.parametrize("how", sorted(BANK.ERRORS))
def test_a_broken_line_is_false_and_only_where_it_is_said_to_be(how: str) -> None:
    """Lines before the broken one are untouched; it and the last line differ in value from the right ones."""
    name, change, _ = BANK.ERRORS[how]
    lines = recorded(name)
    first = 2 + first_changed(lines[2:], change)
    claimed = with_error(lines, first, change)
    assert claimed[:first] == lines[:first]
    for place in (first, len(lines) - 1):
        values = [evaluated(shown[place].shown.root, BANK.LINES_AREA) for shown in (claimed, lines)]
        assert compare(*values).difference is not None


@pytest.mark.parametrize("name", sorted(BANK.DERIVATIONS))
def test_lines_after_the_chain_rule_have_equal_values(name: str) -> None:
    """What is shown in order really is a chain of equal values, whatever was left out in between."""
    values = [evaluated(line.shown.root, BANK.LINES_AREA) for line in recorded(name)[2:]]
    for one, other in itertools.pairwise(values):
        agreement = compare(one, other)
        assert agreement.difference is None
        assert agreement.open == 0


def answer(name: str, seed: int) -> np.ndarray:
    """Return the right answer of a variant as numbers."""
    return np.array(practice.question(f"gradients/{name}", seed).answer.right, dtype=float)


def shown_rows(name: str, seed: int) -> list[np.ndarray]:
    """Return the tables that a variant shows, as numbers."""
    blocks = practice.question(f"gradients/{name}", seed).prompt
    return [np.array(block.rows, dtype=float) for block in blocks if hasattr(block, "rows")]


@pytest.mark.parametrize("seed", SEEDS)
def test_answers_with_tables_are_what_the_layers_compute(seed: int) -> None:
    """Weights, input and ReLU: the tables of the prompt, sent through the layers, give the answer."""
    picture, back = shown_rows("weights", seed)
    kernel = np.zeros((1, 1, 2, 2))
    found = ops.conv2d_backward(back[None, None], picture[None, None], kernel)
    assert np.array_equal(found.w[0, 0], answer("weights", seed))
    kernel, back = shown_rows("input", seed)
    found = ops.conv2d_backward(back[None, None], np.zeros((1, 1, 3, 3)), kernel[None, None])
    assert np.array_equal(found.x[0, 0], answer("input", seed))
    before, back = shown_rows("relu", seed)
    assert np.array_equal(ops.relu_backward(back, before), answer("relu", seed))


@pytest.mark.parametrize("seed", SEEDS)
def test_softmax_is_the_losses(seed: int) -> None:
    """Scores whose exponentials are the numbers of the prompt give the gradient of the answer."""
    asked = practice.question("gradients/softmax", seed)
    words = [inline.text for inline in asked.prompt[0].inlines]
    powers = np.array([float(part) for part in words[1].strip("[]").split(",")])
    right = int(words[2].split("number ")[1].split(",")[0])
    gradient = ops.softmax_cross_entropy_backward(np.log(powers)[None], np.array([right]))
    assert np.allclose(gradient, answer("softmax", seed))


@pytest.mark.parametrize("seed", SEEDS)
def test_max_pooling_with_ties_is_the_layers(seed: int) -> None:
    """The first of equal values wins, overlapping windows add: as the layer does."""
    words = [inline.text for inline in practice.question("gradients/max-pool-ties", seed).prompt[0].inlines]
    size, stride = (int(words[0].split(mark)[1].split()[0]) for mark in ("windows of", "stride"))
    row, back = (np.array([[[[*map(float, part.strip("[]").split(","))]]]]) for part in (words[1], words[3]))
    found = ops.max_pool2d_backward(back, row, (1, size), stride=(1, stride))
    assert np.array_equal(found[0, 0], answer("max-pool-ties", seed))


def test_the_gradient_through_batch_norm_adds_up_to_zero() -> None:
    """What the question on the missing entry says, for a batch norm of the layers."""
    generator = np.random.default_rng(0)
    x, back = generator.normal(size=(2, 4, 1, 1)), generator.normal(size=(2, 4, 1, 1))
    gamma = generator.normal(size=4)
    found = ops.batch_norm_backward(back, x, gamma)
    assert np.allclose(found.x.sum(axis=(0, 2, 3)), 0)
