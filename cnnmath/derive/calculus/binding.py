"""Free and bound names in the index calculus: who is free, renaming, and substitution that captures nothing.

SymPy's own `free_symbols` counts a tensor's label as a name and its `subs` knows nothing of our sums, so both
are done here.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sympy import Basic, Expr, Indexed, Symbol

from cnnmath.derive.calculus.nodes import Largest, Total
from cnnmath.derive.symbolic import Bounds

__all__ = ["bound", "free", "fresh", "of_free_names", "renamed", "substitute", "substitute_all"]


def free(value: Basic) -> set[Symbol]:
    """Return the indices and sizes that still need a value; a tensor's label is not one of them."""
    if isinstance(value, Symbol):
        return {value}
    if isinstance(value, Indexed):
        return set().union(*map(free, value.indices))
    if isinstance(value, Total):
        return free(value.body) - set(value.variables)
    if isinstance(value, Largest):
        body, variable, low, high = value.args
        return (free(body) - {variable}) | free(low) | free(high)
    return set().union(*map(free, value.args))


def bound(value: Basic) -> tuple[Symbol, ...]:
    """Return the variables that a node itself binds."""
    if isinstance(value, Total):
        return value.variables
    return (value.args[1],) if isinstance(value, Largest) else ()


def of_free_names(bounds: Bounds, value: Basic) -> Bounds:
    """Return the bounds without those of names that a sum binds: a summed variable is any whole number."""
    taken = {variable.name for node in value.atoms(Total, Largest) for variable in bound(node)}
    return {name: None if name in taken else least for name, least in bounds.items()}


def fresh(variable: Symbol, taken: Collection[Symbol]) -> Symbol:
    """Return the variable with the first subscript that is not taken.

    >>> from sympy import symbols
    >>> u, u_1 = symbols("u u_1")
    >>> fresh(u, {u, u_1})
    u_2
    """
    letter = variable.name.split("_")[0]
    names = {symbol.name for symbol in taken}
    return Symbol(next(f"{letter}_{n}" for n in range(1, len(names) + 2) if f"{letter}_{n}" not in names))


def renamed(value: Expr, avoid: Collection[Symbol]) -> Expr:
    """Return the same sum with those bound variables renamed that must not be used."""
    taken = set(avoid) | free(value) | set(bound(value))
    for variable in bound(value):
        if variable in avoid:
            new = fresh(variable, taken)
            taken.add(new)
            value = _rebound(value, variable, new)
    return value


def _rebound(value: Expr, old: Symbol, new: Symbol) -> Expr:
    if isinstance(value, Total):
        variables = tuple(new if variable == old else variable for variable in value.variables)
        return Total(substitute(value.body, old, new), *variables)
    body, _, low, high = value.args
    return Largest(substitute(body, old, new), new, low, high)


def substitute(value: Basic, variable: Symbol, new: Expr) -> Expr:
    """Return the value with a free variable replaced; bound variables move out of the way.

    >>> from sympy import symbols
    >>> from cnnmath.derive.calculus.nodes import tensor, total
    >>> i, u, k = symbols("i u k")
    >>> substitute(total(tensor("x")[i + u], (u, k)), i, u + 1)
    Total(Bracket(Within(u_1, 0, k))*x[u + u_1 + 1], (u_1,))
    """
    if value == variable:
        return new
    if variable not in free(value):
        return value
    if isinstance(value, Indexed):
        return value.base[tuple(substitute(position, variable, new) for position in value.indices)]
    if bound(value):
        value = renamed(value, free(new))
    if isinstance(value, Total):
        return Total(substitute(value.body, variable, new), *value.variables)
    if isinstance(value, Largest):
        body, own, low, high = value.args
        return Largest(
            substitute(body, variable, new),
            own,
            substitute(low, variable, new),
            substitute(high, variable, new),
        )
    return value.func(*(substitute(part, variable, new) for part in value.args))


def substitute_all(value: Expr, variables: Sequence[Symbol], new: Sequence[Expr]) -> Expr:
    """Return the value with several free variables replaced at once, whatever replaces them.

    >>> from sympy import symbols
    >>> i, j = symbols("i j")
    >>> substitute_all(i - j, (i, j), (j, i))
    -i + j
    """
    stand_ins = [Symbol(f"{variable.name}__{place}_") for place, variable in enumerate(variables)]
    for variable, stand_in in zip(variables, stand_ins, strict=True):
        value = substitute(value, variable, stand_in)
    for stand_in, replacement in zip(stand_ins, new, strict=True):
        value = substitute(value, stand_in, replacement)
    return value
