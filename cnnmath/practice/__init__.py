"""Questions asked and graded: in the page, in the terminal and in a notebook, by the same code.

`question` draws a variant, `grade` judges an answer, `equivalent` compares two formulas. Content lives in
the bank (`exercises/`), authors import from `cnnmath.practice.author`. Nothing here loads NumPy or SymPy.
"""

from __future__ import annotations

from cnnmath.practice.answersfile import Report, grade_answers
from cnnmath.practice.bank import Bank, bank
from cnnmath.practice.domains import Domain, Variable, domain, domains
from cnnmath.practice.equivalence import equivalent
from cnnmath.practice.question import Question
from cnnmath.practice.sets import ExerciseSet
from cnnmath.practice.verdict import Counterexample, Verdict
from cnnmath.practice.worksheet import Worksheet, worksheet

__all__ = [
    "Bank",
    "Counterexample",
    "Domain",
    "ExerciseSet",
    "Question",
    "Report",
    "Variable",
    "Verdict",
    "Worksheet",
    "bank",
    "domain",
    "domains",
    "equivalent",
    "exercise_set",
    "grade",
    "grade_answers",
    "question",
    "questions",
    "sets",
    "worksheet",
]


def question(name: str, seed: int = 1) -> Question:
    """Return a variant of a question: a pure function of name and seed, the same on every platform.

    Raises `UnknownQuestion`, which suggests near misses, or `AnswerError` for a seed that cannot be used.

    >>> question("output-size/valid", seed=3) == question("output-size/valid", seed=3)
    True
    """
    return bank().question(name, seed)


def questions(topic: str | None = None) -> tuple[str, ...]:
    """Return the names of all questions, or those of one topic, in the order of the bank.

    >>> "output-size/valid" in questions("output-size")
    True
    """
    return tuple(family.name for family in bank().families(topic))


def grade(asked: Question, answer: object) -> Verdict:
    """Return the verdict on an answer, given as text or as data; never raises for what is typed.

    >>> grade(question("output-size/valid", seed=3), "").status
    'invalid'
    """
    return asked.answer.grade(answer, asked.known_mistakes)


def sets() -> tuple[str, ...]:
    """Return the names of all exercise sets.

    >>> "output-size" in sets()
    True
    """
    return tuple(found.name for found in bank().sets)


def exercise_set(name: str) -> ExerciseSet:
    """Return an exercise set: title, summary, entries with question, seed and points.

    Raises `UnknownSet`, which suggests near misses.

    >>> exercise_set("output-size").title
    'Output size'
    """
    return bank().exercise_set(name)
