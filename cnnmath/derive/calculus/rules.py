"""The rules of the index calculus. Each takes an expression to an equal one, or refuses.

These functions are the only way to make an index step, so every step can be replayed. A rule whose side
condition does not hold raises DerivationError; none ever returns something that is merely plausible.
SymPy's own summation is not used: it is unsound for strides.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import sympy
from sympy import Add, Basic, Expr, Indexed, IndexedBase, Integer, Mul, Pow, Symbol

from cnnmath.derive.calculus.binding import bound, free, of_free_names, renamed, substitute
from cnnmath.derive.calculus.canonical import same
from cnnmath.derive.calculus.definitions import fold, unfold, use
from cnnmath.derive.calculus.nodes import (
    Bracket,
    Condition,
    Divides,
    Equal,
    Largest,
    Total,
    Within,
    elements,
    refuse,
)
from cnnmath.derive.calculus.ranges import rerange
from cnnmath.derive.calculus.slopes import differentiate
from cnnmath.derive.symbolic import Bounds, is_nonnegative, is_positive

__all__ = [
    "RULES",
    "assume",
    "count",
    "in_range",
    "introduce",
    "merge",
    "pull",
    "reindex",
    "restate",
    "sift",
    "turn",
]


def merge(value: Expr) -> Expr:
    """Move factors into the sums beside them and split sums of several terms: f * sum g = sum f g.

    Bound variables that occur in the factors are renamed first.
    """
    if isinstance(value, Add):
        return Add(*map(merge, value.args))
    if isinstance(value, Total):
        body = merge(value.body)
        terms = Add.make_args(body)
        return Add(*(Total(term, *value.variables) for term in terms))
    if isinstance(value, Mul):
        return _merge_product(value)
    return value


def _merge_product(value: Mul) -> Expr:
    for place, factor in enumerate(value.args):
        if isinstance(factor, Add) and factor.has(Total, Bracket):
            others = (*value.args[:place], *value.args[place + 1 :])
            return merge(Add(*(Mul(*others, term) for term in factor.args)))
    factors = [merge(factor) if isinstance(factor, Total) else factor for factor in value.args]
    if any(isinstance(factor, Add) and factor.has(Total) for factor in factors):
        return merge(Mul(*factors))
    taken = set().union(*map(free, factors))
    bodies: list[Expr] = []
    variables: list[Symbol] = []
    for factor in factors:
        inner = renamed(factor, taken) if isinstance(factor, Total) else factor
        if isinstance(inner, Total):
            variables += inner.variables
            taken |= set(inner.variables)
        bodies.append(inner.body if isinstance(inner, Total) else inner)
    return Total(Mul(*bodies), *variables)


def pull(value: Expr) -> Expr:
    """Move factors that do not contain a sum's variables out of it: sum f g = f * sum g."""
    if isinstance(value, Add | Mul):
        return value.func(*map(pull, value.args))
    if not isinstance(value, Total):
        return value
    body = pull(value.body)
    inside = set(value.variables)
    moving = [factor for factor in Mul.make_args(body) if not free(factor) & inside]
    staying = [factor for factor in Mul.make_args(body) if free(factor) & inside]
    if not staying:
        return value
    return Mul(*moving) * Total(Mul(*staying), *value.variables)


def sift(value: Expr, variables: tuple[Symbol, ...], bounds: Bounds) -> Expr:
    """Use equations to remove sums: sum_v [c v + r = 0] F(v) = [c | r] F(-r/c), for a c known to be >= 1.

    Goes through the variables in order; refuses when no equation can be solved for one of them.
    """
    trusted = of_free_names(bounds, value)
    for variable in variables:
        value = _sift(value, variable, trusted)
    return value


def _sift(value: Expr, variable: Symbol, bounds: Bounds) -> Expr:
    if isinstance(value, Add):
        return _sift_terms(value, variable, bounds)
    if isinstance(value, Mul) and any(variable in bound(factor) for factor in value.args):
        return Mul(
            *(
                _sift(factor, variable, bounds) if variable in bound(factor) else factor
                for factor in value.args
            )
        )
    if not isinstance(value, Total) or variable not in value.variables:
        refuse("sift", f"there is no sum over {variable}")
    factors = Mul.make_args(value.body)
    for place, factor in enumerate(factors):
        solved = _solve(factor, variable, bounds)
        if solved is not None:
            coefficient, target = solved
            rest = substitute(Mul(*factors[:place], *factors[place + 1 :]), variable, target / coefficient)
            others = tuple(other for other in value.variables if other != variable)
            return Total(rest * Bracket(Divides(coefficient, target)), *others)
    return refuse("sift", f"no equation can be solved for {variable}")


