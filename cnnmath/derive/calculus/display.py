"""Index expressions and polynomials as trees of our language, in the order in which one writes them.

SymPy sorts terms for itself; here positive terms come first, parameters before indices, tensors before
brackets, and ranges become the limits of sums. What the language has no word for (a slope, a maximum over a
range) travels through the printers under a stand-in name and is written in at the end.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache, singledispatch

import sympy
from sympy import Add, Basic, Expr, Indexed, Integer, Mul, Pow, Rational, Symbol

from cnnmath.derive.calculus.binding import free
from cnnmath.derive.calculus.nodes import (
    Bracket,
    Condition,
    Divides,
    Equal,
    Largest,
    Positive,
    Slope,
    Total,
    Within,
)
from cnnmath.derive.sides import Side
from cnnmath.errors import DerivationError
from cnnmath.formula import tree
from cnnmath.formula.latex import to_latex
from cnnmath.formula.plain import to_plain

__all__ = ["Writer", "plain", "side", "tree_of"]

_ORDER = "ymlijzatbuvwcfqrNHWnokpxesdhLKRCFGB"
_INDICES = frozenset("ijuvml")
_STAND_IN = "standin"


def tree_of(value: Basic) -> tree.Node:
    """Return the tree of an expression; raises DerivationError for what the language cannot say.

    >>> m, p, d, u, s = sympy.symbols("m p d u s")
    >>> to_plain(tree_of((-d * u + p + m) / s))
    '(m + p - d*u)/s'
    """
    writer = Writer()
    made = writer.node(value)
    if writer.stand_ins:
        raise DerivationError(where=f"{value} has no formula in our language")
    return made


def plain(value: Basic) -> str:
    """Return the text of an expression in our language."""
    return to_plain(tree_of(value))


@lru_cache(maxsize=4096)
def side(value: Basic) -> Side:
    """Return an expression as one side of a step; every line of a chain is asked for twice."""
    writer = Writer()
    made = writer.node(value)
    latex, text = to_latex(made), to_plain(made)
    for name, (written, spoken) in writer.stand_ins.items():
        latex = latex.replace(rf"\mathrm{{{name}}}", written)
        text = text.replace(name, spoken)
    return Side(latex, text, formula=not writer.stand_ins)


@dataclass
class Writer:
    """Turns SymPy's nodes into trees and remembers what its stand-ins stand for: (LaTeX, text) by name."""

    stand_ins: dict[str, tuple[str, str]] = field(default_factory=dict)

    def node(self, value: Basic) -> tree.Node:
        """Return the tree of a node."""
        return _node(value, self)

    def stand_in(self, latex: str, text: str) -> tree.Node:
        """Return a name under which something travels through the printers."""
        for name, (written, spoken) in self.stand_ins.items():
            latex = latex.replace(rf"\mathrm{{{name}}}", written)
            text = text.replace(name, spoken)
        name = f"{_STAND_IN}{chr(ord('a') + len(self.stand_ins))}"
        self.stand_ins[name] = (latex, text)
        return tree.Name(name)


@singledispatch
def _node(value: Basic, writer: Writer) -> tree.Node:
    raise DerivationError(where=f"{type(value).__name__} cannot be written in our language")


@_node.register
def rational_node(value: Rational, writer: Writer) -> tree.Node:
    return tree.number(Fraction(int(value.p), int(value.q)))


@_node.register
def symbol_node(value: Symbol, writer: Writer) -> tree.Node:
    return tree.Name(value.name)


@_node.register
def element_node(value: Indexed, writer: Writer) -> tree.Node:
    return tree.Index(str(value.base), tuple(writer.node(position) for position in value.indices))


# ---------------------------------------------------------------- sums and products


@_node.register
def add_node(value: Add, writer: Writer) -> tree.Node:
    terms = sorted(value.args, key=_term_key)
    made: tree.Node | None = None
    for term in terms:
        negative = _is_negative(term)
        node = writer.node(_opposite(term) if negative else term)
        if made is None:
            made = tree.Negate(node) if negative else node
        else:
            made = tree.Binary("-" if negative else "+", made, node)
    return made if made is not None else tree.Number(0)


def _is_negative(term: Expr) -> bool:
    if isinstance(term, Total):
        return _is_negative(term.body)
    return bool(Mul.make_args(term)[0].is_number and Mul.make_args(term)[0] < 0)


def _opposite(term: Expr) -> Expr:
    return Total(-term.body, *term.variables) if isinstance(term, Total) else -term


def _term_key(term: Expr) -> tuple[object, ...]:
    """Sort terms: positive ones first, sums last, and k - 1 - u rather than k - u - 1."""
    names = {name[0] for name in map(str, free(term))}
    letters = sorted(_ORDER.find(name) for name in names)
    negative = _is_negative(term)
    group = 1 if term.is_number else 2 * bool(names & _INDICES) * negative
    return (negative, term.has(Total), group, letters, str(term))


@_node.register
def mul_node(value: Mul, writer: Writer) -> tree.Node:
    above, below = [], []
    for factor in value.args:
        numerator, denominator = _split(factor)
        above += [numerator] if numerator != 1 else []
        below += [denominator] if denominator != 1 else []
    sign, above = _without_sign(above)
    made = _product(above, writer)
    if below:
        made = tree.Binary("/", made, _product(below, writer))
    return tree.Negate(made) if sign < 0 else made


def _split(factor: Expr) -> tuple[Expr, Expr]:
    """Return what stands above and below the fraction line."""
    if factor.is_Rational:
        return Integer(factor.p), Integer(factor.q)
    if isinstance(factor, Pow) and factor.exp.is_number and factor.exp < 0:
        return Integer(1), Pow(factor.base, -factor.exp)
    return factor, Integer(1)


