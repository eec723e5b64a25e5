"""`explorer KIND key=value...`: a drawing with controls; without the script, the drawing as it begins."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from cnnmath.book.blocks import explorer_digit, explorer_kernel
from cnnmath.book.blocks.figure import drawn
from cnnmath.book.context import Context
from cnnmath.book.html import Markup, join, tag
from cnnmath.book.scan import Directive, Parameter
from cnnmath.errors import BookError, near_misses

__all__ = ["EXPLORERS", "OPTIONS", "Explorer", "render"]


@dataclass(frozen=True)
class Explorer:
    """A kind of explorer: the parameters that it may begin with, the figure of its first state, its supplies.

    `figure` returns the name and the parameters of a figure; `supplies` is markup that the script reads.
    """

    options: Mapping[str, type | tuple[str, ...]]
    figure: Callable[[dict[str, Parameter]], tuple[str, dict[str, Parameter]]]
    supplies: Callable[[Context], Markup] = lambda context: Markup()


def size_figure(parameters: dict[str, Parameter]) -> tuple[str, dict[str, Parameter]]:
    """Return the figure of a layer's windows."""
    state = {key: value for key, value in parameters.items() if key not in ("mode", "a")}
    rounding: dict[str, Parameter] = {"rounding": "ceil"} if parameters.get("mode") == "ceil" else {}
    return "sliding-window", {**state, **rounding}


def gradient_figure(parameters: dict[str, Parameter]) -> tuple[str, dict[str, Parameter]]:
    """Return the figure of what one input cell or one weight touches."""
    return "gradient-tracer", parameters


def layer_figure(parameters: dict[str, Parameter]) -> tuple[str, dict[str, Parameter]]:
    """Return the figure of a layer's maps and filters, with no more of them than can be told apart."""
    names = {
        "n": ("size", 64),
        "c": ("channels", 8),
        "f": ("filters", 8),
        "k": ("kernel", 7),
        "p": ("padding", 3),
    }
    return "feature-maps", {
        name: min(int(parameters[key]), most) for key, (name, most) in names.items() if key in parameters
    }


def receptive_figure(parameters: dict[str, Parameter]) -> tuple[str, dict[str, Parameter]]:
    """Return the figure of what an output of a stack sees; a stack such as `n15-k3-k3s2` lists its layers."""
    layers = re.findall(r"-k(\d+)(?:s(\d+))?", str(parameters.get("stack", "")))
    rows = ";".join(f"{kernel},{stride or 1}" for kernel, stride in layers)
    return "receptive-field-growth", {"layers": rows} if rows else {}


EXPLORERS: dict[str, Explorer] = {
    "digit": Explorer(explorer_digit.OPTIONS, explorer_digit.figure, explorer_digit.supplies),
    "gradient": Explorer(
        {**dict.fromkeys(("n", "k", "s", "p", "at"), int), "of": ("input", "weight")}, gradient_figure
    ),
    "kernel": Explorer(explorer_kernel.OPTIONS, explorer_kernel.figure, explorer_kernel.supplies),
    "layer": Explorer({**dict.fromkeys("ncfkspdgb", int), "nobias": bool}, layer_figure),
    "receptive": Explorer({"stack": str}, receptive_figure),
    "size": Explorer(
        {
            **dict.fromkeys(("n", "k", "s", "p", "d", "a"), int),
            "mode": ("convolution", "ceil", "transposed"),
        },
        size_figure,
    ),
}
"""The kinds of explorers that the page's script knows."""

OPTIONS: dict[str, type | tuple[str, ...]] = {
    key: allowed for explorer in EXPLORERS.values() for key, allowed in explorer.options.items()
}
"""What explorers may begin with; which of it belongs to which one is checked when it is rendered."""


def render(directive: Directive, context: Context) -> Markup:
    """Return the element of an explorer, with its first state drawn inside."""
    explorer = _known(directive)
    name, parameters = explorer.figure(directive.parameters)
    shown = drawn(name, parameters, context)
    return tag(
        "cnn-explorer",
        join([tag("div", shown["svg"], class_="cnn-figure-drawing"), explorer.supplies(context)]),
        tag("p", shown["caption"], class_="cnn-explorer-caption"),
        data_kind=directive.name,
        class_="cnn-block cnn-wide",
        **{f"data_{key}": value for key, value in directive.parameters.items()},
    )


def _known(directive: Directive) -> Explorer:
    if directive.name not in EXPLORERS:
        close = near_misses(directive.name, EXPLORERS)
        raise BookError(
            where=f"explorer {directive.name}",
            expected=f"one of {', '.join(EXPLORERS)}",
            remedy=f"Did you mean {close[0]}?" if close else "",
        )
    explorer = EXPLORERS[directive.name]
    for key in directive.parameters:
        if key not in explorer.options:
            raise BookError(
                where=f"explorer {directive.name}",
                given=f'a parameter "{key}"',
                expected=f"some of {', '.join(explorer.options)}",
            )
    return explorer
