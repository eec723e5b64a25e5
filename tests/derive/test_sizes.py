"""The size formulas against windows that are really placed, on more than a million layers."""

from __future__ import annotations

import numpy as np
import pytest

from cnnmath import derive, rules
from cnnmath.formula import parse

GENERAL = parse(derive.record("conv-output-size-clip").view("general").result.formula)


def grid(**ranges: range) -> dict[str, np.ndarray]:
    """Return every combination of the ranges as columns."""
    axes = np.meshgrid(*(np.arange(span.start, span.stop) for span in ranges.values()), indexing="ij")
    return {name: axis.ravel() for name, axis in zip(ranges, axes, strict=True)}


def placed(c: dict[str, np.ndarray]) -> np.ndarray:
    """Count the windows by sliding: start at the left edge, step by the stride, stop when one sticks out."""
    cells, extent = c["n"] + c["p_l"] + c["p_r"], c["d"] * (c["k"] - 1) + 1
    count, start = np.zeros_like(cells), np.zeros_like(cells)
    while (inside := start + extent <= cells).any():
        count += inside
        start += c["s"]
    return count


@pytest.mark.slow
def test_a_million_layers_have_as_many_windows_as_the_formula_says() -> None:
    """Placed one by one, the windows of 1,075,200 layers are as many as the general formula says."""
    columns = grid(
        n=range(1, 65), k=range(1, 8), s=range(1, 7), p_l=range(5), p_r=range(5), d=range(1, 17, 1)[:16:1]
    )
    values = GENERAL.evaluate_many(columns)
    assert values.decided.all()
    assert len(values.numerator) >= 1_000_000
    assert np.array_equal(values.numerator, placed(columns))


