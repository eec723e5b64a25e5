"""Shift the input and watch the map shift: what stride, borders and pooling leave of it.

Rows of whole numbers, convolved by `exact`; the measured errors of trained networks belong to the
experiments.
"""

from __future__ import annotations

from cnnmath.figures.exact import correlate, digits
from cnnmath.figures.layout import LABEL, MARGIN, SMALL, WIDTH, Grid, arrow, cell, centered, legend, plural
from cnnmath.figures.marks import Drawing, Mark, Rect, Text
from cnnmath.figures.parameters import Whole
from cnnmath.figures.registry import Sketch, Table, draws

__all__ = ["equivariance", "equivariance_by_stride"]

ROW = (0, 0, 3, 3, 3, 0, 0, 2, 0, 0, 0, 0)
EDGE = (-1, 0, 1)


@draws("equivariance", shift=Whole(0, 4), stride=Whole(1, 4))
def equivariance(*, shift: int = 2, stride: int = 1) -> Sketch:
    """Draw a row and its map, then the row shifted and its map, which shifts along if the stride allows."""
    moved = (0,) * shift + ROW[: len(ROW) - shift]
    first, second = (correlate([row], [EDGE], stride)[0] for row in (ROW, moved))
    along = shift // stride
    overlap = range(along, len(first))
    wrong = [at for at in overlap if first[at - along] != second[at]]
    differing = list(overlap) if shift % stride else wrong
    verdict = _verdict(shift, stride, len(wrong))
    return Sketch(
        title=f"Shift the input by {shift}, stride {stride}",
        caption=f"The kernel −1, 0, 1 at stride {stride} on a row, and on the row shifted right by "
        f"{plural(shift, 'cell')}. {verdict}",
        alt=f"Input {_words(ROW)} gives the map {_words(first)}. Shifted by {shift}, input "
        f"{_words(moved)} gives {_words(second)}. {verdict}",
        data=Table(
            ("map cell", "map", "map of the shifted input"),
            tuple((at, *pair) for at, pair in enumerate(zip(first, second, strict=True))),
        ),
        drawing=_equivariance_drawing((ROW, moved), (first, second), (shift, stride), differing),
    )


def _verdict(shift: int, stride: int, wrong: int) -> str:
    if shift % stride:
        return f"{shift} is no multiple of {stride}: other cells are read, and the map is no shifted copy."
    if wrong:
        return f"The map moves by {shift // stride}, but {plural(wrong, 'cell')} near the border differ."
    return f"The map moves by {shift}/{stride} = {shift // stride} and is otherwise the same: equivariance."


def _words(row: tuple[int, ...] | list[int]) -> str:
    return " ".join(str(value).replace("-", "−") for value in row)


def _equivariance_drawing(
    rows: tuple[tuple[int, ...], tuple[int, ...]],
    maps: tuple[list[int], list[int]],
    shift_and_stride: tuple[int, int],
    differing: list[int],
) -> Drawing:
    shift, stride = shift_and_stride
    side = 31.0
    left = (WIDTH - side * len(ROW)) / 2
    marks: list[Mark] = []
    for line, (row, found) in enumerate(zip(rows, maps, strict=True)):
        top = 36.0 + line * 150
        source = Grid(left, top, side, 1, len(row))
        marks += [*source.cells("input"), *source.values([row])]
        title = f"shifted right by {shift}" if line else "input"
        marks.append(Text(left, top - 9, title, SMALL, "start", "input-ink"))
        under = top + side + 34
        for at, value in enumerate(found):
            x = left + (at * stride + 1) * side
            marks += [
                cell(x, under, side, "output"),
                centered(x + side / 2, under + side / 2, str(value).replace("-", "−")),
            ]
            marks += arrow((x + side / 2, top + side + 5), (x + side / 2, under - 4), "grid")
            if line and at in differing:
                marks.append(Rect(x - 2, under - 2, side + 4, side + 4, "none", "gradient", 2.0, (4, 3)))
        marks.append(Text(left - 12 + side, under + side / 2 + 4.5, "map", SMALL, "end", "output-ink"))
    entries: list[tuple[Mark | None, str]] = [(cell(0, 0, 11), "row"), (cell(0, 0, 11, "output"), "map")]
    if differing:
        entries.append((Rect(0, 0, 11, 11, "none", "gradient", 2.0, (4, 3)), "not the shifted map"))
    return Drawing.fitted(WIDTH, marks, legend(left, 36 + 150 + side + 34 + side + 28, entries))


