"""An independent solver has the last word on floor identities: z3 confirms the true, refutes the false.

The translation to z3 is written anew here and knows nothing of our certificates. With letters for the
strides the claims are not linear, and no solver can promise an answer; so every claim is decided for small
strides, where it is linear in all other letters, for all of their values.
"""

from __future__ import annotations

import operator
from collections.abc import Iterator
from fractions import Fraction
from functools import singledispatch
from itertools import product
from typing import NamedTuple

import pytest
import z3

from cnnmath import derive
from cnnmath.derive.checks.algebra import Proved
from cnnmath.derive.checks.counting import Counted
from cnnmath.derive.evidence import Badge
from cnnmath.derive.quantities import Quantity
from cnnmath.derive.sides import statement
from cnnmath.formula import Relation, parse, tree

Whole = int | z3.ArithRef
Values = dict[str, Whole]
FIXED = (1, 2, 3)
"""Values that the letters get that make a claim linear."""


class Ratio(NamedTuple):
    """A whole number or z3 term over a positive whole number."""

    above: Whole
    below: int = 1

    def plus(self, other: Ratio, sign: int = 1) -> Ratio:
        """Return the sum, or with sign -1 the difference."""
        return Ratio(self.above * other.below + sign * other.above * self.below, self.below * other.below)

    def floor(self) -> Ratio:
        """Round down: z3 and Python both do so for positive divisors."""
        if isinstance(self.above, int):
            return Ratio(self.above // self.below)
        return Ratio(self.above / z3.IntVal(self.below) if self.below != 1 else self.above)


@singledispatch
def term(node: tree.Node, values: Values) -> Ratio:
    """Return the ratio that a node stands for."""
    raise TypeError(f"{type(node).__name__} has no term")


@term.register
def number_term(node: tree.Number, values: Values) -> Ratio:
    """Return a number."""
    return Ratio(Fraction(node.value).numerator, Fraction(node.value).denominator)


@term.register
def name_term(node: tree.Name, values: Values) -> Ratio:
    """Return a letter: a z3 unknown, or the number that it is fixed to."""
    return Ratio(values[node.name])


@term.register
def negate_term(node: tree.Negate, values: Values) -> Ratio:
    """Return the opposite."""
    return Ratio(0).plus(term(node.operand, values), -1)


@term.register
def binary_term(node: tree.Binary, values: Values) -> Ratio:
    """Return sums, products, quotients by a number, remainders, powers with a number as exponent."""
    left, right = term(node.left, values), term(node.right, values)
    match node.operator:
        case "+":
            return left.plus(right)
        case "-":
            return left.plus(right, -1)
        case "*":
            return Ratio(left.above * right.above, left.below * right.below)
        case "^":
            assert isinstance(right.above, int)
            return Ratio(left.above**right.above, left.below**right.above)
    assert isinstance(right.above, int), f"the divisor {node.right} is not fixed"
    quotient = Ratio(left.above * right.below, left.below * right.above)
    if node.operator == "/":
        return quotient
    whole = quotient.floor()
    return whole if node.operator == "//" else left.plus(Ratio(whole.above * right.above, right.below), -1)


@term.register
def call_term(node: tree.Call, values: Values) -> Ratio:
    """Round, or return the absolute value, the largest or the smallest."""
    first, *others = (term(argument, values) for argument in node.arguments)
    match node.function:
        case "floor":
            return first.floor()
        case "ceil":
            return Ratio(0).plus(Ratio(0).plus(first, -1).floor(), -1)
        case "abs":
            others = [Ratio(0).plus(first, -1)]
    for other in others:
        difference = first.plus(other, -1)
        keep = difference.above <= 0 if node.function == "min" else difference.above >= 0
        above = z3.If(keep, first.above * other.below, other.above * first.below)
        first = Ratio(above, first.below * other.below)
    return first


def holds(relation: Relation, values: Values) -> z3.BoolRef:
    """Return the z3 formula of a chain of relations."""
    parts = [term(part.root, values) for part in relation.parts]
    signs = {"<=": operator.le, "<": operator.lt, ">=": operator.ge, ">": operator.gt, "=": operator.eq}
    pairs = zip(parts, relation.operators, parts[1:], strict=False)
    return z3.And(*(signs[sign](left.plus(right, -1).above, 0) for left, sign, right in pairs))


def denial(check: Proved, values: Values) -> z3.BoolRef:
    """Return what would have to be possible if the claim were false."""
    if check.relation in ("iff", "implies"):
        left, right = holds(check.left, values), holds(check.right, values)
        return z3.And(left, z3.Not(right)) if check.relation == "implies" else left != right
    sign = "=" if check.relation == ":=" else check.relation
    joined = Relation("", (check.left.parts[0], check.right.parts[0]), (sign,))
    return z3.Not(holds(joined, values))


def factors(check: Proved) -> set[str]:
    """Return letters to be fixed so that every product and quotient has one unknown factor at most."""
    fixed: set[str] = set()
    for relation in (check.left, check.right, *check.given):
        for part in relation.parts:
            for _, node in part.walk():
                if isinstance(node, tree.Binary) and node.operator in ("/", "//", "%", "^"):
                    fixed |= set(tree.free_names(node.left if node.operator == "^" else node.right))
                elif isinstance(node, tree.Binary) and node.operator == "*":
                    left, right = (set(tree.free_names(side)) - fixed for side in (node.left, node.right))
                    fixed |= (
                        min((left, right), key=lambda names: (len(names), sorted(names)))
                        if left and right
                        else set()
                    )
    return fixed


def counterexample(check: Proved) -> dict[str, int] | None:
    """Return values for which the claim fails, or None if there are none for small fixed letters."""
    fixed = sorted(factors(check) & {entry.name for entry in check.names})
    least = {entry.name: entry.least for entry in check.names}
    for chosen in product(*([value for value in FIXED if value >= (least[name] or 0)] for name in fixed)):
        values: Values = {entry.name: z3.Int(entry.name) for entry in check.names}
        values |= dict(zip(fixed, chosen, strict=True))
        solver = z3.Solver()
        solver.set("timeout", 20_000)
        solver.add(*(values[entry.name] >= entry.least for entry in check.names if entry.least is not None))
        solver.add(*(holds(relation, values) for relation in check.given))
        solver.add(denial(check, values))
        verdict = solver.check()
        assert verdict != z3.unknown, f"z3 cannot decide {check.left} {check.relation} {check.right}"
        if verdict == z3.sat:
            model = solver.model()
            return {name: _number(value, model) for name, value in values.items()}
    return None


def _number(value: Whole, model: z3.ModelRef) -> int:
    return value if isinstance(value, int) else model.eval(value, model_completion=True).as_long()


def proofs() -> Iterator[tuple[str, Proved]]:
    """Yield every claim on whole numbers that a derivation proves."""
    for name in derive.derivations():
        for view in derive.record(name).views:
            found = derive.derivation(name, view)
            for place, step in enumerate(found.steps, 1):
                for check in step.checks:
                    if isinstance(check, Proved) and all(entry.kind == "whole" for entry in check.names):
                        yield f"{name}-{view}-{place}", check
                    if isinstance(check, Counted):
                        lower = f"max({check.least}, {check.first})" if check.least else check.first
                        upper = f"min({check.most}, {check.last})" if check.least else check.most
                        for low, high in ((f"{lower} - 1", upper), (upper, check.last)):
                            claim = Proved(statement(low), "<=", statement(high), check.names, check.given)
                            yield f"{name}-{view}-{place}-count", claim


@pytest.mark.slow
def test_z3_confirms_every_floor_identity() -> None:
    """z3 finds no counter-example to anything that a derivation proves about whole numbers."""
    count = 0
    for label, check in proofs():
        found = counterexample(check)
        assert found is None, f"{label}: {check.left} {check.relation} {check.right} fails for {found}"
        count += 1
    assert count > 150


LETTERS = tuple(
    Quantity(name, "a number", least=least) for name, least in (("n", 1), ("k", 1), ("s", 1), ("p", 0))
)
FALSE = [
    ("ceil(n/s)", "=", "floor(n/s)", ()),  # rounding the wrong way
    ("floor((n + 2p - k)/s) + 1", "=", "ceil((n + 2p - k)/s) + 1", ()),
    ("floor((n + 2p - k)/s) + 1", "=", "floor((n + p - k)/s) + 1", ()),  # padding counted once
    ("floor((n + 2p - k)/s) + 1", "=", "floor((n + 2p - k + 1)/s)", ()),  # off by one
    ("floor((n + 2p - k)/s) + 1", ">=", "1", ()),  # the condition forgotten
    ("floor((n - k)/s) + 1", "=", "ceil(n/s)", ("n >= k",)),  # SAME without padding
    ("n mod s", "<", "s - 1", ()),
    ("s*(n - 1) + k - 2p >= 1", "iff", "n >= 1", ()),
    ("n >= k", "implies", "floor((n - k)/s) >= 1", ()),
]


@pytest.mark.parametrize(("left", "relation", "right", "given"), FALSE)
def test_z3_and_the_certificates_refute_what_is_false(
    left: str, relation: str, right: str, given: tuple[str, ...]
) -> None:
    """A false identity gets no certificate, and z3 names numbers for which it fails, which then do fail."""
    said = tuple(map(statement, given))
    check = Proved(statement(left), relation, statement(right), LETTERS, said)
    assert check.run().badge is Badge.FAILED
    found = counterexample(check)
    assert found is not None
    assert all(condition.holds(found) for condition in said)
    if relation in ("iff", "implies"):
        assert check.left.holds(found) != check.right.holds(found)
    else:
        assert not statement(f"{left} {relation} {right}").holds(found)


def test_the_translation_to_z3_rounds_as_we_do() -> None:
    """Floors, ceilings and remainders of z3 agree with exact evaluation, for negative numbers as well."""
    for text in ("floor(n/3)", "ceil(n/3)", "n mod 3", "n // 3", "abs(n)", "max(n, 2)", "min(n, -n)"):
        formula = parse(text)
        for n in range(-7, 8):
            ratio = term(formula.root, {"n": z3.IntVal(n)})
            value = Fraction(z3.simplify(z3.IntVal(0) + ratio.above).as_long(), ratio.below)
            assert value == formula.evaluate(n=n), (text, n)
