"""`explorer KIND key=value...`: a drawing with controls; without the script, the drawing as it begins."""

from __future__ import annotations

from cnnmath.book.blocks.figure import drawn
from cnnmath.book.context import Context
from cnnmath.book.html import Markup, tag
from cnnmath.book.scan import Directive, Parameter
from cnnmath.errors import BookError, near_misses

__all__ = ["EXPLORERS", "OPTIONS", "render"]

EXPLORERS = ("size",)
"""The kinds of explorers that the page's script knows."""

OPTIONS: dict[str, type | tuple[str, ...]] = {
    **dict.fromkeys(("n", "k", "s", "p", "d", "a"), int),
    "mode": ("convolution", "ceil", "transposed"),
}
"""What an explorer may begin with: the symbols of a layer, and the kind of layer."""


def render(directive: Directive, context: Context) -> Markup:
    """Return the element of an explorer, with its first state drawn inside."""
    if directive.name not in EXPLORERS:
        close = near_misses(directive.name, EXPLORERS)
        raise BookError(
            where=f"explorer {directive.name}",
            expected=f"one of {', '.join(EXPLORERS)}",
            remedy=f"Did you mean {close[0]}?" if close else "",
        )
    shown = drawn("sliding-window", _first_state(directive.parameters), context)
    return tag(
        "cnn-explorer",
        tag("div", shown["svg"], class_="cnn-figure-drawing"),
        tag("p", shown["caption"], class_="cnn-explorer-caption"),
        data_kind=directive.name,
        class_="cnn-block cnn-wide",
        **{f"data_{key}": value for key, value in directive.parameters.items()},
    )


def _first_state(parameters: dict[str, Parameter]) -> dict[str, Parameter]:
    """Return the parameters of the figure that shows the explorer's first state on paper."""
    state = {key: value for key, value in parameters.items() if key not in ("mode", "a")}
    return {**state, "rounding": "ceil"} if parameters.get("mode") == "ceil" else state