def _sift_terms(value: Add, variable: Symbol, bounds: Bounds) -> Expr:
    """Sift those terms that hold an equation for the variable; there must be one."""
    terms = [
        _sift(term, variable, bounds) if _has_equation(term, variable, bounds) else term
        for term in value.args
    ]
    if tuple(terms) == value.args:
        refuse("sift", f"no equation can be solved for {variable}")
    return Add(*terms)


def _has_equation(term: Expr, variable: Symbol, bounds: Bounds) -> bool:
    sums = (factor for factor in Mul.make_args(term) if variable in bound(factor))
    return any(_solve(inner, variable, bounds) for one in sums for inner in Mul.make_args(one.body))


def _solve(factor: Expr, variable: Symbol, bounds: Bounds) -> tuple[Expr, Expr] | None:
    """Return (c, t) with c >= 1 when the factor says c * variable = t, t without the variable."""
    if not (isinstance(factor, Bracket) and isinstance(factor.condition, Equal)):
        return None
    difference = sympy.expand(factor.condition.args[0] - factor.condition.args[1])
    coefficient = difference.coeff(variable, 1)
    rest = sympy.expand(difference - coefficient * variable)
    if coefficient == 0 or variable in free(coefficient) | free(rest):
        return None
    for sign in (1, -1):
        if is_positive(sign * coefficient, bounds):
            return sympy.expand(sign * coefficient), sympy.expand(-sign * rest)
    return None


def reindex(value: Expr, variable: Symbol, new: Expr) -> Expr:
    """Rename a sum's variable by a bijection of the whole numbers: `new` is c + variable or c - variable."""
    if isinstance(value, Add):
        return Add(*(reindex(term, variable, new) for term in value.args))
    if isinstance(value, Mul):
        return Mul(
            *(reindex(factor, variable, new) if factor.has(Total) else factor for factor in value.args)
        )
    if not isinstance(value, Total) or variable not in value.variables:
        refuse("reindex", f"there is no sum over {variable}")
    new = sympy.expand(new)
    sign = new.coeff(variable, 1)
    if sign not in (1, -1) or variable in free(sympy.expand(new - sign * variable)):
        refuse("reindex", f"{new} does not run over all whole numbers as {variable} does")
    stand_in = Symbol(f"{variable.name}__new")
    body = substitute(value.body, variable, new.xreplace({variable: stand_in}))
    body = _tidy(substitute(body, stand_in, variable), variable)
    return Total(body, *value.variables)


def _tidy(body: Expr, variable: Symbol) -> Expr:
    """Write ranges of c + variable or c - variable as ranges of the variable, and multiply out positions."""
    changed = []
    for factor in Mul.make_args(body):
        if isinstance(factor, Bracket) and isinstance(factor.condition, Within):
            changed.append(Bracket(_range_of(factor.condition, variable)))
        else:
            changed.append(_expand_positions(factor))
    return Mul(*changed)


def _range_of(condition: Within, variable: Symbol) -> Condition:
    position, low, high = map(sympy.expand, condition.args)
    sign = position.coeff(variable, 1)
    rest = sympy.expand(position - sign * variable)
    if variable in free(rest) or sign not in (1, -1):
        return Within(position, low, high)
    if sign == 1:
        return Within(variable, sympy.expand(low - rest), sympy.expand(high - rest))
    return Within(variable, sympy.expand(rest - high + 1), sympy.expand(rest - low + 1))


def _expand_positions(value: Basic) -> Expr:
    if isinstance(value, Indexed):
        return value.base[tuple(map(sympy.expand, value.indices))]
    if not value.args or not elements(value):
        return value
    if isinstance(value, Total):
        return Total(_expand_positions(value.body), *value.variables)
    return value.func(*map(_expand_positions, value.args))


def count(value: Expr, variables: tuple[Symbol, ...], bounds: Bounds) -> Expr:
    """Count: sum_v [low <= v < high] f = (high - low) f, for f without v and low <= high.

    Goes through the variables in order; refuses where the terms depend on one, or a range may be upside down.
    """
    trusted = of_free_names(bounds, value)
    for variable in variables:
        value = _count(value, variable, trusted)
    return value


def _count(value: Expr, variable: Symbol, bounds: Bounds) -> Expr:
    if isinstance(value, Add | Mul):
        parts = [_count(part, variable, bounds) if _binds(part, variable) else part for part in value.args]
        return value.func(*parts)
    if not isinstance(value, Total) or variable not in value.variables:
        refuse("count", f"there is no sum over {variable}")
    factors = Mul.make_args(value.body)
    mine = [factor for factor in factors if variable in free(factor)]
    if len(mine) != 1 or not isinstance(mine[0], Bracket) or not isinstance(mine[0].condition, Within):
        refuse("count", f"the terms are not the same for every {variable}")
    position, low, high = mine[0].condition.args
    length = sympy.expand(high - low)
    if position != variable or variable in free(length) or not is_nonnegative(length, bounds):
        refuse("count", f"the range of {variable} may be upside down")
    rest = Mul(*(factor for factor in factors if factor not in mine))
    return Total(length * rest, *(other for other in value.variables if other != variable))


