"""Numbers for checking index steps exactly: one per axis, polynomials in the entries, residues, and slopes.

Each kind is a few lines of arithmetic that anyone can read, so that a check does not lean on the algebra it
checks. Plain `int` and `Fraction` need nothing from here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

__all__ = ["PRIME", "Axes", "Dual", "NoRootError", "Number", "Polynomial", "Residue", "entry"]

Number = Any
"""An int, a Fraction, a float, or one of the kinds below."""

PRIME = 2**61 - 1
"""A prime of the form 4 m + 3, so that roots are powers; PRIME - 1 is divisible by 2, 3, 5, 6, 7 and 9."""


class NoRootError(ArithmeticError):
    """A residue is no square, or zero is to be divided by; the sample is drawn again."""


@dataclass(frozen=True)
class Axes:
    """One whole number or fraction per axis; arithmetic goes axis by axis, a plain number means every axis.

    >>> 2 * Axes((1, 3)) + 1
    Axes(values=(3, 7))
    """

    values: tuple[Number, ...]

    def _each(self, other: Number, combine: Callable[[Number, Number], Number]) -> Axes:
        others = other.values if isinstance(other, Axes) else (other,) * len(self.values)
        return Axes(tuple(combine(a, b) for a, b in zip(self.values, others, strict=True)))

    def __add__(self, other: Number) -> Axes:
        return self._each(other, lambda a, b: a + b)

    def __mul__(self, other: Number) -> Axes:
        return self._each(other, lambda a, b: a * b)

    __radd__ = __add__
    __rmul__ = __mul__

    def inverse(self) -> Axes:
        """Return one over each entry."""
        return Axes(tuple(Fraction(1, value) for value in self.values))

    def __iter__(self) -> Iterator[Number]:
        return iter(self.values)


Monomial = tuple[tuple[str, int], ...]


class Polynomial:
    """A polynomial in named entries: sums and products of them are compared exactly, for all values at once.

    >>> x, y = entry("x"), entry("y")
    >>> (x + y) * (x + y) == x * x + 2 * x * y + y * y
    True
    """

    __slots__ = ("terms",)

    def __init__(self, terms: dict[Monomial, Number]) -> None:
        self.terms = {monomial: weight for monomial, weight in terms.items() if weight}

    def __add__(self, other: Number) -> Polynomial:
        terms = dict(self.terms)
        for monomial, weight in _terms(other).items():
            terms[monomial] = terms.get(monomial, 0) + weight
        return Polynomial(terms)

    def __mul__(self, other: Number) -> Polynomial:
        if not isinstance(other, Polynomial):
            return Polynomial({monomial: weight * other for monomial, weight in self.terms.items()})
        terms: dict[Monomial, Number] = {}
        for left, weight in self.terms.items():
            for right, factor in other.terms.items():
                monomial = _product(left, right)
                terms[monomial] = terms.get(monomial, 0) + weight * factor
        return Polynomial(terms)

    __radd__ = __add__
    __rmul__ = __mul__

    def __eq__(self, other: object) -> bool:
        return self.terms == _terms(other)

    def __hash__(self) -> int:
        return hash(frozenset(self.terms.items()))

    def __repr__(self) -> str:
        return " + ".join(f"{weight}*{dict(monomial)}" for monomial, weight in self.terms.items()) or "0"


def entry(name: str) -> Polynomial:
    """Return the polynomial that is this entry."""
    return Polynomial({((name, 1),): 1})


def _terms(value: Number) -> dict[Monomial, Number]:
    if isinstance(value, Polynomial):
        return value.terms
    return {(): value} if value else {}


def _product(left: Monomial, right: Monomial) -> Monomial:
    powers = dict(left)
    for name, power in right:
        powers[name] = powers.get(name, 0) + power
    return tuple(sorted(powers.items()))


@dataclass(frozen=True)
class Residue:
    """A whole number modulo PRIME: exact arithmetic for formulas with divisions and roots."""

    value: int

    @classmethod
    def of(cls, number: Number) -> Residue:
        """Return the residue of a whole number, a fraction or a residue."""
        if isinstance(number, Residue):
            return number
        number = Fraction(number)
        return cls(number.numerator * pow(number.denominator, -1, PRIME) % PRIME)

    def __add__(self, other: Number) -> Residue:
        return Residue((self.value + Residue.of(other).value) % PRIME) if _plain(other) else NotImplemented

    def __mul__(self, other: Number) -> Residue:
        return Residue(self.value * Residue.of(other).value % PRIME) if _plain(other) else NotImplemented

    __radd__ = __add__
    __rmul__ = __mul__

    def inverse(self) -> Residue:
        """Return one over the residue; raises NoRootError for zero."""
        if not self.value:
            raise NoRootError
        return Residue(pow(self.value, -1, PRIME))

    def root(self) -> Residue:
        """Return a square root; raises NoRootError when there is none."""
        found = pow(self.value, (PRIME + 1) // 4, PRIME)
        if found * found % PRIME != self.value:
            raise NoRootError
        return Residue(found)


def root_of_unity(order: int) -> Residue:
    """Return a residue whose powers repeat after `order` steps and not before; it must divide PRIME - 1.

    >>> seventh = root_of_unity(7)
    >>> [pow(seventh.value, power, PRIME) == 1 for power in (1, 7)]
    [False, True]
    """
    for base in range(2, 100):
        found = pow(base, (PRIME - 1) // order, PRIME)
        if all(pow(found, power, PRIME) != 1 for power in range(1, order)):
            return Residue(found)
    raise NoRootError


def _plain(other: Number) -> bool:
    return isinstance(other, int | Fraction | Residue)


@dataclass(frozen=True)
class Dual:
    """A value and its slope: a + b h with h h = 0. Sums and products carry slopes along, exactly.

    >>> x = Dual(3, 1)
    >>> x * x
    Dual(value=9, slope=6)
    """

    value: Number
    slope: Number

    def __add__(self, other: Number) -> Dual:
        other = _dual(other)
        return Dual(self.value + other.value, self.slope + other.slope)

    def __mul__(self, other: Number) -> Dual:
        other = _dual(other)
        return Dual(self.value * other.value, self.value * other.slope + self.slope * other.value)

    __radd__ = __add__
    __rmul__ = __mul__


def _dual(other: Number) -> Dual:
    return other if isinstance(other, Dual) else Dual(other, 0)
