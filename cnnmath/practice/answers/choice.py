"""One of several options; each wrong option brings the explanation of why it is wrong."""

from __future__ import annotations

import string
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from cnnmath.errors import BankError
from cnnmath.practice import richtext
from cnnmath.practice.answers.base import Answer, Mistake, Unreadable, excerpt
from cnnmath.practice.answers.reading import read_text
from cnnmath.practice.draw import Draw
from cnnmath.practice.verdict import Verdict

__all__ = ["Choice", "Option"]


@dataclass(frozen=True)
class Option:
    """One option; `because` explains a wrong one, `mistake` names it. The right one has neither.

    All texts are light Markdown.
    """

    text: str
    because: str = ""
    mistake: str = ""


@dataclass(frozen=True)
class Choice(Answer[int]):
    """One right option among wrong ones; learners answer with its letter or its text.

    >>> choice = Choice((Option("up", "It is the other way.", "up"), Option("down")))
    >>> choice.grade("b").status, choice.grade("Up").mistake
    ('correct', 'up')
    """

    kind: ClassVar[str] = "choice"

    options: tuple[Option, ...]

    def __post_init__(self) -> None:
        right = [option for option in self.options if not option.because]
        unnamed = [option for option in self.options if bool(option.because) != bool(option.mistake)]
        if len(right) != 1 or unnamed or len({option.text for option in self.options}) < len(self.options):
            raise BankError(
                where=f"A choice of {len(self.options)} options",
                expected="one right option, and different wrong ones that all have a name and a reason",
            )

    @classmethod
    def of(cls, draw: Draw, right: str, *wrong: Option) -> Choice:
        """Return the options in a random order."""
        return cls(draw.shuffled((Option(right), *wrong)))

    @property
    def right(self) -> int:
        """The place of the right option."""
        return next(place for place, option in enumerate(self.options) if not option.because)

    @property
    def letters(self) -> str:
        """The letters of the options."""
        return string.ascii_lowercase[: len(self.options)]

    def read(self, raw: object) -> int:
        """Read a letter, with or without a bracket or a dot, or the text of an option."""
        text = read_text(raw, "a")
        letter = text.strip("().").lower()
        if len(letter) == 1 and letter in self.letters:
            return self.letters.index(letter)
        for place, option in enumerate(self.options):
            if _bare(text) in (_bare(option.text), _bare(richtext.plain(richtext.parse(option.text)))):
                return place
        raise Unreadable(
            f"“{excerpt(text)}” is none of the options.",
            f"Answer with a letter from a to {self.letters[-1]}.",
        )

    def show(self, value: int) -> str:
        """Return the letter of an option."""
        return self.letters[value]

    def field(self) -> dict[str, Any]:
        """Ask for one of the options."""
        return {
            "kind": self.kind,
            "options": [
                {"key": letter, "text": richtext.to_dict(richtext.parse(option.text))}
                for letter, option in zip(self.letters, self.options, strict=True)
            ],
        }

    def spellings(self) -> tuple[object, ...]:
        """Give the letter, bare and dressed, and the text of the option."""
        letter = self.show(self.right)
        return (
            letter,
            letter.upper(),
            f"({letter})",
            f"{letter}.",
            f" {letter} ",
            self.options[self.right].text,
        )

    def relabeled(self, letters: Mapping[str, str]) -> Choice:
        """Return the same options with other letters in their formulas."""
        return Choice(
            tuple(
                Option(
                    richtext.relabeled_source(option.text, letters),
                    richtext.relabeled_source(option.because, letters),
                    option.mistake,
                )
                for option in self.options
            )
        )

    def legend(self) -> richtext.RichText:
        """List the options with their letters."""
        return tuple(
            richtext.Paragraph((richtext.Text(f"({letter}) "), *richtext.line(option.text)))
            for letter, option in zip(self.letters, self.options, strict=True)
        )

    def praise(self, value: int) -> Verdict:
        """Repeat the right option."""
        text = self.options[value].text
        end = "" if text.endswith((".", "!", "?")) else "."
        words = (richtext.Text("Correct: "), *richtext.line(text), richtext.Text(end))
        return Verdict("correct", 1, (richtext.Paragraph(words),))

    def fail(self, value: int) -> Verdict:
        """Explain the wrong option."""
        option = self.options[value]
        return Verdict("wrong", 0, richtext.rich(f"Not this one. {option.because}"), option.mistake)

    def revealed_in(self, text: str) -> bool:
        """Return False: a hint may well speak of an option, and its letter means nothing there."""
        del text
        return False

    @property
    def mistakes(self) -> tuple[Mistake, ...]:
        """The wrong options as the mistakes that they are."""
        return tuple(
            Mistake(option.mistake, letter, option.because)
            for letter, option in zip(self.letters, self.options, strict=True)
            if option.because
        )


def _bare(text: str) -> str:
    return " ".join(text.replace("$", "").split()).strip(". ").lower()