def torch_ceil(c: dict[str, np.ndarray]) -> np.ndarray:
    """Return PyTorch's rule for ceil_mode: round up, and drop the last window if it starts in the padding."""
    # aten/src/ATen/native/Pool.h, pooling_output_shape_pad_lr
    room = c["n"] + c["p_l"] + c["p_r"] - c["d"] * (c["k"] - 1) - 1
    size = -(-room // c["s"]) + 1
    return np.where((size - 1) * c["s"] >= c["n"] + c["p_l"], size - 1, size)


def test_ceil_mode_is_what_pytorch_computes() -> None:
    """For paddings of at most half the window, as PyTorch demands, one dropped window is all there is."""
    columns = grid(n=range(1, 14), k=range(1, 6), s=range(1, 5), p_l=range(3), p_r=range(3), d=range(1, 3))
    allowed = (
        (2 * columns["p_l"] <= columns["k"])
        & (2 * columns["p_r"] <= columns["k"])
        & (columns["n"] + columns["p_l"] + columns["p_r"] > columns["d"] * (columns["k"] - 1))
    )
    columns = {name: column[allowed] for name, column in columns.items()}
    formula = parse(derive.record("pool-output-size-ceil").view("general").result.formula)
    assert np.array_equal(formula.evaluate_many(columns).numerator, torch_ceil(columns))


def test_tensorflow_same_gives_the_size_it_promises() -> None:
    """With the derived padding, ceil(n/s) windows can be placed, as TensorFlow's documentation promises."""
    columns = grid(n=range(1, 30), k=range(1, 8), s=range(1, 7), d=range(1, 4))
    padding = (
        parse(derive.record("padding-same-tf").view("general").result.formula)
        .evaluate_many(columns)
        .numerator
    )
    padded = {**columns, "p_l": padding // 2, "p_r": padding - padding // 2}
    assert np.array_equal(placed(padded), -(-columns["n"] // columns["s"]))


def test_a_transposed_convolution_writes_the_cells_that_the_formula_says() -> None:
    """Stamping every product onto a line and cutting the padding leaves as many cells as derived."""
    formula = parse(derive.record("transposed-output-size").view("general").result.formula)
    for n, k, s, d in np.ndindex(5, 4, 3, 2):
        written = {(s + 1) * i + (d + 1) * u for i in range(n + 1) for u in range(k + 1)}
        for before, after in ((0, 0), (1, 0), (1, 1)):
            for extra in range(s + 1):
                cells = range(min(written) + before, max(written) + 1 - after + extra)
                size = formula.evaluate(n=n + 1, k=k + 1, s=s + 1, d=d + 1, p_l=before, p_r=after, a=extra)
                assert size == (len(cells) if cells else size)


@pytest.mark.parametrize(
    ("name", "values", "expected", "source"),
    [
        ("relationship-01", {"n": 4, "k": 3}, 2, "Dumoulin and Visin, figure 2.1"),
        ("relationship-02", {"n": 5, "k": 4, "p": 2}, 6, "figure 2.2"),
        ("relationship-03", {"n": 5}, 5, "figure 2.3, k = 3"),
        ("relationship-04", {"n": 5, "k": 3}, 7, "figure 2.4"),
        ("relationship-05", {"n": 5, "k": 3, "s": 2}, 2, "figure 2.5"),
        ("relationship-06", {"n": 5, "k": 3, "s": 2, "p": 1}, 3, "figure 2.6"),
        ("relationship-06", {"n": 6, "k": 3, "s": 2, "p": 1}, 3, "figure 2.7"),
        ("relationship-07", {"n": 5, "k": 3, "s": 1}, 3, "figure 1.5"),
        ("relationship-08", {"n": 2, "k": 3}, 4, "figure 4.1"),
        ("relationship-09", {"n": 6, "k": 4, "p": 2}, 5, "figure 4.2"),
        ("relationship-10", {"n": 5}, 5, "figure 4.3, k = 3"),
        ("relationship-11", {"n": 7, "k": 3}, 5, "figure 4.4"),
        ("relationship-12", {"n": 2, "k": 3, "s": 2}, 5, "figure 4.5"),
        ("relationship-13", {"n": 3, "k": 3, "s": 2, "p": 1}, 5, "figure 4.6"),
        ("relationship-14", {"n": 3, "k": 3, "s": 2, "p": 1, "a": 1}, 6, "figure 4.7"),
        ("relationship-15", {"n": 7, "k": 3, "s": 1, "p": 0, "d": 2}, 3, "figure 5.1"),
    ],
)
def test_the_guide_s_figures(name: str, values: dict[str, int], expected: int, source: str) -> None:
    """Each relationship gives the output size that is drawn in "A guide to convolution arithmetic"."""
    assert parse(derive.record(name).result.formula).evaluate(values) == expected, source


@pytest.mark.parametrize(
    ("name", "values", "expected"),
    [
        # torchvision's documentation and the papers' tables
        ("conv-output-size", {"n": 227, "k": 11, "s": 4, "p": 0}, 55),  # AlexNet, first layer
        ("conv-output-size", {"n": 224, "k": 7, "s": 2, "p": 3}, 112),  # ResNet, first layer
        ("pool-output-size-ceil", {"n": 112, "k": 3, "s": 2, "p": 0}, 56),  # GoogLeNet, first pooling
        ("parameters-linear", {"C": 9216, "F": 4096}, 37752832),  # AlexNet fc6
        ("parameters-conv", {"C": 3, "F": 96, "k": 11}, 34944),  # AlexNet conv1
        ("parameters-locally-connected", {"C": 3, "F": 96, "k": 11, "o": 55}, 105705600),  # conv1 unshared
        ("macs-conv", {"C": 3, "F": 96, "k": 11, "o": 55}, 105415200),  # AlexNet conv1
        ("receptive-field-uniform", {"L": 3, "k": 3}, 7),  # VGG: three 3x3 see 7x7 (section 2.3)
    ],
)
def test_numbers_of_the_papers(name: str, values: dict[str, int], expected: int) -> None:
    """The derived formulas give the numbers that papers print."""
    assert parse(derive.record(name).result.formula).evaluate(values) == expected


def test_the_receptive_field_of_vgg16() -> None:
    """VGG-16 sees 196 cells after its last convolution, 212 after its last pooling (Araujo, Distill 2019)."""
    formula = parse(derive.record("receptive-field-closed-form").result.formula)
    block = lambda convolutions: [(3, 1)] * convolutions + [(2, 2)]  # noqa: E731
    layers = [*block(2), *block(2), *block(3), *block(3), *block(3)]
    kernels, strides = ([0, *(layer[index] for layer in layers)] for index in (0, 1))
    assert formula.evaluate(L=len(layers), k=kernels, s=strides) == 212
    assert formula.evaluate(L=len(layers) - 1, k=kernels, s=strides) == 196


def test_the_rules_for_numbers_say_what_was_derived() -> None:
    """`rules.output_size`, which every network uses, is the derived formula."""
    for n, k, s, p, d in np.ndindex(6, 3, 3, 2, 2):
        values = {"n": n + 5, "k": k + 1, "s": s + 1, "p_l": p, "p_r": p, "d": d + 1}
        expected = parse(derive.record("conv-output-size").view("general").result.formula).evaluate(values)
        assert rules.output_size(n + 5, k + 1, s + 1, p, p, d + 1) == expected
