"""Putting things in order: the steps of a derivation, the layers of a network."""

from __future__ import annotations

import re
import string
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from cnnmath.errors import BankError
from cnnmath.practice import richtext
from cnnmath.practice.answers.base import Answer, Unreadable, excerpt
from cnnmath.practice.answers.reading import read_text
from cnnmath.practice.draw import Draw
from cnnmath.practice.verdict import Verdict

__all__ = ["Ordering"]


@dataclass(frozen=True)
class Ordering(Answer[tuple[int, ...]]):
    """Items in the order in which they are shown, and the order in which they belong.

    `order` lists places of `items`, first item first. Learners answer with letters.

    >>> ordering = Ordering(("second", "first", "third"), (1, 0, 2))
    >>> ordering.grade("b, a, c").status, ordering.grade("bca").status, ordering.grade("a b").status
    ('correct', 'partly', 'invalid')
    """

    kind: ClassVar[str] = "ordering"

    items: tuple[str, ...]
    order: tuple[int, ...]

    def __post_init__(self) -> None:
        if sorted(self.order) != [*range(len(self.items))] or len(self.items) > len(string.ascii_lowercase):
            raise BankError(where="An ordering", expected="each place of its items once, of at most 26 items")

    @classmethod
    def of(cls, draw: Draw, *items: str) -> Ordering:
        """Return the items, given in the right order, shown in a wrong one."""
        right = tuple(range(len(items)))
        (shown,) = draw.until(lambda: (draw.shuffled(right),), lambda shown: shown != right)
        return cls(tuple(items[place] for place in shown), tuple(shown.index(place) for place in right))

    @property
    def right(self) -> tuple[int, ...]:
        """The right order, as places of the items."""
        return self.order

    def read(self, raw: object) -> tuple[int, ...]:
        """Read the letters of all items, each once, with or without commas, or a list of letters."""
        letters = string.ascii_lowercase[: len(self.items)]
        text = (
            " ".join(map(str, raw))
            if isinstance(raw, list | tuple)
            else str(read_text(raw, ", ".join(letters)))
        )
        given = [letter for letter in re.split(r"[\s,;.>→()\[\]-]+", text.lower()) if letter]
        if len(given) == 1 and len(given[0]) == len(letters):
            given = [*given[0]]
        if sorted(given) != [*letters]:
            raise Unreadable(
                f"“{excerpt(text)}” does not name each of the {len(letters)} items once.",
                f"Type the letters {letters[0]} to {letters[-1]} in your order, separated by commas.",
            )
        return tuple(letters.index(letter) for letter in given)

    def show(self, value: tuple[int, ...]) -> str:
        """Return the letters with commas."""
        return ", ".join(string.ascii_lowercase[place] for place in value)

    def field(self) -> dict[str, Any]:
        """Ask for the items in order."""
        return {
            "kind": self.kind,
            "items": [
                {"key": letter, "text": richtext.to_dict(richtext.parse(item))}
                for letter, item in zip(string.ascii_lowercase, self.items, strict=False)
            ],
        }

    def spellings(self) -> tuple[object, ...]:
        """Letters with commas, blanks, arrows, nothing between, and as a list."""
        letters = [string.ascii_lowercase[place] for place in self.order]
        return (
            letters,
            ", ".join(letters),
            " ".join(letters),
            "".join(letters).upper(),
            " -> ".join(letters),
        )

    def relabeled(self, letters: Mapping[str, str]) -> Ordering:
        """Return the same items with other letters in their formulas."""
        return Ordering(tuple(richtext.relabeled_source(item, letters) for item in self.items), self.order)

    def legend(self) -> richtext.RichText:
        """List the items with their letters."""
        listed = tuple(
            (richtext.Text(f"({letter}) "), *richtext.line(item))
            for letter, item in zip(string.ascii_lowercase, self.items, strict=False)
        )
        asked = richtext.say("Answer with the letters in order, as in ", richtext.Code("b, a, c"), ".")
        return (*(richtext.Paragraph(line) for line in listed), *asked)

    def fail(self, value: tuple[int, ...]) -> Verdict:
        """Say how far the order is right; the score is the share of items that keep their relative order."""
        prefix = next(
            place for place, pair in enumerate(zip(value, self.order, strict=True)) if pair[0] != pair[1]
        )
        kept = _longest_rise([self.order.index(place) for place in value])
        score = round((kept - 1) / (len(self.order) - 1), 2)
        start = (
            f"The first {prefix} are right; look"
            if prefix > 1
            else "The first is right; look"
            if prefix
            else "Look"
        )
        said = richtext.say(f"Not yet. {start} again at what comes {'next' if prefix else 'first'}.")
        return Verdict("partly" if score else "wrong", score, said)


def _longest_rise(numbers: list[int]) -> int:
    """Return the length of the longest rising subsequence (patience sorting)."""
    tails: list[int] = []
    for number in numbers:
        place = bisect_left(tails, number)
        tails[place : place + 1] = [number]
    return len(tails)
