"""The page's door: every request gets a reply in JSON, whatever it is."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from cnnmath import practice
from cnnmath.practice.answersfile import write_answers
from cnnmath.practice.web import handle

NAME = "output-size/general"


def ask(**request: object) -> dict[str, object]:
    """Send a request as the worker does."""
    return json.loads(handle(json.dumps(request)))


def test_a_question_comes_with_all_that_the_page_needs() -> None:
    """Title, points, prompt, input and the number of hints; never the answer or the solution."""
    reply = ask(do="question", name=NAME, seed=2)
    assert reply["ok"] is True
    assert reply["input"] == {"kind": "integer", "placeholder": "a whole number"}
    assert (reply["name"], reply["seed"], reply["points"], reply["hints"]) == (NAME, 2, 2, 2)
    assert not {"answer", "solution"} & set(reply)


def test_an_answer_is_graded_as_in_python() -> None:
    """The verdict of the page is the verdict of `practice.grade`, as plain data."""
    asked = practice.question(NAME, 2)
    for answer in (str(asked.answer.right), "12", "", "banana", asked.mistakes[0].answer):
        reply = ask(do="grade", name=NAME, seed=2, answer=answer)
        assert reply["verdict"] == practice.grade(asked, answer).to_dict()
        assert reply["earned"] == (2 if reply["verdict"]["status"] == "correct" else 0)


def test_hints_come_one_by_one_and_end() -> None:
    """Each hint by its index, with how many there are; beyond the last one a sentence."""
    first = ask(do="hint", name=NAME, seed=2, index=0)
    assert (first["index"], first["count"]) == (0, 2)
    assert first["hint"][0]["kind"] == "paragraph"
    assert ask(do="hint", name=NAME, seed=2, index=2) == {
        "ok": False,
        "error": "There is no further hint. Look at the worked solution.",
    }


def test_solutions_show_the_answer() -> None:
    """The worked solution with the answer as text, and as LaTeX for a formula."""
    number = ask(do="solution", name=NAME, seed=2)
    assert number["answer"] == str(practice.question(NAME, 2).answer.right)
    assert number["latex"] is None
    typed = ask(do="solution", name="output-size/formula", seed=2)
    assert typed["latex"].startswith(r"\left\lfloor\frac{")


def test_previews_read_while_typing() -> None:
    """What was typed so far comes back as LaTeX, or as what is missing and where."""
    reply = ask(do="preview", name="output-size/formula-span", seed=1, answer="1 +")
    assert (reply["valid"], reply["span"]) == (False, [2, 3])
    assert ask(do="preview", name="output-size/formula-span", seed=1, answer="1 + 2")["latex"] == "1 + 2"


def test_sets_and_questions_are_listed() -> None:
    """The page can list sets with points, and all questions with titles."""
    sets = {found["name"]: found for found in ask(do="sets")["sets"]}
    entry = sets["output-size"]["entries"][0]
    assert entry == {
        "question": "output-size/valid",
        "seed": 1,
        "title": "A window that stays inside",
        "points": 1,
    }
    assert len(ask(do="questions")["questions"]) == len(practice.questions())


def test_answers_files_are_graded() -> None:
    """The page can grade an exported file with the report of the terminal."""
    text = write_answers([{"question": NAME, "seed": 2, "answer": "1"}])
    assert ask(do="grade_file", text=text)["report"] == practice.grade_answers(text).to_dict()


@pytest.mark.parametrize(
    "request_json",
    [
        "", "null", "7", "[]", "{}", '{"do": 7}', '{"do": "dance"}', '{"do": "question"}', "{", "\ud800",
        "[" * 99_999,
        '{"do": "question", "name": "output-size/valid", "seed": "x"}',
        '{"do": "question", "name": {"a": 1}, "seed": 1}',
        '{"do": "question", "name": "output-size/valid", "seed": 1e400}',
        '{"do": "question", "name": "../../etc/passwd", "seed": 1}',
        '{"do": "hint", "name": "output-size/valid", "seed": 1, "index": "0"}',
        '{"do": "grade_file", "text": "nothing"}',
        "x" * 2_000_001,
    ],
)  # fmt: skip
def test_bad_requests_get_a_sentence(request_json: str) -> None:
    """No request raises; each bad one is answered by ok false and a sentence."""
    reply = json.loads(handle(request_json))
    assert reply["ok"] is False
    assert reply["error"].endswith((".", "?", "..."))


@pytest.mark.slow
def test_the_door_opens_without_numpy_and_sympy() -> None:
    """Drawing, grading, previewing and solving load neither NumPy nor SymPy nor Matplotlib."""
    code = """
import json, sys
from cnnmath import practice
from cnnmath.practice.web import handle
for name in practice.questions():
    for do in ("question", "preview", "grade", "hint", "solution"):
        request = {"do": do, "name": name, "seed": 1, "answer": "7"}
        assert json.loads(handle(json.dumps(request)))["ok"], request
print(*{"numpy", "sympy", "matplotlib"} & set(sys.modules))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
