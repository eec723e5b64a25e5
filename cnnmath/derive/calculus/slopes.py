"""Derivatives in the index calculus: the rules of school, and d t[a] / d t[b] = [a = b]."""

from __future__ import annotations

from dataclasses import dataclass
from functools import singledispatch

import sympy
from sympy import Add, Expr, Indexed, IndexedBase, Integer, Mul, Pow

from cnnmath.derive.calculus.binding import free, renamed
from cnnmath.derive.calculus.nodes import Bracket, Condition, Equal, Slope, Total, bracket, elements, refuse

__all__ = ["Varying", "differentiate"]


@dataclass(frozen=True)
class Varying:
    """How tensors behave when one of them varies.

    `fixed` do not change; `dependent` change, and their slopes stay to be worked out; `away_from_kinks`
    lists those whose gates [x > 0] count as constant, because x = 0 is left out.
    """

    fixed: tuple[IndexedBase, ...] = ()
    dependent: tuple[IndexedBase, ...] = ()
    away_from_kinks: tuple[IndexedBase, ...] = ()


def differentiate(value: Expr, how: Varying) -> Expr:
    """Work out every slope.

    Refuses when a tensor occurs of which nothing is said: what depends on the one that varies, unseen,
    would be lost.
    """
    if not value.has(Slope):
        refuse("differentiate", "there is no slope")
    return _differentiate(value, how)


def _differentiate(value: Expr, how: Varying) -> Expr:
    if isinstance(value, Slope):
        own = value.element.base
        if hidden := {node.base for node in elements(value.body)} - {own, *how.fixed, *how.dependent}:
            refuse("differentiate", f"{min(map(str, hidden))} may depend on {own}")
        if own not in how.away_from_kinks and any(
            elements(node, own) for node in value.body.atoms(Condition)
        ):
            refuse("differentiate", f"a gate on {own} has no slope at its kink")
        return _slope(value.body, value.element, how)
    if isinstance(value, Indexed) or not value.has(Slope):
        return value
    if isinstance(value, Total):
        return Total(_differentiate(value.body, how), *value.variables)
    return value.func(*(_differentiate(part, how) for part in value.args))


def _varies(value: Expr, element: Indexed, how: Varying) -> bool:
    return any(node.base in (element.base, *how.dependent) for node in elements(value))


@singledispatch
def _slope(value: Expr, element: Indexed, how: Varying) -> Expr:
    if _varies(value, element, how):
        refuse("differentiate", f"no rule for the slope of {type(value).__name__}")
    return Integer(0)


@_slope.register
def slope_of_element(value: Indexed, element: Indexed, how: Varying) -> Expr:
    """Return 1 where it is the same element, else 0; a dependent tensor keeps its slope."""
    if value.base in how.dependent:
        return Slope(value, element)
    if value.base != element.base:
        return Integer(0)
    return bracket(*(Equal(own, other) for own, other in zip(value.indices, element.indices, strict=True)))


@_slope.register
def slope_of_bracket(value: Bracket, element: Indexed, how: Varying) -> Expr:
    """Return 0: a bracket does not change with the entries (gates were refused or allowed before)."""
    return Integer(0)


@_slope.register
def slope_of_total(value: Total, element: Indexed, how: Varying) -> Expr:
    """Differentiate under the sum; its variables must not be those of the element."""
    value = renamed(value, free(element))
    return Total(_slope(value.body, element, how), *value.variables)


@_slope.register
def slope_of_sum(value: Add, element: Indexed, how: Varying) -> Expr:
    """Differentiate term by term."""
    return Add(*(_slope(term, element, how) for term in value.args))


@_slope.register
def slope_of_product(value: Mul, element: Indexed, how: Varying) -> Expr:
    """Differentiate each factor in turn; brackets do not change and stay in front."""
    gates = [factor for factor in value.args if isinstance(factor, Bracket)]
    factors = [factor for factor in value.args if not isinstance(factor, Bracket)]
    terms = []
    for place, factor in enumerate(factors):
        others = (*factors[:place], *factors[place + 1 :])
        terms.append(Mul(*others, _slope(factor, element, how)))
    return Mul(*gates, Add(*terms))


@_slope.register
def slope_of_power(value: Pow, element: Indexed, how: Varying) -> Expr:
    """Return e b^(e-1) b' for an exponent that does not vary."""
    if _varies(value.exp, element, how):
        refuse("differentiate", "an exponent depends on a tensor")
    return value.exp * value.base ** (value.exp - 1) * _slope(value.base, element, how)


@_slope.register
def slope_of_exp(value: sympy.exp, element: Indexed, how: Varying) -> Expr:
    """Return exp(a) a'."""
    return value * _slope(value.args[0], element, how)


@_slope.register
def slope_of_log(value: sympy.log, element: Indexed, how: Varying) -> Expr:
    """Return a'/a."""
    return _slope(value.args[0], element, how) / value.args[0]
