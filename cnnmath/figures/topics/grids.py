"""Windows on a plane: padding, stride and dilation, how often pixels are used, and the transposed way back.

One dimension, with every window drawn, is in `windows`; worked numbers are in `by_hand`.
"""

from __future__ import annotations

from dataclasses import replace

from cnnmath.errors import FigureError
from cnnmath.figures.layout import (
    LABEL,
    MARGIN,
    SMALL,
    WIDTH,
    Grid,
    arrow,
    cell,
    centered,
    legend,
    listing,
    number,
    plural,
)
from cnnmath.figures.marks import Drawing, Mark, Path, Rect, Text
from cnnmath.figures.parameters import Choice, Sides, Whole
from cnnmath.figures.registry import Sketch, Table, draws
from cnnmath.figures.topics.windows import Row, formula_in_numbers

__all__ = ["convolution_grid", "padding_modes", "pixel_use", "pooling_overhang", "transposed_windows"]


@draws(
    "convolution-grid",
    input=Whole(1, 14),
    kernel=Whole(1, 9),
    stride=Whole(1, 6),
    padding=Sides(4),
    dilation=Whole(1, 4),
    row=Whole(0, 13),
    column=Whole(0, 13),
)
def convolution_grid(
    *,
    input_: int = 5,
    kernel: int = 3,
    stride: int = 2,
    padding: tuple[int, int] = (1, 1),
    dilation: int = 1,
    row: int = 1,
    column: int = 0,
) -> Sketch:
    """Draw a square input with padding, one window on it, and the output cell it makes.

    Raises FigureError where no window fits or the output cell does not exist.
    """
    line = Row(input_, kernel, stride, *padding, dilation)
    starts = _starts(line, "convolution-grid")
    if row >= len(starts) or column >= len(starts):
        raise FigureError(
            where="figure convolution-grid",
            given=f"output cell ({row}, {column})",
            expected=f"a row and a column from 0 to {len(starts) - 1}",
        )
    rows, columns = ([start - line.before for start in line.taps(starts[at])] for at in (row, column))
    size = f"{len(starts)} × {len(starts)}"
    return Sketch(
        title=f"{input_} × {input_} input, {size} output",
        caption=f"{_geometry(line)} give a {size} output: {formula_in_numbers(line)} along each axis. "
        f"Output cell ({row}, {column}) reads the outlined window.",
        alt=f"A square of {input_} by {input_} input cells with padding {line.before} before and "
        f"{line.after} after along each axis, and an output of {len(starts)} by {len(starts)} cells: "
        f"{formula_in_numbers(line)}. Output cell ({row}, {column}) reads rows "
        f"{listing(map(number, rows))} and columns {listing(map(number, columns))}; numbers below 0 or "
        f"above {input_ - 1} are padding.",
        data=Table(
            ("output row or column", "reads input rows or columns"),
            tuple((at, _reads(line, start)) for at, start in enumerate(starts)),
        ),
        drawing=_plane(line, row, column),
    )


def _starts(line: Row, name: str) -> list[int]:
    if not line.starts():
        raise FigureError(
            where=f"figure {name}",
            given=f"{line.padded} cells with padding and a window of {line.span}",
            expected="room for at least one window",
            remedy="Make the input or the padding larger, or kernel and dilation smaller.",
        )
    return line.starts()


def _geometry(line: Row) -> str:
    parts = [f"Kernel {line.kernel} × {line.kernel}", f"stride {line.stride}"]
    same = line.before == line.after
    parts.append(f"padding {line.before}" if same else f"padding {line.before} before and {line.after} after")
    if line.dilation > 1:
        parts.append(f"dilation {line.dilation}")
    return ", ".join(parts[:-1]) + " and " + parts[-1]


def _reads(line: Row, start: int) -> str:
    taps = [position - line.before for position in line.taps(start)]
    return ", ".join(str(tap) if 0 <= tap < line.cells else "padding" for tap in taps)


