"""Every gradient that is derived, held to three judges that know nothing of the derivation.

SymPy differentiates the loss of a small instance, written out as one scalar expression; central differences
measure the slope in floating point; and the NumPy layers of `ops` compute their own backward pass.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pytest
import sympy
from sympy import Expr, Indexed

from cnnmath import derive, ops
from cnnmath.derive.calculus.evaluate import Functions, World, evaluate, floating
from cnnmath.derive.calculus.nodes import Slope
from cnnmath.derive.calculus.numbers import Axes
from cnnmath.derive.checks.index import RandomEntries, Replayed
from cnnmath.derive.checks.setting import Context
from cnnmath.derive.registry import derivation
from cnnmath.formula import FormulaError, parse

NAMES = [
    (name, view)
    for name in derive.derivations()
    if "gradient" in name or name in ("conv-matrix", "conv-im2col")
    for view in derive.record(name).views
]
SYMBOLIC = Functions(sympy.exp, sympy.log, sympy.sqrt)


@dataclass(frozen=True)
class Gradient:
    """What a derivation says: the gradient of `loss` by `element` is `result`, in a context."""

    loss: Expr
    element: Indexed
    result: Expr
    context: Context


def gradient(name: str, view: str) -> Gradient:
    """Read the claim off the steps: the loss whose slope is worked out, and where the calculation ends."""
    steps = derivation(name, view).steps
    start = max(
        place
        for place, step in enumerate(steps)
        if step.left.text.startswith("dL/d") or step.left.text == "L"
    )
    replayed = [check for step in steps[start:] for check in step.checks if isinstance(check, Replayed)]
    compared = [check for step in steps[start:] for check in step.checks if isinstance(check, RandomEntries)]
    before = replayed[0].before
    (slope,) = before.atoms(Slope)
    return Gradient(
        before.xreplace({slope: slope.body}), slope.element, replayed[-1].after, compared[-1].context
    )


def symbol(name: str, place: tuple[int, ...]) -> sympy.Symbol:
    """Return a letter for an entry; gates need signs, so entries alternate between positive and negative."""
    known = {"positive": True} if sum(place) % 2 == 0 else {"negative": True}
    return sympy.Symbol(f"{name}{list(place)}", **(known if name == "x" else {"real": True}))


def is_zero(value: object) -> bool:
    """Tell whether a SymPy expression is 0, exactly."""
    expanded = sympy.expand(value)
    if expanded == 0:
        return True
    above, _ = sympy.fraction(sympy.together(expanded))
    return bool(sympy.expand(above) == 0 or sympy.simplify(above) == 0)


def sizes(context: Context, most: int) -> Iterator[dict[str, int]]:
    """Yield a few of the settings' sizes, spread over all of them."""
    cases = list(context.setting.cases())
    yield from cases[:: max(1, len(cases) // most)][:most]


def flat(positions: tuple[object, ...]) -> tuple[int, ...]:
    """Return indices as plain numbers, one per axis."""
    parts = (position.values if isinstance(position, Axes) else (position,) for position in positions)
    return tuple(int(single) for part in parts for single in part)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "view"), NAMES)
def test_sympy_differentiates_the_written_out_loss_to_the_same(name: str, view: str) -> None:
    """Scalar expansion and SymPy's derivative give the derived gradient, exactly, entry by entry."""
    claim = gradient(name, view)
    compared = 0
    for case in sizes(claim.context, 6):
        world = World(dict(case), symbol, SYMBOLIC, claim.context.table)
        for values, found in claim.context.values(claim.result, world):
            place = tuple(values[str(index)] for index in claim.element.indices)
            world.values.update(values)
            loss = sympy.sympify(evaluate(claim.loss, world))
            expected = loss.diff(symbol(str(claim.element.base), flat(place)))
            assert is_zero(expected - found), (case, place, expected, found)
            compared += 1
            if compared >= 24:
                return
    assert compared


def numbers(seed: str) -> Callable[[str, tuple[int, ...]], float]:
    """Return entries drawn from NumPy's generator, each once, far from the kink of a ReLU."""
    drawn: dict[object, float] = {}
    generator = np.random.default_rng(sum(map(ord, seed)))

    def entry(name: str, place: tuple[int, ...]) -> float:
        if (name, place) not in drawn:
            drawn[name, place] = float(generator.choice([-1, 1]) * generator.uniform(0.3, 1.5))
        return drawn[name, place]

    entry.drawn = drawn  # type: ignore[attr-defined]
    return entry


