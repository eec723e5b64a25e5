"""Indices: where a cell (channel, row, column) ends up when the image is flattened, and back."""

from __future__ import annotations

from cnnmath.derive.model import Proof
from cnnmath.derive.quantities import Quantity, quantity
from cnnmath.derive.registry import derives
from cnnmath.derive.sides import label
from cnnmath.derive.worksheet import Worksheet

PLACE = (
    quantity("H", "height of the image", unit="rows"),
    quantity("W", "width of the image", unit="columns"),
    quantity("c", "number of the channel, counted from 0", least=0),
    quantity("i", "number of the row, counted from 0", least=0),
    quantity("j", "number of the column, counted from 0", least=0),
)
INSIDE = ("i <= H - 1", "j <= W - 1")
INDEX = "(c*H + i)*W + j"


def _plane() -> tuple[Quantity, ...]:
    return tuple(entry for entry in PLACE if entry.name not in ("c", "H"))


@derives("flatten-index", "Position of a cell in the flattened image", views=("simple", "standard"))
def flatten_index(view: str) -> Proof:
    """Row by row, channel by channel: count the cells that come before."""
    if view == "simple":
        sheet = Worksheet(_plane(), given=("j <= W - 1",))
        sheet.define(
            label(r"\text{cells before}", "cells before"),
            "=",
            "i*W + j",
            "Cells are written row by row. Before cell $(i, j)$ come $i$ whole rows of $W$ cells and, in "
            "its own row, "
            "$j$ cells. Positions are counted from 0, so the number of cells before is the position.",
        )
        sheet.step(
            "i*W + (j + 1)",
            "=",
            "(i*W + j) + 1",
            rule="rearrange",
            because="One column to the right is the next position.",
        )
        sheet.step(
            "(i + 1)*W + j",
            "=",
            "(i*W + j) + W",
            rule="rearrange",
            because="One row down is $W$ positions further: neighbors in the image end up far apart.",
        )
        return sheet.conclude("m", "i*W + j", "0 <= j < W")
    sheet = Worksheet(PLACE, given=INSIDE)
    sheet.define(
        label(r"\text{cells before}", "cells before"),
        "=",
        "c*(H*W) + i*W + j",
        "Channel by channel, row by row: before cell $(c, i, j)$ come $c$ whole channels of $H*W$ cells, "
        "$i$ whole "
        "rows of $W$ cells, and $j$ cells of its own row.",
    )
    sheet.then("=", INDEX, rule="factor", because="Take out the common factor $W$.")
    sheet.step(
        "((c + 1)*H + i)*W + j",
        "=",
        f"({INDEX}) + H*W",
        rule="rearrange",
        because="The same place in the next channel is $H*W$ positions further.",
    )
    return sheet.conclude("m", INDEX, "0 <= i < H, 0 <= j < W")


@derives("unflatten-index", "Cell of a position in the flattened image", views=("simple", "standard"))
def unflatten_index(view: str) -> Proof:
    """Division with remainder undoes flattening."""
    position = quantity("m", "position in the flattened image, counted from 0", least=0)
    if view == "simple":
        sheet = Worksheet((position, *_plane()), given=("m = i*W + j", "j <= W - 1"))
        sheet.define("m", "=", "i*W + j", "The position of cell $(i, j)$ in the flattened image.")
        sheet.step(
            "floor(m/W)",
            "=",
            "i",
            rule="floor",
            because="Whole rows are taken out; the $j < W$ cells that are left make no whole row.",
        )
        sheet.step(
            "(i*W + j) mod W",
            "=",
            "j",
            rule="remainder",
            because="What is left after whole rows is the column.",
        )
        return sheet.conclude("i", "floor(m/W)", "the column is m mod W")
    sheet = Worksheet((position, *PLACE), given=(f"m = {INDEX}", *INSIDE))
    sheet.define("m", "=", INDEX, "The position of cell $(c, i, j)$ in the flattened image.")
    sheet.step(
        "floor(m/(H*W))",
        "=",
        "c",
        rule="floor",
        because="Whole channels are taken out; what is left is less than $H*W$ cells.",
    )
    sheet.step(
        "floor(m/W)", "=", "c*H + i", rule="floor", because="Whole rows, of all channels, are taken out."
    )
    sheet.step(
        "(c*H + i) mod H",
        "=",
        "i",
        rule="remainder",
        because="Of these $floor(m/W)$ rows, whole channels of $H$ rows are taken out; what is left is "
        "the row.",
    )
    sheet.step(
        f"({INDEX}) mod W", "=", "j", rule="remainder", because="What is left after whole rows is the column."
    )
    return sheet.conclude("c", "floor(m/(H*W))", "the row is floor(m/W) mod H, the column m mod W")