def _without_sign(factors: list[Expr]) -> tuple[int, list[Expr]]:
    """Return the sign and the factors with a leading number that is not negative."""
    number = Mul(*(factor for factor in factors if factor.is_number))
    others = [factor for factor in factors if not factor.is_number]
    size = abs(number)
    return (-1 if number < 0 else 1), ([size] if size != 1 or not others else []) + others


def _product(factors: Iterable[Expr], writer: Writer) -> tree.Node:
    ordered = sorted(factors, key=_factor_key)
    nodes = [writer.node(factor) for factor in ordered] or [tree.Number(1)]
    made = nodes[0]
    for node in nodes[1:]:
        made = tree.Binary(
            "*", made, node, implicit=isinstance(made, tree.Number) and isinstance(node, tree.Name)
        )
    return made


def _factor_key(factor: Expr) -> tuple[object, ...]:
    kinds: Sequence[bool] = (
        factor.is_number,
        isinstance(factor, Symbol) or (isinstance(factor, Pow) and isinstance(factor.base, Symbol)),
        isinstance(factor, Indexed),
        isinstance(factor, Slope),
        not factor.has(Total) and not isinstance(factor, Bracket),
        isinstance(factor, Bracket),
        not isinstance(factor, Total),
        True,
    )
    base = factor.base if isinstance(factor, Pow) else factor
    letter = -_ORDER.find(str(base)[0]) if isinstance(base, Symbol) else 0
    gradient_first = str(factor.base) != "g" if isinstance(factor, Indexed) else False
    return (kinds.index(True), letter, gradient_first, str(factor))


@_node.register
def pow_node(value: Pow, writer: Writer) -> tree.Node:
    if value.exp.is_number and value.exp < 0:
        return tree.Binary("/", tree.Number(1), writer.node(Pow(value.base, -value.exp)))
    if value.exp == Rational(1, 2):
        return tree.Call("sqrt", (writer.node(value.base),))
    return tree.Binary("^", writer.node(value.base), writer.node(value.exp))


@_node.register
def exp_node(value: sympy.exp, writer: Writer) -> tree.Node:
    return tree.Call("exp", (writer.node(value.args[0]),))


@_node.register
def log_node(value: sympy.log, writer: Writer) -> tree.Node:
    return tree.Call("log", (writer.node(value.args[0]),))


# ---------------------------------------------------------------- brackets, ranges, slopes


@_node.register
def bracket_node(value: Bracket, writer: Writer) -> tree.Node:
    return _condition(value.condition, writer)


def _tidied(part: Expr) -> Expr:
    """Multiply out above and below a fraction line, but do not divide term by term."""
    if not part.has(Pow):
        return sympy.expand(part)
    above, below = sympy.fraction(sympy.together(part))
    return sympy.expand(above) / sympy.expand(below)


def _condition(condition: Condition, writer: Writer) -> tree.Node:
    parts = [writer.node(_tidied(part)) for part in condition.args]
    match condition:
        case Equal():
            return tree.Comparison(tuple(parts), ("=",))
        case Within():
            position, low, high = parts
            return tree.Comparison((low, position, high), ("<=", "<"))
        case Divides():
            divisor, value = parts
            return tree.Comparison((tree.Binary("%", value, divisor), tree.Number(0)), ("=",))
        case Positive():
            return tree.Comparison((parts[0], tree.Number(0)), (">",))
    raise DerivationError(where=f"{type(condition).__name__} cannot be written in our language")


@_node.register
def total_node(value: Total, writer: Writer) -> tree.Node:
    if _is_negative(value):
        return tree.Negate(writer.node(_opposite(value)))
    factors = list(Mul.make_args(value.body))
    limits = []
    for variable in value.variables:
        chosen = next(factor for factor in factors if _is_range_of(factor, variable))
        factors.remove(chosen)
        _, low, high = chosen.condition.args
        limits.append((variable, low, sympy.expand(high - 1)))
    made = writer.node(Mul(*factors))
    for variable, low, high in reversed(limits):
        made = tree.Reduction("sum", made, variable.name, writer.node(low), writer.node(high))
    return made


def _is_range_of(factor: Expr, variable: Symbol) -> bool:
    return (
        isinstance(factor, Bracket)
        and isinstance(factor.condition, Within)
        and factor.condition.args[0] == variable
    )


@_node.register
def largest_node(value: Largest, writer: Writer) -> tree.Node:
    body, variable, low, high = value.args
    shown = [writer.node(part) for part in (body, variable, low, high)]
    latex, text = [to_latex(part) for part in shown], [to_plain(part) for part in shown]
    return writer.stand_in(
        rf"\max_{{{latex[2]} \le {latex[1]} < {latex[3]}}} {latex[0]}",
        f"max over {text[2]} <= {text[1]} < {text[3]} of {text[0]}",
    )


@_node.register
def slope_node(value: Slope, writer: Writer) -> tree.Node:
    body, element = writer.node(value.body), writer.node(value.element)
    below = rf"\partial {to_latex(element)}"
    if isinstance(value.body, Indexed):
        return writer.stand_in(
            rf"\frac{{\partial {to_latex(body)}}}{{{below}}}", f"d{to_plain(body)}/d{to_plain(element)}"
        )
    return writer.stand_in(
        rf"\frac{{\partial}}{{{below}}}\left({to_latex(body)}\right)",
        f"d({to_plain(body)})/d{to_plain(element)}",
    )