@pytest.mark.parametrize(("name", "view"), NAMES)
def test_central_differences_measure_the_same_slope(name: str, view: str) -> None:
    """Moving one entry a little up and down changes the loss as the gradient says."""
    claim = gradient(name, view)
    entry = numbers(name)
    step, worst = 1e-5, 0.0
    for case in sizes(claim.context, 3):
        world = World(dict(case), entry, floating, claim.context.table)
        for values, found in itertools.islice(claim.context.values(claim.result, world), 6):
            place = flat(tuple(values[str(index)] for index in claim.element.indices))
            key, losses = (str(claim.element.base), place), []
            middle = entry(*key)
            for moved in (middle + step, middle - step):
                entry.drawn[key] = moved  # type: ignore[attr-defined]
                world.values.update(values)
                losses.append(float(evaluate(claim.loss, world)))
            entry.drawn[key] = middle  # type: ignore[attr-defined]
            measured = (losses[0] - losses[1]) / (2 * step)
            worst = max(worst, abs(measured - float(found)) / (1 + abs(measured)))
    assert worst < 1e-6


# ---------------------------------------------------------------- against the layers of ops


def entries(arrays: Mapping[str, np.ndarray]) -> Callable[[str, tuple[int, ...]], int]:
    """Return the entries of arrays; outside there is nothing, and nobody may look there."""
    return lambda name, place: arrays[name][place].item()


def values_of(name: str, view: str, world: World, shape: tuple[int, ...]) -> np.ndarray:
    """Return the derived gradient as an array."""
    claim = gradient(name, view)
    found = [value for _, value in claim.context.values(claim.result, world)]
    return np.array(found, dtype=np.int64).reshape(shape)


def random_layers(count: int) -> Iterator[dict[str, object]]:
    """Yield random layers in the plane: sizes, strides, paddings and dilations differ per axis."""
    draw = random.Random(20)  # noqa: S311  (samples to compare, no secrets)
    while count:
        per_axis = [
            {
                "n": draw.randint(1, 6),
                "k": draw.randint(1, 3),
                "s": draw.randint(1, 3),
                "p": draw.randint(0, 2),
                "d": draw.randint(1, 2),
            }
            for _ in range(2)
        ]
        if all(axis["n"] + 2 * axis["p"] >= axis["d"] * (axis["k"] - 1) + 1 for axis in per_axis):
            count -= 1
            yield {
                **{name: tuple(axis[name] for axis in per_axis) for name in "nkspd"},
                **{name: draw.randint(1, 2) for name in "BGFC"},
            }


