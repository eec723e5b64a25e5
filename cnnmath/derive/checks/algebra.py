"""Proofs for all whole numbers: polynomial identities and floor certificates.

An equation is first tried as an identity of rational functions, floors and maxima standing for themselves;
what that does not settle, and every other relation, needs a certificate. Every certificate is checked before
it counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import sympy

from cnnmath.derive.calculus.display import plain
from cnnmath.derive.certificate import Case, Claim, FloorProof, Link, Reading, facts_of, problem, prove, read
from cnnmath.derive.evidence import Badge, Evidence
from cnnmath.derive.quantities import Quantity
from cnnmath.derive.symbolic import Translation
from cnnmath.errors import DerivationError
from cnnmath.formula import Relation
from cnnmath.formula.plain import to_plain

__all__ = ["Proved", "certificate_lines", "links"]


def links(relation: Relation) -> tuple[Link, ...]:
    """Return the single relations of a chain, one for each sign."""
    pairs = zip(relation.parts, relation.operators, relation.parts[1:], strict=False)
    return tuple(Link(left.root, sign, right.root) for left, sign, right in pairs)


@dataclass(frozen=True)
class Proved:
    """`left relation right` holds for all whole numbers within their bounds that satisfy what is given.

    For `iff` and `implies` the sides are relations themselves; otherwise they are formulas.
    """

    left: Relation
    relation: str
    right: Relation
    names: tuple[Quantity, ...]
    given: tuple[Relation, ...] = ()

    def run(self) -> Evidence:
        """Prove it."""
        try:
            if self.relation in ("=", ":=") and self._is_identity():
                return Evidence(Badge.PROVED, "polynomial identity")
            proofs = [prove(claim) for claim in self._claims()]
        except DerivationError as error:
            return Evidence(Badge.FAILED, "floor certificate", counterexample=str(error).rstrip("."))
        wrong = next((text for proof in proofs if (text := problem(proof))), "")
        if wrong:
            return Evidence(Badge.FAILED, "floor certificate", counterexample=wrong)
        lines = tuple(line for proof in proofs for line in certificate_lines(proof))
        return Evidence(Badge.PROVED, "floor certificate", lines=lines)

    def _is_identity(self) -> bool:
        here = Translation(self._bounds())
        left, right = (here.expression(side.parts[0].root) for side in (self.left, self.right))
        above, _ = sympy.fraction(sympy.together(left - right))
        return bool(sympy.expand(above) == 0)

    def _bounds(self) -> dict[str, int | None]:
        return {entry.name: entry.least for entry in self.names}

    def _claims(self) -> Iterator[Claim]:
        bounds = tuple(self._bounds().items())
        given = tuple(link for relation in self.given for link in links(relation))
        left, right = links(self.left), links(self.right)
        if self.relation in ("iff", "implies"):
            yield from (Claim(bounds, given + left, goal) for goal in right)
        if self.relation == "iff":
            yield from (Claim(bounds, given + right, goal) for goal in left)
        if self.relation not in ("iff", "implies"):
            sign = "=" if self.relation == ":=" else self.relation
            yield Claim(bounds, given, Link(self.left.parts[0].root, sign, self.right.parts[0].root))


# ---------------------------------------------------------------- certificates, readable


def certificate_lines(proof: FloorProof) -> tuple[str, ...]:
    """Return the proof in lines that a reader can check by adding them up."""
    reading = read(proof.claim)
    goal = proof.claim.goal
    lines = [f"Claim: {to_plain(goal.left)} {goal.sign} {to_plain(goal.right)}."]
    lines += [f"Write {q.symbol} for {q.kind}({plain(q.numerator / q.divisor)})." for q in reading.quotients]
    for extreme in reading.extremes:
        options = ", ".join(map(plain, extreme.options))
        lines.append(f"Write {extreme.symbol} for {extreme.kind}({options}).")
    for case in proof.cases:
        lines += _case_lines(case, reading)
    return tuple(lines)


def _case_lines(case: Case, reading: Reading) -> Iterator[str]:
    reasons = {sympy.expand(fact.value): fact.reason for fact in facts_of(reading, case.choices)}
    negated = sympy.expand(-case.goal - 1)
    reasons[negated] = "the opposite of the claim"
    yield f"Suppose {plain(negated)} >= 0{_choice_text(case.choices, reading)}. Then add up:"
    for part in case.parts:
        factor = _factor_text(part.weight, part.multiplier)
        yield f"  {factor}({plain(part.fact)})   >= 0, since {reasons[sympy.expand(part.fact)]}"
    yield "  and the sum is -1, which is not >= 0. So the opposite is impossible."


def _choice_text(choices: Sequence[int], reading: Reading) -> str:
    taken = [
        f"{e.symbol} = {plain(e.options[choice])}"
        for e, choice in zip(reading.extremes, choices, strict=True)
    ]
    return f" and {', '.join(taken)}" if taken else ""


def _factor_text(weight: object, multiplier: sympy.Expr) -> str:
    shown = [str(weight)] if weight != 1 else []
    shown += [f"({plain(multiplier)})" if multiplier.is_Add else plain(multiplier)] if multiplier != 1 else []
    return "".join(f"{text} * " for text in shown)
