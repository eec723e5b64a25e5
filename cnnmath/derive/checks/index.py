"""Checks of index steps: the rule applied anew, every case of a small setting, random exact entries.

In `EverySize` the entries of the tensors are letters, so one comparison of polynomials settles all their
values; in `RandomEntries` they are whole numbers of up to 20 bits, or residues where the formula divides or
takes roots. What exp and log are does not matter to algebra, so there they get arbitrary values with the
right slopes.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from itertools import islice

from sympy import Expr

from cnnmath.derive.calculus.evaluate import World, formal
from cnnmath.derive.calculus.numbers import PRIME, Axes, NoRootError, Number, Residue, entry
from cnnmath.derive.calculus.rules import RULES
from cnnmath.derive.checks.setting import Context
from cnnmath.derive.evidence import Badge, Evidence
from cnnmath.errors import DerivationError

__all__ = ["EverySize", "RandomEntries", "Replayed"]

BITS = 20
"""Size of random entries."""
MOST_PLACES = 24
"""Values of the free indices that are compared in one sample."""
_TRIES = 60


@dataclass(frozen=True)
class Replayed:
    """`after` is what the rule makes of `before`; its side conditions are checked while it runs."""

    rule: str
    before: Expr
    after: Expr
    arguments: Mapping[str, object] = field(default_factory=dict)

    def run(self) -> Evidence:
        """Apply the rule anew."""
        try:
            found = RULES[self.rule](self.before, **self.arguments)
        except DerivationError as error:
            return Evidence(Badge.FAILED, f"rule {self.rule}", counterexample=str(error).rstrip("."))
        if found != self.after:
            return Evidence(Badge.FAILED, f"rule {self.rule}", counterexample=f"the rule gives {found}")
        return Evidence(Badge.PROVED, f"rule {self.rule}, applied anew with its side conditions")


@dataclass(frozen=True)
class EverySize:
    """Both sides agree for all sizes of the setting, at all free indices, for all entries at once."""

    before: Expr
    after: Expr
    context: Context

    def run(self) -> Evidence:
        """Compare polynomials in the entries."""
        method = "polynomials in the entries, for every size"
        left, right = _everywhere(self.before, self.context), _everywhere(self.after, self.context)
        for (place, one), (_, other) in zip(left, right, strict=True):
            if one != other:
                return Evidence(Badge.FAILED, method, len(left), counterexample=_say(place, one, other))
        return Evidence(Badge.EXHAUSTIVE, method, len(left), self.context.setting.domain.text())


@lru_cache(maxsize=64)
def _everywhere(value: Expr, context: Context) -> list[tuple[dict[str, Number], Number]]:
    """Return an expression's polynomials for all sizes and places; each line of a chain is needed twice."""
    found = []
    for case in context.setting.cases():
        entries = context.setting.entries(case, _letter)
        world = World(dict(case), entries, formal(_unknown), context.table)
        found += list(context.values(value, world))
    return found


def _letter(name: str, place: tuple[int, ...]) -> Number:
    return entry(f"{name}{list(place)}")


def _unknown(name: str, value: Number) -> Number:
    raise DerivationError(where=f"{name}({value}) has no value among polynomials")


@dataclass(frozen=True)
class RandomEntries:
    """Both sides agree for random sizes and random exact entries.

    `example` says what stands in for something that the derivation leaves open.
    """

    before: Expr
    after: Expr
    context: Context
    seed: str = ""
    samples: int = 12
    residues: bool = False
    example: str = ""

    def run(self) -> Evidence:
        """Compare exact numbers; where a sample has no value (a division by zero), draw again."""
        draw = random.Random(self.seed)  # noqa: S311  (samples to compare, no secrets)
        method = "residues modulo a prime" if self.residues else f"random entries of up to {BITS} bits"
        count, kept = 0, 0
        for _ in range(_TRIES):
            if kept == self.samples:
                break
            try:
                pairs = self._sample(draw)
            except (NoRootError, ZeroDivisionError):
                continue
            kept += 1
            count += len(pairs)
            for place, left, right in pairs:
                if not self._same(left, right):
                    return Evidence(Badge.FAILED, method, count, counterexample=_say(place, left, right))
        if not count:
            return Evidence(Badge.FAILED, method, counterexample="no sample has a value")
        return Evidence(Badge.SAMPLED, method, count, self.example)

    def _same(self, left: Number, right: Number) -> bool:
        return bool(Residue.of(left) == Residue.of(right) if self.residues else left == right)

    def _sample(self, draw: random.Random) -> list[tuple[dict[str, Number], Number, Number]]:
        case = self.context.setting.random_case(draw)
        number = _numbers(draw, residues=self.residues)

        def positive(name: str, value: Number) -> Number:
            drawn = number((name, value))
            return drawn if self.residues else Fraction(abs(drawn) + 1)

        sides = []
        for value in (self.before, self.after):
            entries = self.context.setting.entries(case, lambda name, at: number((name, at)))
            world = World(dict(case), entries, formal(positive), self.context.table)
            sides.append(list(islice(self.context.values(value, world), MOST_PLACES)))
        return [(place, left, right) for (place, left), (_, right) in zip(*sides, strict=True)]


def _numbers(draw: random.Random, *, residues: bool) -> Callable[[object], Number]:
    """Return a function that draws a number for every key once."""
    drawn: dict[object, Number] = {}

    def number(key: object) -> Number:
        if key not in drawn:
            drawn[key] = Residue(draw.randrange(PRIME)) if residues else draw.randint(-(2**BITS), 2**BITS)
        return drawn[key]

    return number


def _say(place: Mapping[str, Number], left: Number, right: Number) -> str:
    values = ", ".join(f"{name} = {_plain(value)}" for name, value in place.items() if value is not None)
    return f"for {values} the left side is {left} and the right side {right}"


def _plain(value: Number) -> str:
    return str(value.values) if isinstance(value, Axes) else str(value)
