"""The sheet on which a topic writes a derivation: each line becomes a step with the checks that it needs.

Lines about whole numbers are proved (identity or certificate) and, besides, compared in every case of a small
domain; a topic cannot write such a line without both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from cnnmath.derive.checks.algebra import Proved
from cnnmath.derive.checks.cases import Domain, EveryCase, RandomFractions, small_domain
from cnnmath.derive.checks.defined import Defined
from cnnmath.derive.checks.instance import Instance
from cnnmath.derive.model import Check, Proof, Result, Step
from cnnmath.derive.quantities import Quantity, quantity
from cnnmath.derive.sides import Side, side_of, statement
from cnnmath.errors import DerivationError
from cnnmath.formula import Formula, Relation, parse, tree

__all__ = ["Worksheet"]

Said = str | Relation


@dataclass
class Worksheet:
    """Collects the lines of one derivation.

    `names` are the letters, `given` the conditions that hold throughout (relations between whole numbers),
    `assumed` what is assumed besides, in words.
    """

    names: tuple[Quantity, ...]
    given: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()
    lines: list[Step] = field(default_factory=list)

    def define(
        self, left: Side | Said, relation: str, right: Side | Said, because: str, *, rule: str = "definition"
    ) -> None:
        """Write what we start from."""
        self.lines.append(Step(side_of(left), relation, side_of(right), rule, because, (Defined(),)))

    def instance(
        self,
        left: Side | Said,
        formula: str,
        because: str,
        *,
        of: str,
        put: str = "",
        view: str = "simple",
        given: Sequence[str] = (),
    ) -> None:
        """Write a result of another derivation, with formulas put in place of its letters."""
        conditions = tuple(map(statement, (*self.given, *given)))
        check = Instance(formula, of, view, put, self.names, conditions)
        self.write(left, "=", formula, rule="put in", because=because, checks=(check,))

    def step(
        self,
        left: Said,
        relation: str,
        right: Said,
        *,
        rule: str,
        because: str,
        given: Sequence[str] = (),
        domain: Domain | None = None,
    ) -> None:
        """Write a line about whole numbers: proved for all, and compared in every case of a small domain."""
        before, after = statement(left), statement(right)
        conditions = tuple(map(statement, (*self.given, *given)))
        names = self._used(before, after, *conditions)
        proof = Proved(before, relation, after, names, conditions)
        cases = EveryCase(before, relation, after, domain or small_domain(names, conditions))
        self.write(before, relation, after, rule=rule, because=because, checks=(proof, cases))

    def then(
        self,
        relation: str,
        right: Said,
        *,
        rule: str,
        because: str,
        given: Sequence[str] = (),
        domain: Domain | None = None,
    ) -> None:
        """Write the next line of a chain: its left side is the right side of the line before."""
        self.step(
            self.lines[-1].right.text, relation, right, rule=rule, because=because, given=given, domain=domain
        )

    def identity(self, left: Said, right: Said, *, rule: str, because: str) -> None:
        """Write an equation of real numbers: an identity of fractions, compared at random fractions."""
        before, after = statement(left), statement(right)
        proof = Proved(before, "=", after, self.names)
        self.write(
            before, "=", after, rule=rule, because=because, checks=(proof, RandomFractions(before, after))
        )

    def write(
        self,
        left: Side | Said,
        relation: str,
        right: Side | Said,
        *,
        rule: str,
        because: str,
        checks: Sequence[Check],
    ) -> None:
        """Write a line with checks of one's own."""
        self.lines.append(Step(side_of(left), relation, side_of(right), rule, because, tuple(checks)))

    def conclude(self, name: str | Side, formula: str, domain: str = "", relation: str = "=") -> Proof:
        """Return the proof with its result, a formula that one of the lines must state."""
        shown = side_of(name)
        if parse(formula) not in {part for line in self.lines for part in _parts(line)}:
            raise DerivationError(where=f"the result {formula}", expected="a formula that a line has reached")
        result = Result(shown, formula, domain, relation)
        letters = (*self.names, *self._letters_of_results())
        return Proof(letters, tuple(self.lines), result, self.given, self.assumed)

    def _letters_of_results(self) -> tuple[Quantity, ...]:
        """Return the letters that the lines name but no check needs: o and p, as in o = n - k + 1.

        Others must be declared; raises DerivationError where one is not.
        """
        declared = {entry.name for entry in self.names}
        named = dict.fromkeys(name for line in self.lines for part in _parts(line) for name in _letters(part))
        missing = [name for name in named if name not in declared and name.rpartition("_")[0] not in declared]
        if unknown := set(missing) - {"o", "p"}:
            raise DerivationError(where=f"the letter {min(unknown)}", expected="a declaration")
        return tuple(quantity(name) for name in missing)

    def _used(self, *said: Relation) -> tuple[Quantity, ...]:
        used = {name for relation in said for name in relation.names}
        known = {entry.name for entry in self.names}
        if missing := used - known:
            raise KeyError(f"undeclared letters: {sorted(missing)}")
        return tuple(entry for entry in self.names if entry.name in used)


def _letters(formula: Formula) -> set[str]:
    bound = {node.variable for _, node in formula.walk() if isinstance(node, tree.Reduction)}
    return {*formula.names, *formula.tensors, *bound}


def _parts(line: Step) -> tuple[Formula, ...]:
    """Return the formulas that a line states."""
    sides = (side for side in (line.left, line.right) if side.formula)
    return tuple(part for side in sides for part in statement(side.text).parts)
