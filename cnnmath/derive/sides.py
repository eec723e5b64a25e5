"""The two sides of a step as they are shown. What they mean is a formula, a relation or an index expression.

A side that is a formula of our language can be read back, evaluated and shown with numbers in place.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from cnnmath.formula import Relation, parse_relation

__all__ = ["Side", "label", "side_of", "statement"]


@dataclass(frozen=True)
class Side:
    """One side: LaTeX and plain text; `formula` tells that the text is in our language."""

    latex: str
    text: str
    formula: bool = True


def label(latex: str, text: str) -> Side:
    r"""Return a side that is a name for something, not a formula of our language.

    >>> label("\\\\text{window } i", "window i").formula
    False
    """
    return Side(latex, text, formula=False)


def statement(said: str | Relation) -> Relation:
    """Return a formula or a chain of relations, read from text if need be.

    >>> statement("s*i <= n - k").operators
    ('<=',)
    """
    return _read(said) if isinstance(said, str) else said


@lru_cache(maxsize=4096)
def _read(text: str) -> Relation:
    return parse_relation(text)


def side_of(said: str | Relation | Side) -> Side:
    """Return a statement as a side.

    >>> side_of("floor(n/s)").text
    'floor(n/s)'
    """
    if isinstance(said, Side):
        return said
    said = statement(said)
    return Side(said.latex(), said.plain())
