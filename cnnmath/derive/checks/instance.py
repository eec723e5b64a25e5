"""The check of an instance: a formula is the result of another derivation with other formulas put in."""

from __future__ import annotations

from dataclasses import dataclass

import sympy

from cnnmath.derive.certificate import Claim, problem, prove
from cnnmath.derive.checks.algebra import links
from cnnmath.derive.evidence import Badge, Evidence
from cnnmath.derive.quantities import Quantity
from cnnmath.derive.registry import derivation
from cnnmath.derive.symbolic import Translation
from cnnmath.errors import DerivationError
from cnnmath.formula import Formula, Relation, parse, parse_relation, tree

__all__ = ["Instance"]


@dataclass(frozen=True)
class Instance:
    """`formula` is what the derivation `of` has derived in a view, with `put` in place of its letters.

    `put` is a text such as `k = 2h + 1, p = h`. The other derivation has checks of its own.
    """

    formula: str
    of: str
    view: str
    put: str
    names: tuple[Quantity, ...]
    given: tuple[Relation, ...] = ()

    def run(self) -> Evidence:
        """Put the formulas in and compare; the conditions of the other derivation must be known here."""
        method = f"{self.of} ({self.view})" + (f" with {self.put}" if self.put else "")
        other = derivation(self.of, self.view).proof
        here = Translation({entry.name: entry.least for entry in self.names})
        difference = here.expression(self._put(other.result.formula)) - here.expression(
            parse(self.formula).root
        )
        above, _ = sympy.fraction(sympy.together(difference))
        if sympy.expand(above) != 0:
            return Evidence(Badge.FAILED, method, counterexample="this gives another formula")
        for condition in map(parse_relation, other.given):
            needed = Relation(
                "", tuple(Formula.of(self._put(str(p))) for p in condition.parts), condition.operators
            )
            if not self._follows(needed):
                return Evidence(
                    Badge.FAILED, method, counterexample=f"its condition {needed} is not known here"
                )
        return Evidence(Badge.PROVED, method)

    def _put(self, text: str) -> tree.Node:
        pairs = (entry.split("=") for entry in self.put.split(",") if entry)
        return tree.substitute(parse(text).root, {name.strip(): parse(new).root for name, new in pairs})

    def _follows(self, needed: Relation) -> bool:
        bounds = tuple((entry.name, entry.least) for entry in self.names if entry.kind == "whole")
        known = tuple(link for relation in self.given for link in links(relation))
        try:
            return not any(problem(prove(Claim(bounds, known, goal))) for goal in links(needed))
        except DerivationError:
            return False
