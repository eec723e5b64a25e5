"""Claim: reading and computing formulas is cheaper here than in SymPy, and columns beat points one by one.

Prints one line per claim: our time, the peer's time, and the ratio (above 1: we are faster). Run with
`python -m benchmarks.formula` or `python benchmarks/formula.py`.
"""

from __future__ import annotations

import timeit
from collections.abc import Callable

import numpy as np
import sympy
from sympy.parsing.sympy_parser import (
    convert_xor,
    implicit_multiplication,
    parse_expr,
    standard_transformations,
)

from cnnmath.formula import parse

TEXT = "floor((n + 2p - k)/s) + 1"
POINT = {"n": 227, "p": 0, "k": 11, "s": 4}
POINTS = 100_000
TRANSFORMATIONS = (*standard_transformations, convert_xor, implicit_multiplication)


def seconds(function: Callable[[], object]) -> float:
    """Return the best time of one call, in seconds."""
    timer = timeit.Timer(function)
    count, _ = timer.autorange()
    return min(timer.repeat(repeat=5, number=count)) / count


def sympy_parse() -> sympy.Expr:
    """Return the formula as SymPy reads it."""
    return parse_expr(TEXT, transformations=TRANSFORMATIONS)


def main() -> None:
    """Measure each claim and print it."""
    ours, theirs = parse(TEXT), sympy_parse()
    symbols = sympy.symbols(list(POINT))
    random = np.random.default_rng(0)
    columns = {name: random.integers(1, 1000, POINTS) for name in POINT}
    lambdified = sympy.lambdify(symbols, theirs, "numpy")
    claims = [
        ("read a formula", lambda: parse(TEXT), sympy_parse),
        ("compute one value", lambda: ours.evaluate(POINT), lambda: int(theirs.subs(POINT))),
        ("print LaTeX", ours.latex, lambda: sympy.latex(theirs)),
        (
            f"compute {POINTS:,} values, exact against lambdify's floats",
            lambda: ours.evaluate_many(columns),
            lambda: lambdified(*columns.values()),
        ),
        (
            f"compute {POINTS:,} values, columns against one by one",
            lambda: ours.evaluate_many(columns),
            lambda: [ours.evaluate(POINT) for _ in range(POINTS)],
        ),
    ]
    for claim, mine, peer in claims:
        here, there = seconds(mine), seconds(peer)
        print(f"{claim:<62} {here * 1e6:>10,.1f} µs {there * 1e6:>12,.1f} µs {there / here:>8.1f}x")


if __name__ == "__main__":
    main()
