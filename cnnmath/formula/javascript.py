"""Formulas as JavaScript expressions for the page, without helpers and without rounding errors.

Names and elements of tensors stand for whole numbers. What is made of + - * / // % ^ floor ceil min max abs
is kept as one whole numerator over one whole denominator until it is rounded or returned, so floor(2 n/49) is
exact: right while every numerator and denominator stays within 2^53 (Number.MAX_SAFE_INTEGER), because a
quotient of two such numbers, rounded to the nearest double, never reaches a whole number that it does not
equal. Roots, exponentials, logarithms and sums of fractions over a range are decimals. An undefined value is
NaN or infinite, and so is a rounding that decimals cannot decide.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, reduce

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
    Tuple,
    children,
    walk,
)

__all__ = ["javascript_name", "to_javascript"]

_LOWEST, _COMPARISON, _SUM, _PRODUCT, _UNARY, _POWER, _ATOM = 0, 5, 10, 20, 30, 40, 50
_LONGEST = 4000  # longer fractions are computed with decimals
_MOST_STEPS = 100_000
_RESERVED = frozenset(
    [
        "await",
        "break",
        "case",
        "catch",
        "class",
        "const",
        "continue",
        "debugger",
        "default",
        "delete",
        "do",
        "else",
        "enum",
        "export",
        "extends",
        "false",
        "finally",
        "for",
        "function",
        "if",
        "implements",
        "import",
        "in",
        "instanceof",
        "interface",
        "let",
        "new",
        "null",
        "package",
        "private",
        "protected",
        "public",
        "return",
        "static",
        "super",
        "switch",
        "this",
        "throw",
        "true",
        "try",
        "typeof",
        "var",
        "void",
        "while",
        "with",
        "yield",
        "arguments",
        "eval",
        "Infinity",
        "Math",
        "NaN",
        "Number",
        "undefined",
    ]
)
_RELATIONS = {"=": "===", "!=": "!==", "<": "<", ">": ">", "<=": "<=", ">=": ">="}


def to_javascript(root: Node) -> str:
    """Return a JavaScript expression that computes the tree from variables of the same names.

    >>> to_javascript(Call("floor", (Binary("/", Name("n"), Name("s")),)))
    'Math.floor(n / s)'
    """
    return _Printer(strict=False).value(root).text


def javascript_name(name: str) -> str:
    """Return the JavaScript variable of a name: primes become $, and reserved words end with $_.

    >>> javascript_name("n'"), javascript_name("in")
    ('n$', 'in$_')
    """
    name = name.replace("'", "$")
    return f"{name}$_" if name in _RESERVED else name


@dataclass(frozen=True)
class _Code:
    """A piece of JavaScript, how tightly its outermost operator binds, and its value where that is known."""

    text: str
    level: int = _ATOM
    constant: int | None = None

    def at(self, level: int) -> str:
        return self.text if self.level >= level else f"({self.text})"


_Ratio = tuple[_Code, _Code]


def _whole(value: int) -> _Code:
    return _Code(str(value), _ATOM if value >= 0 else _UNARY, value)


_ZERO, _ONE = _whole(0), _whole(1)


def _plus(left: _Code, right: _Code) -> _Code:
    if left.constant is not None and right.constant is not None:
        return _whole(left.constant + right.constant)
    if _ZERO in (left, right):
        return right if left == _ZERO else left
    if right.level == _UNARY and right.text.startswith("-"):
        return _Code(f"{left.at(_SUM)} - {right.text[1:]}", _SUM)
    return _Code(f"{left.at(_SUM)} + {right.at(_SUM + 1)}", _SUM)


def _minus(left: _Code, right: _Code) -> _Code:
    if left.constant is not None and right.constant is not None:
        return _whole(left.constant - right.constant)
    if _ZERO in (left, right):
        return _negative(right) if left == _ZERO else left
    return _Code(f"{left.at(_SUM)} - {right.at(_UNARY + 1 if right.level == _UNARY else _SUM + 1)}", _SUM)


def _times(left: _Code, right: _Code) -> _Code:
    if left.constant is not None and right.constant is not None:
        return _whole(left.constant * right.constant)
    if _ONE in (left, right):
        return right if left == _ONE else left
    if left == _ZERO and right.text.isidentifier():
        return _ZERO
    return _Code(f"{left.at(_PRODUCT)} * {right.at(_UNARY + 1)}", _PRODUCT)


def _over(left: _Code, right: _Code) -> _Code:
    if right == _ONE:
        return left
    return _Code(f"{left.at(_PRODUCT)} / {right.at(_UNARY + 1)}", _PRODUCT)


def _negative(code: _Code) -> _Code:
    if code.constant is not None:
        return _whole(-code.constant)
    return _Code(f"-{code.at(_ATOM)}", _UNARY)  # -n ** 2 is no JavaScript


def _raised(base: _Code, exponent: _Code) -> _Code:
    if _ONE in (base, exponent):
        return base
    return _Code(f"{base.at(_POWER + 1)} ** {exponent.at(_POWER)}", _POWER)


def _called(function: str, *arguments: _Code) -> _Code:
    return _Code(f"{function}({', '.join(argument.text for argument in arguments)})")


def _nonzero(code: _Code) -> _Code:
    """Return the code with NaN in place of 0, where a division by it would otherwise go unnoticed."""
    return code if code.constant else _Code(f"{code.text} || NaN", _LOWEST)


def _can_fail(node: Node) -> bool:
    """Tell whether the node may have no value."""
    return any(
        isinstance(part, Index | Reduction)
        or (isinstance(part, Call) and part.function in {"sqrt", "log", "exp"})
        or (isinstance(part, Binary) and part.operator in {"/", "//", "%", "^"} and not _is_harmless(part))
        for _, part in walk(node)
    )


def _is_simpler_as_decimals(node: Node) -> bool:
    """Tell whether a denominator would only make a power with an unknown exponent unreadable."""
    parts = list(_parts_outside_rounding(node))
    powers = [part for part in parts if isinstance(part, Binary) and part.operator == "^"]
    divided = [part for part in parts if isinstance(part, Binary) and part.operator in {"/", "%"}]
    whole = all(isinstance(part.value, int) for part in parts if isinstance(part, Number))
    return bool(powers) and whole and not divided


def _parts_outside_rounding(node: Node) -> Iterator[Node]:
    """Yield the nodes whose value is not rounded to a whole number before it reaches `node`."""
    yield node
    match node:
        case Binary(operator="//") | Call(function="floor" | "ceil") | Comparison() | Reduction() | Index():
            return
    for part in children(node):
        yield from _parts_outside_rounding(part)


def _is_harmless(node: Binary) -> bool:
    return (
        isinstance(node.right, Number)
        and bool(node.right.value)
        and (node.operator != "^" or isinstance(node.right.value, int))
    )


class _Printer:
    """Prints nodes as exact ratios where they are fractions, as decimals elsewhere.

    Below operations that would swallow an infinite value (1/∞ is 0) it is strict: a zero divisor gives NaN.
    """

    def __init__(self, *, strict: bool) -> None:
        self.strict = strict
        self.ratios: dict[Node, _Ratio | None] = {}

    @cached_property
    def guarded(self) -> _Printer:
        """The strict printer, for operands of operations that swallow infinite values."""
        return self if self.strict else _Printer(strict=True)

    def value(self, node: Node) -> _Code:
        """Return code for the value as one JavaScript number."""
        ratio = self.ratio(node)
        if ratio is not None and (ratio[1] == _ONE or not _is_simpler_as_decimals(node)):
            return self.quotient(ratio)
        return _DECIMALS[type(node)](self, node)

    def quotient(self, ratio: _Ratio) -> _Code:
        above, below = ratio
        return _over(above, _nonzero(below) if self.strict else below)

    def ratio(self, node: Node) -> _Ratio | None:
        """Return code for a whole numerator over a whole denominator, or None where there is none."""
        if node not in self.ratios:
            found = _RATIOS[type(node)](self, node)
            is_fraction = found is not None and found[1] != _ONE
            is_long = found is not None and len(found[0].text) + len(found[1].text) > _LONGEST
            self.ratios[node] = None if is_fraction and is_long else found
        return self.ratios[node]

    def rounded(self, function: str, node: Node) -> _Code:
        """Return code for the floor or the ceiling of a node."""
        ratio = self.ratio(node)
        if ratio is not None:
            return _called(f"Math.{function}", self.quotient(ratio))
        return _applied(_ROUND_DECIMALS.format(function=function), self.value(node))


_ROUND_DECIMALS = (
    "($x) => Math.abs($x - Math.round($x)) < 1e-9 * Math.max(1, Math.abs($x)) && !Number.isInteger($x)"
    " ? NaN : Math.{function}($x)"
)


def _applied(function: str, *arguments: _Code) -> _Code:
    return _called(f"({function})", *arguments)


# -- ratios


def _add(left: _Ratio, right: _Ratio, join: Callable[[_Code, _Code], _Code] = _plus) -> _Ratio:
    if left[1] == right[1]:
        return join(left[0], right[0]), left[1]
    return join(_times(left[0], right[1]), _times(right[0], left[1])), _times(left[1], right[1])


def _subtract(left: _Ratio, right: _Ratio) -> _Ratio:
    return _add(left, right, _minus)


def _multiply(left: _Ratio, right: _Ratio) -> _Ratio:
    return _times(left[0], right[0]), _times(left[1], right[1])


def _reciprocal(ratio: _Ratio) -> _Ratio:
    above, below = ratio
    if above.constant is not None and above.constant < 0:
        above, below = _negative(above), _negative(below)
    return _nonzero(below), above


def _divide(left: _Ratio, right: _Ratio) -> _Ratio:
    return _multiply(left, _reciprocal(right))


def number_ratio(printer: _Printer, node: Number) -> _Ratio:
    value = Fraction(node.value)
    return _whole(value.numerator), _whole(value.denominator)


def name_ratio(printer: _Printer, node: Name) -> _Ratio:
    return _Code(javascript_name(node.name)), _ONE


def negate_ratio(printer: _Printer, node: Negate) -> _Ratio | None:
    ratio = printer.ratio(node.operand)
    return ratio and (_negative(ratio[0]), ratio[1])


def index_ratio(printer: _Printer, node: Index) -> _Ratio:
    first, *rest = [f"[{printer.guarded.value(index).text}]" for index in node.indices]
    element = javascript_name(node.tensor) + first + "".join(f"?.{index}" for index in rest)
    return _Code(f"({element} ?? NaN)"), _ONE


def binary_ratio(printer: _Printer, node: Binary) -> _Ratio | None:
    if node.operator == "^":
        return power_ratio(printer, node)
    if node.operator == "//":
        return printer.rounded("floor", Binary("/", node.left, node.right)), _ONE
    left = (printer.guarded if node.operator == "%" else printer).ratio(node.left)
    right = (printer.guarded if node.operator in {"/", "%"} else printer).ratio(node.right)
    return left and right and _RATIO_OPERATORS[node.operator](left, right)


def _remainder(left: _Ratio, right: _Ratio) -> _Ratio:
    """Return a mod b = a - b floor(a/b), over the common denominator of a and b."""
    common = _times(left[1], right[1])
    above = _times(left[0], right[1]), _times(right[0], left[1])
    return _applied("($a, $b) => $a - $b * Math.floor($a / $b)", *above), common


def power_ratio(printer: _Printer, node: Binary) -> _Ratio | None:
    """Return base^exponent; an unknown exponent is split into its positive and its negative part."""
    base, exponent = printer.guarded.ratio(node.left), printer.guarded.ratio(node.right)
    if base is None or exponent is None or exponent[1] != _ONE:
        return None
    size = exponent[0].constant
    nothing = _times(_ZERO, printer.guarded.quotient(base)) if _can_fail(node.left) else _ZERO
    if size is None:
        return None if _is_long(exponent) else _open_power(base, exponent[0], nothing)
    if size == 0:
        return _plus(nothing, _ONE), _ONE
    above, below = base if size > 0 else _reciprocal(base)
    return _raised(above, _whole(abs(size))), _raised(below, _whole(abs(size)))


def _is_long(ratio: _Ratio) -> bool:
    return len(ratio[0].text) > 40


def _open_power(base: _Ratio, exponent: _Code, nothing: _Code) -> _Ratio:
    """Return base^exponent for any whole exponent; `nothing` is 0, or NaN where the base has no value."""
    up = _called("Math.max", exponent, _ZERO)
    down = _called("Math.max", _negative(exponent), _ZERO)
    above, below = base
    return (
        _times(_raised(above, up), _raised(below, down)),
        _plus(_times(_raised(above, down), _raised(below, up)), nothing),
    )


def call_ratio(printer: _Printer, node: Call) -> _Ratio | None:
    if node.function in {"floor", "ceil"}:
        return printer.rounded(node.function, node.arguments[0]), _ONE
    if node.function == "abs":
        ratio = printer.ratio(node.arguments[0])
        return ratio and (_called("Math.abs", ratio[0]), _absolute(ratio[1]))
    if node.function in {"min", "max"}:
        return _extreme(node.function, [printer.guarded.ratio(argument) for argument in node.arguments])
    return None


def _absolute(code: _Code) -> _Code:
    return _called("Math.abs", code) if code.constant is None else _whole(abs(code.constant))


def _extreme(function: str, ratios: list[_Ratio | None]) -> _Ratio | None:
    """Return the least or greatest of fractions, compared over a common positive denominator."""
    known = [ratio for ratio in ratios if ratio is not None]
    if len(known) < len(ratios):
        return None
    below = [_absolute(ratio[1]) for ratio in known]
    common, scales = _common(below)
    above = [_times(_signed(ratio), scale) for ratio, scale in zip(known, scales, strict=True)]
    return _called(f"Math.{function}", *above), common


def _signed(ratio: _Ratio) -> _Code:
    """Return the numerator over the absolute value of the denominator."""
    above, below = ratio
    return above if below.constant is not None else _times(_called("Math.sign", below), above)


def _common(below: list[_Code]) -> tuple[_Code, list[_Code]]:
    """Return a common multiple of the denominators, and the factor that leads from each of them to it."""
    constants = [code.constant for code in below if code.constant]
    if len(constants) == len(below):
        multiple = math.lcm(*constants)
        return _whole(multiple), [_whole(multiple // constant) for constant in constants]
    others = [[code for place, code in enumerate(below) if place != skipped] for skipped in range(len(below))]
    return reduce(_times, below), [reduce(_times, factors) for factors in others]


def reduction_ratio(printer: _Printer, node: Reduction) -> _Ratio | None:
    ratio = printer.ratio(node.body)
    if ratio is None or ratio[1] != _ONE:
        return None
    return _loop(printer, node, ratio[0]), _ONE


def _loop(printer: _Printer, node: Reduction, body: _Code) -> _Code:
    variable, start = javascript_name(node.variable), 0 if node.function == "sum" else 1
    step = f"$t += {body.text}" if node.function == "sum" else f"$t *= {body.at(_SUM)}"
    function = (
        "($i, $n) => { "
        f"if (!Number.isInteger($i) || !Number.isInteger($n) || $n - $i > {_MOST_STEPS}) return NaN; "
        f"let $t = {start}; "
        f"for (let {variable} = $i; {variable} <= $n; {variable}++) {step}; "
        "return $t; }"
    )
    return _applied(function, printer.guarded.value(node.low), printer.guarded.value(node.high))


def comparison_ratio(printer: _Printer, node: Comparison) -> _Ratio:
    pairs = zip(node.operands, node.operators, node.operands[1:], strict=False)
    tests = [_test(printer.guarded, left, sign, right) for left, sign, right in pairs]
    if len(tests) == 1:
        return _Code(f"+{tests[0].at(_ATOM)}", _UNARY), _ONE
    return _Code(" * ".join(test.at(_ATOM) for test in tests), _PRODUCT), _ONE


def _test(printer: _Printer, left: Node, sign: str, right: Node) -> _Code:
    """Return code for one relation; fractions are compared through the sign of their difference."""
    first, second = printer.ratio(left), printer.ratio(right)
    is_whole = first is not None and second is not None and first[1] == second[1] == _ONE
    if first is not None and second is not None and is_whole and not _can_fail(left) and not _can_fail(right):
        return _Code(f"{first[0].at(_SUM)} {_RELATIONS[sign]} {second[0].at(_SUM)}", _COMPARISON)
    function = f"($d) => Number.isFinite($d) ? +($d {_RELATIONS[sign]} 0) : NaN"
    return _applied(function, printer.value(Binary("-", left, right)))


_RATIO_OPERATORS: dict[str, Callable[[_Ratio, _Ratio], _Ratio]] = {
    "+": _add,
    "-": _subtract,
    "*": _multiply,
    "/": _divide,
    "%": _remainder,
}
_RATIOS: dict[type[Node], Callable[..., _Ratio | None]] = {
    Number: number_ratio,
    Name: name_ratio,
    Negate: negate_ratio,
    Index: index_ratio,
    Binary: binary_ratio,
    Call: call_ratio,
    Reduction: reduction_ratio,
    Comparison: comparison_ratio,
    Tuple: lambda printer, node: None,
}


# -- decimals, where there is no ratio


def negate_decimals(printer: _Printer, node: Negate) -> _Code:
    return _negative(printer.value(node.operand))


def binary_decimals(printer: _Printer, node: Binary) -> _Code:
    guarded = printer.guarded
    match node.operator:
        case "/":
            return printer.quotient((printer.value(node.left), guarded.value(node.right)))
        case "%":
            rounded = _ROUND_DECIMALS.format(function="floor")
            function = f"($a, $b) => $a - $b * ({rounded})($a / $b)"
            return _applied(function, guarded.value(node.left), guarded.value(node.right))
        case "^":
            return power_decimals(printer, node)
    return {"+": _plus, "-": _minus, "*": _times}[node.operator](
        printer.value(node.left), printer.value(node.right)
    )


def power_decimals(printer: _Printer, node: Binary) -> _Code:
    base, exponent = printer.guarded.value(node.left), printer.guarded.value(node.right)
    if not printer.strict and not _can_fail(node.left):
        return _raised(base, exponent)
    return _applied(
        "($a, $b) => Number.isFinite($a) && Number.isFinite($a ** $b) ? $a ** $b : NaN", base, exponent
    )


def call_decimals(printer: _Printer, node: Call) -> _Code:
    arguments = [printer.guarded.value(argument) for argument in node.arguments]
    if node.function != "log":
        return _called(f"Math.{node.function}", *arguments)
    value, *base = map(_nonzero, arguments) if printer.strict else arguments
    if not base:
        return _called("Math.log", value)
    if base[0].constant in {2, 10}:
        return _called(f"Math.log{base[0].constant}", value)
    return _over(_called("Math.log", value), _nonzero(_called("Math.log", _nonzero(base[0]))))


def reduction_decimals(printer: _Printer, node: Reduction) -> _Code:
    return _loop(printer, node, printer.value(node.body))


def tuple_decimals(printer: _Printer, node: Tuple) -> _Code:
    """Print a shape as an array."""
    return _Code(f"[{', '.join(printer.value(item).text for item in node.items)}]")


_DECIMALS: dict[type[Node], Callable[..., _Code]] = {
    Negate: negate_decimals,
    Binary: binary_decimals,
    Call: call_decimals,
    Reduction: reduction_decimals,
    Tuple: tuple_decimals,
}
