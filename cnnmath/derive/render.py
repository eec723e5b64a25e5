"""Derivations for people: terminal text, Markdown, LaTeX. Works on records, so no SymPy is needed.

In a chain the left side is written once; every line carries its reason and its badge. Certificates and counts
are printed on request.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Iterator, Mapping

from cnnmath.derive.shipped import Record, RecordedEvidence, RecordedStep, RecordedView
from cnnmath.errors import UnknownName
from cnnmath.formula import parse_relation

__all__ = ["FORMATS", "render"]

WIDTH = 80
_SIGNS = {"iff": "⇔", "implies": "⇒", "<=": "≤", ">=": "≥"}
_LATEX_SIGNS = {"iff": r"\iff", "implies": r"\implies", "<=": r"\le", ">=": r"\ge"}
_INLINE = re.compile(r"\$([^$]+)\$")


def render(record: Record, form: str = "text", view: str | None = None, *, certificate: bool = False) -> str:
    """Return a derivation as text, markdown or latex; with `certificate` also what stands behind each badge.

    Raises UnknownName for another form or view.
    """
    if form not in FORMATS:
        raise UnknownName(form, FORMATS)
    return "\n".join(FORMATS[form](record, record.view(view), certificate))


def _starts_anew(view: RecordedView, place: int) -> bool:
    """Tell whether a step does not continue the one before it."""
    return place == 0 or view.steps[place].left_text != view.steps[place - 1].right_text


def _evidence_lines(evidence: tuple[RecordedEvidence, ...]) -> Iterator[str]:
    for entry in evidence:
        cases = f", {entry.count:,} cases" if entry.count else ""
        domain = f" ({entry.domain})" if entry.domain else ""
        yield f"{entry.badge}: {entry.method}{cases}{domain}"
        yield from (f"  {line}" for line in entry.lines)


def _badge(step: RecordedStep) -> str:
    return step.badge if step.rule == step.badge else f"{step.badge}: {step.rule}"


# ---------------------------------------------------------------- terminal


def _text(record: Record, view: RecordedView, certificate: bool) -> Iterator[str]:  # noqa: FBT001 (one signature for all)
    yield record.title
    yield "=" * len(record.title)
    others = ", ".join(name for name in record.views if name != view.view)
    yield f"{record.name}, {view.view} view" + (f" (also: {others})" if others else "")
    yield ""
    for entry in view.names:
        unit = f", in {entry.unit}" if entry.unit else ""
        yield from _wrapped(f"{entry.name}  {entry.meaning}{unit} ({entry.domain})", "  ")
    if view.assumptions:
        yield ""
        yield "Assumed:"
        for said in view.assumptions:
            yield from _wrapped(_INLINE.sub(r"\1", said), "  ")
    for place, step in enumerate(view.steps):
        yield ""
        yield from _text_step(place + 1, step, anew=_starts_anew(view, place))
        if certificate:
            for line in _evidence_lines(step.evidence):
                yield from _wrapped(line, "       | ")
    yield ""
    yield from _wrapped(f"Result: {view.result.name} {view.result.relation} {view.result.formula}", "")
    if view.result.domain:
        yield from _wrapped(f"for {view.result.domain}", "        ")


def _text_step(number: int, step: RecordedStep, *, anew: bool) -> Iterator[str]:
    sign = _SIGNS.get(step.relation, step.relation)
    if anew:
        yield from _wrapped(step.left_text, f"{number:>3}. ")
        lead = "     "
    else:
        lead = f"{number:>3}. "
    yield from _wrapped(f"{sign} {step.right_text}", lead)
    yield from _wrapped(_INLINE.sub(r"\1", step.reason), "       ")
    yield f"       [{_badge(step)}]"


def _wrapped(text: str, lead: str) -> list[str]:
    later = " " * len(lead) if "|" not in lead else lead
    return textwrap.wrap(
        text, WIDTH, initial_indent=lead, subsequent_indent=later, break_long_words=False
    ) or [lead]


# ---------------------------------------------------------------- Markdown and LaTeX


def _markdown(record: Record, view: RecordedView, certificate: bool) -> Iterator[str]:  # noqa: FBT001
    yield f"## {record.title}"
    yield ""
    for entry in view.names:
        unit = f", in {entry.unit}" if entry.unit else ""
        yield f"- ${entry.latex}$: {entry.meaning}{unit} ({entry.domain})"
    for said in view.assumptions:
        yield f"- Assumed: {_with_latex(said)}"
    for place, step in enumerate(view.steps):
        yield ""
        yield f"**{place + 1}.** {_with_latex(step.reason)} *({_badge(step)})*"
        yield ""
        yield f"$${_equation(step, anew=_starts_anew(view, place))}$$"
        if certificate:
            yield ""
            yield "```text"
            yield from _evidence_lines(step.evidence)
            yield "```"
    yield ""
    yield f"**Result.** ${view.result.name_latex} {view.result.relation} {view.result.latex}$"


def _latex(record: Record, view: RecordedView, certificate: bool) -> Iterator[str]:  # noqa: FBT001
    yield rf"\section*{{{record.title}}}"
    yield r"\begin{align*}"
    for place, step in enumerate(view.steps):
        left = step.left_latex if _starts_anew(view, place) else ""
        sign = _LATEX_SIGNS.get(step.relation, step.relation)
        yield rf"{left} &{sign} {step.right_latex} && \text{{{_badge(step)}}} \\"
    yield r"\end{align*}"
    if certificate:
        for place, step in enumerate(view.steps):
            yield f"% step {place + 1}"
            yield from (f"%   {line}" for line in _evidence_lines(step.evidence))


def _equation(step: RecordedStep, *, anew: bool) -> str:
    sign = _LATEX_SIGNS.get(step.relation, step.relation)
    return f"{step.left_latex + ' ' if anew else ''}{sign} {step.right_latex}"


def _with_latex(text: str) -> str:
    return _INLINE.sub(lambda match: f"${parse_relation(match[1]).latex()}$", text)


FORMATS: Mapping[str, Callable[[Record, RecordedView, bool], Iterator[str]]] = {
    "text": _text,
    "markdown": _markdown,
    "latex": _latex,
}
