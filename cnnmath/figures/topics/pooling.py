"""Pooling in numbers: the windows and their results, where the gradient goes, and what a small shift changes.

Where pooling windows lie when the size does not divide is in `grids`.
"""

from __future__ import annotations

from dataclasses import replace

from cnnmath.errors import FigureError
from cnnmath.figures.exact import Rows, patch, places, pool
from cnnmath.figures.layout import (
    LABEL,
    MARGIN,
    SMALL,
    WIDTH,
    Grid,
    arrow,
    cell,
    legend,
    number,
    plural,
)
from cnnmath.figures.marks import Circle, Drawing, Mark, Rect, Text
from cnnmath.figures.parameters import Choice, Matrix, Whole
from cnnmath.figures.registry import Sketch, Table, draws

__all__ = ["first_maximum", "pooling", "pooling_gradient", "pooling_shift"]

EXAMPLE = ((1, 1, 2, 4), (5, 6, 7, 8), (3, 2, 1, 0), (1, 2, 3, 4))
KINDS = Choice(("max", "average"))


def first_maximum(rows: Rows, corner: tuple[int, int], size: int) -> tuple[int, int]:
    """Return the place of a window's largest entry, the first in reading order where several are equal.

    >>> first_maximum([[1, 7], [7, 0]], (0, 0), 2)
    (0, 1)
    """
    cells = [(corner[0] + i, corner[1] + j) for i in range(size) for j in range(size)]
    return max(cells, key=lambda at: (rows[at[0]][at[1]], -at[0], -at[1]))


@draws("pooling", image=Matrix(8, 8), size=Whole(1, 4), stride=Whole(1, 4), kind=KINDS)
def pooling(*, image: Rows = EXAMPLE, size: int = 2, stride: int = 2, kind: str = "max") -> Sketch:
    """Draw max or average pooling of a small matrix, window by window.

    Raises FigureError where no window fits.
    """
    _check(image, size, "pooling")
    result = pool(image, size, stride, kind)
    rule = "the largest entry" if kind == "max" else "the mean"
    return Sketch(
        title=f"{kind.capitalize()} pooling of a {len(image)} × {len(image[0])} matrix",
        caption=f"Each {size} × {size} window at stride {stride} becomes one number, {rule}: "
        f"{_words(result)}." + (" The entries that win are circled." if kind == "max" else ""),
        alt=f"The matrix {_words(image)}, pooled with {size} by {size} windows at stride {stride}. "
        f"Keeping {rule} of each window gives {_words(result)}.",
        data=_table(image, size, stride, result),
        drawing=_pooling_drawing(image, (size, stride, kind), result),
    )


def _check(image: Rows, size: int, name: str) -> None:
    if size > min(len(image), len(image[0])):
        raise FigureError(
            where=f"figure {name}",
            given=f"windows of {size} on a {len(image)} × {len(image[0])} matrix",
            expected="windows that fit",
        )


def _words(rows: list[list[float]] | Rows) -> str:
    return "; ".join(" ".join(map(number, line)) for line in rows)


def _table(image: Rows, size: int, stride: int, result: list[list[float]]) -> Table:
    rows = [
        (f"({i}, {j})", _words(patch(image, (i * stride, j * stride), (size, size))), value)
        for i, line in enumerate(result)
        for j, value in enumerate(line)
    ]
    return Table(("output cell", "window", "result"), tuple(rows))


def _pair(image: Rows, result: list[list[float]], top: float = 36.0) -> tuple[Grid, Grid]:
    """Return the grids of a matrix and of its pooled form, side by side."""
    columns = len(image[0]) + len(result[0])
    side = min(40.0, (WIDTH - 2 * MARGIN - 80) / columns)
    left = (WIDTH - side * columns - 80) / 2
    source = Grid(left, top, side, len(image), len(image[0]))
    down = top + (source.height - side * len(result)) / 2
    return source, Grid(source.right + 80, down, side, len(result), len(result[0]))