def _plane(line: Row, row: int, column: int) -> Drawing:
    starts = line.starts()
    gap = 64.0
    side = min(30.0, (WIDTH - 2 * MARGIN - gap) / (line.padded + len(starts)))
    left = (WIDTH - gap - side * (line.padded + len(starts))) / 2
    source = Grid(left, 36, side, line.padded, line.padded)
    target = Grid(
        source.right + gap, 36 + (source.height - side * len(starts)) / 2, side, len(starts), len(starts)
    )
    marks: list[Mark] = [*source.cells(lambda i, j: _role(line, i, j), "input")]
    for i in line.taps(starts[row]):
        for j in line.taps(starts[column]):
            x, y = source.corner(i, j)
            inset = max(1.5, side * 0.12)
            marks.append(
                Rect(
                    x + inset,
                    y + inset,
                    side - 2 * inset,
                    side - 2 * inset,
                    "kernel-fill",
                    "kernel",
                    1.5,
                    radius=2,
                )
            )
    marks += [
        source.outline(starts[row], starts[column], line.span, line.span),
        *target.cells("output", "output"),
        target.outline(row, column),
        source.heading(f"{line.cells} × {line.cells} input", "input-ink"),
        target.heading(f"{len(starts)} × {len(starts)}" if len(starts) < 4 else "output", "output-ink"),
        *arrow(
            (source.right + 14, source.y + source.height / 2), (target.x - 14, source.y + source.height / 2)
        ),
    ]
    entries: list[tuple[Mark | None, str]] = [(cell(0, 0, 11, "input"), "input")]
    if line.padded > line.cells:
        entries.append((cell(0, 0, 11, "padding"), "padding"))
    entries.append((Rect(0, 0, 11, 11, "kernel-fill", "kernel", 1.5, radius=2), "read by the window"))
    entries.append((cell(0, 0, 11, "output"), "output"))
    return Drawing.fitted(WIDTH, marks, legend(MARGIN, source.bottom + 30, entries))


def _role(line: Row, i: int, j: int) -> str:
    inside = line.before <= i < line.before + line.cells and line.before <= j < line.before + line.cells
    return "input" if inside else "padding"


@draws("pixel-use", input=Whole(1, 12), kernel=Whole(1, 9), stride=Whole(1, 6), padding=Sides(4))
def pixel_use(
    *, input_: int = 6, kernel: int = 3, stride: int = 1, padding: tuple[int, int] = (1, 1)
) -> Sketch:
    """Draw how many windows read each pixel: fewest at the corners, most inside.

    Raises FigureError where no window fits.
    """
    line = Row(input_, kernel, stride, *padding, 1)
    starts = _starts(line, "pixel-use")
    along = [sum(start <= at + line.before < start + kernel for start in starts) for at in range(input_)]
    counts = [[down * across for across in along] for down in along]
    middle = input_ // 2
    corner, edge, inner = counts[0][0], counts[0][middle], counts[middle][middle]
    summary = f"a corner {_times(corner)}, the middle of an edge {_times(edge)}, the center {_times(inner)}"
    return Sketch(
        title=f"How often each of {input_} × {input_} pixels is used",
        caption=f"{_geometry(line)}: the number in a pixel counts the windows that read it: {summary}. "
        "The count is the product of the counts along the two axes.",
        alt=f"A square of {input_} by {input_} pixels, each with the number of windows that read it: "
        f"{summary}. Row by row: {'; '.join(' '.join(map(str, row)) for row in counts)}.",
        data=Table(
            ("row", *(f"column {at}" for at in range(input_))),
            tuple((i, *row) for i, row in enumerate(counts)),
        ),
        drawing=_use_drawing(line, counts, along),
    )


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count} times")


