"""The check of counting: how many whole numbers of a range satisfy a bound, or two."""

from __future__ import annotations

from dataclasses import dataclass

import sympy

from cnnmath.derive.checks.algebra import Proved
from cnnmath.derive.evidence import Badge, Evidence
from cnnmath.derive.quantities import Quantity
from cnnmath.derive.sides import statement
from cnnmath.derive.symbolic import Translation, numerator_over
from cnnmath.formula import Relation, parse

__all__ = ["Counted"]


@dataclass(frozen=True)
class Counted:
    """`sum([least <= v]*[v <= most], v, first, last) = result`, by counting from the one bound to the other.

    The numbers that count are those from max(least, first) to min(most, last); there are upper - lower + 1
    of them when upper >= lower - 1. All bounds are whole and do not contain v. Without `least`, the numbers
    begin at `first`, and `most` itself must be at most `last`.
    """

    first: str
    most: str
    last: str
    result: str
    names: tuple[Quantity, ...]
    given: tuple[Relation, ...] = ()
    least: str = ""

    def run(self) -> Evidence:
        """Prove that the count is right and the range not upside down."""
        method = "counting from bound to bound"
        lower = f"max({self.least}, {self.first})" if self.least else self.first
        upper = f"min({self.most}, {self.last})" if self.least else self.most
        if not self._whole(lower, upper):
            return Evidence(Badge.FAILED, method, counterexample="a bound need not be whole")
        length = Proved(
            statement(f"{upper} - ({lower}) + 1"), "=", statement(self.result), self.names, self.given
        )
        claims = [length, self._claim(f"{lower} - 1", upper)]
        if not self.least:
            claims.append(self._claim(upper, self.last))
        shown = [claim.run() for claim in claims]
        failed = next((evidence for evidence in shown if not evidence.ok), None)
        if failed is not None:
            return Evidence(Badge.FAILED, method, counterexample=failed.counterexample)
        return Evidence(
            Badge.PROVED, method, lines=tuple(line for evidence in shown for line in evidence.lines)
        )

    def _claim(self, left: str, right: str) -> Proved:
        return Proved(statement(left), "<=", statement(right), self.names, self.given)

    def _whole(self, *bounds: str) -> bool:
        here = Translation({entry.name: entry.least for entry in self.names})
        values = (sympy.expand(here.expression(parse(bound).root)) for bound in bounds)
        return all(numerator_over(value, here.bounds)[1] == 1 for value in values)
