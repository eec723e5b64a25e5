r"""Formulas as LaTeX in the author's order: fractions, floor brackets, as few brackets as possible.

Products are written without a sign except where two numbers would meet. The output is read back by the parser.
"""

from __future__ import annotations

import re
from functools import singledispatch

from cnnmath.formula.plain import IMPLICIT, LEVELS, POWER, PRODUCT, SIGN, decimal
from cnnmath.formula.plain import chain as chained
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

FRACTION, ATOM = 30, 50
LATEX_RELATIONS = {"<=": r"\le", ">=": r"\ge", "!=": r"\ne", "≈": r"\approx", "=": "=", "<": "<", ">": ">"}
_NAME = re.compile(r"(?P<base>[^_']+)(?P<subscript>(?:_[^_']+)*)(?P<primes>'*)")


def to_latex(root: Node) -> str:
    r"""Return the LaTeX of a tree.

    >>> print(to_latex(Binary("/", Binary("-", Name("n"), Name("k")), Name("s"))))
    \frac{n - k}{s}
    """
    return _print(root)


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


@singledispatch
def _print(node: Node) -> str:
    raise TypeError(f"no node of a formula: {node!r}")


def _brackets(content: str) -> str:
    return rf"\left({content}\right)"


def _at(node: Node, level: int) -> str:
    return _print(node) if _level(node) >= level else _brackets(_print(node))


def _inner(node: Node, level: int) -> str:
    return _at(node, ATOM if isinstance(node, Negate) else level)


def _level(node: Node) -> int:
    match node:
        case Negate():
            return SIGN
        case Binary(operator="/"):
            return FRACTION
        case Binary(operator="//"):
            return ATOM
        case Binary(operator="*"):
            return PRODUCT if _dotted(node) else IMPLICIT
        case Binary(operator=operator):
            return LEVELS[operator]
        case Reduction():
            return IMPLICIT + 1
    return ATOM


def _open_ended(node: Node) -> bool:
    """Tell whether a product written after the node would be read as a part of its last sum."""
    match node:
        case Reduction():
            return True
        case Negate(operand=last) | Binary(operator="*" | "%", right=last):
            return _open_ended(last)
    return False


@_print.register
def print_number(node: Number) -> str:
    return decimal(node.value)


@_print.register
def print_name(node: Name) -> str:
    return latex_name(node.name)


@_print.register
def print_negate(node: Negate) -> str:
    is_product = isinstance(node.operand, Binary) and node.operand.operator == "*"
    return f"-{_at(node.operand, PRODUCT if is_product else IMPLICIT)}"


@_print.register
def print_binary(node: Binary) -> str:
    return _OPERATORS[node.operator](node)


def print_sum(node: Binary) -> str:
    return f"{_print(node.left)} {node.operator} {_inner(node.right, LEVELS[node.operator] + 1)}"


def print_product(node: Binary) -> str:
    left, right = _factors(node)
    if _dotted(node):
        return rf"{left} \cdot {right}" if not left[-1].isdigit() else rf"{left}\cdot {right}"
    if left.endswith(r"\right)") or right.startswith(r"\left") or left[-1].isdigit():
        return left + right
    words = right.startswith(r"\mathrm") or re.search(r"\\mathrm\{\w+\}$", left)
    return rf"{left}\,{right}" if words else f"{left} {right}"


def _factors(node: Binary) -> tuple[str, str]:
    is_dotted = isinstance(node.left, Binary) and node.left.operator == "*" and _dotted(node.left)
    left = _at(node.left, PRODUCT if is_dotted or isinstance(node.left, Negate) else IMPLICIT)
    if _open_ended(node.left) and not left.endswith(r"\right)"):
        left = _brackets(left)
    return left, _inner(node.right, IMPLICIT + 1)


def _dotted(node: Binary) -> bool:
    """Tell whether a product needs its dot: two numbers would meet, or the factor before it has one."""
    left, right = _factors(node)
    numbers = right[0].isdigit() or (left[-1].isdigit() and right.startswith(r"\frac"))
    if isinstance(node.left, Negate):
        return not left.endswith(r"\right)")
    return numbers or (isinstance(node.left, Binary) and node.left.operator == "*" and _dotted(node.left))


def print_fraction(node: Binary) -> str:
    return rf"\frac{{{_print(node.left)}}}{{{_print(node.right)}}}"


def print_floor_division(node: Binary) -> str:
    return rf"\left\lfloor{print_fraction(node)}\right\rfloor"


def print_remainder(node: Binary) -> str:
    left = _inner(node.left, PRODUCT)
    if _open_ended(node.left) and not left.endswith(r"\right)"):
        left = _brackets(left)
    return rf"{left} \bmod {_inner(node.right, IMPLICIT + 1)}"


def print_power(node: Binary) -> str:
    return f"{_at(node.left, POWER + 1)}^{{{_print(node.right)}}}"


_OPERATORS = {
    "+": print_sum,
    "-": print_sum,
    "*": print_product,
    "/": print_fraction,
    "//": print_floor_division,
    "%": print_remainder,
    "^": print_power,
}


@_print.register
def print_call(node: Call) -> str:
    first, *rest = map(_print, node.arguments)
    match node.function:
        case "floor":
            return rf"\left\lfloor{_spaced(first)}\right\rfloor"
        case "ceil":
            return rf"\left\lceil{_spaced(first)}\right\rceil"
        case "abs":
            return rf"\left|{_spaced(first)}\right|"
        case "sqrt":
            return rf"\sqrt{{{first}}}"
        case "log" if rest:
            return rf"\log_{{{rest[0]}}}{_brackets(first)}"
    return rf"\{node.function}{_brackets(', '.join([first, *rest]))}"


def _spaced(content: str) -> str:
    """Return the content with a space before it where a command would run into a letter."""
    return f" {content}" if content[0].isalpha() else content


@_print.register
def print_reduction(node: Reduction) -> str:
    variable, low, high = latex_name(node.variable), _print(node.low), _print(node.high)
    is_remainder = isinstance(node.body, Binary) and node.body.operator == "%"
    body = _brackets(_print(node.body)) if is_remainder else _inner(node.body, PRODUCT)
    return rf"\{node.function}_{{{variable} = {low}}}^{{{high}}} {body}"


@_print.register
def print_index(node: Index) -> str:
    tensor, indices = latex_name(node.tensor), ", ".join(map(_print, node.indices))
    return rf"{tensor}\left[{indices}\right]" if re.search(r"[_']", tensor) else f"{tensor}_{{{indices}}}"


@_print.register
def print_comparison(node: Comparison) -> str:
    parts = list(map(_print, node.operands))
    return rf"\left[{chained(parts, tuple(LATEX_RELATIONS[sign] for sign in node.operators))}\right]"


@_print.register
def print_tuple(node: Tuple) -> str:
    return _brackets(", ".join(map(_print, node.items)))
