"""What each kind of fenced block looks like: one table, one function per kind in a module beside this one.

A function takes the directive and its context and returns HTML. Parameters that a kind does not know, and
names that it needs and does not get, are refused here, so no function has to. Modules are loaded when a block
of theirs has to be made: in most builds all of them come from the store.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from cnnmath.book.context import Context
from cnnmath.book.html import Markup
from cnnmath.book.scan import Directive, Parameter
from cnnmath.errors import BookError, near_misses

__all__ = ["KINDS", "Allowed", "Kind", "check", "render"]

Allowed = type | tuple[str, ...]
"""What a parameter may be: a type, or one of several words."""


def _views() -> Mapping[str, Allowed]:
    from cnnmath.derive import VIEWS

    return {"view": VIEWS, "folded": bool}


def _explorer() -> Mapping[str, Allowed]:
    from cnnmath.book.blocks.explorer import OPTIONS

    return OPTIONS


@dataclass(frozen=True)
class Kind:
    """How one kind of block is rendered (`function` of `module`), and which parameters it takes.

    `options` gives what each parameter may be; None leaves the check to the room. `asks` tells that the block
    shows questions of the bank, so that it has to be made anew when the bank changes.
    """

    module: str
    function: str = "render"
    options: Callable[[], Mapping[str, Allowed]] | None = field(default=dict)
    asks: bool = False

    @property
    def source(self) -> str:
        """The module's full name."""
        return f"{__name__}.{self.module}"


KINDS: dict[str, Kind] = {
    "derivation": Kind("derivation", options=_views),
    "exercise": Kind("exercise", options=lambda: {"seed": int, "points": int}, asks=True),
    "exercise-set": Kind("exercise", "render_set", asks=True),
    "explorer": Kind("explorer", options=_explorer),
    "figure": Kind("figure", options=None),
    "formula": Kind("formula", options=_views),
    "network-table": Kind("network_table", options=lambda: {"by": ("node", "stage"), "convention": str}),
    "reconciler": Kind("reconciler"),
    "recount": Kind("recount", options=lambda: {"model": str}),
}


def render(directive: Directive, context: Context) -> Markup:
    """Return the HTML of a block; BookError for a missing name, a body, or an unknown parameter."""
    kind = KINDS[directive.kind]
    check(directive)
    function: Callable[[Directive, Context], Markup]
    function = getattr(importlib.import_module(kind.source), kind.function)
    return function(directive, context)


def check(directive: Directive) -> None:
    """Raise BookError where a block has no name, a body, or a parameter that its kind does not take."""
    where = f"{directive.kind} {directive.name}"
    if not directive.name:
        raise BookError(where=directive.kind, expected=f"a name after the word {directive.kind}")
    if directive.body.strip():
        raise BookError(
            where=where,
            given="text inside the fence",
            expected="nothing there: parameters stand behind the name",
        )
    options = KINDS[directive.kind].options
    if options is None or not directive.parameters:
        return
    known = options()
    for key, value in directive.parameters.items():
        if key not in known:
            close = near_misses(key, known)
            raise BookError(
                where=where,
                given=f'a parameter "{key}"',
                expected=f"some of {', '.join(known)}" if known else "no parameters",
                remedy=f"Did you mean {' or '.join(close)}?" if close else "",
            )
        if not _fits(value, known[key]):
            raise BookError(where=f"{where}: {key}", given=str(value), expected=_spelled(known[key]))


def _fits(value: Parameter, allowed: Allowed) -> bool:
    # Not isinstance: True is an int, but not where a number is meant.
    return value in allowed if isinstance(allowed, tuple) else type(value) is allowed


def _spelled(allowed: Allowed) -> str:
    if isinstance(allowed, tuple):
        return f"one of {', '.join(allowed)}"
    return {int: "a whole number", bool: "true or false", str: "a word"}[allowed]
