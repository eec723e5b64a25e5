"""`formula NAME view=simple`: the result of a derivation, what its letters mean, and its text to copy."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cnnmath.book.blocks.derivation import result_line
from cnnmath.book.context import Context
from cnnmath.book.html import Markup, escape, join, math, prose, tag
from cnnmath.book.richtext import words
from cnnmath.book.scan import Directive
from cnnmath.derive import record
from cnnmath.formula import FormulaError, parse_relation

if TYPE_CHECKING:
    from cnnmath.derive.shipped import RecordedName, RecordedView

__all__ = ["DERIVATIONS", "domain", "render"]

DERIVATIONS = "reference/derivations"
"""Where the derivations are, a page for each topic."""


def render(directive: Directive, context: Context) -> Markup:
    """Return the formula with its name, letters, domain and text."""
    shipped = record(directive.name)
    asked = directive.parameters.get("view")
    view = shipped.view(str(asked) if asked else None)
    label = f"formula-{context.number}"
    return tag(
        "section",
        tag("div", result_line(view), class_="cnn-formula-shown"),
        tag(
            "div",
            tag("p", prose(shipped.title), class_="cnn-formula-title", id=label),
            _letters(view),
            tag("p", domain(view.result.domain), class_="cnn-domain") if view.result.domain else "",
            tag("p", tag("code", view.result.formula), class_="cnn-as-text"),
            tag(
                "p",
                tag(
                    "a", "its derivation", href=context.link(f"{DERIVATIONS}/{shipped.topic}/#{shipped.name}")
                ),
            ),
            class_="cnn-formula-words",
        ),
        class_="cnn-formula cnn-wide cnn-block",
        aria_labelledby=label,
    )


def domain(text: str) -> Markup:
    r"""Return the conditions of a result, with those that are relations typeset.

    >>> domain("with k odd and s = 1")
    'with k odd and <span class="arithmatex">\\(s = 1\\)</span>'
    """
    if "$" in text:
        return words(text)
    return join(_condition(part) for part in re.split(r"(^with |^for |, | and |; )", text))


def _condition(text: str) -> Markup:
    try:
        relation = parse_relation(text)
    except FormulaError:
        return escape(text)
    return math(relation.latex()) if relation.operators else escape(text)


def _letters(view: RecordedView) -> Markup:
    used = {*view.result.names, *view.result.tensors}
    rows = [part for name in view.names if name.name in used for part in _letter(name)]
    return tag("dl", *rows, class_="cnn-names")


def _letter(name: RecordedName) -> tuple[Markup, Markup]:
    return tag("dt", math(name.latex)), tag("dd", words(name.meaning))
