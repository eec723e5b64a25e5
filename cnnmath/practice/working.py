"""Worked steps for solutions: a formula, the numbers in place, the quotient, the result, all computed.

So no solution holds a number that was typed. Which formula to work out is the question's business.
"""

from __future__ import annotations

from fractions import Fraction

from cnnmath import formula
from cnnmath.formula import Formula, tree
from cnnmath.formula.evaluate import Value
from cnnmath.formula.tree import Binary, Call, Node

__all__ = ["working"]


def working(text: str, /, **values: int) -> str:
    """Return the chain from the formula to its value, as light Markdown.

    >>> working("floor((n + 2p - k)/s) + 1", n=7, k=3, s=2, p=1)
    '$floor((n + 2p - k)/s) + 1 = floor((7 + 2*1 - 3)/2) + 1 = floor(6/2) + 1 = 4$'
    """
    read = formula.parse(text)
    numbers = read.plain(values)
    result = read.evaluate(values)
    steps = [text, numbers, _quotients(formula.parse(numbers)).plain(), Formula.of(_number(result)).plain()]
    return f"${' = '.join(dict.fromkeys(steps))}$"


def _quotients(numbers: Formula) -> Formula:
    """Return the formula with the inside of each rounded quotient worked out."""
    return numbers.rewrite(_worked_out)


def _worked_out(node: Node) -> Node:
    if isinstance(node, Call) and node.function in ("floor", "ceil"):
        quotient = node.arguments[0]
        if isinstance(quotient, Binary) and quotient.operator == "/":
            above, below = (_number(Formula.of(part).evaluate()) for part in (quotient.left, quotient.right))
            return Call(node.function, (Binary("/", above, below),))
    return node


def _number(value: Value) -> Node:
    return tree.number(Fraction(value)) if isinstance(value, float) else tree.number(value)
