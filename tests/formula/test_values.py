"""Values of formulas: exact where possible, the same one by one and by columns, refused rather than wrong.

Expected numbers are worked out by hand or by Python's own arithmetic on the same numbers.
"""

from __future__ import annotations

import math
import subprocess
import sys
from fractions import Fraction

import numpy as np
import pytest

from cnnmath.formula import FormulaError, Limits, parse

EXACT = [
    ("2 + 3*4", {}, 14),
    ("7/2", {}, Fraction(7, 2)),
    ("6/2", {}, 3),
    ("0.1 + 0.2", {}, Fraction(3, 10)),
    ("-7 // 2", {}, -4),
    ("-7 mod 3", {}, 2),
    ("7 mod (-3)", {}, -2),
    ("(7/2) mod 2", {}, Fraction(3, 2)),
    ("floor(-7/2)", {}, -4),
    ("ceil(-7/2)", {}, -3),
    ("floor(7/2 + 1/2)", {}, 4),
    ("2^10", {}, 1024),
    ("2^(-2)", {}, Fraction(1, 4)),
    ("(2/3)^3", {}, Fraction(8, 27)),
    ("(-1)^n", {"n": 10**30 + 1}, -1),
    ("0^0", {}, 1),
    ("0^(1/2)", {}, 0),
    ("8^(2/3)", {}, 4),
    ("(9/4)^(1/2)", {}, Fraction(3, 2)),
    ("(9/4)^(-1/2)", {}, Fraction(2, 3)),
    ("sqrt(144)", {}, 12),
    ("sqrt(10^60)", {}, 10**30),
    ("sqrt(1/4)", {}, Fraction(1, 2)),
    ("exp(0)", {}, 1),
    ("log(1)", {}, 0),
    ("log(1024, 2)", {}, 10),
    ("log(1/8, 2)", {}, -3),
    ("log(8, 1/2)", {}, -3),
    ("log(10^60, 10)", {}, 60),
    ("1^(1/100)", {}, 1),
    ("v[0]^2", {"v": [3]}, 9),
    ("min(3, 1/2, 7)", {}, Fraction(1, 2)),
    ("max(3, 1/2, 7)", {}, 7),
    ("abs(-3/2)", {}, Fraction(3, 2)),
    ("sum(i^2, i, 1, 10)", {}, 385),
    ("sum(i, i, 5, 4)", {}, 0),
    ("prod(i, i, 1, 5)", {}, 120),
    ("prod(i, i, 1, 0)", {}, 1),
    ("sum(sum(i*j, j, 1, i), i, 1, 3)", {}, 25),
    ("sum(i, i, i, i + 2)", {"i": 4}, 15),
    ("[1 < 2 < 3] + [2 = 2] + [1 != 1] + [3 >= 4]", {}, 2),
    ("x[1, 0] + v[2]", {"x": [[1, 2], [3, 4]], "v": [5, 6, 7]}, 10),
    ("x[i, j]", {"x": lambda i, j: 10 * i + j, "i": 3, "j": 4}, 34),
    ("v[2]", {"v": np.array([1, 2, 2**62])}, 2**62),
    ("n*n", {"n": np.int64(2**62)}, 2**124),
    ("n*n", {"n": 10**40}, 10**80),
    ("n/3", {"n": Fraction(3, 4)}, Fraction(1, 4)),
    ("floor((n + 2p - k)/s) + 1", {"n": 227, "k": 11, "s": 4, "p": 0}, 55),
    ("floor((n + 2p - k)/s) + 1", {"n": 224, "k": 7, "s": 2, "p": 3}, 112),
]


@pytest.mark.parametrize(("text", "values", "expected"), EXACT)
def test_values_are_exact(text, values, expected):
    """A value that is a fraction is computed as one, and a whole one is an int."""
    got = parse(text).evaluate(values)
    assert got == expected
    assert type(got) is type(expected)


