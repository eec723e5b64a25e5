"""Automatic mistakes: the reference formula with one thing done wrong, and the words for it.

Each kind of mistake is one named function of the table; it changes the tree of the right formula and says
what a learner who went that way seems to have done. Which answer matches a mutant is decided in the answer
types.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache

from cnnmath.formula import tree
from cnnmath.formula.tree import Binary, Call, Name, Node, Number
from cnnmath.practice.domains import Domain, Variable

__all__ = ["Mutant", "mutants"]

_OPPOSITE = {"+": "-", "-": "+"}


@dataclass(frozen=True)
class Mutant:
    """A wrong formula: the name of the mistake, its tree, and one sentence of light Markdown about it."""

    name: str
    root: Node
    sentence: str


@lru_cache(maxsize=512)
def mutants(root: Node, area: Domain) -> tuple[Mutant, ...]:
    """Return the wrong neighbors of a formula, the likeliest mistakes first, each tree once.

    >>> from cnnmath import formula
    >>> from cnnmath.practice.domains import domain
    >>> [mutant.name for mutant in mutants(formula.parse("floor(n/s)").root, domain("stride-groups"))][:2]
    ['rounded-up', 'not-rounded']
    """
    found: dict[Node, Mutant] = {}
    for kind in _KINDS:
        for mutant in kind(root, area):
            if mutant.root != root:
                found.setdefault(mutant.root, mutant)
    return tuple(found.values())


def rounding_swapped(root: Node, area: Domain) -> Iterator[Mutant]:
    """Exchange floor and ceil."""
    del area
    for path, node in tree.walk(root):
        if _is_floor(node):
            up = Call("ceil", (_rounded(node),))
            yield Mutant(
                "rounded-up",
                tree.replace_at(root, path, up),
                "It looks as if you rounded up; here the quotient is rounded down (floor), "
                "and the two differ whenever the division leaves a remainder.",
            )
        elif isinstance(node, Call) and node.function == "ceil":
            yield Mutant(
                "rounded-down",
                tree.replace_at(root, path, replace(node, function="floor")),
                "It looks as if you rounded down; here the quotient is rounded up (ceil), "
                "and the two differ whenever the division leaves a remainder.",
            )


def rounding_dropped(root: Node, area: Domain) -> Iterator[Mutant]:
    """Leave the quotient as a fraction."""
    del area
    for path, node in tree.walk(root):
        if _is_floor(node) or (isinstance(node, Call) and node.function == "ceil"):
            yield Mutant(
                "not-rounded",
                tree.replace_at(root, path, _rounded(node)),
                "The quotient has to be rounded: without that the result is not a whole number "
                "whenever the division leaves a remainder.",
            )


def constant_miscounted(root: Node, area: Domain) -> Iterator[Mutant]:
    """Drop a constant summand, or count it twice."""
    del area
    for path, node, constant in _constants(root):
        where = "at the end" if not path else "inside"
        yield Mutant(
            "constant-dropped",
            tree.replace_at(root, path, node.left),
            f"It looks as if a constant is missing: look for a ${constant}$ {where}.",
        )
        yield Mutant(
            "constant-doubled",
            tree.replace_at(root, path, replace(node, right=tree.number(2 * constant))),
            f"It looks as if a constant was counted twice: there is one ${constant}$ {where}.",
        )


def constant_sign(root: Node, area: Domain) -> Iterator[Mutant]:
    """Take a constant summand with the wrong sign."""
    del area
    for path, node, _ in _constants(root):
        where = "at the end" if not path else "inside"
        yield Mutant(
            "constant-sign",
            tree.replace_at(root, path, replace(node, operator=_OPPOSITE[node.operator])),
            f"Check the sign of the constant {where}.",
        )


def _constants(root: Node) -> Iterator[tuple[tree.Path, Binary, int | Fraction]]:
    """Yield each sum or difference whose second part is a number, with its path and that number."""
    for path, node in tree.walk(root):
        if isinstance(node, Binary) and node.operator in _OPPOSITE and isinstance(node.right, Number):
            yield path, node, node.right.value


def constant_inside(root: Node, area: Domain) -> Iterator[Mutant]:
    """Move the constant behind a rounded quotient into its numerator."""
    del area
    for path, node, constant in _constants(root):
        quotient = _rounded(node.left) if _is_rounding(node.left) else None
        if isinstance(quotient, Binary) and quotient.operator == "/":
            inside = replace(quotient, left=Binary(node.operator, quotient.left, node.right))
            function = node.left.function if isinstance(node.left, Call) else "floor"
            yield Mutant(
                "constant-inside",
                tree.replace_at(root, path, Call(function, (inside,))),
                f"It looks as if the ${constant}$ went into the division; "
                "it is added after dividing and rounding.",
            )


def variable_ignored(root: Node, area: Domain) -> Iterator[Mutant]:
    """Leave a variable out: zero where it is added, one where it multiplies or divides."""
    for variable in area.variables:
        if variable.name not in tree.free_names(root):
            continue
        neutral = 0 if variable.role in ("padding", "extra") else 1
        yield Mutant(
            f"{variable.role or variable.name}-ignored",
            tree.substitute(root, {variable.name: Number(neutral)}),
            f"It looks as if the {_short(variable)} ${variable.name}$ was left out.",
        )


def counted_once(root: Node, area: Domain) -> Iterator[Mutant]:
    """Count a variable once that counts twice."""
    for path, node in tree.walk(root):
        if not (isinstance(node, Binary) and node.operator == "*" and node.left == Number(2)):
            continue
        for variable in area.variables:
            if node.right == Name(variable.name):
                yield Mutant(
                    f"{variable.role or variable.name}-once",
                    tree.replace_at(root, path, node.right),
                    f"It looks as if the {_short(variable)} ${variable.name}$ was counted once; "
                    "it counts twice here.",
                )


def counted_twice(root: Node, area: Domain) -> Iterator[Mutant]:
    """Count a variable twice as often as it does."""
    for path, node in tree.walk(root):
        for variable in area.variables:
            if node == Name(variable.name):
                yield Mutant(
                    f"{variable.role or variable.name}-twice",
                    tree.replace_at(root, path, Binary("*", Number(2), node)),
                    f"Look at how often the {_short(variable)} ${variable.name}$ counts: "
                    "yours has a factor of 2 too many.",
                )


def sign_flipped(root: Node, area: Domain) -> Iterator[Mutant]:
    """Add what has to be subtracted, or the other way round."""
    del area
    for path, node in tree.walk(root):
        if isinstance(node, Binary) and node.operator in _OPPOSITE and not isinstance(node.right, Number):
            names = " and ".join(f"${name}$" for name in tree.free_names(node.right))
            verb = "added" if node.operator == "+" else "subtracted"
            flipped = replace(node, operator=_OPPOSITE[node.operator])
            yield Mutant(
                "sign",
                tree.replace_at(root, path, flipped),
                f"Check the sign in front of the part with {names}: it is {verb} here.",
            )


def names_swapped(root: Node, area: Domain) -> Iterator[Mutant]:
    """Exchange two variables."""
    names = [variable.name for variable in area.variables if variable.name in tree.free_names(root)]
    for place, first in enumerate(names):
        for second in names[place + 1 :]:
            swapped = tree.substitute(root, {first: Name(second), second: Name(first)})
            yield Mutant(
                "swapped",
                swapped,
                f"It looks as if you swapped ${first}$ ({_short(area.variable(first))}) "
                f"and ${second}$ ({_short(area.variable(second))}).",
            )


def quotient_inverted(root: Node, area: Domain) -> Iterator[Mutant]:
    """Multiply where the formula divides."""
    del area
    for path, node in tree.walk(root):
        if isinstance(node, Binary) and node.operator in ("/", "//"):
            yield Mutant(
                "multiplied",
                tree.replace_at(root, path, Binary("*", node.left, node.right)),
                "It looks as if you multiplied where the formula divides.",
            )


_KINDS: tuple[Callable[[Node, Domain], Iterator[Mutant]], ...] = (
    rounding_swapped,
    rounding_dropped,
    constant_miscounted,
    constant_inside,
    counted_once,
    variable_ignored,
    sign_flipped,
    constant_sign,
    counted_twice,
    names_swapped,
    quotient_inverted,
)


def _is_floor(node: Node) -> bool:
    return (isinstance(node, Call) and node.function == "floor") or (
        isinstance(node, Binary) and node.operator == "//"
    )


def _is_rounding(node: Node) -> bool:
    return _is_floor(node) or (isinstance(node, Call) and node.function == "ceil")


def _rounded(node: Node) -> Node:
    """Return what a rounding node rounds: its argument, or the quotient of a floor division."""
    if isinstance(node, Binary):
        return replace(node, operator="/")
    return tree.children(node)[0]


def _short(variable: Variable) -> str:
    """Return the meaning of a variable without the remark in brackets."""
    return variable.meaning.split(" (")[0]
