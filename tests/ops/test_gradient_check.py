"""The gradient check as a learner meets it: it finds the wrong tensor, the place, and often the mistake."""

from __future__ import annotations

import numpy as np
import pytest

from cnnmath import ops
from cnnmath.errors import CnnMathError

NUMBERS = np.random.default_rng(12)
X, W, B = (NUMBERS.standard_normal(shape) for shape in [(1, 2, 5, 5), (2, 2, 3, 3), (2,)])


def conv(x, w, b):
    """Convolve with padding 1."""
    return ops.conv2d(x, w, b, padding=1)


def right(grad, x, w, b):
    """Return the right gradients."""
    return ops.conv2d_backward(grad, x, w, padding=1)


def wrong(change):
    """Return a backward pass whose gradients a learner got wrong."""
    return lambda grad, x, w, b: change(grad, x, w, *right(grad, x, w, b))


def check(backward):
    """Check a backward pass of the convolution."""
    return ops.gradient_check(conv, X, W, B, backward=backward)


def test_a_right_backward_passes() -> None:
    """All entries of all tensors are checked, none is off, and the table says so in 80 columns."""
    report = check(right)
    assert report.ok
    assert [(tensor.name, tensor.checked, tensor.off) for tensor in report.tensors] == [
        ("x", 50, 0),
        ("w", 36, 0),
        ("b", 2, 0),
    ]
    assert str(report).endswith("All gradients agree with the slopes to 1e-06.")
    assert max(map(len, str(report).splitlines())) <= 80


