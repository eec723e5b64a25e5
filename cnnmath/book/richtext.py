"""Rich text of the question bank as HTML: from the same plain data that the page's script gets.

One function per kind of block and of inline, in two tables; formulas come as LaTeX and are typeset later.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from cnnmath.book.html import Markup, join, math, prose, tag
from cnnmath.practice.richtext import parse, to_dict

__all__ = ["paragraphs", "run", "words"]

Block = Mapping[str, Any]
# Sides of a cell, of a window's lane, and of the bar in it, in units of the drawing.
_CELL, _LANE, _TAP = 32, 20, 14


def paragraphs(blocks: Iterable[Block]) -> Markup:
    r"""Return the HTML of a text, given as the plain data of `practice`.

    >>> paragraphs([{"kind": "paragraph", "inlines": [{"text": "Is "}, {"math": "n", "text": "n"}]}])
    '<p>Is <span class="arithmatex">\\(n\\)</span></p>'
    """
    return join(_BLOCKS[block["kind"]](block) for block in blocks)


def words(text: str) -> Markup:
    r"""Return one line of light Markdown, whose `$...$` holds our formula language, as HTML.

    >>> words("at least $2p$ cells")
    'at least <span class="arithmatex">\\(2p\\)</span> cells'
    """
    parsed = to_dict(parse(text))
    return join((run(block["inlines"]) for block in parsed), " ")


def run(inlines: Iterable[Mapping[str, str]]) -> Markup:
    """Return the HTML of a run of inlines.

    >>> run([{"strong": "No"}, {"text": ": "}, {"code": "n//s"}])
    '<strong>No</strong>: <code>n//s</code>'
    """
    return join(_inline(inline) for inline in inlines)


def _inline(inline: Mapping[str, str]) -> Markup:
    if "math" in inline:
        return math(inline["math"])
    if "code" in inline:
        return tag("code", inline["code"])
    return tag("strong", prose(inline["strong"])) if "strong" in inline else prose(inline["text"])


def _paragraph(block: Block) -> Markup:
    return tag("p", run(block["inlines"]))


def _list(block: Block) -> Markup:
    return tag("ol" if block.get("ordered") else "ul", *(tag("li", run(item)) for item in block["items"]))


def _code(block: Block) -> Markup:
    return tag("pre", tag("code", block["text"]))


def _table(block: Block) -> Markup:
    rows = (tag("tr", *(tag("td", cell) for cell in row)) for row in block["rows"])
    return tag("table", tag("tbody", *rows), class_="cnn-grid")


def _cells(block: Block) -> Markup:
    """Draw a row of cells with the windows under it, in the classes of the page's own drawings."""
    before, size, after = block["before"], block["size"], block["after"]
    row = [
        _box("padding" if not before <= at < before + size else "cell", at, 0)
        for at in range(before + size + after)
    ]
    lanes = [
        tag("g", *(_box("tap", at, 1 + lane) for at in window), class_="cnn-cells__window")
        for lane, window in enumerate(block["windows"])
    ]
    reach = max((max(window) + 1 for window in block["windows"]), default=0)
    width, height = _CELL * max(len(row), reach), _CELL + _LANE * len(lanes)
    drawing = tag(
        "svg",
        *row,
        *lanes,
        class_="cnn-cells cnn-cells--input",
        role="img",
        aria_label=_described(block),
        viewBox=f"-1 -1 {width + 2} {height + 2}",
        width=width + 2,
        height=height + 2,
    )
    caption = tag("figcaption", block["caption"]) if block["caption"] else Markup()
    return tag("figure", drawing, caption, class_="cnn-cells-figure")


def _box(kind: str, at: int, lane: int) -> Markup:
    """Return one cell of the row (lane 0), or one place that a window reads."""
    if lane == 0:
        return tag("rect", class_=f"cnn-cells__{kind}", x=_CELL * at, y=0, width=_CELL, height=_CELL)
    top = _CELL + _LANE * lane - _TAP
    return tag("rect", x=_CELL * at + 1, y=top, width=_CELL - 2, height=_TAP, rx=2)


def _described(block: Block) -> str:
    padding = f" with {block['before']} and {block['after']} padding cells"
    row = f"{block['size']} cells{padding if block['before'] or block['after'] else ''}"
    windows = "; ".join(", ".join(map(str, window)) for window in block["windows"])
    return f"{row}; windows on positions {windows}" if windows else row


_BLOCKS: dict[str, Callable[[Block], Markup]] = {
    "paragraph": _paragraph,
    "list": _list,
    "code": _code,
    "table": _table,
    "cells": _cells,
}
