"""Worksheets: a set of questions on paper or as data, with or without solutions.

The same seeds give the same sheet everywhere; a seed of your own gives each learner other variants.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from cnnmath.errors import AnswerError
from cnnmath.practice import richtext
from cnnmath.practice.bank import bank
from cnnmath.practice.question import Question, checked_seed

__all__ = ["FORMATS", "SheetFormat", "Worksheet", "question_data", "worksheet"]

SheetFormat = Literal["markdown", "text", "json"]
FORMATS: tuple[SheetFormat, ...] = ("markdown", "text", "json")


@dataclass(frozen=True)
class Worksheet:
    """A set with its questions drawn, and the points of each."""

    name: str
    title: str
    summary: str
    seed: int | None
    questions: tuple[Question, ...]

    @property
    def points(self) -> int:
        """Points in all."""
        return sum(question.points for question in self.questions)

    def markdown(self, *, solutions: bool = False) -> str:
        """Return the sheet as Markdown with LaTeX formulas between dollar signs."""
        return "\n\n".join(self._parts(_markdown_question, "# {}", "{}. ", solutions=solutions)) + "\n"

    def text(self, *, solutions: bool = False) -> str:
        """Return the sheet for a terminal or a printer, 80 columns wide."""
        return "\n\n".join(self._parts(_text_question, "{}", "{}. ", solutions=solutions)) + "\n"

    def to_dict(self, *, solutions: bool = False) -> dict[str, Any]:
        """Return the sheet as plain data."""
        return {
            "format": "cnnmath-worksheet",
            "version": 1,
            "set": self.name,
            "title": self.title,
            "seed": self.seed,
            "points": self.points,
            "questions": [question_data(question, solution=solutions) for question in self.questions],
        }

    def _parts(
        self, show: Callable[[Question, str, bool], str], heading: str, number: str, *, solutions: bool
    ) -> Iterator[str]:
        yield heading.format(self.title)
        if self.summary:
            yield richtext.plain(richtext.parse(self.summary))
        seeds = "" if self.seed is None else f", sheet {self.seed}"
        yield f"{len(self.questions)} questions, {self.points} points{seeds}."
        for place, question in enumerate(self.questions, start=1):
            yield show(question, number.format(place), solutions)


def worksheet(name: str, seed: int | None = None, directory: str | Path | None = None) -> Worksheet:
    """Return the worksheet of a set; another `seed` gives other variants of every question in it.

    Raises `UnknownSet`, `UnknownQuestion` or `AnswerError` (a seed that cannot be used).

    >>> worksheet("output-size").name
    'output-size'
    """
    source = bank(directory)
    found = source.exercise_set(name)
    if seed is not None:
        if not 0 <= checked_seed(seed) < 10**9:
            raise AnswerError(where="seed", given=str(seed), expected="a sheet number below 1,000,000,000")
        found = found.reseeded(seed)
    drawn = tuple(map(source.exercise, found.entries))
    return Worksheet(found.name, found.title, found.summary, seed, drawn)


def question_data(question: Question, *, solution: bool = False) -> dict[str, Any]:
    """Return one question as plain data, for the page, for worksheets and for `--format json`."""
    data = {
        "name": question.name,
        "seed": question.seed,
        "title": question.title,
        "points": question.points,
        "prompt": richtext.to_dict(question.prompt),
        "legend": richtext.to_dict(question.answer.legend()),
        "text": richtext.plain(question.statement),
        "input": question.answer.field(),
        "hints": len(question.hints),
    }
    if solution:
        data["answer"] = question.answer.show(question.answer.right)
        data["solution"] = richtext.to_dict(question.solution)
        data["solution_text"] = richtext.plain(question.solution)
    return data


def _worth(question: Question) -> str:
    return f"({question.points} point{'s' * (question.points != 1)})"


def _markdown_question(question: Question, number: str, solution: bool) -> str:  # noqa: FBT001  (called by position)
    parts = [f"## {number}{question.title} {_worth(question)}", richtext.markdown(question.statement)]
    if solution:
        answer = question.answer.show(question.answer.right)
        parts += [f"**Answer:** `{answer}`", richtext.markdown(question.solution)]
    return "\n\n".join([*parts, f"<!-- {question.name}, seed {question.seed} -->"])


def _text_question(question: Question, number: str, solution: bool) -> str:  # noqa: FBT001  (called by position)
    indent = " " * len(number)
    parts = [f"{question.title} {_worth(question)}", richtext.plain(question.statement, 80 - len(number))]
    if solution:
        parts += [
            f"Answer: {question.answer.show(question.answer.right)}",
            richtext.plain(question.solution, 80 - len(number)),
        ]
    parts.append(f"[{question.name}, seed {question.seed}]")
    return number + textwrap.indent("\n\n".join(parts), indent).lstrip()
