"""The JavaScript that is printed computes, under Node, what Python computes exactly.

One Node process replays all vectors of a test: Node is a requirement, so a machine without it fails here.
"""

from __future__ import annotations

import json
import math
import random
import shutil
import subprocess
from fractions import Fraction
from pathlib import Path

import pytest

from cnnmath.formula import LIMIT_CODES, Formula, FormulaError, javascript_name, parse
from cnnmath.formula.tree import Binary, Call, Comparison, Name, Negate, Node, Number, Reduction

REPLAY = Path(__file__).parents[1] / "js" / "formula_replay.mjs"
Point = dict[str, int]


def replay(formulas: list[tuple[Formula, list[Point]]]) -> list[list[float | None]]:
    """Return the values that Node computes for each formula at its points."""
    node = shutil.which("node")
    assert node, "Node is needed to test the JavaScript that is printed: install it and put it on the PATH."
    vectors = []
    for formula, points in formulas:
        names = sorted(points[0])
        vectors.append(
            {
                "code": formula.javascript(),
                "names": [javascript_name(name) for name in names],
                "points": [[point[name] for name in names] for point in points],
            }
        )
    done = subprocess.run(
        [node, REPLAY], input=json.dumps(vectors), capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


def exact(formula: Formula, point: Point) -> Fraction | float | str:
    """Return the value in Python, or the code of its refusal."""
    try:
        return formula.evaluate(point)
    except FormulaError as error:
        return error.code


def agree(got: float | None, want: Fraction | float | str, *, is_exact: bool = True) -> bool:
    """Tell whether JavaScript's value is the double nearest to an exact one, or close to a decimal one."""
    if isinstance(want, str):
        return want in LIMIT_CODES or got is None
    if isinstance(want, float) or not is_exact:
        return got is not None and math.isclose(got, want, rel_tol=1e-9)
    return got == float(want)


def grid(names: str, values: range) -> list[Point]:
    """Return all points with these values."""
    points: list[Point] = [{}]
    for name in names:
        points = [{**point, name: value} for point in points for value in values]
    return points


TABLE = [
    "floor((n + 2p - k)/s) + 1",
    "ceil((n - k)/s) + 1",
    "(n + 2p - k) // s + 1",
    "-n // s",
    "n mod s",
    "-n mod s",
    "(n/2) mod (s/3)",
    "floor(n/49*2)",
    "floor(n/3 + s/6 - 1/2)",
    "n/s",
    "1/(n/s)",
    "1/(1/n)",
    "n/s/k",
    "n/(-2)",
    "min(n/2, s/3)",
    "floor(min(n/2, s/3))",
    "max(n, 1/s, k)",
    "floor(max(n/s, 1))",
    "abs(n/s)",
    "floor(abs(n)/4)",
    "-n^2",
    "(-n)^2",
    "2^-n^2",
    "n^s",
    "2^n + 1",
    "floor(2^n/3)",
    "floor((n/2)^3)",
    "(n/s)^(-2)",
    "n^0 + (1/s)^0",
    "(1/n)^s",
    "[n > s]",
    "[0 <= n/s < k] + 1",
    "[1/n = 1/s]",
    "[n != s] * n",
    "sum(i^2, i, 0, n)",
    "sum(sum(i*j, i, 0, j), j, 1, n)",
    "prod(i + s, i, 1, k)",
    "sum(1/i, i, 1, n)",
    "sum(i, i, n/2, 3)",
    "sqrt(abs(n))",
    "-sqrt(abs(n))",
    "floor(sqrt(abs(n)))",
    "log(n*n + 1, 2)",
    "exp(-n) + log(n)",
    "1/log(n)",
    "n^(1/2)",
    "n - (s - k) - (-p)",
    "n*(s*k)*(n + 1)",
    "0.5n + 1.25",
    "n mod s mod k",
    "n mod (s mod k)",
    "(2^n) mod 3",
    "sqrt(2) mod n",
]


DECIMALS = {"sum(1/i, i, 1, n)"}


def test_formulas_of_every_kind_agree_with_python():
    """Each construct, negatives and zero divisors included, has the same value in both languages."""
    formulas = [(parse(text), grid("nskp"[: 3 if "p" not in text else 4], range(-3, 5))) for text in TABLE]
    for (formula, points), values in zip(formulas, replay(formulas), strict=True):
        for point, got in zip(points, values, strict=True):
            fits = agree(got, exact(formula, point), is_exact=formula.text not in DECIMALS)
            assert fits, (formula.text, formula.javascript(), point, got)


def random_tree(random_source: random.Random, size: int) -> Node:
    """Return a tree with about so many leaves."""
    if size <= 1:
        return random_source.choice([Name("n"), Name("s"), Name("k"), Number(random_source.randint(0, 7))])
    kind = random_source.random()
    if kind < 0.1:
        return Negate(random_tree(random_source, size - 1))
    if kind < 0.3:
        return Call(random_source.choice(["floor", "ceil", "abs"]), (random_tree(random_source, size - 1),))
    left = random_tree(random_source, size // 2)
    right = random_tree(random_source, size - size // 2)
    if kind < 0.36:
        return Call(random_source.choice(["min", "max"]), (left, right))
    if kind < 0.4:
        return Comparison((left, right), (random_source.choice(["<", "<=", "=", "!="]),))
    if kind < 0.43:
        return Reduction("sum", left, "k", Number(0), right)
    if kind < 0.48:
        return Binary("^", left, Number(random_source.randint(0, 3)))
    return Binary(random_source.choice(["+", "-", "*", "/", "//", "%"]), left, right)


def test_random_formulas_agree_with_python():
    """Formulas built at random have the same value in both languages while their numbers stay within 2^53."""
    source = random.Random(20)  # noqa: S311  (no secrets here)
    formulas = [
        (Formula("", random_tree(source, source.randint(2, 9))), grid("nsk", range(-2, 3)))
        for _ in range(400)
    ]
    checked = 0
    for (formula, points), values in zip(formulas, replay(formulas), strict=True):
        for point, got in zip(points, values, strict=True):
            want = exact(formula, point)
            checked += not isinstance(want, str)
            assert agree(got, want), (formula.plain(), formula.javascript(), point, got, want)
    assert checked > 10_000


def test_floor_division_is_exact_up_to_the_documented_size():
    """For dividend plus divisor of at most 2^53 the floor of the quotient of doubles is the true floor."""
    source, points = random.Random(3), []  # noqa: S311  (no secrets here)
    for _ in range(8_000):
        below = source.randint(1, 2 ** source.randint(1, 52))
        above = source.randint(1, max(1, (2**53 - below) // below)) * below + source.choice([-1, 0, 1])
        if abs(above) + below <= 2**53:
            points.append({"a": source.choice([-1, 1]) * above, "b": source.choice([-1, 1]) * below})
    formulas = [(parse("floor(a/b)"), points), (parse("ceil(a/b)"), points)]
    floors, ceilings = replay(formulas)
    for point, low, high in zip(points, floors, ceilings, strict=True):
        assert low == point["a"] // point["b"]
        assert high == -(-point["a"] // point["b"])
    assert len(points) > 6_000


def test_powers_are_exact_up_to_the_documented_size():
    """Node's power of whole numbers is exact wherever the result stays within 2^53."""
    points = [{"a": base, "b": exponent} for exponent in range(54) for base in range(-40, 41)]
    points = [point for point in points if abs(point["a"]) ** point["b"] <= 2**53]
    for point, got in zip(points, replay([(parse("a^b"), points)])[0], strict=True):
        assert got == point["a"] ** point["b"]


def test_tensors_are_nested_arrays():
    """An element outside is not finite, as it is undefined in Python."""
    formula = parse("x[i, j] + v[i]")
    vector = {
        "code": formula.javascript(),
        "names": ["x", "v", "i", "j"],
        "points": [[[[1, 2], [3, 4]], [10, 20], i, j] for i in range(-1, 3) for j in range(-1, 3)],
    }
    node = shutil.which("node")
    assert node
    done = subprocess.run(
        [node, REPLAY], input=json.dumps([vector]), capture_output=True, text=True, check=True
    )
    expected = [[None] * 4, [None, 11, 12, None], [None, 23, 24, None], [None] * 4]
    assert json.loads(done.stdout)[0] == [value for row in expected for value in row]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("floor((n + 2p - k)/s) + 1", "Math.floor((n + 2 * p - k) / s) + 1"),
        ("n - (k - 1)", "n - (k - 1)"),
        ("-n^2", "-(n ** 2)"),
        ("n/s + 1", "(n + s) / s"),
        ("in + new'", "in$_ + new$"),
        ("floor(n/49*2)", "Math.floor(n * 2 / 49)"),
        ("max(n, k)", "Math.max(n, k)"),
        ("alpha*2", "alpha * 2"),
        ("[n > k]", "+(n > k)"),
    ],
)
def test_code_is_readable(text, code):
    """Common formulas are printed as a person would write them."""
    assert parse(text).javascript() == code
