"""The page's only door: one function from a JSON request to a JSON reply that never raises.

Requests name what to do: {"do": "question", "name": ..., "seed": ...}. Replies are {"ok": true, ...} or
{"ok": false, "error": a sentence}. No NumPy and no SymPy is loaded; the reply to each request is written
down in the docstring of its function.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from cnnmath.errors import AnswerError, CnnMathError
from cnnmath.practice import richtext
from cnnmath.practice.answersfile import grade_answers
from cnnmath.practice.bank import bank
from cnnmath.practice.question import Question
from cnnmath.practice.worksheet import question_data

__all__ = ["handle"]

Request = Mapping[str, Any]
Reply = dict[str, Any]

_LONGEST_REQUEST = 2_000_000


def handle(request_json: str) -> str:
    r"""Answer one request of the page.

    >>> handle('{"do": "dance"}')
    '{"ok": false, "error": "There is nothing to do called \\"dance\\"."}'
    """
    try:
        reply = {"ok": True, **_answer(request_json)}
    except CnnMathError as error:
        reply = {"ok": False, "error": str(error)}
    except Exception as error:  # noqa: BLE001  (the page must get a sentence whatever happens)
        reply = {"ok": False, "error": f"This request could not be answered ({type(error).__name__})."}
    return json.dumps(reply, ensure_ascii=False)


def _answer(request_json: str) -> Reply:
    if len(request_json) > _LONGEST_REQUEST:
        raise AnswerError(where="This request is too long.")
    request = json.loads(request_json)
    action = request.get("do") if isinstance(request, dict) else None
    if not isinstance(action, str) or action not in _ACTIONS:
        raise AnswerError(where=f'There is nothing to do called "{action}".')
    return _ACTIONS[action](request)


def _asked(request: Request) -> Question:
    return bank().question(str(request.get("name", "")), request.get("seed", 1))


def ask_question(request: Request) -> Reply:
    """Name, seed -> name, seed, title, points, prompt, legend, text, input, hints (their number)."""
    return question_data(_asked(request))


def preview(request: Request) -> Reply:
    """Name, seed, answer -> valid, and latex and text and notes of what was read, or message and span.

    An empty answer is neither: valid is null.
    """
    question = _asked(request)
    return question.answer.preview(request.get("answer"))


def grade(request: Request) -> Reply:
    """Name, seed, answer -> verdict (see `Verdict.to_dict`), its text, points, and points earned."""
    question = _asked(request)
    verdict = question.answer.grade(request.get("answer"), question.known_mistakes)
    return {
        "verdict": verdict.to_dict(),
        "text": richtext.plain(verdict.feedback),
        "points": question.points,
        "earned": round(verdict.score * question.points, 2),
    }


def hint(request: Request) -> Reply:
    """Name, seed, index (0 is the first) -> hint, index, count."""
    question = _asked(request)
    index = request.get("index", 0)
    if isinstance(index, bool) or not isinstance(index, int) or not 0 <= index < len(question.hints):
        raise AnswerError(where="There is no further hint.", remedy="Look at the worked solution.")
    return {"hint": richtext.to_dict(question.hints[index]), "index": index, "count": len(question.hints)}


def solution(request: Request) -> Reply:
    """Name, seed -> solution, and the answer as text and, for a formula, as latex."""
    question = _asked(request)
    answer = question.answer.show(question.answer.right)
    return {
        "solution": richtext.to_dict(question.solution),
        "answer": answer,
        "latex": question.answer.preview(answer).get("latex"),
    }


def list_sets(request: Request) -> Reply:
    """Nothing -> sets: name, title, summary, and for each entry question, seed, points, title."""
    del request
    source = bank()
    return {
        "sets": [
            {
                "name": found.name,
                "title": found.title,
                "summary": richtext.to_dict(richtext.parse(found.summary)),
                "entries": [
                    {
                        "question": entry.question,
                        "seed": entry.seed,
                        "title": source.family(entry.question).title,
                        "points": source.points(entry),
                    }
                    for entry in found.entries
                ],
            }
            for found in source.sets
        ]
    }


def list_questions(request: Request) -> Reply:
    """Nothing -> questions: name, title, points of every family."""
    del request
    return {
        "questions": [
            {"name": family.name, "title": family.title, "points": family.points}
            for family in bank().families()
        ]
    }


def grade_file(request: Request) -> Reply:
    """Text (of an answers file) -> report: points, earned, ok, rows."""
    return {"report": grade_answers(str(request.get("text", ""))).to_dict()}


_ACTIONS: dict[str, Callable[[Request], Reply]] = {
    "question": ask_question,
    "preview": preview,
    "grade": grade,
    "hint": hint,
    "solution": solution,
    "sets": list_sets,
    "questions": list_questions,
    "grade_file": grade_file,
}