def _use_drawing(line: Row, counts: list[list[int]], along: list[int]) -> Drawing:
    side = min(38.0, (WIDTH - 2 * MARGIN - 70) / line.padded)
    whole = Grid((WIDTH - side * line.padded) / 2 - 20, 52, side, line.padded, line.padded)
    inner = Grid(*whole.corner(line.before, line.before), side, line.cells, line.cells)
    most = max(1, *(count for row in counts for count in row))
    marks: list[Mark] = [box for box in whole.cells(lambda i, j: _role(line, i, j)) if isinstance(box, Rect)]
    for i, row in enumerate(counts):
        for j, count in enumerate(row):
            x, y = inner.corner(i, j)
            marks.append(Rect(x, y, side, side, "input", opacity=round(0.34 * count / most, 3)))
            marks.append(centered(*inner.center(i, j), str(count), bold=count == most))
    for at, count in enumerate(along):
        x, y = inner.center(at, at)
        marks.append(centered(x, whole.y - 14, str(count), SMALL, "kernel-ink"))
        marks.append(centered(whole.right + 16, y, str(count), SMALL, "kernel-ink"))
    marks.append(
        Text(whole.x + whole.width / 2, whole.y - 30, "windows along this axis", SMALL, color="kernel-ink")
    )
    entries: list[tuple[Mark | None, str]] = [(cell(0, 0, 11, "input"), "pixel")]
    if line.padded > line.cells:
        entries.append((cell(0, 0, 11, "padding"), "padding"))
    entries.append((None, "number = windows that read it"))
    return Drawing.fitted(WIDTH, marks, legend(whole.x, whole.bottom + 28, entries))


_MODES = ("zeros", "replicate", "reflect", "circular")


@draws("padding-modes", input=Whole(2, 8), padding=Whole(1, 4))
def padding_modes(*, input_: int = 5, padding: int = 2) -> Sketch:
    """Draw what can stand in the padding of a row: zeros, the last cell, the mirror image, or the other end.

    Raises FigureError where the padding is too wide for reflection, which needs padding below the input's
    size.
    """
    if padding >= input_:
        raise FigureError(
            where="figure padding-modes",
            given=f"padding {padding} on {plural(input_, 'cell')}",
            expected="padding smaller than the input, since reflection reads that far inward",
        )
    values = list(range(1, input_ + 1))
    rows = {
        mode: [_padded_value(mode, values, at) for at in range(-padding, input_ + padding)] for mode in _MODES
    }
    said = "; ".join(f"{mode}: {' '.join(map(str, row))}" for mode, row in rows.items())
    return Sketch(
        title=f"Four ways to pad {plural(input_, 'cell')} by {padding}",
        caption="Zeros add a dark frame; replicate repeats the border cell; reflect mirrors the row at "
        "its border cell, which is not repeated; circular takes the other end, as if the row were a ring.",
        alt=f"The row {' '.join(map(str, values))} with {padding} of padding at each end, in four rows. "
        f"{said}.",
        data=Table(
            ("mode", "padded row"), tuple((mode, " ".join(map(str, row))) for mode, row in rows.items())
        ),
        drawing=_modes_drawing(rows, padding, input_),
    )


def _padded_value(mode: str, values: list[int], at: int) -> int:
    size = len(values)
    inside = 0 <= at < size
    if mode == "zeros":
        return values[at] if inside else 0
    if mode == "replicate":
        return values[min(max(at, 0), size - 1)]
    if mode == "reflect":
        return values[-at if at < 0 else at if inside else 2 * (size - 1) - at]
    return values[at % size]


def _modes_drawing(rows: dict[str, list[int]], padding: int, size: int) -> Drawing:
    total = size + 2 * padding
    side = min(32.0, (WIDTH - 2 * MARGIN - 76) / total)
    marks: list[Mark] = []
    for line, (mode, values) in enumerate(rows.items()):
        grid = Grid(MARGIN + 76, 18 + line * (side + 16), side, 1, total)
        marks.append(Text(MARGIN + 66, grid.y + side / 2 + 4.5, mode, LABEL, "end"))
        marks += grid.cells(lambda _, j: "input" if padding <= j < padding + size else "padding")
        marks += grid.values([values])
    entries: list[tuple[Mark | None, str]] = [
        (cell(0, 0, 11, "input"), "input"),
        (cell(0, 0, 11, "padding"), "padding"),
    ]
    return Drawing.fitted(WIDTH, marks, legend(MARGIN + 76, 18 + 4 * (side + 16) + 14, entries))