@draws("equivariance-by-stride", strides=Whole(1, 6), shifts=Whole(1, 10))
def equivariance_by_stride(*, strides: int = 4, shifts: int = 8) -> Sketch:
    """Draw for which shifts a strided convolution is equivariant: a table of strides against shifts.

    Found by trying: a ring of 120 numbers is shifted and convolved, and the two maps are compared in
    every rotation.
    """
    ring = digits("ring", 120, 0, 9)
    found = [
        [_rotation(ring, shift, stride) for shift in range(shifts + 1)] for stride in range(1, strides + 1)
    ]
    rows = tuple(
        (stride + 1, *("≠" if by is None else by for by in line)) for stride, line in enumerate(found)
    )
    share = [
        f"{stride}: {sum(by is not None for by in line)} of {len(line)}"
        for stride, line in enumerate(found, 1)
    ]
    return Sketch(
        title="Which shifts survive a stride",
        caption="Each cell says by how many cells the map moves when the input moves by the shift; ≠ "
        "means that the new map is no shifted copy of the old one. At stride s only multiples of s "
        "survive.",
        alt=f"A table of strides 1 to {strides} against shifts 0 to {shifts}. Shifts that survive, by "
        f"stride: {'; '.join(share)}.",
        data=Table(("stride", *(f"shift {shift}" for shift in range(shifts + 1))), rows),
        drawing=_survival_drawing(found),
    )


def _rotation(ring: list[int], shift: int, stride: int) -> int | None:
    """Return by how much the map of the shifted ring is rotated, None where no rotation fits."""
    before, after = (_ring_map(ring[-by:] + ring[:-by] if by else ring, stride) for by in (0, shift))
    size = len(before)
    matches = [by for by in range(size) if all(after[at] == before[at - by] for at in range(size))]
    return matches[0] if matches else None


def _ring_map(ring: list[int], stride: int) -> list[int]:
    return [ring[(at + 1) % len(ring)] - ring[at - 1] for at in range(0, len(ring), stride)]


def _survival_drawing(found: list[list[int | None]]) -> Drawing:
    side = min(36.0, (WIDTH - 2 * MARGIN - 80) / len(found[0]))
    grid = Grid(MARGIN + 76, 48, side, len(found), len(found[0]))
    marks: list[Mark] = [Text(grid.x + grid.width / 2, 18, "shift of the input", SMALL, color="input-ink")]
    for i, line in enumerate(found):
        marks.append(
            Text(grid.x - 12, grid.y + (i + 0.5) * side + 4.5, f"stride {i + 1}", SMALL, "end", "kernel-ink")
        )
        for j, by in enumerate(line):
            x, y = grid.corner(i, j)
            marks.append(
                cell(x, y, side, "output") if by is not None else Rect(x, y, side, side, "none", "grid")
            )
            marks.append(
                centered(
                    *grid.center(i, j),
                    "≠" if by is None else str(by),
                    LABEL,
                    "muted" if by is None else "ink",
                )
            )
    marks += [centered(grid.center(0, j)[0], 36, str(j), SMALL, "muted") for j in range(len(found[0]))]
    entries: list[tuple[Mark | None, str]] = [
        (cell(0, 0, 11, "output"), "the map moves by this much"),
        (Rect(0, 0, 11, 11, "none", "grid"), "no shifted copy"),
    ]
    return Drawing.fitted(WIDTH, marks, legend(grid.x, grid.bottom + 28, entries))