@pytest.mark.parametrize(
    ("text", "values", "expected"),
    [
        ("sqrt(2)", {}, math.sqrt(2)),
        ("exp(1)", {}, math.e),
        ("exp(-3/2)", {}, math.exp(-1.5)),
        ("log(2)", {}, math.log(2)),
        ("log(10, 2)", {}, math.log2(10)),
        ("log(10^1000)", {}, 1000 * math.log(10)),
        ("log(1 + 10^(-30))", {}, 1e-30),
        ("2^(1/2)", {}, math.sqrt(2)),
        ("sqrt(10^601)", {"k": 1}, None),
        ("1/(1 + exp(-x))", {"x": 2}, 1 / (1 + math.exp(-2))),
        ("floor(sqrt(10))", {}, 3),
        ("ceil(exp(1)*10)", {}, 28),
        ("x/2", {"x": 0.5}, 0.25),
        ("min(sqrt(2), 3/2)", {}, math.sqrt(2)),
        ("[sqrt(2) < 3/2]", {}, 1),
        ("sqrt(7) mod 1", {}, math.sqrt(7) - 2),
        ("sqrt(2)^3", {}, math.sqrt(8)),
        ("2^(1/100)", {}, 2**0.01),
        ("log(sqrt(2), 2)", {}, 0.5),
    ],
)
def test_irrational_values_are_decimals(text, values, expected):
    """Where a root, exponential or logarithm is no fraction, the value is the float next to it."""
    formula = parse(text)
    if expected is None:
        with pytest.raises(FormulaError, match="too many digits"):
            formula.evaluate(values)
    else:
        assert formula.evaluate(values) == pytest.approx(expected, rel=1e-14)


@pytest.mark.parametrize("text", ["9^9^9", "(10^1000)^1000", "prod(i, i, 1, 99999)", "2^(2^n)", "n^n^n"])
def test_huge_values_are_refused_at_once(text):
    """However large a value would be, the answer is a sentence."""
    with pytest.raises(FormulaError) as caught:
        parse(text).evaluate(n=10**9)
    assert caught.value.code in {"too-big", "too-much-work"}


def test_extra_values_are_ignored():
    """Values of names that do not occur do no harm, whatever they are."""
    assert parse("n + 1").evaluate(n=1, unused=None) == 2


def test_values_may_be_a_mapping():
    """Names that are no Python identifiers can be given in a mapping."""
    assert parse("n' + lambda").evaluate({"n'": 1, "lambda": 2}) == 3


# -- columns


def test_columns_broadcast():
    """Columns are broadcast against one another, and a formula without names fills their shape."""
    many = parse("n*k").evaluate_many({"n": np.arange(3)[:, None], "k": np.arange(4)})
    assert many.numerator.tolist() == [[0, 0, 0, 0], [0, 1, 2, 3], [0, 2, 4, 6]]
    assert parse("5").evaluate_many({"n": np.arange(3)}).numerator.tolist() == [5, 5, 5]
    assert parse("n").evaluate_many({"n": np.arange(0)}).numerator.tolist() == []


def test_columns_hold_fractions_in_lowest_terms():
    """A value is numerator over positive denominator."""
    many = parse("(n - 4)/(2k)").evaluate_many({"n": [0, 2, 7], "k": [-3, 1, 3]})
    assert many.numerator.tolist() == [2, -1, 1]
    assert many.denominator.tolist() == [3, 1, 2]
    assert many.value(0) == Fraction(2, 3)
    assert many.value(1) == -1


def test_columns_mark_what_has_no_value():
    """Undefined and undecided points are marked apart, and hold no number."""
    many = parse("floor(n/s) + n*n*n").evaluate_many({"n": [7, 2**40, 7], "s": [2, 1, 0]})
    assert many.undefined.tolist() == [False, False, True]
    assert many.undecided.tolist() == [False, True, False]
    assert many.decided.tolist() == [True, False, False]
    assert [many.value(point) for point in range(3)] == [346, None, None]


def test_undecided_is_not_taken_for_zero():
    """Dividing by a value that was not computed is undecided, not a division by zero."""
    many = parse("1/(n*n*n)").evaluate_many({"n": [2**40, 0]})
    assert many.undecided.tolist() == [True, False]
    assert many.undefined.tolist() == [False, True]


def test_only_rational_values_are_decided_by_columns():
    """Roots and logarithms are decided where they are fractions, undefined where they are not numbers."""
    many = parse("sqrt(n)").evaluate_many({"n": [49, 2, -1, 2**62]})
    assert [many.value(point) for point in range(4)] == [7, None, None, 2**31]
    assert many.undefined.tolist() == [False, False, True, False]
    bases = parse("log(n, s)").evaluate_many({"n": [1, 1, 8], "s": [2, 1, 2]})
    assert bases.undefined.tolist() == [False, True, False]
    assert [bases.value(point) for point in range(3)] == [0, None, None]
    logs = parse("exp(log(n))").evaluate_many({"n": [1, 2, 0]})
    assert [logs.value(point) for point in range(3)] == [1, None, None]
    assert logs.undefined.tolist() == [False, False, True]


