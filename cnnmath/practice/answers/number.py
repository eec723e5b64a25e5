"""Numbers: whole ones, and exact fractions with or without a tolerance.

A number that a formula gives remembers formula and values, so a wrong one can be matched with the formula
done wrong: the padding counted once, the stride ignored, rounded up.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, ClassVar

from cnnmath import formula
from cnnmath.errors import BankError
from cnnmath.practice import richtext
from cnnmath.practice.answers.base import Answer
from cnnmath.practice.answers.reading import Exact, read_number, show_number
from cnnmath.practice.domains import Domain, domain
from cnnmath.practice.mutations import Mutant, mutants
from cnnmath.practice.verdict import Verdict
from cnnmath.practice.working import known

__all__ = ["Computed", "Integer", "Number"]


@dataclass(frozen=True)
class Computed:
    """Where a number comes from: a formula over a domain, and the values of its names."""

    text: str
    area: Domain
    values: tuple[tuple[str, int], ...]

    @property
    def value(self) -> Exact:
        """The exact value of the formula."""
        result = known(self.text).evaluate(dict(self.values))
        if isinstance(result, float):
            raise BankError(
                where=self.text, expected="an exact number", given="a value that is not a fraction"
            )
        return result

    def wrong_ways(self) -> Iterator[tuple[Mutant, Exact | float]]:
        """Yield each wrong formula with the value it gives; values that are not defined are left out."""
        for mutant in mutants(known(self.text).root, self.area):
            try:
                yield mutant, formula.Formula.of(mutant.root).evaluate(dict(self.values))
            except formula.FormulaError:
                continue


@dataclass(frozen=True)
class Number(Answer[Exact]):
    """An exact number; `tolerance` is the relative difference that is still accepted.

    >>> Number(Fraction(5, 3), tolerance=Fraction(1, 100)).grade("1.67").status
    'correct'
    """

    kind: ClassVar[str] = "number"

    value: Exact
    tolerance: Fraction = Fraction(0)
    source: Computed | None = None

    @classmethod
    def of(cls, text: str, area: str | Domain, /, tolerance: Fraction = Fraction(0), **values: int) -> Number:
        """Return the number that a formula gives for these values."""
        source = _computed(text, area, values)
        return cls(source.value, tolerance, source)

    @property
    def right(self) -> Exact:
        """The exact value."""
        return self.value

    def read(self, raw: object) -> Exact:
        """Read digits, a fraction or a calculation."""
        return read_number(raw)

    def show(self, value: Exact) -> str:
        """Return digits, or a fraction where the decimals do not end."""
        return show_number(value)

    def field(self) -> dict[str, Any]:
        """Ask for one line of text."""
        return {"kind": self.kind, "placeholder": "a number"}

    def spellings(self) -> tuple[object, ...]:
        """Give the number as text, as a fraction, with blanks, and as a calculation."""
        exact = Fraction(self.value)
        shown = show_number(self.value)
        return (
            shown,
            f"  {exact.numerator}/{exact.denominator} ",
            f"({exact.numerator} + 0)/{exact.denominator}",
        )

    def same(self, given: Exact, other: Exact) -> bool:
        """Compare exactly, or within the tolerance relative to `other`."""
        return _distance(given, other) <= self.tolerance * _distance(other, 0)

    def praise(self, value: Exact) -> Verdict:
        """Confirm the number; show the exact one where a rounded one was accepted."""
        if value == self.value:
            return super().praise(value)
        said = richtext.say(
            "Correct: ",
            richtext.Code(self.show(value)),
            " is close enough to the exact ",
            richtext.Code(self.show(self.value)),
            ".",
        )
        return Verdict("correct", 1, said)

    def diagnose(self, value: Exact, verdict: Verdict) -> Verdict:
        """Recognize the formula done wrong, or a right number that was rounded too early."""
        for mutant, wrong in self.source.wrong_ways() if self.source else ():
            if value == wrong:
                said = richtext.prefixed("Not yet. ", richtext.parse(mutant.sentence))
                return Verdict("wrong", 0, said, mutant.name)
        if self.tolerance and _distance(value, self.value) <= 10 * self.tolerance * _distance(self.value, 0):
            said = richtext.say("Close: give more digits, or the exact fraction.")
            return Verdict("wrong", 0, said, "rounded-too-early")
        return verdict


@dataclass(frozen=True)
class Integer(Number):
    """A whole number, such as a size or a count.

    >>> Integer(55).grade("55.0").status, Integer(55).grade("55px").status
    ('correct', 'invalid')
    """

    kind: ClassVar[str] = "integer"

    @classmethod
    def of(
        cls, text: str, area: str | Domain, /, tolerance: Fraction = Fraction(0), **values: int
    ) -> Integer:
        """Return the whole number that a formula gives for these values."""
        source = _computed(text, area, values)
        value = source.value
        if not isinstance(value, int):
            raise BankError(where=text, expected="a whole number", given=show_number(value))
        return cls(value, tolerance, source)

    def field(self) -> dict[str, Any]:
        """Ask for one line of text with digits."""
        return {"kind": self.kind, "placeholder": "a whole number"}

    def spellings(self) -> tuple[object, ...]:
        """Give the number as data, with decimals, with blanks, in full-width digits, as a calculation."""
        wide = str(self.value).translate({ord("0") + digit: chr(0xFF10 + digit) for digit in range(10)})
        return (
            self.value,
            str(self.value),
            f" {self.value} ",
            f"{self.value}.0",
            f"= {self.value}",
            wide,
            f"{self.value} + 1 - 1",
        )

    def diagnose(self, value: Exact, verdict: Verdict) -> Verdict:
        """Recognize the formula done wrong; else say that a fraction or a neighbor cannot be right."""
        found = super().diagnose(value, verdict)
        if found.mistake is not None:
            return found
        if _distance(value, self.value) == 1:
            said = richtext.say("Close, but off by one: check the first and the last of what you counted.")
            return Verdict("wrong", 0, said, "off-by-one")
        if isinstance(value, int):
            return found
        shown = richtext.Code(self.show(value))
        return Verdict(
            "wrong",
            0,
            richtext.say("Not yet: the answer is a whole number; ", shown, " is none."),
            "not-whole",
        )


def _computed(text: str, area: str | Domain, values: dict[str, int]) -> Computed:
    found = domain(area) if isinstance(area, str) else area
    return Computed(text, found, tuple(values.items()))


def _distance(value: Exact, other: Exact) -> Fraction:
    return abs(Fraction(value) - Fraction(other))
