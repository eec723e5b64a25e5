"""`derivation NAME view=simple`: one step a line, its reason in the margin, and what was really checked.

Reads the shipped records, so nothing is derived anew and no SymPy is loaded. Without `view` all views are
there, behind tabs that need no script. With `folded=true` the result stands first and the steps are folded.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from cnnmath.book.context import Context
from cnnmath.book.html import Markup, escape, join, math, prose, tag
from cnnmath.book.richtext import words
from cnnmath.book.scan import Directive
from cnnmath.derive import record

if TYPE_CHECKING:
    from cnnmath.derive.shipped import Record, RecordedEvidence, RecordedStep, RecordedView

__all__ = ["RELATIONS", "badge", "render", "result_line"]

RELATIONS = {
    "=": "=",
    "<=": r"\le",
    ">=": r"\ge",
    "<": "<",
    ">": ">",
    "iff": r"\iff",
    "implies": r"\implies",
    ":=": r"\coloneqq",
}
"""How the relation of a step is typeset."""

# A left side of up to so many visible characters stands beside its right side, a longer one above it.
_BESIDE = 14


def render(directive: Directive, context: Context) -> Markup:
    """Return a derivation: assumptions, steps, boxed result, and how to run the checks again."""
    shipped = record(directive.name)
    asked = directive.parameters.get("view")
    views = [shipped.view(str(asked))] if asked else list(shipped.views.values())
    label = f"derivation-{context.number}"
    title = tag("p", "Derivation: ", prose(shipped.title), class_="cnn-derivation-title", id=label)
    # The radio buttons stand before their panels, so that style rules alone can show the chosen one.
    choices = list(_choices(views, label)) if len(views) > 1 else []
    tabs = [tag("label", view.view, for_=f"{label}-{view.view}") for view in views] if choices else []
    head = tag(
        "div", title, tag("div", *tabs, class_="cnn-views") if tabs else "", class_="cnn-derivation-head"
    )
    folded = bool(directive.parameters.get("folded", False))
    panels = tag("div", *(_panel(shipped, view, folded=folded) for view in views), class_="cnn-panels")
    return tag(
        "section", *choices, head, panels, class_="cnn-derivation cnn-wide cnn-block", aria_labelledby=label
    )


def _choices(views: Iterable[RecordedView], label: str) -> Iterator[Markup]:
    for number, view in enumerate(views):
        yield tag(
            "input",
            type="radio",
            name=label,
            id=f"{label}-{view.view}",
            checked=number == 0,
            class_="cnn-view-choice",
        )


def _panel(shipped: Record, view: RecordedView, *, folded: bool) -> Markup:
    beside = all(_width(step.left_latex) <= _BESIDE for step in _with_left(view.steps))
    place = "beside" if beside else "above"
    # A search finds the title and the result; the steps would show as raw TeX.
    steps = tag("ol", *_rows(view.steps), class_=f"cnn-steps cnn-steps-{place}", data_search_exclude=True)
    if folded:
        summary = tag("summary", f"The derivation in {len(view.steps)} steps")
        steps = tag("details", summary, steps, class_="cnn-more cnn-folded")
    result = tag("div", tag("div", result_line(view), class_="cnn-result-box"), class_="cnn-result")
    option = "" if view is shipped.view() else f" --view {view.view}"
    command = tag("code", f"cnnmath derive {shipped.name}{option} --verify")
    again = tag("p", "Run the checks again: ", command, class_="cnn-rerun", data_search_exclude=True)
    parts = (
        [_assumptions(view), result, steps, again] if folded else [_assumptions(view), steps, result, again]
    )
    return tag("div", *parts, class_="cnn-panel", data_view=view.view)


def result_line(view: RecordedView) -> Markup:
    """Return the result as one displayed formula."""
    result = view.result
    return math(f"{result.name_latex} {RELATIONS[result.relation]} {result.latex}", display=True)


def _assumptions(view: RecordedView) -> Markup:
    if not view.assumptions:
        return Markup()
    given = join((words(sentence) for sentence in view.assumptions), ", ")
    return tag("p", "Given: ", given, class_="cnn-assumptions")


def _rows(steps: Iterable[RecordedStep]) -> Iterator[Markup]:
    before = ""
    for step in steps:
        relation = RELATIONS[step.relation]
        # A step that goes on from the line above does not repeat it.
        left = math(rf"\displaystyle {step.left_latex}") if step.left_latex != before else Markup()
        right = math(rf"\displaystyle {{}} {relation} {step.right_latex}")
        yield tag(
            "li",
            tag("div", left, class_="cnn-step-left"),
            tag("div", right, class_="cnn-step-right"),
            tag("div", tag("p", badge(step), words(step.reason)), class_="cnn-step-reason"),
            _evidence(step),
            class_="cnn-step",
        )
        before = step.right_latex


def _with_left(steps: Iterable[RecordedStep]) -> Iterator[RecordedStep]:
    before = ""
    for step in steps:
        if step.left_latex != before:
            yield step
        before = step.right_latex


def _width(latex: str) -> int:
    """Return about how many characters of a formula are seen: commands count as one, layout as none."""
    bare = re.sub(r"\\(left|right|displaystyle|mathrm|text|operatorname|,|;|quad)", "", latex)
    return len(re.sub(r"[\s{}_^]", "", re.sub(r"\\[A-Za-z]+", "x", bare)))


def badge(step: RecordedStep) -> Markup:
    """Return the badge of a step: what was checked, with the number of cases where cases were counted."""
    count = f" · {step.count:,} cases" if step.badge in ("exhaustive", "sampled") else ""
    return tag("span", f"{step.badge}{count}", class_=f"cnn-badge cnn-badge-{step.badge}")


def _evidence(step: RecordedStep) -> Markup:
    """Return what stands behind the badge, folded."""
    if step.badge == "definition" and not step.certificate:
        return Markup()
    return tag(
        "details",
        tag("summary", "How this was checked"),
        tag("p", "Rule: ", tag("em", step.rule), "."),
        *(_check(entry) for entry in step.evidence),
        class_="cnn-more cnn-step-evidence",
        data_search_exclude=True,
    )


def _check(evidence: RecordedEvidence) -> Markup:
    counted = f", {evidence.count:,} cases" if evidence.count else ""
    domain = join([" (", words(evidence.domain), ")"]) if evidence.domain else ""
    said = tag("p", f"{evidence.badge}: ", escape(evidence.method), counted, domain)
    lines = tag("pre", tag("code", "\n".join(evidence.lines)), tabindex=0) if evidence.lines else Markup()
    return join([said, lines])
