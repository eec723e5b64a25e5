"""The check of counting: how many whole numbers of a range are at most M."""

from __future__ import annotations

from dataclasses import dataclass

from cnnmath.derive.checks.algebra import Proved
from cnnmath.derive.evidence import Badge, Evidence
from cnnmath.derive.quantities import Quantity
from cnnmath.derive.sides import statement
from cnnmath.formula import Relation

__all__ = ["Counted"]


@dataclass(frozen=True)
class Counted:
    """`sum([v <= M], v, low, high) = M - low + 1`, because low - 1 <= M <= high.

    `low`, `most` (which is M) and `high` are formulas that do not contain v.
    """

    low: str
    most: str
    high: str
    names: tuple[Quantity, ...]
    given: tuple[Relation, ...] = ()

    def run(self) -> Evidence:
        """Prove both bounds by certificates; between them, low, low + 1, ..., M are M - low + 1 numbers."""
        bounds = ((f"{self.low} - 1", self.most), (self.most, self.high))
        lines: tuple[str, ...] = ()
        for left, right in bounds:
            shown = Proved(statement(left), "<=", statement(right), self.names, self.given).run()
            if not shown.ok:
                return shown
            lines += shown.lines
        return Evidence(Badge.PROVED, "both bounds of the count by floor certificates", lines=lines)