def _binds(value: Basic, variable: Symbol) -> bool:
    return any(variable in node.variables for node in value.atoms(Total))


# ---------------------------------------------------------------- a sum brought in, a period turned


def introduce(value: Expr, after: Expr, variable: Symbol, bounds: Bounds) -> Expr:
    """Bring in a sum that picks one term: refuses unless sifting `after` gives `value` back."""
    if not same(sift(after, (variable,), bounds), value):
        refuse("introduce", f"the sum over {variable} does not pick the formula")
    return after


def turn(
    value: Expr,
    variable: Symbol,
    shift: Expr,
    *,
    period: Symbol,
    periodic: tuple[IndexedBase, ...],
    root: Symbol,
) -> Expr:
    """Shift a sum over one whole period: sum_{0 <= v < N} F(v) = sum_{0 <= v < N} F(v + c).

    F must have the period N: adding N to v may change its positions in periodic tensors, and its powers of
    `root` (an N-th root of 1), by multiples of N only. Refuses otherwise.
    """
    if not isinstance(value, Total) or variable not in value.variables:
        refuse("turn", f"there is no sum over {variable}")
    own = Bracket(Within(variable, Integer(0), period))
    factors = Mul.make_args(value.body)
    body = Mul(*(factor for factor in factors if factor != own))
    if own not in factors or variable in free(shift):
        refuse("turn", f"the sum over {variable} does not run over one period")
    once = substitute(body, variable, variable + period)
    if _modulo(once, period, periodic, root) != _modulo(body, period, periodic, root):
        refuse("turn", f"the terms do not repeat after {period}")
    turned = _expand_positions(substitute(body, variable, variable + shift))
    return Total(turned * own, *value.variables)


def _modulo(value: Basic, period: Symbol, periodic: tuple[IndexedBase, ...], root: Symbol) -> Expr:
    """Return the value with multiples of the period left out of positions and of exponents of the root."""
    if isinstance(value, Indexed):
        if value.base not in periodic:
            return value
        return value.base[tuple(_without_multiples(position, period) for position in value.indices)]
    if isinstance(value, Pow) and value.base == root:
        return root ** _without_multiples(value.exp, period)
    if not value.args:
        return value
    if isinstance(value, Total):
        return Total(_modulo(value.body, period, periodic, root), *value.variables)
    return value.func(*(_modulo(part, period, periodic, root) for part in value.args))


def _without_multiples(position: Expr, period: Symbol) -> Expr:
    terms = Add.make_args(sympy.expand(position))
    return Add(*(term for term in terms if not (period in term.free_symbols and _whole(term / period))))


def _whole(value: Expr) -> bool:
    """Tell whether a product of names is evidently a whole number."""
    return bool(
        value.is_polynomial(*value.free_symbols)
        and all(c.is_Integer for c in value.as_coefficients_dict().values())
    )


# ---------------------------------------------------------------- what is known, and algebra


def in_range(value: Expr, ranges: tuple[tuple[Symbol, Expr], ...]) -> Expr:
    """Drop the brackets 0 <= v < size of free indices that are elements of a tensor of that size."""
    for variable, _ in ranges:
        if _bound_anywhere(value, variable):
            refuse("in range", f"{variable} is bound here")
    known = {Bracket(Within(variable, Integer(0), size)): Integer(1) for variable, size in ranges}
    return value.xreplace(known)


def _bound_anywhere(value: Basic, variable: Symbol) -> bool:
    return any(variable in bound(node) for node in value.atoms(Total, Largest))


def assume(value: Expr, before: Expr, after: Expr) -> Expr:
    """Use an assumption of the derivation: `before = after`. Refuses when it does not occur."""
    found = value.xreplace({before: after})
    if found == value:
        refuse("assume", f"{before} does not occur")
    return found


def restate(value: Expr, after: Expr) -> Expr:
    """Write the same thing in another way: refuses unless algebra shows both to be equal."""
    if not same(value, after):
        refuse("algebra", "the two sides differ when multiplied out")
    return after


RULES: Mapping[str, Callable[..., Expr]] = {
    "unfold": unfold,
    "fold": fold,
    "use": use,
    "differentiate": differentiate,
    "merge": merge,
    "pull": pull,
    "sift": sift,
    "introduce": introduce,
    "reindex": reindex,
    "turn": turn,
    "count": count,
    "ranges": rerange,
    "in range": in_range,
    "assume": assume,
    "algebra": restate,
}
