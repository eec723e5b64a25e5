"""One form for equal expressions: multiplied out, sums split, constants outside, variables named by place.

Two expressions with the same form are equal. The converse does not hold, so a rule that compares forms may
refuse something true, but never lets something false pass.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations

import sympy
from sympy import Add, Basic, Expr, Indexed, Mul, Pow, Symbol

from cnnmath.derive.calculus.binding import bound, free, renamed, substitute_all
from cnnmath.derive.calculus.nodes import Bracket, Condition, Total, Within, refuse

__all__ = ["canonical", "same"]


def same(left: Expr, right: Expr) -> bool:
    """Tell whether two expressions are equal by algebra: as polynomials, or as fractions of polynomials.

    What is not algebra (sums, elements, brackets, functions) counts as a letter.

    >>> from cnnmath.derive.calculus.nodes import Bracket, Within, index, tensor, total
    >>> i, j, n = index("i j n")
    >>> x = tensor("x")
    >>> same(total(2 * x[i], (i, n)), 2 * total(x[j], (j, n)))
    True
    """
    difference = sympy.expand(canonical(left) - canonical(right))
    if difference == 0:
        return True
    above, _ = sympy.fraction(sympy.together(difference))
    return bool(sympy.expand(above) == 0)


def canonical(value: Expr) -> Expr:
    """Return the value multiplied out, sums split, constant factors outside, variables named by place."""
    return sympy.expand(_oriented(_canonical(value)))


def _oriented(value: Expr) -> Expr:
    """Write every range as 0 <= p < length, counted from that end which is the smaller in print."""
    ranges = {}
    for condition in value.atoms(Within):
        position, low, high = condition.args
        length = sympy.expand(high - low)
        ends = (sympy.expand(position - low), sympy.expand(high - 1 - position))
        ranges[Bracket(condition)] = Bracket(Within(min(ends, key=str), sympy.Integer(0), length))
    return value.xreplace(ranges)


def _canonical(value: Basic) -> Expr:
    if isinstance(value, Indexed):
        return value.base[tuple(sympy.expand(position) for position in value.indices)]
    if isinstance(value, Total):
        return _canonical_total(value)
    if not value.args or isinstance(value, Symbol):
        return value
    if isinstance(value, Condition):
        return value.func(*(sympy.expand(_canonical(part)) for part in value.args))
    made = value.func(*map(_canonical, value.args))
    return sympy.expand(made) if isinstance(made, Add | Mul | Pow) else made


def _canonical_total(value: Total) -> Expr:
    terms = Add.make_args(sympy.expand(_canonical(value.body)))
    return Add(*(_canonical_term(term, value.variables) for term in terms))


def _canonical_term(term: Expr, variables: tuple[Symbol, ...]) -> Expr:
    """Open the inner sums of a term; factors without a common variable get sums of their own."""
    inside = list(variables)
    factors: list[Expr] = []
    for factor in Mul.make_args(term):
        opened = renamed(factor, set(inside) | free(term)) if isinstance(factor, Total) else factor
        inside += bound(opened)
        for inner in Mul.make_args(opened.body) if isinstance(opened, Total) else (opened,):
            factors += _powers(inner)
    made = Mul(*(factor for factor in factors if not free(factor) & set(inside)))
    for group, own in _components(factors, inside):
        made *= _named_by_place(Mul(*group), own)
    return made


def _powers(factor: Expr) -> list[Expr]:
    """Return z^(u + v) as z^u and z^v, because they may belong to different sums."""
    if isinstance(factor, Pow) and isinstance(factor.exp, Add) and not factor.exp.is_number:
        return [Pow(factor.base, term) for term in factor.exp.args]
    return [factor]


Group = tuple[list[Expr], list[Symbol]]


def _components(factors: Sequence[Expr], variables: Sequence[Symbol]) -> list[Group]:
    """Return the factors in groups that share summed variables, with those variables."""
    groups: list[Group] = []
    for factor in factors:
        own = [variable for variable in variables if variable in free(factor)]
        if not own:
            continue
        joined = [group for group in groups if set(group[1]) & set(own)]
        groups = [group for group in groups if group not in joined]
        names = dict.fromkeys([name for _, names in joined for name in names] + own)
        groups.append(([item for items, _ in joined for item in items] + [factor], list(names)))
    if lost := set(variables) - {name for _, names in groups for name in names}:
        refuse("algebra", f"the sum over {min(map(str, lost))} has no range")
    return groups


def _named_by_place(body: Expr, variables: Sequence[Symbol]) -> Expr:
    """Name the variables v__0, v__1, ... in the order of the smallest key, so that equal sums look equal."""
    return min((_named(body, order) for order in permutations(variables)), key=str)


def _named(body: Expr, order: Sequence[Symbol]) -> Expr:
    names = [Symbol(f"v__{place}") for place in range(len(order))]
    body = _oriented(substitute_all(body, order, names))
    return Total(body, *names)
