"""The words of the index calculus: brackets, sums over all whole numbers, slopes. SymPy holds the rest.

An Iverson bracket is 1 where its condition holds and 0 elsewhere; sums run over all whole numbers and are
made finite by the brackets inside them. So a sum's range is a factor like any other, which is what makes the
rules few. A bracket of 0 wins over everything beside it, even over something undefined.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NoReturn

import sympy
from sympy import Basic, Expr, Indexed, IndexedBase, Integer, Mul, Symbol, Tuple

from cnnmath.errors import DerivationError

__all__ = [
    "Bracket",
    "Condition",
    "Divides",
    "Equal",
    "Largest",
    "Positive",
    "Slope",
    "Total",
    "Within",
    "bracket",
    "elements",
    "index",
    "largest",
    "refuse",
    "slope",
    "tensor",
    "total",
    "within",
]


class Condition(Basic):  # type: ignore[misc]  # SymPy carries no types
    """Something that holds or does not hold, once the indices have values."""

    def __new__(cls, *parts: object) -> Condition:
        """Make the condition of its parts."""
        made: Condition = Basic.__new__(cls, *map(sympy.sympify, parts))
        return made

    def truth(self) -> bool | None:
        """Return what is known without values: True, False, or None."""
        return None


class Equal(Condition):
    """`left = right`."""

    def truth(self) -> bool | None:
        """Compare the sides when their difference is a number."""
        difference = sympy.expand(self.args[0] - self.args[1])
        return bool(difference == 0) if difference.is_number else None


class Within(Condition):
    """`low <= position < high`; the arguments are (position, low, high)."""

    def truth(self) -> bool | None:
        """Compare numbers."""
        position, low, high = self.args
        if all(part.is_number for part in self.args):
            return bool(low <= position < high)
        return None


class Divides(Condition):
    """`divisor` divides `value`; the arguments are (divisor, value), the divisor at least 1."""

    def truth(self) -> bool | None:
        """Divide numbers; 1 divides everything, and everything divides 0."""
        divisor, value = self.args
        if divisor == 1 or sympy.expand(value) == 0:
            return True
        if divisor.is_Integer and value.is_Integer:
            return bool(value % divisor == 0)
        return None


class Positive(Condition):
    """`value > 0`, of a tensor's element: the gate of a ReLU."""

    def truth(self) -> bool | None:
        """Compare a number with 0."""
        return bool(self.args[0] > 0) if self.args[0].is_number else None


class Bracket(Expr):  # type: ignore[misc]
    """The Iverson bracket of a condition: 1 where it holds, else 0."""

    is_commutative = True

    def __new__(cls, condition: Condition) -> Expr:
        """Make the bracket, or the number 0 or 1 when the condition is decided."""
        known = condition.truth()
        if known is not None:
            return Integer(int(known))
        made: Expr = Expr.__new__(cls, condition)
        return made

    @property
    def condition(self) -> Condition:
        """The condition inside."""
        condition: Condition = self.args[0]
        return condition

    def _eval_power(self, exponent: Expr) -> Expr | None:
        return self if exponent.is_positive else None  # 0^k = 0 and 1^k = 1


class Total(Expr):  # type: ignore[misc]
    """The sum of `body` while each of its variables runs over all whole numbers."""

    is_commutative = True

    def __new__(cls, body: object, *variables: object) -> Expr:
        """Make the sum; a sum of 0 is 0, and a sum directly under a sum joins it."""
        body = sympy.sympify(body)
        names = [one for entry in variables for one in (entry if isinstance(entry, Tuple) else (entry,))]
        if not names or body == 0:
            return body
        if isinstance(body, Total):
            return Total(body.body, *names, *body.variables)
        made: Expr = Expr.__new__(cls, body, Tuple(*names))
        return made

    @property
    def body(self) -> Expr:
        """What is summed."""
        return self.args[0]

    @property
    def variables(self) -> tuple[Symbol, ...]:
        """The bound variables, in the order in which the sums are written."""
        return tuple(self.args[1])


class Largest(Expr):  # type: ignore[misc]
    """The largest value of `body` while `variable` runs from `low` to `high - 1`."""

    is_commutative = True

    def __new__(cls, body: object, variable: Symbol, low: object, high: object) -> Expr:
        """Make the maximum."""
        made: Expr = Expr.__new__(cls, sympy.sympify(body), variable, sympy.sympify(low), sympy.sympify(high))
        return made


class Slope(Expr):  # type: ignore[misc]
    """The partial derivative of `body` with respect to one element of a tensor, not yet worked out."""

    is_commutative = True

    def __new__(cls, body: object, element: Indexed) -> Expr:
        """Make the slope."""
        made: Expr = Expr.__new__(cls, sympy.sympify(body), element)
        return made

    @property
    def body(self) -> Expr:
        """What is differentiated."""
        return self.args[0]

    @property
    def element(self) -> Indexed:
        """The element by which it is differentiated."""
        return self.args[1]


# ---------------------------------------------------------------- short ways to write them


def refuse(rule: str, reason: str) -> NoReturn:
    """Refuse to apply a rule whose side condition does not hold."""
    raise DerivationError(where=f"the rule {rule} does not apply: {reason}")


def index(names: str) -> Symbol:
    """Return symbols for indices and sizes; whole numbers, about which nothing else is assumed.

    >>> index("i u")
    (i, u)
    """
    return sympy.symbols(names)


def tensor(names: str) -> IndexedBase:
    """Return tensors, to be indexed with square brackets.

    >>> w, x = tensor("w x")
    >>> w[0] * x[index("i")]
    w[0]*x[i]
    """
    made = [IndexedBase(name) for name in names.split()]
    return made[0] if len(made) == 1 else made


def bracket(*conditions: Condition) -> Expr:
    """Return the product of the brackets of the conditions."""
    return Mul(*(Bracket(condition) for condition in conditions))


def within(ranges: Iterable[tuple[Symbol, object]]) -> Expr:
    """Return the brackets `0 <= variable < size` of several variables.

    >>> i, n = index("i n")
    >>> within([(i, n)])
    Bracket(Within(i, 0, n))
    """
    return bracket(*(Within(variable, 0, size) for variable, size in ranges))


def total(body: object, *ranges: tuple[Symbol, object]) -> Expr:
    """Return the sum of the body while each variable runs from 0 to its size less one."""
    return Total(sympy.sympify(body) * within(ranges), *(variable for variable, _ in ranges))


def largest(body: object, variable: Symbol, size: object) -> Expr:
    """Return the largest value of the body while the variable runs from 0 to size less one."""
    return Largest(body, variable, 0, size)


def slope(body: object, element: Indexed) -> Expr:
    """Return the partial derivative of the body with respect to an element, not yet worked out."""
    return Slope(body, element)


def elements(value: Basic, base: IndexedBase | None = None) -> list[Indexed]:
    """Return the tensor elements that occur in a value (of one tensor, if given), in a fixed order."""
    found = (node for node in value.atoms(Indexed) if base is None or node.base == base)
    return sorted(found, key=sympy.default_sort_key)
