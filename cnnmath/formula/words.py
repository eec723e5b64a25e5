"""Formulas as words, for a screen reader: brackets become "the quantity", and a comma closes what is open.

Every group that was opened ("the quantity", "the floor of", ...) is closed by a comma where something
follows; where several close at once, the outer ones are named, so that different formulas sound different.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import singledispatch

from cnnmath.formula.plain import ATOM, IMPLICIT, POWER, PRODUCT, SUM, decimal
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

__all__ = ["RELATION_WORDS", "to_words", "words_of_chain"]

QUOTIENT = 15
_LEVELS = {"+": SUM, "-": SUM, "*": PRODUCT, "/": QUOTIENT, "//": ATOM, "%": QUOTIENT, "^": POWER}
_OPENINGS = {
    "floor": "the floor of",
    "ceil": "the ceiling of",
    "abs": "the absolute value of",
    "min": "the minimum of",
    "max": "the maximum of",
    "sqrt": "the square root of",
    "exp": "the exponential of",
    "log": "the logarithm of",
    "sum": "the sum",
    "prod": "the product",
    "quantity": "the quantity",
    "indicator": "the indicator of",
    "list": "the list of",
}
RELATION_WORDS = {
    "=": "equals",
    "!=": "is not",
    "<": "is less than",
    ">": "is greater than",
    "<=": "is at most",
    ">=": "is at least",
    "≈": "is about",
}


@dataclass(frozen=True)
class _Close:
    """The end of a group of this kind."""

    kind: str


_Speech = Iterator["str | _Close"]


def to_words(root: Node) -> str:
    """Return the words of a tree.

    >>> to_words(Call("floor", (Binary("/", Name("n"), Name("s")),)))
    'the floor of n over s'
    """
    return _said(_speak(root))


def words_of_chain(parts: tuple[Node, ...], operators: tuple[str, ...]) -> str:
    """Return the words of a chain of relations."""
    said = to_words(parts[0])
    for sign, part in zip(operators, parts[1:], strict=True):
        said += f" {RELATION_WORDS[sign]} {to_words(part)}"
    return said


def _said(speech: _Speech) -> str:
    text, closing = "", []
    for piece in speech:
        if isinstance(piece, _Close):
            closing.append(piece.kind)
            continue
        if closing:
            text += "," + "".join(f" end {kind}," for kind in closing[1:])
            closing = []
        text += f" {piece}"
    return text.strip()


@singledispatch
def _speak(node: Node) -> _Speech:
    raise TypeError(f"no node of a formula: {node!r}")


def _group(kind: str, *parts: _Speech) -> _Speech:
    yield _OPENINGS[kind]
    for part in parts:
        yield from part
    yield _Close(kind)


def _at(node: Node, level: int) -> _Speech:
    return _speak(node) if _level(node) >= level else _group("quantity", _speak(node))


def _level(node: Node) -> int:
    if isinstance(node, Negate):
        return SUM
    if isinstance(node, Binary):
        return IMPLICIT if _is_coefficient(node) else _LEVELS[node.operator]
    return ATOM


def _is_coefficient(node: Binary) -> bool:
    return node.operator == "*" and isinstance(node.left, Number) and isinstance(node.right, Name)


def _listed(nodes: tuple[Node, ...], level: int) -> _Speech:
    for position, node in enumerate(nodes):
        if position:
            yield "and"
        yield from _at(node, level)


@_speak.register
def speak_number(node: Number) -> _Speech:
    yield decimal(node.value)


@_speak.register
def speak_name(node: Name) -> _Speech:
    yield _name(node.name)


def _name(name: str) -> str:
    """Return a variable in words.

    >>> _name("C_out"), _name("n'")
    ('capital C sub out', 'n prime')
    """
    primes = name.count("'")
    base, *subscripts = name.rstrip("'").split("_")
    words = [_word(base), *(f"sub {_word(subscript)}" for subscript in subscripts)]
    return " ".join(words + ["prime"] * primes)


def _word(word: str) -> str:
    letters, digits = re.fullmatch(r"(.*?)([0-9]*)", word).groups()  # type: ignore[union-attr]  # matches all
    said = f"capital {letters}" if len(letters) == 1 and letters.isupper() else letters
    return f"{said} {digits}".strip()


@_speak.register
def speak_negate(node: Negate) -> _Speech:
    yield "minus"
    yield from _at(node.operand, PRODUCT)


@_speak.register
def speak_binary(node: Binary) -> _Speech:
    if _is_coefficient(node):
        yield from _speak(node.left)
        yield from _speak(node.right)
    elif node.operator == "//":
        yield from _group("floor", _speak(Binary("/", node.left, node.right)))
    elif node.operator == "^":
        yield from _power(node)
    else:
        sign, left, right = _OPERATORS[node.operator]
        yield from _at(node.left, left)
        yield sign
        yield from _at(node.right, right)


_OPERATORS = {
    "+": ("plus", SUM, SUM + 1),
    "-": ("minus", SUM, SUM + 1),
    "*": ("times", PRODUCT, PRODUCT + 1),
    "/": ("over", IMPLICIT, IMPLICIT),
    "%": ("mod", IMPLICIT, IMPLICIT),
}
"""Operator: its word, and how tightly the left and the right operand must bind to stand without a group."""


def _power(node: Binary) -> _Speech:
    yield from _at(node.left, POWER + 1)
    if isinstance(node.right, Number) and node.right.value in (2, 3):
        yield "squared" if node.right.value == 2 else "cubed"
    else:
        yield "to the power"
        yield from _at(node.right, POWER + 1)


@_speak.register
def speak_call(node: Call) -> _Speech:
    if node.function == "log" and len(node.arguments) == 2:
        value, base = node.arguments
        return _group("log", _speak(value), iter(["to the base"]), _speak(base))
    return _group(node.function, _listed(node.arguments, SUM))


@_speak.register
def speak_reduction(node: Reduction) -> _Speech:
    start, end, of = iter([f"over {_name(node.variable)} from"]), iter(["to"]), iter(["of"])
    return _group(node.function, start, _speak(node.low), end, _speak(node.high), of, _speak(node.body))


@_speak.register
def speak_index(node: Index) -> _Speech:
    yield f"{_name(node.tensor)} at"
    yield from _listed(node.indices, ATOM)


@_speak.register
def speak_comparison(node: Comparison) -> _Speech:
    words = [RELATION_WORDS[sign] for sign in node.operators]
    parts = [_speak(node.operands[0])]
    for word, operand in zip(words, node.operands[1:], strict=True):
        parts += [iter([word]), _speak(operand)]
    return _group("indicator", *parts)


@_speak.register
def speak_tuple(node: Tuple) -> _Speech:
    return _group("list", _listed(node.items, SUM))
