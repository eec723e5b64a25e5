"""Where SymPy's own machinery goes wrong, ours gives the right answer: each trap that was measured, pinned.

The traps were measured with SymPy 1.14. The tests say what is right, not what SymPy answers.
"""

from __future__ import annotations

import pytest
from sympy import Integer, Symbol

from cnnmath.derive.calculus.evaluate import World, evaluate, floating
from cnnmath.derive.calculus.nodes import Equal, bracket, index, slope, tensor, total
from cnnmath.derive.calculus.rules import count, sift
from cnnmath.derive.calculus.slopes import Varying, differentiate
from cnnmath.derive.checks.algebra import Proved
from cnnmath.derive.evidence import Badge
from cnnmath.derive.quantities import quantities
from cnnmath.derive.sides import statement
from cnnmath.errors import DerivationError
from cnnmath.formula import parse

i, m, n = index("i m n")
x = tensor("x")


def nothing(name: str, place: tuple[int, ...]) -> float:
    """Return no entry: these expressions have none."""
    raise AssertionError


@pytest.mark.parametrize(("at", "expected"), [(3, 0), (4, 2), (6, 3), (8, 0), (-2, 0)])
def test_a_sum_over_a_stride_knows_divisibility(at: int, expected: int) -> None:
    """The sum of i [m = 2 i] for i from 0 to 3 is m/2 for even m in range (deltasummation: 3/2 at 3)."""
    value = total(i * bracket(Equal(m, 2 * i)), (i, Integer(4)))
    for expression in (value, sift(value, (i,), {})):
        assert evaluate(expression, World({"m": at}, nothing, floating)) == expected


def test_an_empty_sum_is_zero() -> None:
    """The sum of 1 for i from 0 to -3 has no terms (Sum(1, (i, 0, -3)).doit() is -2)."""
    assert parse("sum(1, i, 0, -3)").evaluate() == 0
    assert evaluate(total(Integer(1), (i, n)), World({"n": -2}, nothing, floating)) == 0
    with pytest.raises(DerivationError, match="upside down"):
        count(total(Integer(1), (i, n)), (i,), {"n": None})


def test_a_derivative_does_not_capture_the_summed_index() -> None:
    """The slope of sum_i x[i] by x[i], a free i, is 1 for i in range, not n (Sum.diff captures)."""
    free_index = Symbol("i")
    found = differentiate(slope(total(x[i], (i, n)), x[free_index]), Varying())
    values = [evaluate(found, World({"n": 3, "i": at}, nothing, floating)) for at in (-1, 0, 2, 3)]
    assert values == [0, 1, 1, 0]


def test_floor_identities_are_proved() -> None:
    """ceil(n/s) = floor((n + s - 1)/s), which SymPy leaves open, has a certificate."""
    claim = Proved(statement("ceil(n/s)"), "=", statement("floor((n + s - 1)/s)"), quantities("n s"))
    assert claim.run().badge is Badge.PROVED


@pytest.mark.parametrize(
    ("text", "values", "expected"),
    [
        ("floor(n/49)", {"n": 49}, 1),
        ("-2*(n mod s)", {"n": -7, "s": 3}, -4),
        ("floor(n/s)", {"n": 2**53 + 2, "s": 1}, 2**53 + 2),
    ],
)
def test_formulas_are_evaluated_in_whole_numbers(text: str, values: dict[str, int], expected: int) -> None:
    """No float comes near a floor (jscode and lambdify print floor((1/49)*n), which is 0 at 49)."""
    assert parse(text).evaluate(values) == expected
    assert parse(text).evaluate_many({name: [value] for name, value in values.items()}).value(0) == expected
