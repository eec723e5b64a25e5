"""The error family. Every error tells where it happened, what was given, what was expected and what to do.

Rooms raise the child that names their subject; the command line and the page print `str(error)` and nothing
else, so no traceback ever reaches a learner. No arithmetic and no imports from other rooms live here.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

__all__ = [
    "AnswerError",
    "ArchitectureError",
    "BankError",
    "BookError",
    "CnnMathError",
    "DerivationError",
    "FigureError",
    "FormulaError",
    "NotationError",
    "ShapeError",
    "UnknownDerivation",
    "UnknownFigure",
    "UnknownModel",
    "UnknownName",
    "UnknownNode",
    "UnknownQuestion",
    "near_misses",
]


class CnnMathError(Exception):
    """Base of all errors that cnnmath raises on purpose.

    Parameters: `where` names the place (a layer, a line, an option), `given` and `expected` say what was
    found and what would have been right, `remedy` tells the reader what to do next. The message reads as
    sentences; empty parts are left out.

    >>> print(CnnMathError(where="stride", given="0", expected="a whole number above 0", remedy="Use 1."))
    stride: expected a whole number above 0, got 0. Use 1.
    """

    def __init__(self, *, where: str = "", given: str = "", expected: str = "", remedy: str = "") -> None:
        self.where = where
        self.given = given
        self.expected = expected
        self.remedy = remedy
        super().__init__(self._message())

    def _message(self) -> str:
        parts = []
        if self.expected:
            parts.append(f"expected {self.expected}")
        if self.given:
            parts.append(f"got {self.given}")
        finding = ", ".join(parts)
        if self.where:
            finding = f"{self.where}: {finding}" if finding else self.where
        if finding and not finding.endswith((".", "?", "!")):
            finding += "."
        return " ".join(part for part in (finding, self.remedy) if part)


class FormulaError(CnnMathError):
    """A formula could not be read or computed.

    `code` is stable and may be tested or translated; `span` is the half-open range `(start, end)` of
    characters in `text` that the error is about.
    """

    def __init__(
        self, code: str, message: str, *, text: str = "", span: tuple[int, int] = (0, 0), remedy: str = ""
    ) -> None:
        self.code = code
        self.text = text
        self.span = span
        super().__init__(where=message, remedy=remedy)

    def pointer(self) -> str:
        """Return the text with a line of carets under the part that the error is about."""
        start, end = self.span
        return f"{self.text}\n{' ' * start}{'^' * max(1, end - start)}"


class ArchitectureError(CnnMathError):
    """A layer or a network is not valid: the message names the node."""


class ShapeError(ArchitectureError):
    """A layer cannot take the shape it was given."""


class NotationError(ArchitectureError):
    """A network in text notation cannot be read: `line` and `column` count from 1, `source` is that line."""

    def __init__(self, message: str, *, line: int, column: int, source: str = "", remedy: str = "") -> None:
        self.line = line
        self.column = column
        self.source = source
        super().__init__(where=f"line {line}, column {column}: {message}", remedy=remedy)

    def pointer(self) -> str:
        """Return the line with a caret under the place that the error is about."""
        return f"{self.source}\n{' ' * (self.column - 1)}^"


class DerivationError(CnnMathError):
    """A step of a derivation failed its check, or a rule's side condition does not hold."""


class FigureError(CnnMathError):
    """A figure cannot be drawn with these parameters."""


class AnswerError(CnnMathError):
    """An answer or an answers file cannot be read."""


class BankError(CnnMathError):
    """A question, a set or a file of the exercise bank is broken: the message names file and line."""


class BookError(CnnMathError):
    """A page of the book asks for something that does not exist: the message names page and line."""


class UnknownName(CnnMathError):
    """A registry was asked for a name that it does not hold; near misses are suggested."""

    kind = "name"

    def __init__(self, name: str, known: Iterable[str]) -> None:
        self.name = name
        self.suggestions = near_misses(name, known)
        hint = f"Did you mean {' or '.join(self.suggestions)}?" if self.suggestions else ""
        super().__init__(where=f'There is no {self.kind} "{name}".', remedy=hint)


class UnknownModel(UnknownName):
    """The zoo holds no network of this name."""

    kind = "network"


class UnknownNode(UnknownName, ArchitectureError):
    """A network has no node of this name; `user` is the node that asks for it as an input."""

    kind = "node"

    def __init__(self, name: str, known: Iterable[str], user: str = "") -> None:
        super().__init__(name, known)
        if user:
            self.where = f'node {user}: its input "{name}" does not exist'
            self.args = (self._message(),)


class UnknownDerivation(UnknownName):
    """No derivation has this name."""

    kind = "derivation"


class UnknownQuestion(UnknownName):
    """The bank holds no question of this name."""

    kind = "question"


class UnknownFigure(UnknownName):
    """No figure has this name."""

    kind = "figure"


def near_misses(name: str, known: Iterable[str], most: int = 3) -> tuple[str, ...]:
    """Return the known names that look most like `name`, best first.

    >>> near_misses("resnet5", ["resnet50", "vgg16", "resnet18"])
    ('resnet50', 'resnet18')
    """
    by_lower = {candidate.lower(): candidate for candidate in known}
    return tuple(by_lower[match] for match in difflib.get_close_matches(name.lower(), by_lower, most, 0.6))
