"""What every answer type can do: read, compare, recognize a mistake, show itself.

The order of grading is fixed here: an unreadable answer is invalid, a right one is correct and triggers no
hint, and only an answer that failed is compared with the known mistakes.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Generic, TypeVar

from cnnmath.errors import AnswerError
from cnnmath.practice import richtext
from cnnmath.practice.richtext import RichText
from cnnmath.practice.verdict import Verdict

__all__ = ["MOST_CHARACTERS", "Answer", "Mistake", "Unreadable", "excerpt"]

Value = TypeVar("Value")

MOST_CHARACTERS = 500
"""Longest answer that is read."""


class Unreadable(AnswerError):  # noqa: N818  (it names the answer, not a failure of ours)
    """An answer that cannot be read: what is wrong with it, and what to type instead.

    `span` is the part of the typed text that is meant, where there is one.
    """

    def __init__(self, problem: str, remedy: str = "", span: tuple[int, int] | None = None) -> None:
        super().__init__(where=problem, remedy=remedy)
        self.span = span


@dataclass(frozen=True)
class Mistake:
    """A wrong way that learners go: the answer it leads to, as they would type it, and a kind explanation.

    `because` is light Markdown, or rich text, shown when an answer that failed equals `answer`.
    """

    name: str
    answer: object
    because: str | RichText

    @property
    def explanation(self) -> RichText:
        """The explanation as rich text."""
        return richtext.rich(self.because)


class Answer(ABC, Generic[Value]):
    """The right answer of a question, together with the way it is read and compared."""

    kind: ClassVar[str]

    @property
    @abstractmethod
    def right(self) -> Value:
        """The right value."""

    @abstractmethod
    def read(self, raw: object) -> Value:
        """Read what a learner gave (text, or data from a file); raises `Unreadable`."""

    @abstractmethod
    def show(self, value: Value) -> str:
        """Return a value as a learner would type it."""

    @abstractmethod
    def field(self) -> dict[str, Any]:
        """Return what the page needs to ask for this answer: plain data with its `kind`."""

    @abstractmethod
    def spellings(self) -> tuple[object, ...]:
        """Return several ways to give the right answer; the laws grade them all."""

    def same(self, given: Value, other: Value) -> bool:
        """Return whether two values mean the same."""
        return given == other

    def key(self, raw: object) -> Hashable:
        """Return what tells two answers apart cheaply, to see that no mistake leads to the right one."""
        return self.show(self.read(raw))

    def revealed_in(self, text: str) -> bool:
        """Return whether a text (a hint) contains the right answer."""
        return re.search(rf"(?<![\w.]){re.escape(self.show(self.right))}(?!\w|\.\d)", text) is not None

    @property
    def mistakes(self) -> tuple[Mistake, ...]:
        """The mistakes that the answer itself knows, such as wrong options."""
        return ()

    def legend(self) -> RichText:
        """Return what has to be said below the prompt: names and their meanings, options, format."""
        return ()

    def judge(self, value: Value) -> Verdict:
        """Return whether a value is right, and what can be said and scored without knowing why it is not."""
        return self.praise(value) if self.same(value, self.right) else self.fail(value)

    def praise(self, value: Value) -> Verdict:
        """Return the verdict on the right value."""
        return Verdict("correct", 1, richtext.say("Correct: ", richtext.Code(self.show(value)), "."))

    def fail(self, value: Value) -> Verdict:
        """Return the verdict on a value that is not right: where it differs, and what it is worth."""
        return Verdict(
            "wrong", 0, richtext.say("Not yet: ", richtext.Code(self.show(value)), " is not the answer.")
        )

    def diagnose(self, value: Value, verdict: Verdict) -> Verdict:
        """Return the verdict on a value that is no known mistake either, with a reason if one is found."""
        del value
        return verdict

    def grade(self, raw: object, mistakes: Sequence[Mistake] = ()) -> Verdict:
        """Grade one answer as the learner gave it. Never raises for anything a learner may type."""
        try:
            value = self.read(raw)
        except Unreadable as problem:
            return Verdict("invalid", 0, richtext.say(str(problem)), span=problem.span)
        verdict = self.judge(value)
        if verdict.status not in ("wrong", "partly"):
            return verdict
        for mistake in mistakes:
            if self.same(value, self.read(mistake.answer)):
                return self.explain(verdict, mistake)
        return self.diagnose(value, verdict)

    def relabeled(self, letters: Mapping[str, str]) -> Answer[Value]:
        """Return the same answer with other letters; most types have none."""
        del letters
        return self

    def relabeled_mistake(self, mistake: Mistake, letters: Mapping[str, str]) -> Mistake:
        """Return the mistake with other letters in its explanation."""
        return replace(mistake, because=richtext.relabeled(mistake.explanation, letters))

    def preview(self, raw: object) -> dict[str, Any]:
        """Return how an unfinished answer is read so far, as plain data: nothing is compared."""
        if raw is None or raw == "":
            return {"valid": None}
        try:
            return {"valid": True, "text": self.show(self.read(raw)), "notes": []}
        except Unreadable as problem:
            span = None if problem.span is None else list(problem.span)
            return {"valid": False, "message": str(problem), "span": span}

    def explain(self, verdict: Verdict, mistake: Mistake) -> Verdict:
        """Return the verdict on a known mistake, in the words of the question."""
        said = richtext.prefixed("Not yet. ", mistake.explanation)
        if verdict.counterexample is not None:
            said = (*verdict.counterexample.rich(), *mistake.explanation)
        return Verdict(verdict.status, verdict.score, said, mistake.name, verdict.counterexample)


def excerpt(text: str, most: int = 40) -> str:
    """Return the beginning of a text, for showing in a sentence.

    >>> excerpt("abcdef", 4)
    'abc…'
    """
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"
