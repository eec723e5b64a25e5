"""Checks by enumeration: every case of a stated finite domain, in exact whole numbers.

A domain is a range for each letter, cut down by what is given. Both sides are evaluated as they are written,
at all cases at once; nothing symbolic takes part.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from cnnmath.derive.evidence import Badge, Evidence
from cnnmath.derive.quantities import Quantity
from cnnmath.formula import Formula, Relation
from cnnmath.formula.tree import Comparison

__all__ = ["Domain", "EveryCase", "RandomFractions", "small_domain"]

Whole = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

MOST_CASES = 20_000
_WIDTHS = (30, 20, 13, 9, 7, 6, 5, 4, 3, 2)


@dataclass(frozen=True)
class Domain:
    """A range for each name, both ends included, and the conditions that cut it down.

    >>> Domain((("n", 0, 9), ("k", 1, 3))).size
    30
    """

    ranges: tuple[tuple[str, int, int], ...]
    given: tuple[Relation, ...] = ()

    @property
    def size(self) -> int:
        """The number of cases before the conditions are applied."""
        return int(np.prod([high - low + 1 for _, low, high in self.ranges]))

    def text(self) -> str:
        """Return the domain in words."""
        ranges = [f"{name} {low} to {high}" for name, low, high in self.ranges]
        return ", ".join(ranges + [str(condition) for condition in self.given])

    def columns(self) -> dict[str, Whole]:
        """Return one column of values per name: every case once."""
        axes = [np.arange(low, high + 1, dtype=np.int64) for _, low, high in self.ranges]
        grid = np.meshgrid(*axes, indexing="ij") if axes else [np.zeros(1, np.int64)]
        columns = {name: axis.ravel() for (name, _, _), axis in zip(self.ranges, grid, strict=False)}
        for condition in self.given:
            kept = truth(condition, columns)
            columns = {name: column[kept] for name, column in columns.items()}
        return columns


def small_domain(names: Sequence[Quantity], given: Sequence[Relation] = (), most: int = MOST_CASES) -> Domain:
    """Return a small domain: equally many values for each name, from its least one, at most `most` cases."""
    width = next((width for width in _WIDTHS if width ** len(names) <= most), 2)
    lows = [(entry.name, -(width // 2) if entry.least is None else entry.least) for entry in names]
    return Domain(tuple((name, low, low + width - 1) for name, low in lows), tuple(given))


def truth(relation: Relation, columns: Mapping[str, Whole]) -> Mask:
    """Return where a relation holds; a case without a value counts as not."""
    bracket = Comparison(tuple(part.root for part in relation.parts), relation.operators)
    values = Formula(str(relation), bracket).evaluate_many(columns)
    return np.asarray((values.numerator == 1) & values.decided)


@dataclass(frozen=True)
class EveryCase:
    """`left relation right` holds in every case of a domain."""

    left: Relation
    relation: str
    right: Relation
    domain: Domain
    method: str = "every case"

    def run(self) -> Evidence:
        """Compare both sides in every case."""
        columns = self.domain.columns()
        if not columns:
            columns = {"_": np.zeros(1, np.int64)}
        count = len(next(iter(columns.values())))
        wrong = np.flatnonzero(~self._agree(columns))
        if count == 0:
            return Evidence(
                Badge.FAILED, self.method, counterexample=f"no case satisfies {self.domain.text()}"
            )
        if wrong.size:
            case = {name: int(column[wrong[0]]) for name, column in columns.items()}
            return Evidence(
                Badge.FAILED, self.method, count, self.domain.text(), counterexample=self._say(case)
            )
        return Evidence(Badge.EXHAUSTIVE, self.method, count, self.domain.text())

    def _agree(self, columns: Mapping[str, Whole]) -> Mask:
        if self.relation == "iff":
            return np.asarray(truth(self.left, columns) == truth(self.right, columns))
        if self.relation == "implies":
            return np.asarray(~truth(self.left, columns) | truth(self.right, columns))
        sign = "=" if self.relation == ":=" else self.relation
        joined = Relation(
            "", (*self.left.parts, *self.right.parts), (*self.left.operators, sign, *self.right.operators)
        )
        return truth(joined, columns)

    def _say(self, case: Mapping[str, int]) -> str:
        values = ", ".join(f"{name} = {value}" for name, value in case.items())
        if self.relation in ("iff", "implies"):
            sides = f"{self.left.plain(case)} against {self.right.plain(case)}"
            return f"for {values} only one of them holds: {sides}"
        left, right = self.left.parts[0].evaluate(case), self.right.parts[-1].evaluate(case)
        return f"for {values} the left side is {left} and the right side {right}"


@dataclass(frozen=True)
class RandomFractions:
    """Two formulas in real numbers agree at random fractions between 0 and 1, exactly."""

    left: Relation
    right: Relation
    samples: int = 50

    def run(self) -> Evidence:
        """Compare exact fractions."""
        draw = random.Random(str(self.left))  # noqa: S311  (samples to compare, no secrets)
        method = "random fractions"
        for count in range(1, self.samples + 1):
            names = dict.fromkeys((*self.left.names, *self.right.names))
            case = {name: Fraction(draw.randint(1, 999), 1000) for name in names}
            left, right = self.left.parts[0].evaluate(case), self.right.parts[0].evaluate(case)
            if left != right:
                values = ", ".join(f"{name} = {value}" for name, value in case.items())
                wrong = f"for {values} the left side is {left} and the right side {right}"
                return Evidence(Badge.FAILED, method, count, counterexample=wrong)
        return Evidence(Badge.SAMPLED, method, self.samples)