def _pooling_drawing(image: Rows, rule: tuple[int, int, str], result: list[list[float]]) -> Drawing:
    size, stride, kind = rule
    source, target = _pair(image, result)
    apart = stride >= size
    marks: list[Mark] = [*source.cells("input", "input"), *target.cells("output", "output")]
    for i in range(len(result)):
        for j in range(len(result[0])):
            if apart and (i + j) % 2:
                marks += _pale(source, i * stride, j * stride, size, "input")
                marks += _pale(target, i, j, 1, "output")
            if apart or (i, j) == (0, 0):
                marks.append(source.outline(i * stride, j * stride, size, size))
                marks.append(target.outline(i, j))
            if kind == "max":
                place = first_maximum(image, (i * stride, j * stride), size)
                marks.append(Circle(*source.center(*place), 0.36 * source.side, "paper", "output", 2.0))
    middle = source.y + source.height / 2
    return Drawing.fitted(
        WIDTH,
        [*marks, *source.values(image), *target.values(result, bold=True)],
        [source.heading("input", "input-ink"), target.heading("output", "output-ink")],
        arrow((source.right + 18, middle), (target.x - 18, middle)),
        [Text((source.right + target.x) / 2, middle - 12, kind, SMALL, color="muted")],
    )


def _pale(grid: Grid, row: int, column: int, size: int, role: str) -> list[Mark]:
    """Return the cells of every second window again, without body, so that neighbors differ in lightness."""
    return [
        Rect(*grid.corner(row + i, column + j), grid.side, grid.side, "paper", role)
        for i in range(size)
        for j in range(size)
    ]


@draws("pooling-gradient", image=Matrix(8, 8), size=Whole(1, 4), stride=Whole(1, 4), kind=KINDS)
def pooling_gradient(*, image: Rows = EXAMPLE, size: int = 2, stride: int = 2, kind: str = "max") -> Sketch:
    """Draw where pooling sends the gradient: all of it to the first maximum, or an equal share to each entry.

    Each output cell sends back a gradient of 1. Raises FigureError where no window fits.
    """
    _check(image, size, "pooling-gradient")
    back = _gradient(image, size, stride, kind)
    rule = (
        "the first largest entry of its window gets all of it"
        if kind == "max"
        else f"each of the {size * size} entries of its window gets 1/{size * size}"
    )
    return Sketch(
        title=f"Gradient of {kind} pooling",
        caption=f"Every output cell sends back a gradient of 1; {rule}. Where windows overlap, "
        "contributions add up.",
        alt=f"The matrix {_words(image)}, pooled with {size} by {size} windows at stride {stride}, and "
        f"the gradient that reaches it when every output has gradient 1: {_words(back)}; {rule}.",
        data=Table(
            ("row", *(f"column {at}" for at in range(len(back[0])))),
            tuple((i, *line) for i, line in enumerate(back)),
        ),
        drawing=_gradient_drawing(image, back),
    )


