"""How much a formula may ask for before it is refused: sizes of text, tree and numbers.

The limits keep every reading and every evaluation short, whatever was typed. Reaching one is never "wrong":
the parser says what is too long, the evaluators say that they cannot decide.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["DEFAULT", "Limits"]


@dataclass(frozen=True)
class Limits:
    """Upper bounds for reading and for computing one formula.

    >>> Limits(characters=80).characters
    80
    """

    characters: int = 500
    """Characters in the text."""
    tokens: int = 250
    """Numbers, names, operators and brackets in the text."""
    depth: int = 40
    """Brackets and signs inside one another."""
    digits: int = 40
    """Digits of one number."""
    exponent: int = 1000
    """Size of an exponent written as a number."""
    bits: int = 4096
    """Bits of the numerator and of the denominator of every intermediate result."""
    work: int = 100_000
    """Operations inside sums and products over a range, all together."""


DEFAULT = Limits()