@draws(
    "pooling-overhang",
    input=Whole(2, 12),
    kernel=Whole(1, 6),
    stride=Whole(1, 6),
    rounding=Choice(("floor", "ceil")),
)
def pooling_overhang(*, input_: int = 6, kernel: int = 3, stride: int = 2, rounding: str = "ceil") -> Sketch:
    """Draw pooling windows on a square, with the ones that hang over the edge when the size is rounded up.

    Raises FigureError where no window fits.
    """
    line = Row(input_, kernel, stride, 0, 0, 1, ceil_mode=rounding == "ceil")
    starts = _starts(line, "pooling-overhang")
    over = max(0, starts[-1] + kernel - input_)
    unread = line.unread()
    hang = (
        f"The last windows hang over by {plural(over, 'cell')}; what lies outside is ignored." if over else ""
    )
    lost = f"{'Row and column' if len(unread) == 1 else 'Rows and columns'} {listing(unread)} are never read."
    sentence = hang or (lost if unread else "Every cell is read and no window hangs over.")
    return Sketch(
        title=f"Pooling {input_} × {input_} with {kernel} × {kernel} windows, rounded "
        f"{_down_or_up(rounding)}",
        caption=f"Stride {stride}, so {formula_in_numbers(line)} windows along each axis. {sentence}",
        alt=f"A square of {input_} by {input_} cells with pooling windows of {kernel} by {kernel} at "
        f"stride {stride}, starting at rows and columns {listing(starts)}: {formula_in_numbers(line)}. "
        f"{sentence}",
        data=Table(
            ("window along an axis", "first cell", "last cell", "cells outside"),
            tuple(
                (at, start, start + kernel - 1, max(0, start + kernel - input_))
                for at, start in enumerate(starts)
            ),
        ),
        drawing=_overhang_drawing(line),
    )


def _down_or_up(rounding: str) -> str:
    return "up" if rounding == "ceil" else "down"


def _overhang_drawing(line: Row) -> Drawing:
    starts, unread = line.starts(), set(line.unread())
    reach = max(line.cells, starts[-1] + line.kernel)
    bars = 9.0 * min(len(starts), 3) + 8
    side = min(34.0, (WIDTH - 2 * MARGIN - 90) / reach)
    grid = Grid((WIDTH - side * reach + bars) / 2, 16 + bars, side, line.cells, line.cells)
    marks: list[Mark] = []
    for i in range(line.cells):
        for j in range(line.cells):
            box = cell(*grid.corner(i, j), side)
            marks.append(replace(box, fill="paper", dash=(2, 2)) if {i, j} & unread else box)
    for at, start in enumerate(starts):
        outside = start + line.kernel > line.cells
        away = 10.0 + 9 * (at % 3)
        ends = grid.x + start * side + 3, grid.x + (start + line.kernel) * side - 3
        drop = grid.y - grid.x
        style = (4.0, 2.5) if outside else ()
        marks.append(Path(((ends[0], grid.y - away), (ends[1], grid.y - away)), "kernel", 3.0, dash=style))
        upright = ((grid.x - away, ends[0] + drop), (grid.x - away, ends[1] + drop))
        marks.append(Path(upright, "kernel", 3.0, dash=style))
    for start in {starts[0], starts[-1]}:
        window = grid.outline(start, start, line.kernel, line.kernel, "kernel")
        marks.append(replace(window, dash=(5, 3)) if start + line.kernel > line.cells else window)
    entries: list[tuple[Mark | None, str]] = [
        (cell(0, 0, 11), "input"),
        (Path(((0, 6), (11, 6)), "kernel", 3.0), "window"),
    ]
    if starts[-1] + line.kernel > line.cells:
        entries.append((Path(((0, 6), (11, 6)), "kernel", 3.0, dash=(4, 2.5)), "window over the edge"))
    if unread:
        entries.append((Rect(0, 0, 11, 11, "paper", "input", 1.0, (2, 2)), "read by none"))
    return Drawing.fitted(WIDTH, marks, legend(MARGIN, grid.y + reach * side + 28, entries))


