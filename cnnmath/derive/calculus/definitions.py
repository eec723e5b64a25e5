"""Definitions and facts in the index calculus: writing a tensor out, writing it in, using an earlier line."""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Basic, Expr, Indexed, IndexedBase, Symbol

from cnnmath.derive.calculus.binding import bound, free, renamed, substitute_all
from cnnmath.derive.calculus.canonical import same
from cnnmath.derive.calculus.nodes import Largest, Slope, Total, elements, refuse

__all__ = ["Definition", "Fact", "fold", "unfold", "use"]


@dataclass(frozen=True)
class Definition:
    """A tensor given by a formula: `tensor[indices] = body`."""

    tensor: IndexedBase
    indices: tuple[Symbol, ...]
    body: Expr

    def __post_init__(self) -> None:
        if elements(self.body, self.tensor):
            refuse("definition", f"{self.tensor} is defined by itself")


@dataclass(frozen=True)
class Fact:
    """An equation that an earlier line has reached, for all values of its variables: `left = right`.

    The left side is an element or a slope of an element whose indices are different variables, or a sum,
    which is used as it stands.
    """

    left: Expr
    right: Expr


def unfold(value: Expr, definition: Definition) -> Expr:
    """Replace every element of a defined tensor by what defines it.

    Refuses when a size in the definition has the name of a variable that is bound where it would arrive.
    """
    if not elements(value, definition.tensor):
        refuse("unfold", f"{definition.tensor} does not occur")
    return _unfold(value, definition, frozenset())


def _unfold(value: Basic, definition: Definition, around: frozenset[Symbol]) -> Expr:
    if not elements(value, definition.tensor):
        return value
    if isinstance(value, Indexed):
        return _unfold_element(value, definition, around)
    around |= set(bound(value))
    if isinstance(value, Slope):
        return Slope(_apart(_unfold(value.body, definition, around), free(value.element)), value.element)
    if isinstance(value, Total):
        return Total(_unfold(value.body, definition, around), *value.variables)
    if isinstance(value, Largest):
        return Largest(_unfold(value.args[0], definition, around), *value.args[1:])
    return value.func(*(_unfold(part, definition, around) for part in value.args))


def _unfold_element(value: Indexed, definition: Definition, around: frozenset[Symbol]) -> Expr:
    positions = tuple(_unfold(position, definition, around) for position in value.indices)
    if value.base != definition.tensor:
        return value.base[positions]
    if len(positions) != len(definition.indices):
        refuse("unfold", f"{definition.tensor} takes {len(definition.indices)} indices, not {len(positions)}")
    if captured := (free(definition.body) - set(definition.indices)) & around:
        refuse("unfold", f"{min(map(str, captured))} is bound around {value}")
    return substitute_all(definition.body, definition.indices, positions)


def _apart(value: Basic, avoid: set[Symbol]) -> Expr:
    """Return the value with its sums' variables renamed where they have a name to be avoided."""
    if not any(set(bound(node)) & avoid for node in value.atoms(Total)):
        return value
    if isinstance(value, Total):
        value = renamed(value, avoid)
        return Total(_apart(value.body, avoid), *value.variables)
    return value.func(*(_apart(part, avoid) for part in value.args))


def fold(value: Expr, definition: Definition, after: Expr) -> Expr:
    """Write a formula with a defined tensor in place of what defines it: the reverse of `unfold`.

    Refuses unless unfolding `after` gives `value` again, up to algebra.
    """
    if not same(unfold(after, definition), value):
        refuse("fold", f"unfolding {definition.tensor} does not give the formula back")
    return after


def use(value: Expr, fact: Fact) -> Expr:
    """Replace every instance of the left side of an earlier line by its right side.

    Refuses when there is none, or when a size of the line would be captured by a sum.
    """
    after = _use(value, fact, frozenset())
    if after == value:
        refuse("use", f"{fact.left} does not occur")
    return after


def _use(value: Basic, fact: Fact, around: frozenset[Symbol]) -> Expr:
    found = _match(fact.left, value)
    if found is not None:
        if captured := (free(fact.right) - set(found)) & around:
            refuse("use", f"{min(map(str, captured))} is bound around {value}")
        return substitute_all(fact.right, list(found), list(found.values()))
    if isinstance(value, Indexed | Symbol) or not value.args:
        return value
    around |= set(bound(value))
    if isinstance(value, Total):
        return Total(_use(value.body, fact, around), *value.variables)
    return value.func(*(_use(part, fact, around) for part in value.args))


def _match(pattern: Basic, value: Basic) -> dict[Symbol, Expr] | None:
    """Return what the variables of the pattern stand for, or None where it does not fit."""
    if isinstance(pattern, Total):
        return {} if pattern == value else None
    if isinstance(pattern, Slope) and isinstance(value, Slope):
        pairs = [(pattern.body, value.body), (pattern.element, value.element)]
    elif isinstance(pattern, Indexed) and isinstance(value, Indexed):
        pairs = [(pattern, value)]
    else:
        return None
    found: dict[Symbol, Expr] = {}
    for own, other in pairs:
        if not isinstance(other, Indexed) or own.base != other.base or len(own.indices) != len(other.indices):
            return None
        for variable, position in zip(own.indices, other.indices, strict=True):
            if found.setdefault(variable, position) != position:
                return None
    return found
