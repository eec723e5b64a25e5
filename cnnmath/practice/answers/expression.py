"""Formulas, typed in our formula language and compared by exact evaluation over a domain."""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, ClassVar

from cnnmath import formula
from cnnmath.formula import Formula, tree
from cnnmath.formula.plain import to_plain
from cnnmath.practice import richtext
from cnnmath.practice.answers.base import Answer, Mistake, Unreadable
from cnnmath.practice.domains import Domain, Tensor
from cnnmath.practice.equivalence import compare, evaluated, named, verdict_on
from cnnmath.practice.verdict import Verdict
from cnnmath.practice.working import known

__all__ = ["Expression", "indexed"]

_LEFT_SIDE = re.compile(r"\s*[A-Za-z]\w*\s*=(?!=)")


@dataclass(frozen=True)
class Expression(Answer[Formula]):
    """A formula over the names of a domain; `also` lists further correct spellings, for the laws.

    >>> from cnnmath.practice.domains import domain
    >>> size = Expression("floor((n + 2p - k)/s) + 1", domain("conv-size"))
    >>> size.grade("(n+2p-k)//s + 1").status, size.grade("(n+2p-k)/s + 1").mistake
    ('correct', 'not-rounded')
    """

    kind: ClassVar[str] = "formula"

    text: str
    area: Domain
    also: tuple[str, ...] = ()

    @cached_property
    def right(self) -> Formula:
        """The reference, read."""
        return self.area.parse(self.text)

    def read(self, raw: object) -> Formula:
        """Read a formula; a refusal says what to write instead and where."""
        if raw is None:
            raise Unreadable(
                "There is no formula here.", "Write one with the names listed below the question."
            )
        if isinstance(raw, bool) or not isinstance(raw, str | int | float):
            raise Unreadable(
                f"An answer of the kind {type(raw).__name__} is not a formula.", "Give it as text."
            )
        text = str(raw)
        if equation := _LEFT_SIDE.match(text):
            left = equation[0].strip()
            raise Unreadable(
                "This is an equation.", f"Write only its right-hand side, without “{left}”.", equation.span()
            )
        try:
            return self.area.parse(text)
        except formula.FormulaError as problem:
            raise Unreadable(problem.where, problem.remedy, problem.span) from problem

    def show(self, value: Formula) -> str:
        """Return the formula as it was written."""
        return value.text

    def field(self) -> dict[str, Any]:
        """Ask for one line of text; the names come with their meanings and roles."""
        names = [
            {"name": variable.name, "meaning": variable.meaning, "role": variable.role}
            for variable in self.area.variables
        ] + [{"name": tensor.name, "meaning": tensor.legend, "role": ""} for tensor in self.area.tensors]
        return {"kind": self.kind, "names": names, "placeholder": "a formula"}

    def spellings(self) -> tuple[object, ...]:
        """Give the reference as written, in other dress, and the further spellings."""
        spaced = self.text.replace(" ", "")
        return (
            self.text,
            spaced,
            f"  ({self.text}) + 0",
            f"0 + 1*({self.right.plain()})",
            self.right.latex(),
            *self.also,
        )

    def same(self, given: Formula, other: Formula) -> bool:
        """Return whether both agree at every point, none of them left open."""
        agreement = compare(evaluated(given.root, self.area), evaluated(other.root, self.area))
        return agreement.difference is None and not agreement.open

    def key(self, raw: object) -> Hashable:
        """Tell formulas apart by their values in the first, easiest cases."""
        return tuple(map(str, evaluated(self.read(raw).root, self.area).chunk(0)))

    def revealed_in(self, text: str) -> bool:
        """Return whether the text spells out the reference."""
        return self.text.replace(" ", "") in text.replace(" ", "")

    def legend(self) -> richtext.RichText:
        """List the names that the formula may use."""
        names = tuple(
            (richtext.Math(variable.name), richtext.Text(f": {variable.meaning}"))
            for variable in self.area.variables
        ) + tuple(
            (richtext.Math(indexed(tensor)), richtext.Text(f": {tensor.legend}"))
            for tensor in self.area.tensors
        )
        return (*richtext.say("Write it with these names:"), richtext.Items(names))

    def judge(self, value: Formula) -> Verdict:
        """Compare at the points of the domain."""
        return verdict_on(value, self.right, self.area)

    def diagnose(self, value: Formula, verdict: Verdict) -> Verdict:
        """Name the mistake if the formula is the right one with one thing done wrong."""
        return named(value, self.right, self.area, verdict)

    def relabeled(self, letters: Mapping[str, str]) -> Expression:
        """Return the same answer with other letters in formulas and domain."""
        known = {name: letter for name, letter in letters.items() if name in self.area.names}
        also = tuple(_relabeled(text, known) for text in self.also)
        return Expression(_relabeled(self.text, known), self.area.renamed(**known), also)

    def relabeled_mistake(self, mistake: Mistake, letters: Mapping[str, str]) -> Mistake:
        """Return the mistake with other letters in its formula and its explanation."""
        known = {name: letter for name, letter in letters.items() if name in self.area.names}
        answer = _relabeled(str(mistake.answer), known)
        return replace(super().relabeled_mistake(mistake, letters), answer=answer)

    def preview(self, raw: object) -> dict[str, Any]:
        """Add the LaTeX of what was read so far, and what the reader should know about how it was read."""
        reply = super().preview(raw)
        if reply["valid"]:
            read = self.read(raw)
            reply |= {
                "latex": read.latex(),
                "words": read.words(),
                "notes": [{"message": note.message, "span": list(note.span)} for note in read.notes],
            }
        return reply


def indexed(tensor: Tensor) -> str:
    """Return the general element of a tensor, as in `w[i, j]`.

    >>> indexed(Tensor("w", "weights", ("F", "C")))
    'w[i, j]'
    """
    return f"{tensor.name}[{', '.join('ijkl'[: len(tensor.sizes)])}]"


def _relabeled(text: str, letters: Mapping[str, str]) -> str:
    names = {name: tree.Name(letter) for name, letter in letters.items()}
    return to_plain(tree.substitute(known(text).root, names))
