"""`recount SOURCE model=NAME`: what a source prints about networks, beside our count, with each difference.

The claims are data in `zoo`, the counting is in `measure`; here they become a table.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING

from cnnmath.book.context import Context
from cnnmath.book.html import Markup, join, prose, tag
from cnnmath.book.scan import Directive
from cnnmath.errors import BookError

if TYPE_CHECKING:
    from cnnmath.measure import Recount

__all__ = ["render"]

SAME = {
    "exact": "the same",
    "rounded": "the same, rounded",
    "cut off": "the same, digits cut off",
}


def render(directive: Directive, context: Context) -> Markup:
    """Return the table of a source; `model` keeps the rows about one network."""
    from cnnmath import measure, zoo

    del context
    model = str(directive.parameters.get("model", ""))
    found = [measure.recount(claim) for claim in zoo.claims(model, directive.name)]
    if not found:
        raise BookError(
            where=f"recount {directive.name}", given=f"model={model}", expected="a network that it mentions"
        )
    source = found[0].claim.source
    heads = ("In the source", "Quantity", "Printed", "Counted", "Comparison")
    table = tag(
        "table",
        tag("caption", join([tag("strong", source.text), f", {source.place}"])),
        tag("thead", tag("tr", *(tag("th", head, scope="col") for head in heads))),
        tag("tbody", *map(_row, found)),
        class_="cnn-network cnn-recount",
    )
    return tag(
        "div",
        table,
        class_="cnn-scroll cnn-wide cnn-block",
        tabindex=0,
        role="group",
        aria_label=f"{source.text}, {source.place}: printed and counted",
    )


def _row(found: Recount) -> Markup:
    claim = found.claim
    differs = found.verdict == "differs"
    return tag(
        "tr",
        tag("th", claim.item, scope="row"),
        tag("td", claim.quantity),
        tag("td", claim.printed, class_="cnn-count"),
        tag("td", _shown(found.counted), class_="cnn-count"),
        tag("td", *_comparison(found), class_="cnn-differs" if differs else None),
    )


def _shown(counted: int | Fraction) -> str:
    return f"{counted:,}" if isinstance(counted, int) else f"{float(counted):.2f}%"


def _comparison(found: Recount) -> Iterator[Markup]:
    said = SAME.get(found.verdict) or _difference(found)
    yield tag("strong", said) if found.verdict == "differs" else prose(said)
    if found.claim.why:
        yield prose(f": {found.claim.why}")


def _difference(found: Recount) -> str:
    """Return how far the count is from what is printed: a percentage, or a factor where it is large."""
    ratio = 1 + found.difference
    if ratio > 2:
        return f"{float(ratio):.1f} times as many"
    share = abs(float(100 * found.difference))
    return f"{share:.2g}% {'more' if ratio > 1 else 'fewer'}"
