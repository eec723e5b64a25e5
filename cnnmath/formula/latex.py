r"""Formulas as LaTeX in the author's order: fractions, floor brackets, as few brackets as possible.

Products are written without a sign except where two numbers would meet. The parser reads the output back.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import singledispatch

from cnnmath.formula.plain import ATOM, IMPLICIT, POWER, PRODUCT, SIGN, SUM, chain, decimal
from cnnmath.formula.spelling import GREEK
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

__all__ = ["LATEX_RELATIONS", "latex_name", "to_latex"]

FRACTION = 30
LATEX_RELATIONS = {"<=": r"\le", ">=": r"\ge", "!=": r"\ne", "≈": r"\approx", "=": "=", "<": "<", ">": ">"}
_NAME = re.compile(r"(?P<base>[^_']+)(?P<subscript>(?:_[^_']+)*)(?P<primes>'*)")
_WORD_AT_END = re.compile(r"\\mathrm\{\w+\}$")


def to_latex(root: Node) -> str:
    r"""Return the LaTeX of a tree.

    >>> print(to_latex(Binary("/", Binary("-", Name("n"), Name("k")), Name("s"))))
    \frac{n - k}{s}
    """
    return _print(root).text


def latex_name(name: str) -> str:
    r"""Return the LaTeX of a variable: words upright, Greek letters as such, subscripts below.

    >>> print(latex_name("c_in"), latex_name("alpha"), latex_name("stride"), latex_name("x1"))
    c_{\mathrm{in}} \alpha \mathrm{stride} x_{1}
    """
    match = _NAME.fullmatch(name)
    if match is None:
        return rf"\mathrm{{{name}}}"
    base, subscript = match["base"], match["subscript"].removeprefix("_").replace("_", ",")
    letters = base.rstrip("0123456789")
    if not subscript and (len(letters) == 1 or letters in GREEK):
        base, subscript = letters, base[len(letters) :]
    return _word(base) + (f"_{{{_word(subscript)}}}" if subscript else "") + match["primes"]


def _word(word: str) -> str:
    if word in GREEK:
        return f"\\{word}"
    return word if len(word) == 1 or word.isdecimal() else rf"\mathrm{{{word}}}"


@dataclass(frozen=True)
class _Latex:
    """The LaTeX of a node, how tightly it binds, and what must be known to write a factor after it."""

    text: str
    level: int = ATOM
    is_dotted: bool = False
    """It is a product whose last factor follows a dot."""
    is_open: bool = False
    """It ends with a sum over a range, which would take what follows as a part of its term."""

    def at(self, level: int) -> _Latex:
        """Return the LaTeX, in brackets unless it binds at least as tightly as `level`."""
        return self if self.level >= level else self.bracketed()

    def inner(self, level: int) -> _Latex:
        """Return the LaTeX of an operand that is not the first: a sign there stands in brackets."""
        return self.bracketed() if self.text.startswith("-") else self.at(level)

    def closed(self) -> _Latex:
        """Return the LaTeX, in brackets if it would take what follows."""
        return self.bracketed() if self.is_open else self

    def bracketed(self) -> _Latex:
        """Return the LaTeX in brackets."""
        return _Latex(_brackets(self.text))


def _brackets(content: str) -> str:
    return rf"\left({content}\right)"


@singledispatch
def _print(node: Node) -> _Latex:
    raise TypeError(f"no node of a formula: {node!r}")


def _listed(nodes: tuple[Node, ...]) -> str:
    return ", ".join(_print(node).text for node in nodes)


@_print.register
def print_number(node: Number) -> _Latex:
    return _Latex(decimal(node.value))


@_print.register
def print_name(node: Name) -> _Latex:
    return _Latex(latex_name(node.name))


@_print.register
def print_negate(node: Negate) -> _Latex:
    operand = _print(node.operand)
    operand = operand.inner(PRODUCT if operand.is_dotted else IMPLICIT)
    return _Latex(f"-{operand.text}", SIGN, is_dotted=operand.is_dotted, is_open=operand.is_open)


@_print.register
def print_binary(node: Binary) -> _Latex:
    return _OPERATORS[node.operator](node, _print(node.left), _print(node.right))


def print_sum(node: Binary, left: _Latex, right: _Latex) -> _Latex:
    return _Latex(f"{left.text} {node.operator} {right.inner(SUM + 1).text}", SUM)


def print_product(node: Binary, left: _Latex, right: _Latex) -> _Latex:
    """Write a product without a sign, or with a dot where numbers meet or a dot came before."""
    is_dotted = left.is_dotted or left.level == SIGN
    left = (left if is_dotted else left.at(IMPLICIT)).closed()
    right = right.inner(IMPLICIT + 1)
    after_number = left.text[-1].isdigit()
    if is_dotted or right.text[0].isdigit() or (after_number and right.text.startswith(r"\frac")):
        return _Latex(rf"{left.text}{'' if after_number else ' '}\cdot {right.text}", PRODUCT, is_dotted=True)
    if after_number or left.text.endswith(r"\right)") or right.text.startswith(r"\left"):
        space = ""
    else:
        is_word = right.text.startswith(r"\mathrm") or _WORD_AT_END.search(left.text)
        space = r"\," if is_word else " "
    return _Latex(f"{left.text}{space}{right.text}", IMPLICIT, is_open=right.is_open)


def print_fraction(node: Binary, left: _Latex, right: _Latex) -> _Latex:
    return _Latex(rf"\frac{{{left.text}}}{{{right.text}}}", FRACTION)


def print_floor_division(node: Binary, left: _Latex, right: _Latex) -> _Latex:
    return _Latex(rf"\left\lfloor{print_fraction(node, left, right).text}\right\rfloor")


def print_remainder(node: Binary, left: _Latex, right: _Latex) -> _Latex:
    right = right.inner(IMPLICIT + 1)
    return _Latex(rf"{left.inner(PRODUCT).closed().text} \bmod {right.text}", PRODUCT, is_open=right.is_open)


def print_power(node: Binary, left: _Latex, right: _Latex) -> _Latex:
    return _Latex(f"{left.at(POWER + 1).text}^{{{right.text}}}", POWER)


_OPERATORS = {
    "+": print_sum,
    "-": print_sum,
    "*": print_product,
    "/": print_fraction,
    "//": print_floor_division,
    "%": print_remainder,
    "^": print_power,
}
_FENCES = {
    "floor": (r"\left\lfloor", r"\right\rfloor"),
    "ceil": (r"\left\lceil", r"\right\rceil"),
    "abs": (r"\left|", r"\right|"),
    "sqrt": (r"\sqrt{", "}"),
}


@_print.register
def print_call(node: Call) -> _Latex:
    if node.function in _FENCES:
        left, right = _FENCES[node.function]
        content = _print(node.arguments[0]).text
        space = " " if left[-1].isalpha() and content[0].isalpha() else ""
        return _Latex(f"{left}{space}{content}{right}")
    if node.function == "log" and len(node.arguments) == 2:
        value, base = (_print(argument).text for argument in node.arguments)
        return _Latex(rf"\log_{{{base}}}{_brackets(value)}")
    return _Latex(rf"\{node.function}{_brackets(_listed(node.arguments))}")


@_print.register
def print_reduction(node: Reduction) -> _Latex:
    variable, low, high = latex_name(node.variable), _print(node.low).text, _print(node.high).text
    body = _print(node.body)
    is_remainder = isinstance(node.body, Binary) and node.body.operator == "%"
    body = body.at(ATOM if is_remainder else PRODUCT)
    text = rf"\{node.function}_{{{variable} = {low}}}^{{{high}}} {body.text}"
    return _Latex(text, IMPLICIT + 1, is_open=True)


@_print.register
def print_index(node: Index) -> _Latex:
    tensor, indices = latex_name(node.tensor), _listed(node.indices)
    return _Latex(
        rf"{tensor}\left[{indices}\right]" if re.search(r"[_']", tensor) else f"{tensor}_{{{indices}}}"
    )


@_print.register
def print_comparison(node: Comparison) -> _Latex:
    parts = [_print(operand).text for operand in node.operands]
    return _Latex(rf"\left[{chain(parts, tuple(LATEX_RELATIONS[sign] for sign in node.operators))}\right]")


@_print.register
def print_tuple(node: Tuple) -> _Latex:
    return _Latex(_brackets(_listed(node.items)))
