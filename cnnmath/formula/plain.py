"""Formulas as text in the language itself: what is printed here is read back to the same tree.

Brackets stand only where the tree needs them; products written without a sign stay so where that can be read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
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

__all__ = ["ATOM", "IMPLICIT", "LEVELS", "POWER", "PRODUCT", "SIGN", "SUM", "chain", "decimal", "to_plain"]

SUM, PRODUCT, SIGN, IMPLICIT, POWER, ATOM = 10, 20, 21, 22, 40, 50
"""How tightly the outermost operation of a text binds; the parser's table has the same order."""

LEVELS = {"+": SUM, "-": SUM, "*": PRODUCT, "/": PRODUCT, "//": PRODUCT, "%": PRODUCT, "^": POWER}
_NUMBER_TAIL = re.compile(r"[eE][0-9]|[xXbBoO][0-9a-fA-F]")  # 2e3 and 0x1 would be read as numbers
_SIGNS = {"+": " + ", "-": " - ", "*": "*", "/": "/", "//": " // ", "%": " mod ", "^": "^"}


def to_plain(root: Node) -> str:
    """Return the text of a tree.

    >>> to_plain(Binary("*", Number(2), Binary("+", Name("n"), Number(1)), implicit=True))
    '2(n + 1)'
    """
    return _print(root).text


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


@dataclass(frozen=True)
class _Text:
    """The text of a node, how tightly it binds, and what it ends with, which decides what may follow it."""

    text: str
    level: int = ATOM
    ends_with: str = "bracket"

    def at(self, level: int) -> _Text:
        """Return the text, in brackets unless it binds at least as tightly as `level`."""
        return self if self.level >= level else self.bracketed()

    def bracketed(self) -> _Text:
        """Return the text in brackets."""
        return _Text(f"({self.text})")

    def inner(self, level: int) -> _Text:
        """Return the text of an operand that is not the first: a sign there stands in brackets."""
        return self.bracketed() if self.text.startswith("-") else self.at(level)


@singledispatch
def _print(node: Node) -> _Text:
    raise TypeError(f"no node of a formula: {node!r}")


def _listed(nodes: tuple[Node, ...]) -> str:
    return ", ".join(_print(node).text for node in nodes)


@_print.register
def print_number(node: Number) -> _Text:
    return _Text(decimal(node.value), ends_with="number")


@_print.register
def print_name(node: Name) -> _Text:
    return _Text(node.name, ends_with="letter" if len(node.name) == 1 else "word")


@_print.register
def print_negate(node: Negate) -> _Text:
    operand = _print(node.operand).at(IMPLICIT)
    return _Text(f"-{operand.text}", SIGN, operand.ends_with)


@_print.register
def print_binary(node: Binary) -> _Text:
    left, right = _print(node.left), _print(node.right)
    if node.operator == "^":
        return _power(left, right)
    if (
        node.operator == "*"
        and node.implicit
        and (product := _juxtaposed(left.at(IMPLICIT), right.inner(IMPLICIT + 1)))
    ):
        return product
    level = LEVELS[node.operator]
    divides = node.operator in {"/", "//", "%"}
    right = right.inner(IMPLICIT + 1 if divides else level + 1)
    left = left.inner(level) if node.operator in {"//", "%"} else left.at(level)
    return _Text(f"{left.text}{_SIGNS[node.operator]}{right.text}", level, right.ends_with)


def _power(base: _Text, exponent: _Text) -> _Text:
    base, exponent = base.at(POWER + 1), exponent.inner(POWER)
    # after a name in the exponent, a factor could be meant to belong to the exponent
    ends_with = "exponent" if exponent.ends_with in {"letter", "word"} else exponent.ends_with
    return _Text(f"{base.text}^{exponent.text}", POWER, ends_with)


def _juxtaposed(left: _Text, right: _Text) -> _Text | None:
    """Return a product written without a sign, or None where it could not be read back."""
    starts_word, starts_bracket = right.text[0].isalpha(), right.text[0] == "("
    if starts_bracket:
        fits, space = left.ends_with in {"number", "bracket", "letter"}, ""
    else:
        fits, space = starts_word and left.ends_with != "exponent", " "
    if left.ends_with == "number" and starts_word and not _NUMBER_TAIL.match(right.text):
        space = ""
    return _Text(f"{left.text}{space}{right.text}", IMPLICIT, right.ends_with) if fits else None


@_print.register
def print_call(node: Call) -> _Text:
    return _Text(f"{node.function}({_listed(node.arguments)})")


@_print.register
def print_reduction(node: Reduction) -> _Text:
    low, high = _print(node.low).text, _print(node.high).text
    return _Text(f"{node.function}({_print(node.body).text}, {node.variable}, {low}, {high})")


@_print.register
def print_index(node: Index) -> _Text:
    return _Text(f"{node.tensor}[{_listed(node.indices)}]")


@_print.register
def print_comparison(node: Comparison) -> _Text:
    return _Text(f"[{chain([_print(operand).text for operand in node.operands], node.operators)}]")


@_print.register
def print_tuple(node: Tuple) -> _Text:
    return _Text(f"({_listed(node.items)})")


def chain(parts: list[str], operators: tuple[str, ...]) -> str:
    """Return the parts with the signs of the relations between them."""
    return parts[0] + "".join(f" {sign} {part}" for sign, part in zip(operators, parts[1:], strict=True))
