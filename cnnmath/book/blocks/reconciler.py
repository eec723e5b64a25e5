"""`reconciler NETWORK`: one network under every convention, each figure split by what it is spent on.

The conventions and the split are in `measure`; here they become a table.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from cnnmath.book.context import Context
from cnnmath.book.html import Markup, join, tag
from cnnmath.book.scan import Directive

if TYPE_CHECKING:
    from cnnmath.measure import Breakdown

__all__ = ["render"]

HEADS = (
    "Convention",
    "Called",
    "In all, millions",
    "Multiply-adds",
    "Biases",
    "Normalization",
    "Activations",
    "Pools",
    "Other",
)


def render(directive: Directive, context: Context) -> Markup:
    """Return the table of a network of the zoo, from the smallest figure to the largest."""
    from cnnmath import measure, zoo

    del context
    network, entry = zoo.model(directive.name), zoo.entry(directive.name)
    found = [measure.breakdown(network, name) for name in measure.conventions()]
    found.sort(key=lambda parts: parts.total)
    shape = " × ".join(map(str, network.input_shape))
    about = f", input {shape}, one image, under {len(found)} conventions"
    table = tag(
        "table",
        tag("caption", join([tag("strong", entry.title), about])),
        tag("thead", tag("tr", *(tag("th", head, scope="col") for head in HEADS))),
        tag("tbody", *(tag("tr", *_cells(parts)) for parts in found)),
        class_="cnn-network cnn-reconciler",
    )
    return tag(
        "div",
        table,
        class_="cnn-scroll cnn-wide cnn-block",
        tabindex=0,
        role="group",
        aria_label=f"{entry.title}: operations by convention",
    )


def _cells(parts: Breakdown) -> Iterator[Markup]:
    yield tag("th", parts.convention.title, scope="row")
    yield tag("td", parts.convention.unit)
    yield tag("td", tag("strong", f"{parts.total / 10**6:,.2f}"), class_="cnn-count")
    for count in parts[1:]:
        yield tag("td", f"{count:,}" if count else "", class_="cnn-count")
