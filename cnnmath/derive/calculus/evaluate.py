"""What an index expression is worth, by the definition of its words: loops over ranges, brackets first.

Slow and literal on purpose: this is the judge of the rules, so it shares nothing with them. Works for every
kind of number in `numbers`; slopes are carried along as dual numbers instead of being worked out
symbolically.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import singledispatch
from itertools import product

import sympy
from sympy import Add, Basic, Expr, Indexed, Integer, Mul, Pow, Rational, Symbol

from cnnmath.derive.calculus.binding import free
from cnnmath.derive.calculus.definitions import Definition
from cnnmath.derive.calculus.nodes import Bracket, Divides, Equal, Largest, Positive, Slope, Total, Within
from cnnmath.derive.calculus.numbers import Axes, Dual, Number, Residue
from cnnmath.errors import DerivationError

__all__ = ["Functions", "World", "compiled", "evaluate", "floating", "formal"]

Program = Callable[["World"], Number]


@dataclass(frozen=True)
class Functions:
    """What exp, log and the square root mean for the numbers at hand."""

    exp: Callable[[Number], Number]
    log: Callable[[Number], Number]
    root: Callable[[Number], Number]


@dataclass
class World:
    """Values for sizes and indices, entries for tensors, definitions of other tensors, and the functions.

    `entry(name, indices)` returns the element of a tensor at whole indices, wherever they lie. Sums write
    their variables into `values` while they run and put back what was there.
    """

    values: dict[str, Number]
    entry: Callable[[str, tuple[int, ...]], Number]
    functions: Functions
    definitions: Mapping[str, Definition] = field(default_factory=dict)
    seed: tuple[str, tuple[int, ...]] | None = None

    def element(self, name: str, positions: tuple[Number, ...]) -> Number:
        """Return an element; the one that slopes are taken by carries the slope 1."""
        if name in self.definitions:
            definition = self.definitions[name]
            return self.during(
                zip(map(str, definition.indices), positions, strict=True), compiled(definition.body)
            )
        place = tuple(_flat(positions))
        value = self.entry(name, place)
        return value if self.seed is None else Dual(value, int((name, place) == self.seed))

    def during(self, assigned: Iterable[tuple[str, Number]], program: Program) -> Number:
        """Run a program while names have other values."""
        before = self.values
        self.values = before | dict(assigned)
        try:
            return program(self)
        finally:
            self.values = before


def evaluate(value: Expr, world: World) -> Number:
    """Return the value of an expression in a world.

    >>> from cnnmath.derive.calculus.nodes import index, tensor, total
    >>> u, k = index("u k")
    >>> world = World({"k": 3}, lambda name, at: 10 + at[0], floating)
    >>> evaluate(total(tensor("x")[u], (u, k)), world)
    33
    """
    return compiled(value)(world)


_PROGRAMS: dict[Basic, Program] = {}


def compiled(value: Basic) -> Program:
    """Return the program that computes an expression in a world."""
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
    terms = [compiled(term) for term in value.args]

    def add(world: World) -> Number:
        result = terms[0](world)
        for term in terms[1:]:
            result = result + term(world)
        return result

    return add


@compile_node.register
def compile_mul(value: Mul) -> Program:
    gates = [compiled(factor) for factor in value.args if isinstance(factor, Bracket)]
    factors = [compiled(factor) for factor in value.args if not isinstance(factor, Bracket)]

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
    base, exponent = compiled(value.base), value.exp
    if exponent.is_Integer:
        times = int(exponent)
        return lambda world: _power(base(world), times)
    if exponent.is_Rational and exponent.q == 2:
        halves = int(exponent.p)
        return lambda world: _power(_through(world.functions.root, base(world), _root_slope), halves)
    above = compiled(exponent)
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
    argument = compiled(value.args[0])
    return lambda world: _through(world.functions.exp, argument(world), _exp_slope)


@compile_node.register
def compile_log(value: sympy.log) -> Program:
    argument = compiled(value.args[0])
    return lambda world: _through(world.functions.log, argument(world), _log_slope)


@compile_node.register
def compile_element(value: Indexed) -> Program:
    name = str(value.base)
    positions = [compiled(position) for position in value.indices]

    def element(world: World) -> Number:
        return world.element(name, tuple(position(world) for position in positions))

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
    parts = [compiled(part) for part in condition.args]
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
    """Loop over each variable in turn; every other bracket is asked as soon as its variables have values."""
    ranges = _ranges(value)
    factors = list(Mul.make_args(value.body))
    for variable, low, high in ranges:
        factors.remove(Bracket(Within(variable, low, high)))
    waiting = {variable for variable, _, _ in ranges}
    gates: list[list[Program]] = []
    for variable, _, _ in ranges:
        waiting.discard(variable)
        ready = [f for f in factors if isinstance(f, Bracket) and not free(f) & waiting]
        factors = [factor for factor in factors if factor not in ready]
        gates.append([compiled(factor) for factor in ready])
    program = compiled(Mul(*factors))
    for (variable, low, high), asked in zip(reversed(ranges), reversed(gates), strict=True):
        program = _summing(variable.name, (compiled(low), compiled(high)), asked, program)
    return program


def _summing(name: str, limits: tuple[Program, Program], gates: list[Program], body: Program) -> Program:
    low, high = limits

    def run(world: World) -> Number:
        before = world.values.get(name)
        result: Number = 0
        for index in _span(low(world), high(world)):
            world.values[name] = index
            if all(gate(world) for gate in gates):
                result = result + body(world)
        world.values[name] = before
        return result

    return run


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
    body, low, high = compiled(value.args[0]), compiled(value.args[2]), compiled(value.args[3])
    name = value.args[1].name

    def largest(world: World) -> Number:
        choices = _span(low(world), high(world))
        return max(world.during([(name, index)], body) for index in choices)

    return largest


@compile_node.register
def compile_slope(value: Slope) -> Program:
    name = str(value.element.base)
    positions = [compiled(position) for position in value.element.indices]
    body = compiled(value.body)

    def slope(world: World) -> Number:
        if world.seed is not None:
            raise DerivationError(where="a slope of a slope has no rule here")
        world.seed = (name, tuple(_flat(position(world) for position in positions)))
        try:
            result = body(world)
        finally:
            world.seed = None
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
