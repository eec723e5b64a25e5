"""Rich text of the question bank as HTML: from the same plain data that the page's script gets.

One function per kind of block and of inline, in two tables; formulas come as LaTeX and are typeset later.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from cnnmath.book.html import Markup, escape, join, math, tag
from cnnmath.practice.richtext import parse, to_dict

__all__ = ["paragraphs", "run", "words"]

Block = Mapping[str, Any]


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
    for kind in ("strong", "code"):
        if kind in inline:
            return tag(kind, inline[kind])
    return escape(inline["text"])


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
    """Draw a row of cells with the windows under it; the words in `text` are what a screen reader hears."""
    windows = [_window(set(window), _width(block)) for window in block["windows"]]
    rows = [_row(block), *windows]
    drawing = tag("span", *rows, class_="cnn-cells", role="img", aria_label=_described(block))
    caption = tag("span", block["caption"], class_="cnn-cells-caption") if block["caption"] else ""
    return tag("p", drawing, caption)


def _width(block: Block) -> int:
    row = block["before"] + block["size"] + block["after"]
    reach = max((max(window) + 1 for window in block["windows"]), default=0)
    return int(max(row, reach))


def _row(block: Block) -> Markup:
    kinds = ["padding"] * block["before"] + ["input"] * block["size"] + ["padding"] * block["after"]
    return _line(kinds)


def _window(taps: set[int], width: int) -> Markup:
    return _line(["kernel" if position in taps else "empty" for position in range(width)])


def _line(kinds: Iterable[str]) -> Markup:
    return tag("span", *(tag("span", class_=f"cnn-cell-{kind}") for kind in kinds), class_="cnn-cells-row")


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
