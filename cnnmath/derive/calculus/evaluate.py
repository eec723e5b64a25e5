"""What an index expression is worth, by the definition of its words: loops over ranges, brackets first.

Slow and literal on purpose: this is the judge of the rules, so it shares nothing with them. Works for every
kind of number in `numbers`; slopes are carried along as dual numbers instead of being worked out
symbolically.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import singledispatch
from itertools import product

import sympy
from sympy import Add, Basic, Expr, Indexed, Integer, Mul, Pow, Rational, Symbol

from cnnmath.derive.calculus.binding import free
from cnnmath.derive.calculus.nodes import Bracket, Divides, Equal, Largest, Positive, Slope, Total, Within
from cnnmath.derive.calculus.numbers import Axes, Dual, Number, Residue
from cnnmath.derive.calculus.rules import Definition
from cnnmath.errors import DerivationError

__all__ = ["Functions", "World", "evaluate", "floating", "formal"]

Program = Callable[["World"], Number]


@dataclass(frozen=True)
class Functions:
    """What exp, log and the square root mean for the numbers at hand."""

    exp: Callable[[Number], Number]
    log: Callable[[Number], Number]
    root: Callable[[Number], Number]


@dataclass(frozen=True)
class World:
    """Values for sizes and indices, entries for tensors, definitions of other tensors, and the functions.

    `entry(name, indices)` returns the element of a tensor at whole indices, wherever they lie.
    """

    values: Mapping[str, Number]
    entry: Callable[[str, tuple[int, ...]], Number]
    functions: Functions
    definitions: Mapping[str, Definition] = field(default_factory=dict)
    seed: tuple[str, tuple[int, ...]] | None = None

    def element(self, name: str, indices: tuple[int, ...]) -> Number:
        """Return an element; the one that slopes are taken by carries the slope 1."""
        if name in self.definitions:
            definition = self.definitions[name]
            inner = dict(self.values) | dict(zip(map(str, definition.indices), indices, strict=True))
            return evaluate(definition.body, replace(self, values=inner))
        value = self.entry(name, indices)
        return value if self.seed is None else Dual(value, int((name, indices) == self.seed))


def evaluate(value: Expr, world: World) -> Number:
    """Return the value of an expression in a world.

    >>> from cnnmath.derive.calculus.nodes import index, tensor, total
    >>> u, k = index("u k")
    >>> world = World({"k": 3}, lambda name, at: 10 + at[0], floating)
    >>> evaluate(total(tensor("x")[u], (u, k)), world)
    33
    """
    return _program(value)(world)


_PROGRAMS: dict[Basic, Program] = {}


def _program(value: Basic) -> Program:
    if value not in _PROGRAMS:
        _PROGRAMS[value] = compile_node(value)
    return _PROGRAMS[value]


@singledispatch
def compile_node(value: Basic) -> Program:
    """Return the program of a node."""
    raise DerivationError(where=f"an index expression cannot hold {type(value).__name__}")


@compile_node.register
def compile_integer(value: Integer) -> Program:
    constant = int(value)
    return lambda world: constant


@compile_node.register
def compile_rational(value: Rational) -> Program:
    constant = Fraction(int(value.p), int(value.q))
    return lambda world: constant


@compile_node.register
def compile_symbol(value: Symbol) -> Program:
    name = value.name
    return lambda world: world.values[name]


@compile_node.register
def compile_add(value: Add) -> Program:
    terms = [_program(term) for term in value.args]

    def add(world: World) -> Number:
        result = terms[0](world)
        for term in terms[1:]:
            result = result + term(world)
        return result

    return add


@compile_node.register
def compile_mul(value: Mul) -> Program:
    gates = [_program(factor) for factor in value.args if isinstance(factor, Bracket)]
    factors = [_program(factor) for factor in value.args if not isinstance(factor, Bracket)]

    def multiply(world: World) -> Number:
        if not all(gate(world) for gate in gates):
            return 0
        result: Number = 1
        for factor in factors:
            result = factor(world) * result
        return result

    return multiply


@compile_node.register
def compile_pow(value: Pow) -> Program:
    base, exponent = _program(value.base), value.exp
    if exponent.is_Integer:
        times = int(exponent)
        return lambda world: _power(base(world), times)
    if exponent.is_Rational and exponent.q == 2:
        halves = int(exponent.p)
        return lambda world: _power(_through(world.functions.root, base(world), _root_slope), halves)
    above = _program(exponent)
    return lambda world: _power(base(world), above(world))


def _power(base: Number, exponent: int) -> Number:
    if exponent < 0:
        return _power(_inverse(base), -exponent)
    result: Number = 1
    for _ in range(exponent):
        result = base * result
    return result


def _inverse(value: Number) -> Number:
    if isinstance(value, Dual):
        above = _inverse(value.value)
        return Dual(above, -1 * (above * above * value.slope))
    if isinstance(value, Axes | Residue):
        return value.inverse()
    return 1 / value if isinstance(value, float) else Fraction(1) / value


def _root_slope(argument: Number, root: Number) -> Number:
    return _inverse(2 * root)


def _exp_slope(argument: Number, value: Number) -> Number:
    return value


def _log_slope(argument: Number, value: Number) -> Number:
    return _inverse(argument)


def _through(
    function: Callable[[Number], Number], value: Number, rate: Callable[[Number, Number], Number]
) -> Number:
    if not isinstance(value, Dual):
        return function(value)
    result = function(value.value)
    return Dual(result, rate(value.value, result) * value.slope)


@compile_node.register
def compile_exp(value: sympy.exp) -> Program:
    argument = _program(value.args[0])
    return lambda world: _through(world.functions.exp, argument(world), _exp_slope)


@compile_node.register
def compile_log(value: sympy.log) -> Program:
    argument = _program(value.args[0])
    return lambda world: _through(world.functions.log, argument(world), _log_slope)


@compile_node.register
def compile_element(value: Indexed) -> Program:
    name = str(value.base)
    positions = [_program(position) for position in value.indices]

    def element(world: World) -> Number:
        return world.element(name, tuple(_flat(position(world) for position in positions)))

    return element


def _flat(positions: Iterable[Number]) -> Iterator[int]:
    for position in positions:
        for single in position if isinstance(position, Axes) else (position,):
            if isinstance(single, Fraction) and single.denominator != 1:
                raise DerivationError(where=f"an element is read at the broken position {single}")
            yield int(single)


# ---------------------------------------------------------------- conditions


@compile_node.register
def compile_bracket(value: Bracket) -> Program:
    condition = value.condition
    parts = [_program(part) for part in condition.args]
    holds = _CONDITIONS[type(condition)]
    return lambda world: int(_every(holds, [part(world) for part in parts]))


def _every(holds: Callable[..., bool], parts: list[Number]) -> bool:
    """Tell whether a condition holds on every axis."""
    width = max((len(part.values) for part in parts if isinstance(part, Axes)), default=0)
    if not width:
        return holds(*parts)
    spread = [part.values if isinstance(part, Axes) else (part,) * width for part in parts]
    return all(holds(*column) for column in zip(*spread, strict=True))


def _within(position: Number, low: Number, high: Number) -> bool:
    return bool(low <= position < high)


def _divides(divisor: Number, value: Number) -> bool:
    return bool(value % divisor == 0)


def _positive(value: Number) -> bool:
    return bool((value.value if isinstance(value, Dual) else value) > 0)


_CONDITIONS: dict[type, Callable[..., bool]] = {
    Equal: operator.eq,
    Within: _within,
    Divides: _divides,
    Positive: _positive,
}


# ---------------------------------------------------------------- what binds


@compile_node.register
def compile_total(value: Total) -> Program:
    ranges = _ranges(value)
    names = [variable.name for variable, _, _ in ranges]
    limits = [(_program(low), _program(high)) for _, low, high in ranges]
    body = _program(value.body)

    def run(values: dict[str, Number], world: World, depth: int) -> Number:
        inner = replace(world, values=values)
        if depth == len(names):
            return body(inner)
        low, high = limits[depth]
        result: Number = 0
        for index in _span(low(inner), high(inner)):
            result = result + run({**values, names[depth]: index}, world, depth + 1)
        return result

    return lambda world: run(dict(world.values), world, 0)


def _span(low: Number, high: Number) -> Iterable[Number]:
    if not isinstance(low, Axes) and not isinstance(high, Axes):
        return range(low, high)
    width = len((low if isinstance(low, Axes) else high).values)
    lows = low.values if isinstance(low, Axes) else (low,) * width
    highs = high.values if isinstance(high, Axes) else (high,) * width
    return (Axes(place) for place in product(*map(range, lows, highs)))


def _ranges(value: Total) -> list[tuple[Symbol, Expr, Expr]]:
    """Return (variable, low, high) so that each range needs earlier variables only."""
    waiting = list(value.variables)
    found: list[tuple[Symbol, Expr, Expr]] = []
    conditions = [
        f.condition
        for f in Mul.make_args(value.body)
        if isinstance(f, Bracket) and isinstance(f.condition, Within)
    ]
    while waiting:
        for variable in waiting:
            limits = [c.args[1:] for c in conditions if c.args[0] == variable]
            ready = [pair for pair in limits if not (free(pair[0]) | free(pair[1])) & set(waiting)]
            if ready:
                found.append((variable, *ready[0]))
                waiting.remove(variable)
                break
        else:
            raise DerivationError(where=f"the sum over {waiting[0]} has no range")
    return found


@compile_node.register
def compile_largest(value: Largest) -> Program:
    body, low, high = _program(value.args[0]), _program(value.args[2]), _program(value.args[3])
    name = value.args[1].name

    def largest(world: World) -> Number:
        choices = _span(low(world), high(world))
        return max(body(replace(world, values={**world.values, name: index})) for index in choices)

    return largest


@compile_node.register
def compile_slope(value: Slope) -> Program:
    name = str(value.element.base)
    positions = [_program(position) for position in value.element.indices]
    body = _program(value.body)

    def slope(world: World) -> Number:
        if world.seed is not None:
            raise DerivationError(where="a slope of a slope has no rule here")
        place = tuple(_flat(position(world) for position in positions))
        result = body(replace(world, seed=(name, place)))
        return result.slope if isinstance(result, Dual) else 0

    return slope


# ---------------------------------------------------------------- functions


floating = Functions(math.exp, math.log, math.sqrt)
"""The functions of analysis, in floating point."""


def formal(draw: Callable[[str, Number], Number]) -> Functions:
    """Return functions with arbitrary exact values, drawn once for each argument.

    A step that is algebra holds whatever exp and log are, as long as their slopes are right; so it must hold
    for arbitrary values too. Roots are true roots of residues.
    """
    return Functions(
        lambda value: draw("exp", value), lambda value: draw("log", value), lambda value: value.root()
    )
