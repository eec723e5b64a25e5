"""Formulas as text in the language itself: what is printed here is read back to the same tree.

Brackets stand only where the tree needs them; products written without a sign stay so where that can be read.
"""

from __future__ import annotations

from fractions import Fraction
from functools import singledispatch

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
)

__all__ = ["decimal", "to_plain"]

SUM, PRODUCT, SIGN, IMPLICIT, POWER, ATOM = 10, 20, 21, 22, 40, 50
LEVELS = {"+": SUM, "-": SUM, "*": PRODUCT, "/": PRODUCT, "//": PRODUCT, "%": PRODUCT, "^": POWER}
_SIGNS = {"+": " + ", "-": " - ", "*": "*", "/": "/", "//": " // ", "%": " mod ", "^": "^"}


def to_plain(root: Node) -> str:
    """Return the text of a tree.

    >>> to_plain(Binary("*", Number(2), Binary("+", Name("n"), Number(1)), implicit=True))
    '2(n + 1)'
    """
    return _print(root)


def decimal(value: int | Fraction) -> str:
    """Return the digits of a number with finitely many decimals.

    >>> decimal(Fraction(5, 4))
    '1.25'
    """
    value = Fraction(value)
    places = 0
    while value.denominator != 1:
        value, places = value * 10, places + 1
    digits = str(value.numerator).rjust(places + 1, "0")
    return f"{digits[:-places]}.{digits[-places:]}" if places else digits


@singledispatch
def _print(node: Node) -> str:
    raise TypeError(f"no node of a formula: {node!r}")


def _at(node: Node, level: int) -> str:
    """Return the text of an operand, in brackets unless it binds at least as tightly as `level`."""
    return _print(node) if _level(node) >= level else f"({_print(node)})"


def _level(node: Node) -> int:
    if isinstance(node, Negate):
        return SIGN
    if isinstance(node, Binary):
        return IMPLICIT if _juxtaposed(node) is not None else LEVELS[node.operator]
    return ATOM


@_print.register
def print_number(node: Number) -> str:
    return decimal(node.value)


@_print.register
def print_name(node: Name) -> str:
    return node.name


@_print.register
def print_negate(node: Negate) -> str:
    return f"-{_at(node.operand, IMPLICIT)}"


@_print.register
def print_binary(node: Binary) -> str:
    if (product := _juxtaposed(node)) is not None:
        return product
    level, divides = LEVELS[node.operator], node.operator in {"/", "//", "%"}
    if node.operator == "^":
        left, right = _at(node.left, POWER + 1), _inner(node.right, POWER)
    else:
        left, right = _at(node.left, level), _inner(node.right, IMPLICIT + 1 if divides else level + 1)
    if node.operator in {"//", "%"} and isinstance(node.left, Negate):
        left = f"({left})"
    return f"{left}{_SIGNS[node.operator]}{right}"


def _inner(node: Node, level: int) -> str:
    """Return the text of an operand that is not the first: a sign there stands in brackets."""
    return _at(node, ATOM if isinstance(node, Negate) else level)


def _juxtaposed(node: Binary) -> str | None:
    """Return a product as it is written without a sign, or None where it needs one to be read back."""
    if not (node.operator == "*" and node.implicit):
        return None
    left, right = _at(node.left, IMPLICIT), _inner(node.right, IMPLICIT + 1)
    last = _last(node.left) if not left.endswith(")") else None
    starts_word = right[0].isalpha()
    if not (starts_word or right[0] == "(") or isinstance(last, str):
        return None
    if last is None or (isinstance(last, Number) and not right.lower().startswith(("e", "x", "b", "o"))):
        return f"{left}{' ' if starts_word and last is None else ''}{right}"
    if isinstance(last, Name) and right[0] == "(":
        return f"{left}{right}" if len(last.name) == 1 else None
    return f"{left} {right}"


def _last(node: Node) -> Node | str:
    """Return the number or name that ends the text, or the text when something may still be added to its exponent."""
    if isinstance(node, Binary):
        last = _last(node.right)
        return "exponent" if node.operator == "^" and not isinstance(last, Number) else last
    return node.operand if isinstance(node, Negate) else node


@_print.register
def print_call(node: Call) -> str:
    return f"{node.function}({', '.join(map(_print, node.arguments))})"


@_print.register
def print_reduction(node: Reduction) -> str:
    parts = _print(node.body), node.variable, _print(node.low), _print(node.high)
    return f"{node.function}({', '.join(parts)})"


@_print.register
def print_index(node: Index) -> str:
    return f"{node.tensor}[{', '.join(map(_print, node.indices))}]"


@_print.register
def print_comparison(node: Comparison) -> str:
    return f"[{chain(list(map(_print, node.operands)), node.operators)}]"


@_print.register
def print_tuple(node: Tuple) -> str:
    return f"({', '.join(map(_print, node.items))})"


def chain(parts: list[str], operators: tuple[str, ...]) -> str:
    """Return the parts with the signs of the relations between them."""
    return parts[0] + "".join(f" {sign} {part}" for sign, part in zip(operators, parts[1:], strict=True))
