"""The rules of the index calculus. Each takes an expression to an equal one, or refuses.

These functions are the only way to make an index step, so every step can be replayed. A rule whose side
condition does not hold raises DerivationError; none ever returns something that is merely plausible. SymPy's
own summation is not used: it is unsound for strides.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import singledispatch
from itertools import permutations
from typing import NoReturn

import sympy
from sympy import Add, Basic, Expr, Indexed, IndexedBase, Integer, Mul, Pow, Symbol

from cnnmath.derive.calculus.binding import bound, free, renamed, substitute
from cnnmath.derive.calculus.nodes import (
    Bracket,
    Condition,
    Divides,
    Equal,
    Largest,
    Slope,
    Total,
    Within,
    bracket,
    elements,
)
from cnnmath.derive.symbolic import Bounds, is_nonnegative, is_positive
from cnnmath.errors import DerivationError

__all__ = [
    "RULES",
    "Definition",
    "count",
    "differentiate",
    "fold",
    "in_range",
    "merge",
    "pull",
    "reindex",
    "restate",
    "sift",
    "unfold",
]


def refuse(rule: str, reason: str) -> NoReturn:
    """Refuse to apply a rule whose side condition does not hold."""
    raise DerivationError(where=f"the rule {rule} does not apply: {reason}")


# ---------------------------------------------------------------- definitions


@dataclass(frozen=True)
class Definition:
    """A tensor given by a formula: `tensor[indices] = body`."""

    tensor: IndexedBase
    indices: tuple[Symbol, ...]
    body: Expr

    def __post_init__(self) -> None:
        if elements(self.body, self.tensor):
            refuse("definition", f"{self.tensor} is defined by itself")


def unfold(value: Expr, definition: Definition) -> Expr:
    """Replace every element of a defined tensor by what defines it.

    Refuses when a size in the definition has the name of a variable that is bound where it would arrive.
    """
    return _unfold(value, definition, frozenset())


def _unfold(value: Basic, definition: Definition, around: frozenset[Symbol]) -> Expr:
    if not elements(value, definition.tensor):
        return value
    if isinstance(value, Indexed):
        positions = tuple(_unfold(position, definition, around) for position in value.indices)
        if value.base != definition.tensor:
            return value.base[positions]
        if len(positions) != len(definition.indices):
            refuse(
                "unfold", f"{definition.tensor} takes {len(definition.indices)} indices, not {len(positions)}"
            )
        if captured := (free(definition.body) - set(definition.indices)) & around:
            refuse("unfold", f"{min(map(str, captured))} is bound around {value}")
        return _instantiate(definition, positions)
    around |= set(bound(value))
    if isinstance(value, Slope):
        return Slope(_unfold(value.body, definition, around), value.element)
    if isinstance(value, Total):
        return Total(_unfold(value.body, definition, around), *value.variables)
    return value.func(*(_unfold(part, definition, around) for part in value.args))


def _instantiate(definition: Definition, positions: Sequence[Expr]) -> Expr:
    """Return the body at these positions; all indices are replaced at once."""
    avoid = set().union(*map(free, positions)) | set(definition.indices)
    stand_ins = [Symbol(f"{index.name}__{place}") for place, index in enumerate(definition.indices)]
    body = definition.body
    if bound(body):
        body = renamed(body, avoid & set(bound(body)))
    for index, stand_in in zip(definition.indices, stand_ins, strict=True):
        body = substitute(body, index, stand_in)
    for stand_in, position in zip(stand_ins, positions, strict=True):
        body = substitute(body, stand_in, position)
    return body


def fold(value: Expr, definition: Definition, after: Expr) -> Expr:
    """Write a formula with a defined tensor in place of what defines it: the reverse of `unfold`.

    Refuses unless unfolding `after` gives `value` again, up to algebra.
    """
    if canonical(unfold(after, definition)) != canonical(value):
        refuse("fold", f"unfolding {definition.tensor} does not give the formula back")
    return after


# ---------------------------------------------------------------- derivatives


def differentiate(
    value: Expr, fixed: tuple[IndexedBase, ...] = (), away_from_kinks: tuple[IndexedBase, ...] = ()
) -> Expr:
    """Work out every slope: sums, products, powers, exp and log as in school, and d t[a] / d t[b] = [a = b].

    Every tensor below a slope must be the one that varies or be listed as `fixed`: what depends on it unseen
    would be lost. A gate [x > 0] counts as constant only for the tensors listed in `away_from_kinks`.
    """
    if isinstance(value, Slope):
        own = value.element.base
        if hidden := {node.base for node in elements(value.body)} - {own, *fixed}:
            refuse("differentiate", f"{min(map(str, hidden))} may depend on {own}")
        if _gated(value.body, own) and own not in away_from_kinks:
            refuse("differentiate", f"a gate on {own} has no slope at its kink")
        return _slope(value.body, value.element)
    if isinstance(value, Indexed) or not value.args or not value.has(Slope):
        return value
    if isinstance(value, Total):
        return Total(differentiate(value.body, fixed, away_from_kinks), *value.variables)
    return value.func(*(differentiate(part, fixed, away_from_kinks) for part in value.args))


def _gated(value: Expr, base: IndexedBase) -> bool:
    return any(elements(node, base) for node in value.atoms(Condition))


@singledispatch
def _slope(value: Expr, element: Indexed) -> Expr:
    if elements(value, element.base):
        refuse("differentiate", f"no rule for the slope of {type(value).__name__}")
    return Integer(0)


@_slope.register
def slope_of_element(value: Indexed, element: Indexed) -> Expr:
    """Return 1 where it is the same element, else 0."""
    if value.base != element.base:
        return Integer(0)
    return bracket(*(Equal(own, other) for own, other in zip(value.indices, element.indices, strict=True)))


@_slope.register
def slope_of_bracket(value: Bracket, element: Indexed) -> Expr:
    """Return 0: a bracket does not change with the entries (gates were refused or allowed before)."""
    return Integer(0)


@_slope.register
def slope_of_total(value: Total, element: Indexed) -> Expr:
    """Differentiate under the sum; its variables must not be those of the element."""
    value = renamed(value, free(element))
    return Total(_slope(value.body, element), *value.variables)


@_slope.register
def slope_of_sum(value: Add, element: Indexed) -> Expr:
    """Differentiate term by term."""
    return Add(*(_slope(term, element) for term in value.args))


@_slope.register
def slope_of_product(value: Mul, element: Indexed) -> Expr:
    """Differentiate each factor in turn."""
    factors = value.args
    return Add(
        *(
            Mul(*factors[:place], _slope(factor, element), *factors[place + 1 :])
            for place, factor in enumerate(factors)
        )
    )


@_slope.register
def slope_of_power(value: Pow, element: Indexed) -> Expr:
    """Return e b^(e-1) b' for an exponent without tensor elements."""
    if elements(value.exp):
        refuse("differentiate", "an exponent depends on a tensor")
    return value.exp * value.base ** (value.exp - 1) * _slope(value.base, element)


