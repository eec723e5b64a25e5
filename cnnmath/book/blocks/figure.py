"""`figure NAME key=value...`: a drawing inside the page, with caption, and the same in words and numbers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from cnnmath.book.blocks.symbols import spelled_out
from cnnmath.book.cache import digest
from cnnmath.book.context import Context
from cnnmath.book.html import Markup, data_script, prose, tag
from cnnmath.book.scan import Directive, Parameter

__all__ = ["drawn", "render"]

_PREFIX = "cnn-figure-id"


def render(directive: Directive, context: Context) -> Markup:
    """Return the figure: SVG whose colors are the page's, caption, description and table of its data."""
    shown = drawn(directive.name, directive.parameters, context)
    picture = tag(
        "figure",
        tag("div", shown["svg"], class_="cnn-figure-drawing"),
        tag("figcaption", tag("p", prose(shown["caption"])), _in_words(shown)),
        class_="cnn-figure cnn-wide",
        id=f"figure-{context.number}",
    )
    if shown["player"] is None:
        return picture
    # What moves is handed to the page's script, which walks through it; without the script it stands still.
    return tag("cnn-player", picture, data_script(shown["player"]), class_="cnn-block cnn-wide")


def drawn(name: str, parameters: Mapping[str, Parameter], context: Context) -> dict[str, Any]:
    """Return a figure's words, table and SVG (as markup), from the store unless something changed."""
    from cnnmath.figures import kind

    shown = kind(name)
    parameters = spelled_out(parameters, shown.parameters)
    source = context.book.sources.of(shown.draw.__module__)
    key = f"figures/{digest(name, parameters, source, context.book.sources.of('cnnmath.figures.svg'))}.json"
    kept = json.loads(context.book.store.text(key, lambda: _draw(name, parameters)))
    svg = kept["svg"].replace(_PREFIX, f"figure-{context.number}")
    return {**kept, "svg": Markup(svg)}


def _draw(name: str, parameters: Mapping[str, Parameter]) -> str:
    from cnnmath.figures import figure

    made = figure(name, **parameters)
    # Lines are joined and the search index is told to pass by: the words below the drawing say the same.
    svg = " ".join(made.svg("page", prefix=_PREFIX).split("\n")).replace(
        "<svg ", "<svg data-search-exclude ", 1
    )
    kept: dict[str, object] = {
        "title": made.title,
        "caption": made.caption,
        "alt": made.alt,
        "svg": svg,
        "columns": made.data.columns,
        "rows": made.data.rows,
        "player": None if made.player is None else dict(made.player),
    }
    return json.dumps(kept, ensure_ascii=False)


def _in_words(shown: dict[str, Any]) -> Markup:
    head = tag("tr", *(tag("th", column, scope="col") for column in shown["columns"]))
    rows = [tag("tr", *(tag("td", cell) for cell in row)) for row in shown["rows"]]
    table = tag("div", tag("table", tag("thead", head), tag("tbody", *rows)), class_="cnn-scroll")
    return tag(
        "details",
        tag("summary", "In words and numbers"),
        tag("p", prose(shown["alt"])),
        table if rows else "",
        class_="cnn-more",
        data_search_exclude=True,
    )