def test_columns_compare():
    """`same` tells where two formulas have the same value for certain, or both have none."""
    points = {"n": np.arange(-5, 20), "s": np.full(25, 3)}
    floor = parse("floor((n + s - 1)/s)").evaluate_many(points)
    assert floor.same(parse("ceil(n/s)").evaluate_many(points)).all()
    assert not floor.same(parse("ceil((n + 1)/s)").evaluate_many(points)).all()
    assert parse("abs(-n)").evaluate_many(points).same(parse("max(n, -n)").evaluate_many(points)).all()
    nowhere = parse("1/(s - 3)").evaluate_many(points)
    assert nowhere.same(parse("n mod (s - 3)").evaluate_many(points)).all()


def test_long_ranges_are_undecided_in_columns():
    """A range that is too long at one point leaves only that point undecided."""
    many = parse("sum(i, i, 1, n)").evaluate_many({"n": [10, 10**12]})
    assert [many.value(0), many.value(1)] == [55, None]
    assert many.undecided.tolist() == [False, True]


def test_tensors_are_shared_by_all_points():
    """A tensor is the same at every point, and an index outside is undefined."""
    many = parse("x[i, 1]").evaluate_many({"i": [0, 1, 2, -1]}, {"x": [[1, 2], [3, 4]]})
    assert many.numerator.tolist() == [2, 4, 0, 0]
    assert many.undefined.tolist() == [False, False, True, True]


@pytest.mark.parametrize(
    ("columns", "tensors", "code", "words"),
    [
        ({}, {"v": [1]}, "missing-value", "n"),
        ({"n": [1]}, {}, "missing-value", "v"),
        ({"n": [0.5]}, {"v": [1]}, "bad-value", "float64"),
        ({"n": ["a"]}, {"v": [1]}, "bad-value", "whole numbers"),
        ({"n": [1]}, {"v": [[1], [2, 3]]}, "bad-value", "different lengths"),
        ({"n": [1]}, {"v": [[1]]}, "bad-value", "2 dimensions"),
    ],
)
def test_columns_refuse_what_is_not_whole(columns, tensors, code, words):
    """A missing column, or one that does not hold whole numbers, is refused by name."""
    with pytest.raises(FormulaError) as caught:
        parse("n + v[0]").evaluate_many(columns, tensors)
    assert caught.value.code == code
    assert words in str(caught.value)


def test_large_constants_are_undecided_in_columns():
    """A number in the formula that does not fit leaves everything open."""
    assert parse("n + 10^18*10").evaluate_many({"n": [1]}).undecided.tolist() == [True]
    assert parse(f"n + {10**20}").evaluate_many({"n": [1]}).undecided.tolist() == [True]


def test_unsigned_columns_do_not_wrap():
    """Numbers beyond 2^62 are undecided instead of wrapping around."""
    huge = np.array([2**64 - 1, 3], dtype=np.uint64)
    assert parse("n").evaluate_many({"n": huge}).undecided.tolist() == [True, False]
    assert parse("v[i]").evaluate_many({"i": [0, 1]}, {"v": huge}).undecided.tolist() == [True, False]


def test_limits_belong_to_the_formula():
    """A formula read with wider limits is computed with them."""
    with pytest.raises(FormulaError):
        parse("n^n").evaluate(n=1000)
    assert parse("n^n", limits=Limits(bits=10_000)).evaluate(n=1000) == 1000**1000


def test_numpy_is_loaded_by_columns_alone():
    """Reading, computing and printing load no NumPy; columns do."""
    code = """
import sys
from cnnmath.formula import parse
formula = parse("floor(n/s)")
formula.evaluate(n=1, s=1), formula.latex(), formula.javascript(), formula.words()
assert "numpy" not in sys.modules
formula.evaluate_many({"n": 1, "s": 1})
assert "numpy" in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("sum(x[i]*[0 <= i < 3], i, -2, 5)", 10 + 20 + 30),
        ("sum(x[i/2]*[i mod 2 = 0], i, 0, 4)", 10 + 20 + 30),
        ("sum(2*x[i]*[i >= 0]*[i < 3], i, -1, 3)", 2 * (10 + 20 + 30)),
    ],
)
def test_a_bracket_of_zero_wins_over_elements_that_do_not_exist(text: str, expected: int) -> None:
    """A bracket of 0 behind elements makes the product 0, also where the elements do not exist."""
    x = [10, 20, 30]
    assert parse(text).evaluate(x=x) == expected
    many = parse(text).evaluate_many({"n": [0, 0]}, {"x": x})
    assert (many.numerator.tolist(), many.decided.tolist()) == ([expected] * 2, [True] * 2)
