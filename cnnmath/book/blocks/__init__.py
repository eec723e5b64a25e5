"""What each kind of fenced block looks like: one table, one function per kind in a module of its name.

A function takes the directive and its context and returns HTML. Parameters that a kind does not know, and
names that it needs and does not get, are refused here, so no function has to.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from cnnmath.book.blocks import derivation, exercise, explorer, figure, formula, network_table
from cnnmath.book.context import Context
from cnnmath.book.html import Markup
from cnnmath.book.scan import Directive, Parameter
from cnnmath.derive import VIEWS
from cnnmath.errors import BookError, near_misses

__all__ = ["KINDS", "Kind", "render"]


@dataclass(frozen=True)
class Kind:
    """How one kind of block is rendered, and which parameters it takes.

    `options` maps a parameter to the values it may have, or to a type; None leaves the check to the room.
    """

    render: Callable[[Directive, Context], Markup]
    options: Mapping[str, type | tuple[str, ...]] | None = field(default_factory=dict)


KINDS: dict[str, Kind] = {
    "derivation": Kind(derivation.render, {"view": VIEWS, "folded": bool}),
    "exercise": Kind(exercise.render, {"seed": int, "points": int}),
    "exercise-set": Kind(exercise.render_set),
    "explorer": Kind(explorer.render, explorer.OPTIONS),
    "figure": Kind(figure.render, options=None),
    "formula": Kind(formula.render, {"view": VIEWS}),
    "network-table": Kind(network_table.render, {"by": ("node", "stage"), "convention": str}),
}


def render(directive: Directive, context: Context) -> Markup:
    """Return the HTML of a block; BookError for a missing name, a body, or an unknown parameter."""
    kind = KINDS[directive.kind]
    if not directive.name:
        raise BookError(where=directive.kind, expected=f"a name after the word {directive.kind}")
    if directive.body.strip():
        raise BookError(
            where=f"{directive.kind} {directive.name}",
            given="text inside the fence",
            expected="nothing there: parameters stand behind the name",
        )
    if kind.options is not None:
        _check_options(directive, kind.options)
    return kind.render(directive, context)


def _check_options(directive: Directive, options: Mapping[str, type | tuple[str, ...]]) -> None:
    where = f"{directive.kind} {directive.name}"
    for key, value in directive.parameters.items():
        if key not in options:
            close = near_misses(key, options)
            raise BookError(
                where=where,
                given=f'a parameter "{key}"',
                expected=f"some of {', '.join(options)}" if options else "no parameters",
                remedy=f"Did you mean {' or '.join(close)}?" if close else "",
            )
        if not _fits(value, options[key]):
            raise BookError(where=f"{where}: {key}", given=str(value), expected=_spelled(options[key]))


def _fits(value: Parameter, allowed: type | tuple[str, ...]) -> bool:
    # Not isinstance: True is an int, but not where a number is meant.
    return value in allowed if isinstance(allowed, tuple) else type(value) is allowed


def _spelled(allowed: type | tuple[str, ...]) -> str:
    if isinstance(allowed, tuple):
        return f"one of {', '.join(allowed)}"
    return {int: "a whole number", bool: "true or false", str: "a word"}[allowed]