@_slope.register
def slope_of_exp(value: sympy.exp, element: Indexed) -> Expr:
    """Return exp(a) a'."""
    return value * _slope(value.args[0], element)


@_slope.register
def slope_of_log(value: sympy.log, element: Indexed) -> Expr:
    """Return a'/a."""
    return _slope(value.args[0], element) / value.args[0]


# ---------------------------------------------------------------- sums


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
        inner = renamed(factor, taken & set(bound(factor))) if isinstance(factor, Total) else factor
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


def sift(value: Expr, variable: Symbol, bounds: Bounds) -> Expr:
    """Use an equation to remove a sum: sum_v [c v + r = 0] F(v) = [c | r] F(-r/c), for a c known to be >= 1.

    Refuses when no equation can be solved for the variable.
    """
    if isinstance(value, Add):
        return Add(*(sift(term, variable, bounds) for term in value.args))
    if isinstance(value, Mul) and any(variable in bound(factor) for factor in value.args):
        return Mul(
            *(
                sift(factor, variable, bounds) if variable in bound(factor) else factor
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
    refuse("sift", f"no equation can be solved for {variable}")


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


def count(value: Expr, variable: Symbol, bounds: Bounds) -> Expr:
    """Count: sum_v [low <= v < high] f = (high - low) f, for f without v and low <= high."""
    if isinstance(value, Add | Mul):
        parts = [count(part, variable, bounds) if _binds(part, variable) else part for part in value.args]
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


def restate(value: Expr, after: Expr) -> Expr:
    """Write the same thing in another way: refuses unless multiplying everything out gives the same terms."""
    if canonical(value) != canonical(after):
        refuse("algebra", "the two sides differ when multiplied out")
    return after


def canonical(value: Expr) -> Expr:
    """Return the value multiplied out, sums split, constant factors outside, variables named by place."""
    return sympy.expand(_canonical(value))


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
        factors += Mul.make_args(opened.body) if isinstance(opened, Total) else [opened]
    made = Mul(*(factor for factor in factors if not free(factor) & set(inside)))
    for group, own in _components(factors, inside):
        made *= _named_by_place(Mul(*group), own)
    return made


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
    return min((_named(body, order) for order in permutations(variables)), key=sympy.default_sort_key)


def _named(body: Expr, order: Sequence[Symbol]) -> Expr:
    names = [Symbol(f"v__{place}") for place in range(len(order))]
    for old, new in zip(order, names, strict=True):
        body = substitute(body, old, new)
    return Total(body, *names)


RULES: Mapping[str, Callable[..., Expr]] = {
    "unfold": unfold,
    "fold": fold,
    "differentiate": differentiate,
    "merge": merge,
    "pull": pull,
    "sift": sift,
    "reindex": reindex,
    "count": count,
    "in range": in_range,
    "algebra": restate,
}
