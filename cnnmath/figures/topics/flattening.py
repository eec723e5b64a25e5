"""From grid to vector: where a pixel ends up, how far its neighbors move away, and what a permutation hides.

Photographs and digits come through `photos`; the connections of a network on the vector are in
`connectivity`.
"""

from __future__ import annotations

from dataclasses import replace

from cnnmath.errors import FigureError
from cnnmath.figures.exact import digits
from cnnmath.figures.layout import LABEL, MARGIN, SMALL, WIDTH, Grid, cell, centered, legend, number, plural
from cnnmath.figures.marks import Circle, Drawing, Image, Mark, Path, Rect, Text
from cnnmath.figures.parameters import Choice, Whole
from cnnmath.figures.photos import PHOTOS, digit_image, gray_photo
from cnnmath.figures.registry import Sketch, Table, draws

__all__ = ["flattening", "permuted_digit", "photo_to_vector", "tensor_layout"]


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
        f"neighbors in the image are in the vector: {distances}. A vertical neighbor moves as far away as "
        "a row is long.",
        alt=f"A grid of {rows} by {columns} pixels numbered 0 to {rows * columns - 1}, row by row, and "
        f"the same numbers in one line. Pixel ({row}, {column}) is number {index}. Neighbors: {distances}.",
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
        "nothing changes. To your eye and to a convolution the right one is noise: of 56 horizontal "
        f"neighbors {number(kept)} are still side by side. (Image from the digits of scikit-learn, UCI, "
        "CC BY 4.0.)",
        alt=f"Left, an 8 by 8 image of the digit {label}. Right, its 64 pixels in an order drawn once: "
        f"the shape is gone, and {kept} of 56 horizontal neighbors stay neighbors.",
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


@draws("photo-to-vector", photo=Choice(tuple(PHOTOS)), row=Whole(0, 78), column=Whole(0, 78))
def photo_to_vector(*, photo: str = "camera", row: int = 12, column: int = 36) -> Sketch:
    """Draw a photograph, a few of its pixels as numbers, and the vector that begins with them.

    Raises FigureError where scikit-image, which ships the photos, is not installed.
    """
    pixels = gray_photo(photo, 84)
    patch = pixels[row : row + 6, column : column + 6].tolist()
    lines = "; ".join(" ".join(map(str, line)) for line in patch)
    jump = 84 - 6
    return Sketch(
        title="A photograph is a grid of numbers, and a vector of them",
        caption="84 × 84 pixels, each a number from 0 (black) to 255 (white). Written row by row they "
        f"are one vector of {number(84 * 84)}; between a row of the cutout and the next, {jump} other "
        f"numbers stand in it. {PHOTOS[photo].credit}",
        alt=f"A photograph of {PHOTOS[photo].shows}, a cutout of 6 by 6 of its pixels as numbers "
        f"({lines}), and the vector, in which {jump} other numbers stand between a row of the cutout and "
        "the next.",
        data=Table(
            ("row", *(f"column {column + at}" for at in range(6))),
            tuple((row + at, *line) for at, line in enumerate(patch)),
        ),
        drawing=_photo_drawing(pixels.tobytes(), patch, (row, column)),
    )