MISTAKES = {
    "the sign": (lambda g, x, w, dx, dw, db: (-dx, dw, db), "x", "has the wrong sign everywhere."),
    "a mean for a sum": (
        lambda g, x, w, dx, dw, db: (dx, dw / 2, db),
        "w",
        "is 0.5 times the slope everywhere: a factor is missing or too much "
        "(a mean for a sum, a count, a 2).",
    ),
    "the flip": (
        lambda g, x, w, dx, dw, db: (dx, dw[..., ::-1, ::-1], db),
        "w",
        "is the right one turned by 180 degrees: a kernel is flipped, or not flipped back.",
    ),
    "H and W": (
        lambda g, x, w, dx, dw, db: (dx.swapaxes(2, 3), dw, db),
        "x",
        "is the right one with rows and columns exchanged: H and W are swapped somewhere.",
    ),
    "never computed": (
        lambda g, x, w, dx, dw, db: (0 * dx, dw, db),
        "x",
        "is zero everywhere: it was never computed, or a mask blocks all of it.",
    ),
    "the border": (
        lambda g, x, w, dx, dw, db: (np.pad(dx[:, :, 1:-1, 1:-1], ((0, 0), (0, 0), (1, 1), (1, 1))), dw, db),
        "x",
        "is off along the border only: look at the padding.",
    ),
    "one channel": (
        lambda g, x, w, dx, dw, db: (dx, dw * np.array([1, 3])[:, None, None, None], db),
        "w",
        "is off only where axis 0 has index 1.",
    ),
    "not summed over space": (
        lambda g, x, w, dx, dw, db: (dx, dw, g.sum(axis=0)),
        "b",
        "has shape (2, 5, 5), but must have the shape of b, (2,).",
    ),
    "not a number": (
        lambda g, x, w, dx, dw, db: (dx * np.nan, dw, db),
        "x",
        "holds numbers that are not finite.",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_located_and_named(mistake: str) -> None:
    """The report names the tensor, shows the others as right, and says what the mistake looks like."""
    change, name, note = MISTAKES[mistake]
    report = check(wrong(change))
    assert not report.ok
    assert [tensor.name for tensor in report.tensors if not tensor.ok] == [name]
    assert f"{name}: {note}" in str(report)


def test_the_worst_entry_is_shown() -> None:
    """A single wrong entry is counted and shown with its place, what was given and what is expected."""

    def backward(*given):
        dx, dw, db = right(*given)
        dw[1, 0, 2, 1] += 5
        return dx, dw, db

    report = check(backward)
    tensor = report.tensors[1]
    assert (tensor.off, tensor.place) == (1, (1, 0, 2, 1))
    assert tensor.given - tensor.expected == pytest.approx(5)
    assert "(1, 0, 2, 1)" in str(report)


def test_assignment_for_addition_on_overlaps() -> None:
    """Where windows overlap, `=` for `+=` gives gradients that lack terms: the note asks about it."""

    def f(x):
        return x[:-1] * 2 + x[1:] * 3

    def backward(grad, x):
        dx = np.zeros_like(x)
        dx[:-1] = 2 * grad
        dx[1:] = 3 * grad
        return dx

    report = ops.gradient_check(f, np.arange(1.0, 6.0), backward=backward)
    assert not report.ok
    assert report.tensors[0].off >= 3


def test_kinks_are_left_out() -> None:
    """At a ReLU's kink there is no slope; such entries are counted apart and do not fail."""
    report = ops.gradient_check(ops.relu, np.array([0.0, 1.0, -1.0]), backward=ops.relu_backward)
    assert report.ok
    assert (report.tensors[0].checked, report.tensors[0].kinks) == (2, 1)
    assert "Left out: 1 entry sits on a kink" in str(report)


def test_steep_and_flat_functions() -> None:
    """Curved, steep and nearly flat functions pass: the step and the noise are accounted for."""
    x = np.linspace(-3, 3, 7)
    for f, slope in [(np.exp, np.exp), (np.sin, np.cos), (lambda x: 1e9 + x, np.ones_like)]:
        report = ops.gradient_check(f, x, backward=lambda grad, x, slope=slope: grad * slope(x))
        assert report.ok, str(report)


def test_large_tensors_are_sampled() -> None:
    """Of a large tensor a fixed random choice is checked, the same for the same seed."""
    x = NUMBERS.standard_normal(500)
    reports = [
        ops.gradient_check(np.square, x, backward=lambda grad, x: 2 * grad * x, entries=20) for _ in range(2)
    ]
    assert reports[0] == reports[1]
    assert reports[0].tensors[0].checked == 20


@pytest.mark.parametrize(
    ("f", "backward", "words"),
    [
        (lambda x: x * np.random.default_rng().random(), lambda grad, x: grad, "two different results of f"),
        (lambda x: np.square(x, out=x), lambda grad, x: grad, "f changed its argument x"),
        (np.square, lambda grad, x: np.multiply(x, grad, out=x), "backward changed its argument"),
        (lambda x: x, lambda grad, x: (), "expected 1, one for each of x, got 0 gradients"),
    ],
)
def test_what_is_no_function_is_refused(f, backward, words: str) -> None:
    """Chance, a changed argument and missing gradients are named before anything is measured."""
    with pytest.raises(CnnMathError) as caught:
        ops.gradient_check(f, np.array([1.0, 2.0]), backward=backward)
    assert words in str(caught.value)


def test_names_can_be_given() -> None:
    """Without a signature tensors are numbered; names may be given."""
    report = ops.gradient_check(np.multiply, [1.0], [2.0], backward=lambda g, a, b: (g * b, g * a))
    assert [tensor.name for tensor in report.tensors] == ["argument 1", "argument 2"] or report.ok
    report = ops.gradient_check(
        np.multiply, [1.0], [2.0], backward=lambda g, a, b: (g * b, g * a), names=("rate", "time")
    )
    assert [tensor.name for tensor in report.tensors] == ["rate", "time"]


def test_a_tensor_drawn_with_the_same_seed_hides_nothing() -> None:
    """The check's own random gradient differs from an input drawn with the same seed.

    Were they equal, the gradient of the weights would be the input correlated with itself, which is the same
    turned by 180 degrees: a flip would go unseen.
    """
    x = np.random.default_rng(0).standard_normal((1, 1, 5, 5))

    def turned(grad, x, w):
        dx, dw, _ = ops.conv2d_backward(grad, x, w, padding=1)
        return dx, dw[:, :, ::-1, ::-1]

    report = ops.gradient_check(
        lambda x, w: ops.conv2d(x, w, padding=1), x, W[:1, :1], backward=turned, names=("x", "w"), seed=0
    )
    assert [tensor.off > 0 for tensor in report.tensors] == [False, True]
    assert "turned by 180 degrees" in report.tensors[1].note
