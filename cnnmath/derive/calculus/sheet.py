"""The sheet for index calculations: a worksheet on which every line is made by one of the rules.

A topic says which rule and why; the sheet applies it, writes the line, and attaches the checks: the rule
applied anew, every size of a small setting, and random exact entries.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sympy
from sympy import Expr, Indexed, Pow, Symbol

from cnnmath.derive.calculus.definitions import Definition, Fact
from cnnmath.derive.calculus.display import side
from cnnmath.derive.calculus.nodes import Largest, Positive
from cnnmath.derive.calculus.rules import RULES
from cnnmath.derive.checks.index import EverySize, RandomEntries, Replayed
from cnnmath.derive.checks.setting import Context, Setting
from cnnmath.derive.model import Check, Proof
from cnnmath.derive.sides import Side
from cnnmath.derive.worksheet import Worksheet
from cnnmath.errors import DerivationError

__all__ = ["IndexSheet"]


_NEED_BOUNDS = ("sift", "count", "introduce", "ranges")


@dataclass
class IndexSheet(Worksheet):
    """Collects index steps; `free`: free indices with their sizes, `definitions`: what may be unfolded.

    `example` says what one of the definitions stands in for, where the derivation leaves something open.
    """

    setting: Setting | None = None
    free: tuple[tuple[Symbol, Expr], ...] = ()
    definitions: tuple[Definition, ...] = ()
    now: Expr = sympy.S.Zero
    example: str = ""

    @property
    def bounds(self) -> Mapping[str, int | None]:
        """The least values of the letters, which the rules' side conditions use."""
        return {entry.name: entry.least for entry in self.names}

    def start(
        self, left: Side, value: Expr, because: str, rule: str = "definition", relation: str = "="
    ) -> None:
        """Write a definition, or what we start from, and go on from its right side."""
        self.now = value
        self.define(left, relation, side(value), because, rule=rule)

    def consider(self, value: Expr) -> None:
        """Begin with an expression about which nothing is said yet; the next line starts from it."""
        self.now = value

    def fact(self, left: Expr) -> Fact:
        """Return what the calculation has shown of the expression that it considered, for later lines."""
        first = side(left)
        if all(line.left != first for line in self.lines):
            raise DerivationError(where=first.text, expected="something that was considered")
        return Fact(left, self.now)

    def resume(self, value: Expr) -> None:
        """Go back to something that an earlier line has reached; the next line starts from it."""
        shown = side(value)
        if all(shown not in (line.left, line.right) for line in self.lines):
            raise DerivationError(where=shown.text, expected="something that a line has reached")
        self.now = value

    def conclude_here(self, name: Side | str, domain: str = "") -> Proof:
        """Return the proof, with the formula that the calculation has reached as its result."""
        return self.conclude(name, side(self.now).text, domain)

    def apply(self, rule: str, because: str, *, name: str = "", **arguments: object) -> None:
        """Apply a rule to where the calculation stands; `name` calls the step differently."""
        if rule == "in range" and not set(arguments["ranges"]) <= set(self.free):  # type: ignore[call-overload]
            raise DerivationError(where="in range", expected="ranges of the free indices of the sheet")
        if rule == "assume" and not self.assumed:
            raise DerivationError(where="assume", expected="an assumption that the sheet declares")
        if rule in _NEED_BOUNDS:
            arguments["bounds"] = self.bounds
        before, after = self.now, RULES[rule](self.now, **arguments)
        self.now = after
        checks: list[Check] = [Replayed(rule, before, after, arguments)]
        checks += self._comparisons(before, after)
        self.write(side(before), "=", side(after), rule=name or rule, because=because, checks=checks)

    def _comparisons(self, before: Expr, after: Expr) -> Sequence[Check]:
        if self.setting is None:
            return ()
        context = Context(self.setting, self.free, self.definitions)
        involved = (before, after, *(definition.body for definition in self.definitions))
        residues = bool(self.setting.root) or any(map(_has_root, involved))
        seed = str(len(self.lines))
        sampled = RandomEntries(before, after, context, seed=seed, residues=residues, example=self.example)
        if residues or self.example or any(map(_needs_numbers, involved)):
            return (sampled,)
        return (EverySize(before, after, context), sampled)


def _has_root(value: Expr) -> bool:
    return any(power.exp.is_Rational and not power.exp.is_Integer for power in value.atoms(Pow))


def _needs_numbers(value: Expr) -> bool:
    """Tell whether polynomials in the entries do not suffice: comparisons, divisions by entries, exp, log."""
    if value.has(Largest, Positive, sympy.exp, sympy.log):
        return True
    return any(power.exp.is_negative and power.base.atoms(Indexed) for power in value.atoms(Pow))