def _photo_drawing(pixels: bytes, patch: list[list[int]], corner: tuple[int, int]) -> Drawing:
    side, scale = 196.0, 196.0 / 84
    marks: list[Mark] = [Image(MARGIN, 20, side, side, 84, 84, 1, pixels)]
    x, y = MARGIN + corner[1] * scale, 20 + corner[0] * scale
    grid = Grid(WIDTH - MARGIN - 31.0 * 6, 25, 31.0, 6, 6)
    for role, thickness in (("paper", 4.5), ("accent", 2.0)):
        marks.append(Rect(x, y, 6 * scale, 6 * scale, "none", role, thickness))
    marks.append(Path(((x + 6 * scale, y), (grid.x, grid.y)), "accent", 1.0))
    marks.append(Path(((x + 6 * scale, y + 6 * scale), (grid.x, grid.bottom)), "accent", 1.0))
    marks += [*grid.cells("input"), *grid.values(patch, SMALL), grid.outline(0, 0, 6, 6, "accent")]
    strip = Grid(MARGIN, 268, 29.0, 1, 6)
    again = Grid(WIDTH - MARGIN - 29.0 * 6, 268, 29.0, 1, 6)
    for part, line in ((strip, patch[0]), (again, patch[1])):
        marks += [*part.cells("input"), *part.values([line], SMALL), part.outline(0, 0, 1, 6, "accent")]
    middle = (strip.right + again.x) / 2
    marks += [
        Text(middle, 278, "78 more", SMALL, color="muted"),
        Text(middle, 295, "· · ·", LABEL, color="muted"),
    ]
    marks.append(Text(MARGIN, 258, "the vector", SMALL, "start", "input-ink"))
    return Drawing.fitted(WIDTH, marks)


@draws("tensor-layout", channels=Whole(1, 3), height=Whole(1, 3), width=Whole(1, 4))
def tensor_layout(*, channels: int = 3, height: int = 2, width: int = 3) -> Sketch:
    """Draw the order of the same numbers in memory: channels first (NCHW) and channels last (NHWC)."""
    cells = [(c, i, j) for c in range(channels) for i in range(height) for j in range(width)]
    orders = {"NCHW": sorted(cells), "NHWC": sorted(cells, key=lambda at: (at[1], at[2], at[0]))}
    steps = {"NCHW": (height * width, width, 1), "NHWC": (1, width * channels, channels)}
    said = "; ".join(
        f"{name}: {' '.join('RGB'[c] + str(i) + str(j) for c, i, j in order)}"
        for name, order in orders.items()
    )
    return Sketch(
        title=f"{plural(len(cells), 'number')} in two orders",
        caption="Letter: channel; digits: row and column. Channels first keeps a channel together, "
        "channels last keeps a pixel together. One step in (channel, row, column) moves "
        f"{_steps(steps['NCHW'])} places in NCHW and {_steps(steps['NHWC'])} in NHWC.",
        alt=f"An image of {channels} × {height} × {width} numbers in the order of memory. {said}. Steps "
        f"for channel, row and column: {_steps(steps['NCHW'])} and {_steps(steps['NHWC'])} places.",
        data=Table(
            ("layout", "place", "channel", "row", "column"),
            tuple((name, at, *cell_) for name, order in orders.items() for at, cell_ in enumerate(order)),
        ),
        drawing=_layout_drawing(orders, (channels, height, width)),
    )


def _steps(steps: tuple[int, ...]) -> str:
    return ", ".join(map(str, steps[:-1])) + f" and {steps[-1]}"


_CHANNELS = ("gradient", "output", "input")


def _layout_drawing(orders: dict[str, list[tuple[int, int, int]]], shape: tuple[int, int, int]) -> Drawing:
    channels, height, width = shape
    side = 33.0
    marks: list[Mark] = []
    for c in range(channels):
        plane = Grid(MARGIN + c * max(side * width + 16, 84), 34, side, height, width)
        names = [[f"{'RGB'[c]}_{{{i}{j}}}" for j in range(width)] for i in range(height)]
        marks += [plane.heading(f"channel {'RGB'[c]}", f"{_CHANNELS[c]}-ink"), *plane.cells(_CHANNELS[c])]
        marks += plane.values(names)
    top = 34 + side * height + 44
    per_line = 12
    for name, order in orders.items():
        marks.append(Text(MARGIN, top - 9, name, LABEL, "start", bold=True))
        for at, (c, i, j) in enumerate(order):
            x, y = MARGIN + at % per_line * 34, top + at // per_line * 40
            marks.append(cell(x, y, 34, _CHANNELS[c], height=30))
            marks.append(centered(x + 17, y + 15, f"{'RGB'[c]}_{{{i}{j}}}"))
        top += (len(order) - 1) // per_line * 40 + 74
    return Drawing.fitted(WIDTH, marks)
