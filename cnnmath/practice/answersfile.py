"""Answers files: what the page exports and the terminal saves, graded entry by entry.

One bad entry never spoils the others: it is listed with the reason, and the rest is graded. Reports are data;
tables are printed by the command line.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cnnmath.errors import AnswerError, CnnMathError
from cnnmath.practice import richtext
from cnnmath.practice.bank import Bank, bank
from cnnmath.practice.question import Question
from cnnmath.practice.verdict import Verdict

__all__ = ["FORMAT", "VERSION", "Report", "Row", "grade_answers", "read_answers", "write_answers"]

FORMAT = "cnnmath-answers"
VERSION = 1

_WHAT = 'an answers file: {"format": "cnnmath-answers", "version": 1, "answers": [...]}'
_REMEDY = "Export one from the page, or make one with cnnmath practice."


@dataclass(frozen=True)
class Row:
    """One graded entry; `problem` says why an entry could not be used, and then there is no verdict.

    `counts` is false for an answer that a later entry for the same question and seed replaces.
    """

    number: int
    question: str
    seed: int | None
    answer: object
    points: int = 0
    verdict: Verdict | None = None
    problem: str = ""
    counts: bool = True

    @property
    def status(self) -> str:
        """The status of the verdict, or `unusable`."""
        return "unusable" if self.verdict is None else self.verdict.status

    @property
    def earned(self) -> float:
        """Points earned, counted or not."""
        return 0 if self.verdict is None else round(self.points * self.verdict.score, 2)

    @property
    def feedback(self) -> str:
        """What there is to say, as one line."""
        words = self.problem if self.verdict is None else richtext.plain(self.verdict.feedback, 10_000)
        return " ".join(words.split())

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for `--format json` and for the page."""
        return {
            "entry": self.number,
            "question": self.question,
            "seed": self.seed,
            "answer": self.answer,
            "status": self.status,
            "points": self.points,
            "earned": self.earned,
            "counts": self.counts,
            "mistake": None if self.verdict is None else self.verdict.mistake,
            "feedback": self.feedback,
        }


@dataclass(frozen=True)
class Report:
    """All rows of a graded answers file, with totals over those that count."""

    rows: tuple[Row, ...]

    @property
    def points(self) -> int:
        """Points that could be earned with the answered questions."""
        return sum(row.points for row in self.rows if row.counts)

    @property
    def earned(self) -> float:
        """Points earned."""
        return round(sum(row.earned for row in self.rows if row.counts), 2)

    @property
    def ok(self) -> bool:
        """Whether every answer that counts is correct and every entry could be used."""
        return all(row.status == "correct" for row in self.rows if row.counts)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for `--format json` and for the page."""
        return {
            "format": "cnnmath-report",
            "version": VERSION,
            "points": self.points,
            "earned": self.earned,
            "ok": self.ok,
            "rows": [row.to_dict() for row in self.rows],
        }


def read_answers(text: str) -> list[object]:
    """Return the entries of an answers file, unchecked; raises `AnswerError` for anything else.

    >>> read_answers('{"format": "cnnmath-answers", "version": 1, "answers": []}')
    []
    """
    try:
        data = json.loads(text.removeprefix("\ufeff"))
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise AnswerError(
            where="This is not JSON", given=f"{error.msg} at {place}", expected=_WHAT, remedy=_REMEDY
        ) from error
    except (ValueError, RecursionError) as error:
        raise AnswerError(where="This JSON cannot be read", expected=_WHAT, remedy=_REMEDY) from error
    if (
        not isinstance(data, dict)
        or data.get("format") != FORMAT
        or not isinstance(data.get("answers"), list)
    ):
        raise AnswerError(where="This JSON is something else", expected=_WHAT, remedy=_REMEDY)
    if data.get("version") != VERSION:
        raise AnswerError(
            where="version",
            given=repr(data.get("version")),
            expected=str(VERSION),
            remedy="Use a newer cnnmath to read it.",
        )
    return list(data["answers"])


def write_answers(entries: Sequence[Mapping[str, Any]]) -> str:
    """Return the text of an answers file; each entry has question, seed and answer, anything more is kept.

    >>> read_answers(write_answers([{"question": "t/q", "seed": 1, "answer": "5"}]))
    [{'question': 't/q', 'seed': 1, 'answer': '5'}]
    """
    data = {"format": FORMAT, "version": VERSION, "answers": list(entries)}
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def grade_answers(text: str, directory: str | Path | None = None) -> Report:
    """Grade an answers file, given as text, against the bank of `directory` (default: the one of cnnmath).

    Raises `AnswerError` when the text is no answers file at all.

    >>> grade_answers('{"format": "cnnmath-answers", "version": 1, "answers": [7]}').rows[0].status
    'unusable'
    """
    source = bank(directory)
    rows = [_row(number, entry, source) for number, entry in enumerate(read_answers(text), start=1)]
    last = {(row.question, row.seed): row.number for row in rows if row.verdict is not None}
    return Report(
        tuple(
            row if row.verdict is None or last[row.question, row.seed] == row.number else _replaced(row)
            for row in rows
        )
    )


def _replaced(row: Row) -> Row:
    return Row(
        row.number, row.question, row.seed, row.answer, row.points, row.verdict, row.problem, counts=False
    )


def _row(number: int, entry: object, source: Bank) -> Row:
    try:
        question = _question(entry, source)
    except CnnMathError as error:
        name, seed, answer = _shown(entry)
        return Row(number, name, seed, answer, problem=str(error))
    answer = entry["answer"] if isinstance(entry, dict) else None
    verdict = question.answer.grade(answer, question.known_mistakes)
    points = _points(entry, question, source)
    return Row(number, question.name, question.seed, answer, points, verdict)


def _question(entry: object, source: Bank) -> Question:
    if not isinstance(entry, dict):
        raise AnswerError(given=_short(entry), expected="an entry with question, seed and answer")
    missing = [key for key in ("question", "seed", "answer") if key not in entry]
    if missing:
        raise AnswerError(
            given=f"an entry without {' and '.join(missing)}", expected="question, seed and answer"
        )
    if not isinstance(entry["question"], str):
        raise AnswerError(
            given=f"the question {_short(entry['question'])}", expected="the name of a question"
        )
    return source.question(entry["question"], entry["seed"])


def _points(entry: object, question: Question, source: Bank) -> int:
    """Return the points of the set that the entry names, else the question's own."""
    name = entry.get("set") if isinstance(entry, dict) else None
    for found in source.sets:
        if found.name == name:
            for item in found.entries:
                if item.question == question.name and item.points is not None:
                    return item.points
    return question.points


def _shown(entry: object) -> tuple[str, int | None, object]:
    if not isinstance(entry, dict):
        return "", None, entry
    name, seed = entry.get("question"), entry.get("seed")
    return (
        name if isinstance(name, str) else _short(name),
        seed if isinstance(seed, int) and not isinstance(seed, bool) else None,
        entry.get("answer"),
    )


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:39]}…"
