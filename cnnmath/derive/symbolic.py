"""From a formula's tree to SymPy, without SymPy's parser and without SymPy's floor.

SymPy serves as a polynomial engine only. Floors, ceilings, remainders, maxima and minima become fresh whole
numbers that carry the inequalities that define them, because SymPy proves nothing about its own `floor`.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import singledispatch

import sympy
from sympy import Expr, Rational, Symbol

from cnnmath.errors import DerivationError
from cnnmath.formula import tree
from cnnmath.formula.plain import to_plain

__all__ = ["Bounds", "Extreme", "Quotient", "Translation", "is_nonnegative", "is_positive", "numerator_over"]

Bounds = Mapping[str, int | None]
"""For each name the least whole number that it can be, or None for any whole number."""


@dataclass(frozen=True)
class Quotient:
    """A whole number that stands for `floor(numerator/divisor)` or `ceil(numerator/divisor)`, divisor > 0."""

    symbol: Symbol
    kind: str
    numerator: Expr
    divisor: Expr


@dataclass(frozen=True)
class Extreme:
    """A number that stands for the largest (`max`) or smallest (`min`) of its options."""

    symbol: Symbol
    kind: str
    options: tuple[Expr, ...]


def is_nonnegative(value: Expr, bounds: Bounds) -> bool:
    """Tell whether a polynomial is evidently >= 0 for all names within their bounds.

    Every bounded name x is written as its bound plus something >= 0; if then no coefficient is negative,
    neither is the value. The test may say no to a polynomial that is >= 0; it never says yes to one that is
    not.

    >>> n, s = sympy.symbols("n s")
    >>> is_nonnegative(n * (s - 1), {"n": 0, "s": 1}), is_nonnegative(n - s, {"n": 0, "s": 1})
    (True, False)
    """
    coefficients = _shifted_coefficients(value, bounds)
    return coefficients is not None and all(coefficient >= 0 for coefficient in coefficients.values())


def is_positive(value: Expr, bounds: Bounds) -> bool:
    """Tell whether a polynomial is evidently >= 1 for all whole numbers within their bounds.

    >>> s, d = sympy.symbols("s d")
    >>> is_positive(s * d, {"s": 1, "d": 1}), is_positive(s, {"s": 0})
    (True, False)
    """
    return is_nonnegative(sympy.expand(value) - 1, bounds)


def _shifted_coefficients(value: Expr, bounds: Bounds) -> dict[Expr, Expr] | None:
    shift = {}
    for symbol in value.free_symbols:
        least = bounds.get(str(symbol))
        if least is None:
            return None
        shift[symbol] = symbol + least
    shifted = sympy.expand(value.xreplace(shift))
    coefficients: dict[Expr, Expr] = shifted.as_coefficients_dict()
    return (
        coefficients
        if shifted.is_polynomial() and all(c.is_Rational for c in coefficients.values())
        else None
    )


def numerator_over(value: Expr, bounds: Bounds) -> tuple[Expr, Expr]:
    """Return integer polynomials (numerator, denominator) of a value, the denominator evidently positive.

    Raises DerivationError when the denominator may be zero or negative.

    >>> n, s = sympy.symbols("n s")
    >>> numerator_over(n / s + sympy.Rational(1, 2), {"n": 0, "s": 1})
    (2*n + s, 2*s)
    >>> numerator_over(n - sympy.Rational(1, 2), {"n": 0})
    (2*n - 1, 2)
    """
    above, below = _as_fraction(sympy.expand(value))
    if not is_positive(below, bounds):
        above, below = -above, -below
    if not is_positive(below, bounds):
        raise DerivationError(where=f"division by {-below}", expected="a divisor known to be positive")
    return above, below


def _as_fraction(value: Expr) -> tuple[Expr, Expr]:
    """Return integer polynomials whose quotient is the value, which is multiplied out."""
    parts = [sympy.fraction(term) for term in sympy.Add.make_args(value)]
    divisors = list(dict.fromkeys(sympy.expand(below) for _, below in parts))
    if all(divisor.is_Integer for divisor in divisors):
        common: Expr = sympy.Integer(sympy.ilcm(1, *divisors))
    elif len(divisors) == 1 or (len(divisors) == 2 and sympy.Integer(1) in divisors):
        common = next(divisor for divisor in divisors if divisor != 1)
    else:
        above, below = map(sympy.expand, sympy.fraction(sympy.together(sympy.cancel(value))))
        scale = sympy.ilcm(
            1, 1, *(c.q for part in (above, below) for c in part.as_coefficients_dict().values())
        )
        return sympy.expand(scale * above), sympy.expand(scale * below)
    return sympy.expand(sympy.Add(*(above * (common / below) for above, below in parts))), common


@dataclass
class Translation:
    """Translates trees to SymPy and collects what stands for their floors and maxima.

    >>> from cnnmath.formula import parse
    >>> here = Translation({"n": 0, "s": 1})
    >>> here.expression(parse("ceil(n/s) + n % s").root)
    n + q1 - q2*s
    >>> [(quotient.kind, quotient.numerator, quotient.divisor) for quotient in here.quotients]
    [('ceil', n, s), ('floor', n, s)]
    """

    bounds: Bounds
    quotients: list[Quotient] = field(default_factory=list)
    extremes: list[Extreme] = field(default_factory=list)

    def expression(self, node: tree.Node) -> Expr:
        """Return the SymPy expression of a node; raises DerivationError for nodes without algebra."""
        return _expression(node, self)

    def floor(self, value: Expr) -> Expr:
        """Return a whole number that stands for the floor of a quotient of polynomials."""
        return self._quotient("floor", value)

    def ceil(self, value: Expr) -> Expr:
        """Return a whole number that stands for the ceiling of a quotient of polynomials."""
        return self._quotient("ceil", value)

    def largest(self, *options: Expr) -> Expr:
        """Return a number that stands for the maximum of its options."""
        return self._extreme("max", options)

    def smallest(self, *options: Expr) -> Expr:
        """Return a number that stands for the minimum of its options."""
        return self._extreme("min", options)

    def absolute(self, value: Expr) -> Expr:
        """Return a number that stands for the larger of a value and its negative."""
        return self._extreme("max", (value, -value))

    def _quotient(self, kind: str, value: Expr) -> Expr:
        above, below = numerator_over(value, self.bounds)
        if below == 1:
            return above
        for known in self.quotients:
            if (known.kind, known.numerator, known.divisor) == (kind, above, below):
                return known.symbol
        symbol = self._fresh("q", len(self.quotients))
        self.quotients.append(Quotient(symbol, kind, above, below))
        return symbol

    def _extreme(self, kind: str, options: tuple[Expr, ...]) -> Expr:
        options = tuple(self._whole(option) for option in options)
        for known in self.extremes:
            if (known.kind, known.options) == (kind, options):
                return known.symbol
        symbol = self._fresh("z", len(self.extremes))
        self.extremes.append(Extreme(symbol, kind, options))
        return symbol

    def _whole(self, value: Expr) -> Expr:
        above, below = numerator_over(value, self.bounds)
        if below != 1:
            raise DerivationError(where=f"a maximum or minimum with {value}", expected="whole numbers only")
        return above

    def _fresh(self, letter: str, count: int) -> Symbol:
        name = f"{letter}{count + 1}"
        return Symbol(name if name not in self.bounds else f"{name}_")


_ALGEBRA: dict[str, Callable[[Expr, Expr], Expr]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "^": operator.pow,
}
_FUNCTIONS: dict[str, Callable[..., Expr]] = {
    "floor": Translation.floor,
    "ceil": Translation.ceil,
    "max": Translation.largest,
    "min": Translation.smallest,
    "abs": Translation.absolute,
}
_ANALYTIC: dict[str, Callable[[Expr], Expr]] = {"sqrt": sympy.sqrt, "exp": sympy.exp, "log": sympy.log}


@singledispatch
def _expression(node: tree.Node, here: Translation) -> Expr:
    raise DerivationError(where=f"a {type(node).__name__.lower()} has no place in an algebraic step")


@_expression.register
def number_expression(node: tree.Number, here: Translation) -> Expr:
    return Rational(node.value)


@_expression.register
def name_expression(node: tree.Name, here: Translation) -> Expr:
    return Symbol(node.name)


@_expression.register
def negate_expression(node: tree.Negate, here: Translation) -> Expr:
    return -here.expression(node.operand)


@_expression.register
def index_expression(node: tree.Index, here: Translation) -> Expr:
    return sympy.IndexedBase(node.tensor)[tuple(here.expression(index) for index in node.indices)]


@_expression.register
def reduction_expression(node: tree.Reduction, here: Translation) -> Expr:
    """Return a letter for a sum or product over a range; equal texts get equal letters."""
    return Symbol(to_plain(node))


@_expression.register
def binary_expression(node: tree.Binary, here: Translation) -> Expr:
    left, right = here.expression(node.left), here.expression(node.right)
    if node.operator == "//":
        return here.floor(left / right)
    if node.operator == "%":
        return left - right * here.floor(left / right)
    return _ALGEBRA[node.operator](left, right)


@_expression.register
def call_expression(node: tree.Call, here: Translation) -> Expr:
    arguments = [here.expression(argument) for argument in node.arguments]
    if node.function in _ANALYTIC:
        return _ANALYTIC[node.function](*arguments)
    return _FUNCTIONS[node.function](here, *arguments)
