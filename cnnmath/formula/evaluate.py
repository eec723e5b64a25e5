"""Exact values: a tree becomes a program over int and Fraction, with every intermediate result bounded.

Decimals (float) appear only where a root, exponential or logarithm has no exact value; whatever would need
more digits than a float has is refused as "undecided" instead of answered wrongly. 0^0 is 1. Values at many
points live in `columns`.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping, Sized
from dataclasses import dataclass
from fractions import Fraction
from functools import singledispatch
from typing import Any, NoReturn, SupportsIndex

from cnnmath.formula.limits import Limits
from cnnmath.formula.refusals import refuse
from cnnmath.formula.tree import (
    Binary,
    Call,
    Comparison,
    Index,
    Name,
    Negate,
    Node,
    Number,
    Reduction,
    Span,
    Tuple,
    walk,
)

__all__ = [
    "Program",
    "Scope",
    "Source",
    "Value",
    "compile_formula",
    "compile_tree",
    "holds",
    "is_gated",
    "settled",
]

Value = int | Fraction | float

_SMALLEST, _LARGEST = 1e-150, 1e150  # floats outside lose digits, or vanish, in the next product
_NEAR_WHOLE = 1e-9
_CANCELLED = 1e-6


class Scope(dict[str, Any]):
    """The values of the names, and the number of operations that ranges may still use."""

    def __init__(self, values: Mapping[str, Any], work: int) -> None:
        super().__init__(values)
        self.work = work


Program = Callable[[Scope], Value]


@dataclass(frozen=True)
class Source:
    """What a program must know about the text it came from: the text for messages, the limits for values."""

    text: str
    limits: Limits

    def undefined(self, span: Span, reason: str, advice: str = "Try other numbers.") -> NoReturn:
        """Refuse a value that does not exist."""
        raise refuse("undefined", self.text, span, reason=reason, advice=advice)

    def undecided(self, span: Span, reason: str) -> NoReturn:
        """Refuse to round or compare a decimal that is too close to the border."""
        raise refuse("undecided", self.text, span, reason=reason)

    def exact(self, value: object, name: str, span: Span) -> Value:
        """Return a value from outside as int, Fraction or float; refuse anything else."""
        if type(value) is int and value.bit_length() <= self.limits.bits:
            return value
        if isinstance(value, SupportsIndex):  # also NumPy's whole numbers, without their overflow
            return self.bounded(operator.index(value), span)
        if isinstance(value, Fraction) or (isinstance(value, float) and math.isfinite(value)):
            return self.bounded(settled(value), span)
        given, advice = f"{type(value).__name__} {value!r:.40}", "Give an int, a Fraction or a finite float."
        raise refuse("bad-value", self.text, span, name=name, given=given, advice=advice)

    def bounded(self, value: Value, span: Span) -> Value:
        """Return the value if its size is within the limits."""
        if isinstance(value, float):
            fits = value == 0 or _SMALLEST < abs(value) < _LARGEST
        elif isinstance(value, Fraction):
            fits = max(value.numerator.bit_length(), value.denominator.bit_length()) <= self.limits.bits
        else:
            fits = value.bit_length() <= self.limits.bits
        if not fits:
            raise refuse("too-big", self.text, span)
        return value


def settled(value: Value) -> Value:
    """Return a whole fraction as an int, everything else as it is."""
    return value.numerator if isinstance(value, Fraction) and value.denominator == 1 else value


def compile_formula(root: Node, source: Source) -> Program:
    """Return the program that computes a whole formula: whole values are int, and no float overflows.

    >>> from cnnmath.formula.limits import DEFAULT
    >>> compile_formula(Negate(Name("n")), Source("-n", DEFAULT))(Scope({"n": 5}, work=0))
    -5
    """
    program = compile_tree(root, source)

    def run(scope: Scope) -> Value:
        try:
            return settled(program(scope))
        except OverflowError:  # a number beyond the range of float
            raise refuse("too-big", source.text, root.span) from None

    return run


@singledispatch
def compile_tree(node: Node, source: Source) -> Program:
    """Return the program that computes one node from a scope."""
    raise TypeError(f"no node of a formula: {node!r}")


@compile_tree.register
def compile_number(node: Number, source: Source) -> Program:
    value = node.value
    return lambda scope: value


@compile_tree.register
def compile_name(node: Name, source: Source) -> Program:
    return operator.itemgetter(node.name)


@compile_tree.register
def compile_negate(node: Negate, source: Source) -> Program:
    operand = compile_tree(node.operand, source)
    return lambda scope: -operand(scope)


@compile_tree.register
def compile_binary(node: Binary, source: Source) -> Program:
    operate = _OPERATORS[node.operator](node, source)
    if is_gated(node):
        return _compile_gated(node, operate, source)
    left, right = compile_tree(node.left, source), compile_tree(node.right, source)
    return lambda scope: operate(left(scope), right(scope))


def is_gated(node: Binary) -> bool:
    """Tell whether a node is a product with elements of tensors that ends with a bracket."""
    gated = node.operator == "*" and isinstance(node.right, Comparison)
    return gated and any(isinstance(part, Index) for _, part in walk(node.left))


def _compile_gated(node: Binary, operate: Operate, source: Source) -> Program:
    """Ask the bracket behind a product first: where it is 0, the elements before it need not exist."""
    product, bracket = compile_tree(node.left, source), compile_tree(node.right, source)

    def run(scope: Scope) -> Value:
        gate = bracket(scope)
        return operate(product(scope), gate) if gate else 0

    return run


@compile_tree.register
def compile_call(node: Call, source: Source) -> Program:
    if (
        node.function in _ROUNDED
        and isinstance(quotient := node.arguments[0], Binary)
        and quotient.operator == "/"
    ):
        return _compile_rounded_quotient(node, quotient, source)
    operate = _FUNCTIONS[node.function](node, source)
    arguments = [compile_tree(argument, source) for argument in node.arguments]
    if len(arguments) == 1:
        only = arguments[0]
        return lambda scope: operate(only(scope))
    return lambda scope: operate(*[argument(scope) for argument in arguments])


def _compile_rounded_quotient(node: Call, quotient: Binary, source: Source) -> Program:
    """Round a quotient of whole numbers without making a fraction of it: the commonest formula, faster."""
    above, below = compile_tree(quotient.left, source), compile_tree(quotient.right, source)
    divide, rounded = _OPERATORS["/"](quotient, source), _FUNCTIONS[node.function](node, source)
    sign = 1 if node.function == "floor" else -1

    def run(scope: Scope) -> Value:
        left, right = above(scope), below(scope)
        if type(left) is int and type(right) is int and right:
            return sign * (sign * left // right)
        return rounded(divide(left, right))

    return run


@compile_tree.register
def compile_reduction(node: Reduction, source: Source) -> Program:
    low, high = compile_tree(node.low, source), compile_tree(node.high, source)
    body, weight = compile_tree(node.body, source), sum(1 for _ in walk(node.body))
    neutral, combine = (0, _add(node, source)) if node.function == "sum" else (1, _multiply(node, source))

    def run(scope: Scope) -> Value:
        first, last = _bound(low(scope), node.low, source), _bound(high(scope), node.high, source)
        if (last - first + 1) * weight > scope.work:
            raise refuse("too-much-work", source.text, node.span, limit=source.limits.work)
        inner = Scope(scope, scope.work)
        total: Value = neutral
        for index in range(first, last + 1):
            inner.work -= weight
            inner[node.variable] = index
            total = combine(total, body(inner))
        scope.work = inner.work
        return total

    return run


def _bound(value: Value, node: Node, source: Source) -> int:
    value = settled(value)
    if not isinstance(value, int):
        source.undefined(node.span, f"a range needs whole numbers, and its bound is {value}")
    return value


@compile_tree.register
def compile_index(node: Index, source: Source) -> Program:
    indices = [compile_tree(index, source) for index in node.indices]

    def run(scope: Scope) -> Value:
        return _element(node, source, scope[node.tensor], [settled(index(scope)) for index in indices])

    return run


def _element(node: Index, source: Source, tensor: object, indices: list[Value]) -> Value:
    """Return one element; a tensor is a nested sequence, or a function of the indices."""
    for index, part in zip(indices, node.indices, strict=True):
        if not isinstance(index, int):
            source.undefined(part.span, f"an index of {node.tensor} is {index}, which is not whole")
    if callable(tensor):
        return source.exact(tensor(*indices), node.tensor, node.span)
    for index, part in zip(indices, node.indices, strict=True):
        length = len(tensor) if isinstance(tensor, Sized) else 0
        if not isinstance(index, int) or not 0 <= index < length:
            source.undefined(part.span, f"{node.tensor} has no element at {index}, only at 0 to {length - 1}")
        tensor = tensor[index]  # type: ignore[index]  # sized, so a sequence or an array
    return source.exact(tensor, node.tensor, node.span)


@compile_tree.register
def compile_comparison(node: Comparison, source: Source) -> Program:
    operands = [compile_tree(operand, source) for operand in node.operands]

    def run(scope: Scope) -> Value:
        return int(holds([operand(scope) for operand in operands], node.operators, node.span, source))

    return run


def holds(values: list[Value], operators: tuple[str, ...], span: Span, source: Source) -> bool:
    """Tell whether every relation between neighboring values holds."""
    subtract = _subtract(Node(span=span), source)
    pairs = zip(values, operators, values[1:], strict=False)
    return all(_RELATIONS[sign](subtract(left, right), 0) for left, sign, right in pairs)


_RELATIONS: dict[str, Callable[[Value, int], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
    "≈": lambda difference, zero: True,  # taken at its word
}


@compile_tree.register
def compile_tuple(node: Tuple, source: Source) -> Program:
    source.undefined(node.span, "a list of numbers has no single value", "Compute its parts.")


# -- operators: each factory knows the node for its messages and returns the arithmetic

Operate = Callable[..., Value]


def _add(node: Node, source: Source) -> Operate:
    def add(left: Value, right: Value) -> Value:
        total: Value = operator.add(left, right)
        if type(total) is int:
            return total
        if isinstance(total, float) and abs(total) < _CANCELLED * (abs(float(left)) + abs(float(right))):
            source.undecided(node.span, "Two decimals cancel each other")
        return source.bounded(total, node.span)

    return add


def _subtract(node: Node, source: Source) -> Operate:
    add = _add(node, source)
    return lambda left, right: add(left, -right)


def _multiply(node: Node, source: Source) -> Operate:
    return lambda left, right: source.bounded(left * right, node.span)


def _divisor_span(node: Node) -> Span:
    return node.right.span if isinstance(node, Binary) else node.span


def _divide(node: Node, source: Source) -> Operate:
    def divide(left: Value, right: Value) -> Value:
        if not right:
            source.undefined(_divisor_span(node), "the divisor is zero")
        if isinstance(left, int) and isinstance(right, int):
            whole, rest = divmod(left, right)
            return Fraction(left, right) if rest else whole
        return source.bounded(left / right, node.span)

    return divide


def _floor_divide(node: Node, source: Source) -> Operate:
    divide, floor = _divide(node, source), _rounded(math.floor)(node, source)

    def floor_divide(left: Value, right: Value) -> Value:
        if isinstance(left, int) and isinstance(right, int) and right:
            return left // right
        return floor(divide(left, right))

    return floor_divide


def _remainder(node: Node, source: Source) -> Operate:
    floor_divide, subtract = _floor_divide(node, source), _subtract(node, source)
    return lambda left, right: subtract(left, right * floor_divide(left, right))


def _power(node: Node, source: Source) -> Operate:
    def power(base: Value, exponent: Value) -> Value:
        base, exponent = settled(base), settled(exponent)
        if isinstance(exponent, int):
            return _whole_power(base, exponent, node, source)
        if base < 0:
            source.undefined(node.span, "a negative number has no power with a broken exponent")
        if not base:
            return 0 if exponent > 0 else source.undefined(node.span, "zero has no negative power")
        if isinstance(exponent, Fraction) and not isinstance(base, float):
            root = _exact_root(base, exponent.denominator)
            if root is not None:
                return _whole_power(root, exponent.numerator, node, source)
        return source.bounded(float(base) ** float(exponent), node.span)

    return power


def _whole_power(base: Value, exponent: int, node: Node, source: Source) -> Value:
    if not base and exponent < 0:
        source.undefined(node.span, "zero has no negative power")
    if base in (0, 1, -1):
        return base**exponent if exponent > 0 else (1 if base != -1 or exponent % 2 == 0 else -1)
    if isinstance(base, float):
        return source.bounded(base**exponent, node.span)
    size = max(base.numerator.bit_length(), base.denominator.bit_length()) - 1
    if size * abs(exponent) > source.limits.bits or abs(exponent) > source.limits.bits:
        raise refuse("too-big", source.text, node.span)
    return source.bounded(settled(Fraction(base) ** exponent), node.span)


_OPERATORS: dict[str, Callable[[Node, Source], Operate]] = {
    "+": _add,
    "-": _subtract,
    "*": _multiply,
    "/": _divide,
    "//": _floor_divide,
    "%": _remainder,
    "^": _power,
}


# -- functions


def _rounded(whole: Callable[[Value], int]) -> Callable[[Node, Source], Operate]:
    def factory(node: Node, source: Source) -> Operate:
        def rounded(value: Value) -> Value:
            if isinstance(value, float) and abs(value - round(value)) < _NEAR_WHOLE * max(1.0, abs(value)):
                source.undecided(node.span, f"{value} would be rounded")
            return whole(value)

        return rounded

    return factory


def _plain(function: Operate) -> Callable[[Node, Source], Operate]:
    return lambda node, source: function


def _square_root(node: Node, source: Source) -> Operate:
    def square_root(value: Value) -> Value:
        if value < 0:
            source.undefined(node.span, "a negative number has no square root")
        exact_root = None if isinstance(value, float) else _exact_root(value, 2)
        return math.sqrt(value) if exact_root is None else exact_root

    return square_root


def _exponential(node: Node, source: Source) -> Operate:
    def exponential(value: Value) -> Value:
        if not value:
            return 1
        if not -400 <= value <= 400:
            raise refuse("too-big", source.text, node.span)
        return source.bounded(math.exp(value), node.span)

    return exponential


def _logarithm(node: Node, source: Source) -> Operate:
    def logarithm(value: Value, base: Value | None = None) -> Value:
        if value <= 0:
            source.undefined(node.span, "only positive numbers have a logarithm")
        if value == 1:
            return 0
        if base is None:
            return natural(value)
        if base <= 0 or base == 1:
            source.undefined(node.span, "the base of a logarithm is positive and not 1")
        quotient = natural(value) / natural(base)
        whole = round(quotient)
        return whole if _is_power(value, base, whole) else quotient

    def natural(value: Value) -> float:
        logarithm = _log(value)
        source.bounded(logarithm or math.inf, node.span)  # it vanished
        return logarithm

    return logarithm


def _log(value: Value) -> float:
    """Return the natural logarithm, also of numbers beyond the range of float and of fractions close to 1."""
    if isinstance(value, float):
        return math.log(value)
    if Fraction(1, 2) < value < Fraction(3, 2):
        return math.log1p(float(value - 1))
    return math.log(value.numerator) - math.log(value.denominator)


def _is_power(value: Value, base: Value, exponent: int) -> bool:
    """Tell whether base^exponent is exactly the value; a power longer than the value is not computed."""
    if isinstance(value, float) or isinstance(base, float):
        return False
    longest = max(value.numerator.bit_length(), value.denominator.bit_length())
    size = max(base.numerator.bit_length(), base.denominator.bit_length()) - 1
    return size * abs(exponent) <= longest and Fraction(base) ** exponent == value


def _exact_root(value: int | Fraction, degree: int) -> int | Fraction | None:
    """Return the root of a number that is not negative if it is a fraction, else None."""
    if degree > 64:
        return 1 if value == 1 else None
    above, below = _whole_root(value.numerator, degree), _whole_root(value.denominator, degree)
    if above**degree != value.numerator or below**degree != value.denominator:
        return None
    return above if below == 1 else Fraction(above, below)


def _whole_root(value: int, degree: int) -> int:
    """Return the floor of the root by Newton's method in whole numbers."""
    if degree == 1 or value < 2:
        return value
    if degree == 2:
        return math.isqrt(value)
    root = 1 << -(-value.bit_length() // degree)
    while True:
        better = ((degree - 1) * root + value // root ** (degree - 1)) // degree
        if better >= root:
            return root
        root = better


_ROUNDED = {"floor": math.floor, "ceil": math.ceil}
_FUNCTIONS: dict[str, Callable[[Node, Source], Operate]] = {
    "floor": _rounded(math.floor),
    "ceil": _rounded(math.ceil),
    "abs": _plain(abs),
    "min": _plain(min),
    "max": _plain(max),
    "sqrt": _square_root,
    "exp": _exponential,
    "log": _logarithm,
}
