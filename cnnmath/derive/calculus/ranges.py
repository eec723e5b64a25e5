"""Ranges that say the same: a bracket that follows from the others beside it may be dropped, or brought in.

That one bracket follows from others is a floor certificate's business.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import sympy
from sympy import Add, Expr, Mul, Symbol

from cnnmath.derive.calculus.binding import free, of_free_names
from cnnmath.derive.calculus.canonical import same
from cnnmath.derive.calculus.display import tree_of
from cnnmath.derive.calculus.nodes import Bracket, Total, Within, refuse
from cnnmath.derive.certificate import Claim, Link, problem, prove
from cnnmath.derive.symbolic import Bounds
from cnnmath.errors import DerivationError

__all__ = ["rerange"]


def rerange(value: Expr, after: Expr, bounds: Bounds) -> Expr:
    """Write the ranges of a sum in another way.

    Refuses unless both sides are the same once brackets that follow from others are dropped on either side.
    """
    sides = (_without_implied(side, of_free_names(bounds, side)) for side in (value, after))
    if not same(*sides):
        refuse("ranges", "the ranges do not say the same")
    return after


def _without_implied(value: Expr, bounds: Bounds) -> Expr:
    if isinstance(value, Add | Mul):
        return value.func(*(_without_implied(part, bounds) for part in value.args))
    if not isinstance(value, Total):
        return value
    opened = _opened(value)
    factors = list(Mul.make_args(opened.body))
    ranges = sorted((factor for factor in factors if _is_range(factor)), key=str)
    for candidate in ranges:
        others = [factor.condition for factor in factors if _is_range(factor) and factor != candidate]
        if _follows(candidate.condition, others, bounds):
            factors.remove(candidate)
    return Total(Mul(*factors), *opened.variables)


def _opened(value: Total) -> Expr:
    """Return a sum with the sums directly below it merged in; their names must differ."""
    factors: list[Expr] = []
    variables = list(value.variables)
    for factor in Mul.make_args(value.body):
        if isinstance(factor, Total):
            inner = _opened(factor)
            if set(inner.variables) & set(variables):
                refuse("ranges", "two sums have a variable of the same name")
            variables += inner.variables
            factors += Mul.make_args(inner.body)
        else:
            factors.append(factor)
    return Total(Mul(*factors), *variables)


def _is_range(factor: Expr) -> bool:
    return isinstance(factor, Bracket) and isinstance(factor.condition, Within)


def _follows(condition: Within, others: Sequence[Within], bounds: Bounds) -> bool:
    names: set[Symbol] = set().union(*map(free, (condition, *others)))
    listed = tuple((name, bounds.get(name)) for name in sorted(map(str, names)))
    given = tuple(link for other in others for link in _links(other))
    try:
        return not any(problem(prove(Claim(listed, given, goal))) for goal in _links(condition))
    except DerivationError:
        return False


def _links(condition: Within) -> Iterator[Link]:
    position, low, high = (tree_of(sympy.expand(part)) for part in condition.args)
    yield Link(low, "<=", position)
    yield Link(position, "<", high)
