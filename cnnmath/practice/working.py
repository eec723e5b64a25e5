"""Worked steps for solutions: a formula, the numbers in place, the quotient, the result, all computed.

So no solution holds a number that was typed. Which formula to work out is the question's business.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache

from cnnmath import formula
from cnnmath.formula import DEFAULT, Formula, tree
from cnnmath.formula.evaluate import Scope, Source, compile_tree, settled
from cnnmath.formula.plain import to_plain
from cnnmath.formula.tree import Binary, Call, Node

__all__ = ["known", "working"]


@lru_cache(maxsize=1024)
def known(text: str) -> Formula:
    """Return one of our own formulas, read once.

    >>> known("n + 1") is known("n + 1")
    True
    """
    return formula.parse(text)


def working(text: str, /, **values: int) -> str:
    """Return the chain from the formula to its value, as light Markdown.

    >>> working("floor((n + 2p - k)/s) + 1", n=7, k=3, s=2, p=1)
    '$floor((n + 2p - k)/s) + 1 = floor((7 + 2*1 - 3)/2) + 1 = floor(6/2) + 1 = 4$'
    """
    in_place = tree.substitute(known(text).root, {name: tree.number(value) for name, value in values.items()})
    trees = (in_place, tree.rewrite(in_place, _worked_out), _value(in_place))
    return f"${' = '.join(dict.fromkeys((text, *map(to_plain, trees))))}$"


def _worked_out(node: Node) -> Node:
    """Return a rounded quotient with dividend and divisor worked out, and every other node as it is."""
    if isinstance(node, Call) and node.function in ("floor", "ceil"):
        quotient = node.arguments[0]
        if isinstance(quotient, Binary) and quotient.operator == "/":
            return Call(node.function, (Binary("/", _value(quotient.left), _value(quotient.right)),))
    return node


def _value(node: Node) -> Node:
    """Return the tree of the value of a tree without names."""
    value = settled(compile_tree(node, Source("", DEFAULT))(Scope({}, DEFAULT.work)))
    return tree.number(Fraction(value) if isinstance(value, float) else value)
