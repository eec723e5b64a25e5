"""From grid to vector: where a pixel ends up, how far its neighbors move away, and what a permutation hides.

Photographs and digits come through `photos`; the connections of a network on the vector are in
`connectivity`.
"""

from __future__ import annotations

from dataclasses import replace

from cnnmath.errors import FigureError
from cnnmath.figures.exact import digits
from cnnmath.figures.layout import MARGIN, SMALL, WIDTH, Grid, cell, legend, number, plural
from cnnmath.figures.marks import Circle, Drawing, Image, Mark, Path, Rect, Text
from cnnmath.figures.parameters import Whole
from cnnmath.figures.photos import digit_image
from cnnmath.figures.registry import Sketch, Table, draws

__all__ = ["flattening", "permuted_digit"]


@draws("flattening", rows=Whole(1, 6), columns=Whole(1, 8), row=Whole(0, 5), column=Whole(0, 7))
def flattening(*, rows: int = 4, columns: int = 5, row: int = 1, column: int = 2) -> Sketch:
    """Draw a grid written out as a vector, row by row, with one pixel and its neighbors marked in both.

    Raises FigureError where the chosen pixel lies outside the grid.
    """
    if row >= rows or column >= columns:
        raise FigureError(
            where="figure flattening",
            given=f"pixel ({row}, {column})",
            expected=f"row 0 to {rows - 1} and column 0 to {columns - 1}",
        )
    index = row * columns + column
    places = {
        "left": (row, column - 1),
        "right": (row, column + 1),
        "up": (row - 1, column),
        "down": (row + 1, column),
    }
    near = {name: i * columns + j for name, (i, j) in places.items() if 0 <= i < rows and 0 <= j < columns}
    distances = "; ".join(
        f"{name} {other}, {plural(abs(other - index), 'place')} away" for name, other in near.items()
    )
    return Sketch(
        title=f"A {rows} × {columns} image as a vector of {rows * columns}",
        caption=f"Pixel ({row}, {column}) becomes entry {row}·{columns} + {column} = {index}. Its "
        "neighbors in the image "
        f"are in the vector: {distances}. A vertical neighbor moves as far away as a row is long.",
        alt=f"A grid of {rows} by {columns} pixels numbered 0 to {rows * columns - 1}, row by row, and "
        "the same numbers "
        f"in one line. Pixel ({row}, {column}) is number {index}. Neighbors: {distances}.",
        data=Table(
            ("neighbor", "index in the vector", "distance in the vector"),
            tuple((name, other, abs(other - index)) for name, other in near.items()),
        ),
        drawing=_flattening_drawing((rows, columns), index, set(near.values())),
    )


def _flattening_drawing(shape: tuple[int, int], index: int, near: set[int]) -> Drawing:
    rows, columns = shape
    count = rows * columns
    grid = Grid((WIDTH - 32.0 * columns) / 2, 34, 32.0, rows, columns)
    per_line = min(count, 20)
    side = min(32.0, (WIDTH - 2 * MARGIN) / per_line)
    top = grid.bottom + 76
    marks: list[Mark] = [grid.heading("image", "input-ink")]
    strip = [(MARGIN + (at % per_line) * side, top + (at // per_line) * (side + 22)) for at in range(count)]
    for at, (x, y) in enumerate(strip):
        home = grid.center(*divmod(at, columns))
        chosen, beside = at == index, at in near
        role = "accent" if chosen or beside else "input"
        if chosen or beside:
            ends = (
                (home[0], home[1] + 12),
                (home[0], grid.bottom + 26),
                (x + side / 2, y - 30),
                (x + side / 2, y - 2),
            )
            marks.append(Path(ends, role, 2.0 if chosen else 1.5, dash=() if chosen else (4, 3), curved=True))
        marks.append(cell(*grid.corner(*divmod(at, columns)), grid.side, role))
        marks.append(cell(x, y, side, role))
    marks += grid.values([[i * columns + j for j in range(columns)] for i in range(rows)])
    marks += [Text(x + side / 2, y + side / 2 + 4.3, str(at), SMALL) for at, (x, y) in enumerate(strip)]
    marks += [grid.outline(*divmod(index, columns)), Rect(*strip[index], side, side, "none", "ink", 2.5)]
    entries: list[tuple[Mark | None, str]] = [
        (replace(cell(0, 0, 11, "accent"), stroke="ink", line=2.5), "the pixel"),
        (cell(0, 0, 11, "accent"), "its neighbors in the image"),
    ]
    return Drawing.fitted(WIDTH, marks, legend(MARGIN, strip[-1][1] + side + 26, entries))


@draws("permuted-digit", sample=Whole(0, 1796), seed=Whole(0, 999))
def permuted_digit(*, sample: int = 0, seed: int = 1) -> Sketch:
    """Draw a digit and the same digit with all pixels shuffled by one fixed permutation.

    Raises FigureError where scikit-learn, which ships the digits, is not installed.
    """
    pixels, label = digit_image(sample)
    order = permutation(64, seed)
    shuffled = [pixels[at] for at in order]
    kept = sum(abs(order[at] - order[at + 1]) == 1 for at in range(63) if at % 8 != 7)
    return Sketch(
        title=f"The digit {label}, and the same 64 numbers in another order",
        caption="To a network that sees a vector, both are the same task: renumber the inputs and "
        "nothing changes. "
        "To your eye and to a convolution the right one is noise: of 56 horizontal neighbors "
        f"{number(kept)} are still "
        "side by side. (Image from the digits of scikit-learn, UCI, CC BY 4.0.)",
        alt=f"Left, an 8 by 8 image of the digit {label}. Right, its 64 pixels in an order drawn once: "
        "the shape is gone, "
        f"and {kept} of 56 horizontal neighbors stay neighbors.",
        data=Table(
            ("place", "pixel shown there", "gray value"),
            tuple((at, order[at], shuffled[at]) for at in range(64)),
        ),
        drawing=_permuted_drawing(pixels, shuffled),
    )


def permutation(count: int, seed: int) -> list[int]:
    """Return a permutation of 0 to count - 1 that is the same on every platform.

    >>> sorted(permutation(5, 1))
    [0, 1, 2, 3, 4]
    """
    keys = digits(f"permutation {seed}", count, 0, 2**31)
    return sorted(range(count), key=lambda at: (keys[at], at))


def _permuted_drawing(pixels: list[int], shuffled: list[int]) -> Drawing:
    side = 188.0
    marks: list[Mark] = []
    for left, values, title in ((MARGIN, pixels, "as drawn"), (WIDTH - MARGIN - side, shuffled, "permuted")):
        gray = bytes(255 - round(value * 255 / 16) for value in values)
        marks.append(Text(left + side / 2, 26, title, SMALL, color="input-ink"))
        marks.append(Image(left, 36, side, side, 8, 8, 1, gray, smooth=False))
        marks.append(Rect(left, 36, side, side, "none", "input", 1.5))
    middle = 36 + side / 2
    marks += [Circle(WIDTH / 2, middle + shift, 2, "muted") for shift in (-8, 0, 8)]
    return Drawing.fitted(WIDTH, marks)
