"""Lines of a derivation as material for questions: shuffled, or with one broken and its error carried on.

The derivations come as records, so SymPy is not needed. What is asked about them, and which errors are
instructive, lives in the bank.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from cnnmath import derive, formula
from cnnmath.errors import BankError
from cnnmath.formula import Formula, tree
from cnnmath.practice.answers import Choice, Option, Ordering
from cnnmath.practice.draw import Draw

__all__ = ["Change", "Line", "exchanged", "first_changed", "in_order", "recorded", "which_line", "with_error"]

Change = Callable[[tree.Node], tree.Node]
"""What an error does to a node of a formula; nodes that it does not touch come back as they are."""


@dataclass(frozen=True)
class Line:
    """A line of a derivation: what is equated with what came before, the reason, and a left side to show."""

    shown: Formula
    reason: str
    left: str = ""

    @property
    def text(self) -> str:
        """The line as light Markdown; a relation stands without the brackets that make it a formula."""
        text = self.shown.text
        bare = text[1:-1] if isinstance(self.shown.root, tree.Comparison) else text
        return f"${self.left} = {bare}$" if self.left else f"${bare}$"

    def changed(self, change: Change) -> Line:
        """Return the line with an error in it."""
        return replace(self, shown=Formula.of(tree.rewrite(self.shown.root, change)))


def recorded(name: str, view: str = "simple") -> tuple[Line, ...]:
    """Return the lines of a shipped derivation that our language can say, definitions with their left side.

    A line that writes out a derivative as `d(...)/dx` says nothing but that a definition is put in, and is
    left out.

    >>> [line.text for line in recorded("relu-gradient")][:2]
    ['$y[i] = x[i]*[x[i] > 0]$', '$dL/dx[m] = sum(g[i]*dy[i]/dx[m], i, 0, n - 1)$']
    """
    found = []
    for step in derive.record(name).view(view).steps:
        shown = formula.parse(step.right_text)
        if "d(" not in step.right_text:
            left = step.left_text if step.badge == "definition" else ""
            found.append(Line(shown, step.reason, left))
    return tuple(found)


def exchanged(*pairs: tuple[str, str]) -> Change:
    """Return the error that writes one formula for another, wherever it stands.

    >>> wrong = exchanged(("m + p", "m - p"))
    >>> Line(formula.parse("w[m + p]*g[m + p]"), "").changed(wrong).text
    '$w[m - p]*g[m - p]$'
    """
    table = {formula.parse(right).root: formula.parse(wrong).root for right, wrong in pairs}
    return lambda node: table.get(node, node)


def first_changed(lines: Sequence[Line], change: Change) -> int:
    """Return the place of the first line that an error touches; raise `BankError` if there is none."""
    for place, line in enumerate(lines):
        if line.changed(change).shown != line.shown:
            return place
    raise BankError(where="A derivation with an error", expected="a line that the error changes")


def with_error(lines: Sequence[Line], first: int, change: Change) -> tuple[Line, ...]:
    """Return the lines with an error in line `first` (counted from 0), which the lines behind it carry on."""
    return tuple(line if place < first else line.changed(change) for place, line in enumerate(lines))


def which_line(reasons: Iterable[str], broken: int, first: int = 1) -> Choice:
    """Return the question for the broken line, by its place; lines before `first` are no options.

    Learners count lines from 1; every other option says why its line follows.

    >>> which_line(("Given.", "Subtract.", "Divide."), 2).options[1].text
    'line 3'
    """
    return Choice(
        tuple(
            Option(f"line {place + 1}")
            if place == broken
            else Option(
                f"line {place + 1}",
                f"This line follows from the one before. {reason}",
                f"follows-{place + 1}",
            )
            for place, reason in enumerate(reasons)
            if place >= first
        )
    )


def in_order(draw: Draw, lines: Sequence[Line]) -> Ordering:
    """Return the question for the order of the lines, shown in a wrong one."""
    return Ordering.of(draw, *(line.text for line in lines))