@draws(
    "transposed-convolution",
    input=Whole(1, 10),
    kernel=Whole(1, 8),
    stride=Whole(1, 6),
    padding=Whole(0, 5),
    output_padding=Whole(0, 5),
)
def transposed_windows(
    *, input_: int = 4, kernel: int = 3, stride: int = 2, padding: int = 1, output_padding: int = 0
) -> Sketch:
    """Draw a transposed convolution on a row: each input cell lays the whole kernel down, overlaps add up.

    Raises FigureError where nothing would be left, or where `output_padding` is not smaller than the stride.
    """
    size = (input_ - 1) * stride + kernel
    left = size - 2 * padding + output_padding
    if left < 1 or output_padding >= max(stride, 1):
        raise FigureError(
            where="figure transposed-convolution",
            given=f"output of {left}, output padding {output_padding}",
            expected=f"an output of at least 1 and output padding below the stride {stride}",
        )
    counts = [
        sum(at * stride <= position < at * stride + kernel for at in range(input_))
        for position in range(size)
    ]
    counts += [0] * max(0, padding + left - size)
    kept = counts[padding : padding + left]
    extra = f" + {output_padding}" if output_padding else ""
    sizes = f"({input_} − 1)·{stride} − 2·{padding} + {kernel}{extra} = {left}"
    uneven = (
        "The counts differ inside the row, which is where checkerboard patterns come from."
        if len(set(counts[kernel - 1 : size - kernel + 1] or kept)) > 1
        else "Each cell inside gets the same number of contributions."
    )
    return Sketch(
        title=f"Transposed convolution: {plural(input_, 'cell')} become {left}",
        caption=f"Each input cell lays down a copy of the kernel, {plural(stride, 'cell')} further than "
        f"the one before; copies add up where they overlap, and padding {padding} is cut from each end: "
        f"{sizes}. {uneven}",
        alt=f"{plural(input_, 'input cell')}, each with {plural(kernel, 'kernel cell')} laid down "
        f"{plural(stride, 'cell')} apart over a row of {size}. Padding {padding} is cut at each end: "
        f"output size {sizes}. The output cells get {' '.join(map(str, kept))} contributions. {uneven}",
        data=Table(("output cell", "contributions"), tuple(enumerate(kept))),
        drawing=_transposed_drawing((input_, kernel, stride), padding, left, counts),
    )


def _transposed_drawing(shape: tuple[int, int, int], padding: int, left: int, counts: list[int]) -> Drawing:
    cells, kernel, stride = shape
    side = min(32.0, (WIDTH - 2 * MARGIN - 74) / len(counts))
    start = MARGIN + 66
    marks: list[Mark] = [Text(MARGIN, 34 + 4.5, "input", SMALL, "start", "input-ink")]
    for at in range(cells):
        y = 20.0 + at * 24
        marks.append(cell(MARGIN + 36, y, 20, "input", height=16, part=f"input:{at}"))
        marks.append(centered(MARGIN + 46, y + 8, str(at), SMALL))
        x = start + at * stride * side
        if at:
            marks += arrow((MARGIN + 58, y + 8), (x - 3, y + 8), "grid")
        marks += [
            Rect(x + tap * side + 1, y, side - 2, 16, "kernel-fill", "kernel", 1.5, radius=2)
            for tap in range(kernel)
        ]
    return Drawing.fitted(
        WIDTH, marks, _transposed_output(start, 20.0 + cells * 24 + 12, side, (padding, left, counts))
    )


def _transposed_output(start: float, top: float, side: float, kept: tuple[int, int, list[int]]) -> list[Mark]:
    padding, left, counts = kept
    marks: list[Mark] = [Text(start - 10, top + 20, "output", SMALL, "end", "output-ink")]
    for position, count in enumerate(counts):
        inside = padding <= position < padding + left
        marks.append(cell(start + position * side, top, side, "output" if inside else "padding", height=30))
        marks.append(
            centered(
                start + (position + 0.5) * side, top + 15, str(count), color="ink" if inside else "muted"
            )
        )
    if padding:
        ends = [start + padding * side, start + (padding + left) * side]
        marks += [Path(((x, top - 6), (x, top + 36)), stroke="ink", line=2.0) for x in ends]
    entries: list[tuple[Mark | None, str]] = [
        (Rect(0, 0, 11, 11, "kernel-fill", "kernel", 1.5, radius=2), "kernel laid down"),
        (cell(0, 0, 11, "output"), "kept"),
    ]
    if padding:
        entries.append((cell(0, 0, 11, "padding"), "cut off"))
    entries.append((None, "number = copies that add up"))
    return [*marks, *legend(MARGIN, top + 60, entries)]
