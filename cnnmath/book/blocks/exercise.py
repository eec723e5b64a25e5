"""`exercise NAME seed=1` and `exercise-set NAME`: the printed form, which the page's script brings to life.

Without the script the question, what to answer, hints and solution are all there to be read; with it, the
element is replaced by one that asks and grades. Questions are drawn and worded by `practice`.
"""

from __future__ import annotations

from collections.abc import Iterable

from cnnmath.book.context import Context
from cnnmath.book.html import Markup, data_script, prose, tag
from cnnmath.book.richtext import paragraphs
from cnnmath.book.scan import Directive
from cnnmath.practice.bank import bank
from cnnmath.practice.question import Question
from cnnmath.practice.richtext import parse, to_dict
from cnnmath.practice.worksheet import question_data

__all__ = ["anchor_of", "card", "render", "render_set"]


def render(directive: Directive, context: Context) -> Markup:
    """Return one exercise."""
    seed = directive.parameters.get("seed", 1)
    question = bank().question(directive.name, int(seed))
    points = directive.parameters.get("points")
    return card(question if points is None else question.worth(int(points)), context)


def render_set(directive: Directive, context: Context) -> Markup:
    """Return all exercises of a set, with its title and the points it is worth."""
    source = bank()
    found = source.exercise_set(directive.name)
    questions = [source.exercise(entry) for entry in found.entries]
    total = sum(question.points for question in questions)
    return tag(
        "cnn-exercise-set",
        tag(
            "div",
            tag("p", tag("strong", found.title), f" · {len(questions)} exercises, {_points(total)}"),
            paragraphs(to_dict(parse(found.summary))) if found.summary else "",
            class_="cnn-exercise-set-head",
        ),
        *(card(question, context, exercise_set=found.name) for question in questions),
        data_set=found.name,
        class_="cnn-block",
    )


def card(question: Question, context: Context, *, exercise_set: str | None = None) -> Markup:
    """Return the element of one exercise: its printed form, and its data for the script."""
    head = tag(
        "div",
        tag("p", prose(question.title), class_="cnn-exercise__title"),
        tag("p", _points(question.points), class_="cnn-exercise__state"),
        class_="cnn-exercise__head",
    )
    return tag(
        "cnn-exercise",
        head,
        tag("div", paragraphs(to_dict(question.prompt)), class_="cnn-exercise__prompt"),
        tag("div", paragraphs(to_dict(question.answer.legend())), class_="cnn-exercise__legend"),
        *_hints(question),
        _solution(question),
        _elsewhere(question, context),
        data_script(question_data(question)),
        id=anchor_of(question.name, question.seed, exercise_set),
        data_question=question.name,
        data_seed=question.seed,
        data_set=exercise_set,
        data_points=question.points,
        class_="cnn-block",
    )


def anchor_of(name: str, seed: int, exercise_set: str | None = None) -> str:
    """Return the id of an exercise on its page.

    >>> anchor_of("output-size/strided", 3, "first-steps")
    'first-steps-output-size-strided-3'
    """
    return "-".join([*([exercise_set] if exercise_set else []), *name.split("/"), str(seed)])


def _points(points: int) -> str:
    return f"{points} point{'' if points == 1 else 's'}"


def _hints(question: Question) -> Iterable[Markup]:
    for number, hint in enumerate(question.hints, start=1):
        name = "Hint" if len(question.hints) == 1 else f"Hint {number}"
        yield _folded(name, paragraphs(to_dict(hint)), kind="hint")


def _solution(question: Question) -> Markup:
    answer = tag("p", "Answer: ", tag("code", question.answer.show(question.answer.right)))
    return _folded("Solution", answer, paragraphs(to_dict(question.solution)), kind="solution")


def _folded(title: str, *content: Markup, kind: str) -> Markup:
    summary = tag("summary", title)
    return tag(
        "details", summary, *content, class_=f"cnn-more cnn-exercise__{kind}", data_search_exclude=True
    )


def _elsewhere(question: Question, context: Context) -> Markup:
    """Say where the question is graded, for readers whose page cannot."""
    command = tag("code", f"cnnmath question {question.name} --seed {question.seed}")
    reason = "" if context.book.graded_in_page else "This copy of the book was built without its own Python. "
    return tag(
        "p", reason, "In the terminal: ", command, class_="cnn-exercise__elsewhere", data_search_exclude=True
    )