def _gradient(image: Rows, size: int, stride: int, kind: str) -> list[list[float]]:
    """Return the gradient at the input in whole shares, divided once at the end."""
    shares = [[0] * len(line) for line in image]
    for top in places(len(image), size, stride):
        for left in places(len(image[0]), size, stride):
            if kind == "max":
                row, column = first_maximum(image, (top, left), size)
                shares[row][column] += 1
            else:
                for at in range(size * size):
                    shares[top + at // size][left + at % size] += 1
    parts = 1 if kind == "max" else size * size
    return [[share // parts if share % parts == 0 else share / parts for share in line] for line in shares]


def _gradient_drawing(image: Rows, back: list[list[float]]) -> Drawing:
    source, target = _pair(image, back)
    middle = source.y + source.height / 2
    marks: list[Mark] = [*source.cells("input"), *source.values(image)]
    for i, line in enumerate(back):
        for j, value in enumerate(line):
            box = cell(*target.corner(i, j), target.side, "gradient")
            marks.append(box if value else replace(box, fill="none", stroke="grid"))
    entries: list[tuple[Mark | None, str]] = [
        (cell(0, 0, 11, "gradient"), "gets gradient"),
        (Rect(0, 0, 11, 11, "none", "grid"), "gets none"),
    ]
    return Drawing.fitted(
        WIDTH,
        [*marks, *target.values(back, SMALL)],
        [source.heading("input", "input-ink"), target.heading("gradient at the input", "gradient-ink")],
        arrow((source.right + 18, middle), (target.x - 18, middle), "gradient"),
        legend(MARGIN, source.bottom + 28, entries),
    )


@draws("pooling-shift", size=Whole(1, 4), shift=Whole(0, 4))
def pooling_shift(*, size: int = 2, shift: int = 1) -> Sketch:
    """Draw a row and the same row shifted, both max-pooled: what stays the same and what changes."""
    row = [0, 0, 3, 9, 4, 0, 0, 0, 7, 1, 0, 0]
    moved = [0] * shift + row[: len(row) - shift]
    rows = {"row": row, f"shifted by {shift}": moved}
    pooled = {
        name: [max(line[at : at + size]) for at in places(len(line), size, size)]
        for name, line in rows.items()
    }
    before, after = pooled.values()
    same = sum(first == second for first, second in zip(before, after, strict=True))
    changed = sum(first != second for first, second in zip(row, moved, strict=True))
    summary = f"{changed} of {len(row)} inputs change, {len(before) - same} of {len(before)} maxima do"
    return Sketch(
        title=f"Max pooling under a shift by {shift}",
        caption=f"Windows of {size} at stride {size}: {summary}. Pooling is invariant only to shifts that "
        "stay inside a window.",
        alt=f"A row {' '.join(map(str, row))} pools to {' '.join(map(str, before))}. Shifted by "
        f"{plural(shift, 'cell')} it is {' '.join(map(str, moved))} and pools to "
        f"{' '.join(map(str, after))}. {summary}.",
        data=Table(
            ("window", "maximum", "maximum after the shift"),
            tuple((at, *pair) for at, pair in enumerate(zip(before, after, strict=True))),
        ),
        drawing=_shift_drawing(rows, pooled, size),
    )


def _shift_drawing(rows: dict[str, list[int]], pooled: dict[str, list[int]], size: int) -> Drawing:
    side = 32.0
    before, after = pooled.values()
    marks: list[Mark] = []
    for line, (name, values) in enumerate(rows.items()):
        top = 34.0 + line * 124
        grid = Grid((WIDTH - side * len(values)) / 2, top, side, 1, len(values))
        marks += [
            Text(grid.x, top - 8, name, SMALL, "start", "input-ink"),
            *grid.cells("input"),
            *grid.values([values]),
        ]
        for at, value in enumerate(pooled[name]):
            x = grid.x + at * size * side
            below = Rect(x + 4, top + side + 22, size * side - 8, 30, "output-fill", "output")
            marks.append(Rect(x, top, size * side, side, "none", "ink", 2.0))
            marks += arrow((x + size * side / 2, top + side + 4), (x + size * side / 2, top + side + 19))
            marks += [below, Text(x + size * side / 2, below.y + 19.7, str(value), LABEL, bold=True)]
            if line and before[at] != after[at]:
                marks.append(
                    Rect(below.x - 3, below.y - 3, below.width + 6, 36, "none", "gradient", 2.0, (4, 3))
                )
    entries: list[tuple[Mark | None, str]] = [
        (Rect(0, 0, 11, 11, "none", "ink", 2.0), "window"),
        (cell(0, 0, 11, "output"), "maximum"),
        (Rect(0, 0, 11, 11, "none", "gradient", 2.0, (4, 3)), "changed by the shift"),
    ]
    return Drawing.fitted(WIDTH, marks, legend(MARGIN + 14, 34 + 124 + side + 82, entries))