@pytest.mark.slow
def test_convolution_agrees_with_ops_in_the_plane() -> None:
    """All three general gradients equal ops' backward pass on 25 random layers with groups and two axes."""
    generator = np.random.default_rng(5)
    for layer in random_layers(25):
        batch, groups, filters, channels = (layer[name] for name in "BGFC")
        n, k, s, p, d = (layer[name] for name in "nkspd")
        out = tuple((n[a] + 2 * p[a] - d[a] * (k[a] - 1) - 1) // s[a] + 1 for a in range(2))
        x = generator.integers(-99, 99, (batch, groups * channels, *n))
        w = generator.integers(-99, 99, (groups * filters, channels, *k))
        g = generator.integers(-99, 99, (batch, groups * filters, *out))
        expected = ops.conv2d_backward(g, x, w, stride=s, padding=p, dilation=d, groups=groups)
        arrays = {
            "x": x.reshape(batch, groups, channels, *n),
            "w": w.reshape(groups, filters, channels, *k),
            "g": g.reshape(batch, groups, filters, *out),
        }
        known = {
            name: Axes(value)
            for name, value in (("n", n), ("k", k), ("s", s), ("p", p), ("d", d), ("o", out))
        }
        world = World(
            {**known, "B": batch, "G": groups, "F": filters, "C": channels}, entries(arrays), floating
        )
        for name, array in (("input", expected.x), ("weights", expected.w), ("bias", expected.b)):
            found = values_of(f"conv-gradient-{name}", "general", world, array.shape)
            assert np.array_equal(found, array), (name, layer)


@pytest.mark.parametrize("view", ["simple", "standard"])
def test_the_flipped_form_and_the_direct_form_are_the_same_numbers(view: str) -> None:
    """Sliding over the stretched gradient gives the same numbers as collecting window by window."""
    direct, flipped = gradient("conv-gradient-input", view), gradient("conv-gradient-input-flipped", view)
    entry = numbers(view)
    for case in sizes(direct.context, 8):
        sides = []
        for claim in (direct, flipped):
            world = World(dict(case), entry, floating, claim.context.table)
            sides.append([value for _, value in claim.context.values(claim.result, world)])
        assert np.allclose(*sides, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", ["max-pool-gradient", "avg-pool-gradient"])
def test_pooling_agrees_with_ops(name: str) -> None:
    """Overlapping, strided and padded windows route or share the gradient as ops does; the first tie wins."""
    generator = np.random.default_rng(7)
    for n, k, s, p in ((5, 2, 1, 0), (6, 3, 2, 1), (4, 3, 1, 1), (5, 2, 2, 1), (6, 3, 3, 0)):
        x = generator.integers(0, 4, (1, 2, n, n)).astype(float)  # few values: many ties
        out = (n + 2 * p - k) // s + 1
        g = generator.integers(-9, 9, (1, 2, out, out)).astype(float)
        backward = ops.max_pool2d_backward if name.startswith("max") else ops.avg_pool2d_backward
        expected = backward(g, x, k, stride=s, padding=p)
        chosen = _first_largest(x[0], k, s, p, out)
        world = World(
            {"n": n, "k": k, "s": s, "p": p, "o": out, "C": 2},
            lambda tensor, place, a=chosen, g=g: a[place] if tensor == "a" else float(g[(0, *place)]),
            floating,
        )
        claim = gradient(name, "standard")
        found = np.array([float(value) for _, value in claim.context.values(claim.result, world)])
        assert np.allclose(found.reshape(2, n, n), expected[0])


def _first_largest(x: np.ndarray, k: int, s: int, p: int, out: int) -> np.ndarray:
    """Return a[c, i, j, u, v] = 1 for the first largest cell of each window, by looping."""
    chosen = np.zeros((len(x), out, out, k, k))
    for c, i, j in np.ndindex(len(x), out, out):
        window = [
            (-x[c, row, column], u, v)
            for u, v in np.ndindex(k, k)
            if 0 <= (row := s * i + u - p) < x.shape[1] and 0 <= (column := s * j + v - p) < x.shape[2]
        ]
        _, u, v = min(window)
        chosen[c, i, j, u, v] = 1
    return chosen


# ---------------------------------------------------------------- results as formulas


@pytest.mark.parametrize(("name", "view"), NAMES)
def test_the_formula_of_the_result_has_the_same_value(name: str, view: str) -> None:
    """The result as text, read and evaluated by the formula room, gives what the index expression gives."""
    claim = gradient(name, view)
    formula = parse(derive.record(name).view(view).result.formula)
    draw = random.Random(name)  # noqa: S311
    drawn: dict[object, int] = {}

    def entry(tensor: str, place: tuple[int, ...]) -> int:
        signs = [1, -1] if tensor in ("x", "g") else [1]
        return drawn.setdefault((tensor, place), draw.choice(signs) * draw.randint(1, 5))

    root, compared = World({}, entry, floating, claim.context.table), 0
    for case in sizes(claim.context, 4):
        root.values = dict(case)
        tensors = {
            tensor: lambda *place, name=tensor: root.element(name, place) for tensor in formula.tensors
        }
        for values, found in itertools.islice(claim.context.values(claim.result, root), 6):
            given = {key: value for key, value in values.items() if isinstance(value, int)}
            try:
                shown = formula.evaluate({**given, **tensors})
            except FormulaError as error:
                if error.code != "undecided":  # decimals (of exp, of a root) that cancel are not answered
                    raise
                continue
            compared += 1
            assert float(shown) == pytest.approx(float(found), rel=1e-9, abs=1e-9), (values, shown, found)
    assert compared
