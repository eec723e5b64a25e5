"""A question and the family it comes from: content as data, one variant for each seed.

A family draws a variant, looks whether it is worth asking (no wrong way leads to the right answer, no hint
gives it away) and draws again if not. What the questions ask lives in the bank; how answers are read, in
`answers`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from cnnmath.errors import AnswerError, BankError
from cnnmath.practice import richtext
from cnnmath.practice.answers import Answer, Mistake
from cnnmath.practice.draw import Draw
from cnnmath.practice.richtext import Block, RichText

__all__ = ["LARGEST_SEED", "Family", "Question", "ask", "checked_seed", "question"]

LARGEST_SEED = 2**53 - 1
"""Largest seed: what JSON and JavaScript carry exactly."""

_ATTEMPTS = 200
_CLASSES = 4


@dataclass(frozen=True)
class Question:
    """One variant of a question: everything that is asked, said and compared.

    `prompt`, `hints` and `solution` are rich text; `mistakes` are the wrong ways that the question knows.
    """

    prompt: RichText
    answer: Answer[Any]
    hints: tuple[RichText, ...]
    solution: RichText
    mistakes: tuple[Mistake, ...] = ()
    name: str = ""
    seed: int = 0
    title: str = ""
    points: int = 1

    @property
    def statement(self) -> RichText:
        """The prompt with all that is needed to answer: names and meanings, options, the expected order."""
        return (*self.prompt, *self.answer.legend())

    @property
    def known_mistakes(self) -> tuple[Mistake, ...]:
        """The mistakes of the question and those that its answer type brings along."""
        return (*self.mistakes, *self.answer.mistakes)

    def worth(self, points: int) -> Question:
        """Return the same question with other points."""
        return replace(self, points=points)

    def relabeled(self, letters: Mapping[str, str]) -> Question:
        """Return the same question with other letters in texts, formulas and mistakes."""
        return replace(
            self,
            prompt=richtext.relabeled(self.prompt, letters),
            answer=self.answer.relabeled(letters),
            hints=tuple(richtext.relabeled(hint, letters) for hint in self.hints),
            solution=richtext.relabeled(self.solution, letters),
            mistakes=tuple(self.answer.relabeled_mistake(mistake, letters) for mistake in self.mistakes),
        )

    def flaws(self) -> Iterator[str]:
        """Yield what makes this variant not worth asking."""
        keys = {self.answer.key(self.answer.spellings()[0]): "the right answer"}
        for mistake in self.known_mistakes:
            key = self.answer.key(mistake.answer)
            if key in keys:
                yield f'the mistake "{mistake.name}" leads to the same answer as {keys[key]}'
            keys.setdefault(key, f'the mistake "{mistake.name}"')
        for number, hint in enumerate(self.hints, start=1):
            if self.answer.revealed_in(richtext.plain(hint)):
                yield f"hint {number} contains the answer"


def ask(
    *prompt: str | Block,
    answer: Answer[Any],
    hints: Sequence[str | RichText],
    solution: str | Sequence[str | Block],
    mistakes: Sequence[Mistake | None] = (),
) -> Question:
    """Return a question; texts are light Markdown with formulas between dollar signs.

    A mistake that is None is left out, for ways that are not wrong in every variant.

    >>> from cnnmath.practice.answers import Integer
    >>> ask("What is $1 + 1$?", answer=Integer(2), hints=("Count.",), solution="$1 + 1 = 2$").answer.right
    2
    """
    parts = (solution,) if isinstance(solution, str) else tuple(solution)
    return Question(
        prompt=richtext.rich(*prompt),
        answer=answer,
        hints=tuple(richtext.rich(hint) for hint in hints),
        solution=richtext.rich(*parts),
        mistakes=tuple(mistake for mistake in mistakes if mistake is not None),
    )


@dataclass(frozen=True)
class Family:
    """An endless source of variants of one question; made by the decorator `question`."""

    name: str
    title: str
    points: int
    build: Callable[[Draw], Question]

    @property
    def topic(self) -> str:
        """The part of the name before the slash."""
        return self.name.partition("/")[0]

    def variant(self, seed: int, bank: str = "cnnmath") -> Question:
        """Return the variant of this seed: a pure function of bank, name and seed.

        Draws fall into four classes by their fingerprint, and a seed takes one from the class of its
        remainder by four: any four seeds in a row give four variants. Raises `BankError` when 200 draws in a
        row are not worth asking.
        """
        flaws = [f"fewer than {_CLASSES} different draws"]
        for attempt in range(_ATTEMPTS):
            draw = Draw(bank, self.name, seed, attempt)
            drawn = self.build(draw)
            if draw.fingerprint % _CLASSES != seed % _CLASSES:
                continue
            flaws = [*drawn.flaws()]
            if not flaws:
                return replace(drawn, name=self.name, seed=seed, title=self.title, points=self.points)
        raise BankError(
            where=f'The question "{self.name}"',
            given=f"{_ATTEMPTS} draws that are not worth asking (the last one: {'; '.join(flaws)})",
            expected="ranges in which wrong ways lead to wrong answers",
        )


def question(name: str, *, title: str, points: int = 1) -> Callable[[Callable[[Draw], Question]], Family]:
    """Turn a function from a `Draw` to a `Question` into a family of the bank.

    >>> @question("counting/pairs", title="Pairs")
    ... def pairs(draw):
    ...     from cnnmath.practice.answers import Integer
    ...     n = draw.integer(2, 40)
    ...     return ask(
    ...         f"{n} pairs of socks are how many?", answer=Integer(2 * n), hints=(), solution=f"${2 * n}$"
    ...     )
    >>> pairs.variant(seed=1).name
    'counting/pairs'
    """

    def family(build: Callable[[Draw], Question]) -> Family:
        return Family(name, title, points, build)

    return family


def checked_seed(seed: object) -> int:
    """Return the seed if it is a whole number that every platform can carry; raise `AnswerError` otherwise.

    >>> checked_seed(3)
    3
    """
    if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed <= LARGEST_SEED:
        raise AnswerError(
            where="seed",
            given=repr(seed),
            expected=f"a whole number from 0 to {LARGEST_SEED:,}",
            remedy="Use for example 1.",
        )
    return seed
