"""Laws that every derivation obeys; a new one is held to them as soon as it is registered."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from cnnmath import derive
from cnnmath.derive.registry import registered
from cnnmath.derive.shipped import Record, RecordedStep, RecordedView
from cnnmath.formula import Formula, parse, parse_relation
from cnnmath.formula.tree import Reduction

RECORDS = derive.records()
VIEWS = [(record, view) for record in RECORDS for view in record.views.values()]
INLINE = re.compile(r"\$([^$]+)\$")


def title(value: object) -> str:
    """Return how a record or a view is called in the list of tests."""
    if isinstance(value, Record):
        return value.name
    return value.view if isinstance(value, RecordedView) else repr(value)


def formulas(step: RecordedStep) -> Iterator[Formula]:
    """Yield the formulas on both sides of a step that are in our language."""
    for text, in_language in ((step.left_text, step.left_formula), (step.right_text, step.right_formula)):
        if in_language:
            yield from parse_relation(text).parts


def bound_names(formula: Formula) -> set[str]:
    """Return the variables of sums and products."""
    return {node.variable for _, node in formula.walk() if isinstance(node, Reduction)}


def test_there_are_derivations_for_everything_that_was_promised() -> None:
    """At least 45 derivations, all fifteen relationships among them, and every registered one is shipped."""
    names = derive.derivations()
    assert len(names) >= 45
    assert {f"relationship-{number:02}" for number in range(1, 16)} <= set(names)
    assert names == tuple(registered())


def test_titles_are_different() -> None:
    """No two derivations have the same title."""
    titles = [record.title for record in RECORDS]
    assert len(set(titles)) == len(titles)


@pytest.mark.parametrize(("record", "view"), VIEWS, ids=title)
def test_no_step_failed_and_none_rests_on_samples_alone(record: Record, view: RecordedView) -> None:
    """Every step is a definition or proved or exhaustive; what is no definition was checked."""
    badges = {step.badge for step in view.steps}
    assert badges <= {"definition", "proved", "exhaustive"}, record.name
    for step in view.steps:
        assert step.evidence
        assert step.badge == "definition" or all(entry.badge != "definition" for entry in step.evidence)


@pytest.mark.parametrize(("record", "view"), VIEWS, ids=title)
def test_a_derivation_begins_with_what_is_given_and_then_proves(record: Record, view: RecordedView) -> None:
    """The first step is a definition (or another derivation's result), and something is proved after it."""
    first = view.steps[0]
    assert first.badge == "definition" or first.rule == "put in", record.name
    assert any(step.badge == "proved" for step in view.steps)


@pytest.mark.parametrize(("record", "view"), VIEWS, ids=title)
def test_the_result_is_what_a_step_says(record: Record, view: RecordedView) -> None:
    """The result's formula stands on a side of one of the steps, so it is derived and not only stated."""
    stated = {formula for step in view.steps for formula in formulas(step)}
    assert parse(view.result.formula) in stated, record.name


@pytest.mark.parametrize(("record", "view"), VIEWS, ids=title)
def test_every_letter_is_explained(record: Record, view: RecordedView) -> None:
    """Each letter of a step has its meaning declared; a subscript marks another value of the same letter."""
    declared = {entry.name for entry in view.names}
    for step in view.steps:
        for formula in formulas(step):
            used = set(formula.names) | set(formula.tensors) | bound_names(formula)
            unknown = {
                name for name in used if name not in declared and name.rpartition("_")[0] not in declared
            }
            assert not unknown, (record.name, step.right_text)
    assert all(entry.meaning for entry in view.names)


@pytest.mark.parametrize(("record", "view"), VIEWS, ids=title)
def test_words_are_sentences_and_their_formulas_can_be_read(record: Record, view: RecordedView) -> None:
    """Reasons are sentences, and what stands between dollar signs can be read as our language."""
    for step in view.steps:
        assert re.match(r"[A-Z$]", step.reason), (record.name, step.reason)
        assert step.reason.endswith((".", "?")), (record.name, step.reason)
        assert step.rule
    for text in (*view.assumptions, *(step.reason for step in view.steps)):
        assert text.count("$") % 2 == 0, text
        for inline in INLINE.findall(text):
            parse_relation(inline)


def test_results_without_tensors_are_read_by_every_printer() -> None:
    """Each result can be printed as LaTeX, JavaScript and words; tensors stay out of JavaScript."""
    for record, view in VIEWS:
        formula = parse(view.result.formula)
        assert formula.latex() == view.result.latex, record.name
        assert formula.words()
        if not view.result.tensors:
            assert formula.javascript()
