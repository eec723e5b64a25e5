"""Who is connected to whom: dense, local and shared connections as graphs and as weight matrices.

A convolution is a matrix with few different numbers in it; here that matrix is drawn, and the patches
that im2col lays out as columns.
"""

from __future__ import annotations

from cnnmath.errors import FigureError
from cnnmath.figures.layout import LABEL, MARGIN, SMALL, WIDTH, Grid, cell, legend, number, plural
from cnnmath.figures.marks import Circle, Drawing, Mark, Path, Rect, Text
from cnnmath.figures.parameters import Whole
from cnnmath.figures.registry import Sketch, Table, draws

__all__ = ["connectivity", "convolution_matrix", "im2col_columns"]

DASHES: tuple[tuple[float, ...], ...] = ((), (5, 3), (1.5, 2.5), (7, 2, 1.5, 2), (3, 3))


@draws("connectivity", input=Whole(3, 9), kernel=Whole(1, 5))
def connectivity(*, input_: int = 7, kernel: int = 3) -> Sketch:
    """Draw dense, local and shared connections of a row, each as a graph and as its weight matrix.

    Raises FigureError where the kernel is larger than the row.
    """
    if kernel > input_:
        raise FigureError(
            where="figure connectivity",
            given=f"kernel {kernel} on {input_} inputs",
            expected="a kernel that fits",
        )
    outputs = input_ - kernel + 1
    counts = {"dense": outputs * input_, "local": outputs * kernel, "shared": kernel}
    words = (
        f"fully connected {number(counts['dense'])} weights, locally connected {number(counts['local'])}, "
        f"shared {number(counts['shared'])}"
    )
    return Sketch(
        title=f"{plural(input_, 'input')}, {plural(outputs, 'output')}, three ways to connect them",
        caption=f"Each output sees all inputs, or only {kernel} neighbors, or {kernel} neighbors with the "
        f"same weights everywhere: {words}. Lines of one style share one weight, as do equal letters in "
        "the matrix.",
        alt=f"Three graphs from {input_} inputs to {outputs} outputs, each beside its matrix of {outputs} "
        f"rows and {input_} columns. Dense: every entry is a weight of its own. Local: only a band of "
        f"{kernel} in each row. Shared: the band repeats the same {kernel} letters in each row, a "
        f"Toeplitz matrix. Counts: {words}.",
        data=Table(
            ("connection", "weights", "formula"),
            (
                ("dense", counts["dense"], f"{outputs} · {input_}"),
                ("local", counts["local"], f"{outputs} · {kernel}"),
                ("shared", counts["shared"], f"{kernel}"),
            ),
        ),
        drawing=_connectivity_drawing(input_, kernel, counts),
    )


def _connectivity_drawing(inputs: int, kernel: int, counts: dict[str, int]) -> Drawing:
    titles = {
        "dense": "fully connected",
        "local": "locally connected",
        "shared": "shared weights (convolution)",
    }
    marks: list[Mark] = []
    for at, (kind, title) in enumerate(titles.items()):
        top = 30.0 + at * 178
        marks.append(Text(MARGIN, top, title, LABEL, "start", bold=True))
        marks.append(Text(WIDTH - MARGIN, top, plural(counts[kind], "weight"), LABEL, "end", "kernel-ink"))
        marks += _graph(kind, inputs, kernel, top + 22)
        marks += _matrix(kind, inputs, kernel, top + 20)
    return Drawing.fitted(WIDTH, marks)


def _connected(kind: str, kernel: int, row: int, column: int) -> bool:
    return kind == "dense" or 0 <= column - row < kernel


def _graph(kind: str, inputs: int, kernel: int, top: float) -> list[Mark]:
    outputs, step = inputs - kernel + 1, 194 / inputs
    radius = min(10.0, step / 2 - 2)
    upper = [(MARGIN + (at + 0.5) * step, top + radius) for at in range(inputs)]
    lower = [(MARGIN + (at + 0.5 + (kernel - 1) / 2) * step, top + 112) for at in range(outputs)]
    marks: list[Mark] = []
    for row in range(outputs):
        for column in range(inputs):
            if _connected(kind, kernel, row, column):
                ends = (upper[column][0], upper[column][1] + radius), (lower[row][0], lower[row][1] - radius)
                shared = DASHES[column - row] if kind == "shared" else ()
                marks.append(Path(ends, "kernel", 1.75 if kind == "shared" else 1.0, dash=shared))
    marks += [Circle(x, y, radius, "input-fill", "input", 1.5) for x, y in upper]
    marks += [Circle(x, y, radius, "output-fill", "output", 1.5) for x, y in lower]
    return marks


def _matrix(kind: str, inputs: int, kernel: int, top: float) -> list[Mark]:
    outputs = inputs - kernel + 1
    side = min(24.0, 192 / inputs, 120 / outputs)
    grid = Grid(WIDTH - MARGIN - side * inputs, top + 4, side, outputs, inputs)
    places = [(i, j) for i in range(outputs) for j in range(inputs)]
    empty = [
        Rect(*grid.corner(*at), side, side, "none", "grid")
        for at in places
        if not _connected(kind, kernel, *at)
    ]
    full = [at for at in places if _connected(kind, kernel, *at)]
    marks: list[Mark] = [*empty, *(cell(*grid.corner(*at), side, "kernel") for at in full)]
    if kind == "shared":
        letters = [
            ["abcde"[j - i] if 0 <= j - i < kernel else None for j in range(inputs)] for i in range(outputs)
        ]
        marks += grid.values(letters, min(LABEL, max(SMALL, side - 8)))
    else:
        marks += [Circle(*grid.center(*at), 2.5, "kernel") for at in full]
    return marks


def weight_index(width: int, kernel: int, row: int, column: int) -> int | None:
    """Return which kernel entry stands at (row, column) of the convolution's matrix, None for a zero.

    Row `r` is output cell `(r // o, r % o)` with `o = width - kernel + 1`; column `c` is image cell
    `(c // width, c % width)`.

    >>> weight_index(3, 2, 0, 4), weight_index(3, 2, 0, 2)
    (3, None)
    """
    across = width - kernel + 1
    down = column // width - row // across
    right = column % width - row % across
    return down * kernel + right if 0 <= down < kernel and 0 <= right < kernel else None


@draws("convolution-matrix", height=Whole(1, 5), width=Whole(2, 5), kernel=Whole(1, 3))
def convolution_matrix(*, height: int = 4, width: int = 4, kernel: int = 3) -> Sketch:
    """Draw a two-dimensional convolution as one matrix: blocks of bands with the same few weights.

    Raises FigureError where the kernel does not fit.
    """
    rows = _fitting(height, kernel, "convolution-matrix") * _fitting(width, kernel, "convolution-matrix")
    columns = height * width
    table = [[weight_index(width, kernel, i, j) for j in range(columns)] for i in range(rows)]
    filled = sum(value is not None for line in table for value in line)
    return Sketch(
        title=f"A {kernel} × {kernel} convolution as a {rows} × {columns} matrix",
        caption=f"The {height} × {width} image is written as a vector of {columns}; each row of the "
        f"matrix makes one of the {rows} outputs. {filled} of {number(rows * columns)} entries are not "
        f"zero, and they are only {plural(kernel * kernel, 'different number')}, numbered as in the "
        "kernel, row by row.",
        alt=f"A matrix of {rows} rows and {columns} columns with {filled} entries that are not zero. They "
        f"are the {kernel * kernel} kernel weights, numbered 0 to {kernel * kernel - 1}; along each "
        f"diagonal of a block the number stays the same. First row: {_line(table[0])}.",
        data=Table(
            ("output", "weights by image cell"),
            tuple((at, _line(line)) for at, line in enumerate(table)),
        ),
        drawing=_matrix_drawing(table, width, (kernel, width - kernel + 1)),
    )


def _line(entries: list[int | None]) -> str:
    return " ".join("·" if value is None else str(value) for value in entries)


def _fitting(size: int, kernel: int, name: str) -> int:
    if kernel > size:
        raise FigureError(
            where=f"figure {name}", given=f"kernel {kernel} on {size}", expected="a kernel that fits"
        )
    return size - kernel + 1


def _matrix_drawing(table: list[list[int | None]], width: int, kernel_and_across: tuple[int, int]) -> Drawing:
    kernel, across = kernel_and_across
    side = min(26.0, (WIDTH - 2 * MARGIN) / len(table[0]))
    small = Grid((WIDTH - 26.0 * kernel) / 2, 32, 26.0, kernel, kernel)
    numbers = [[i * kernel + j for j in range(kernel)] for i in range(kernel)]
    grid = Grid((WIDTH - side * len(table[0])) / 2, small.bottom + 44, side, len(table), len(table[0]))
    marks: list[Mark] = [
        *small.cells("kernel"),
        *small.values(numbers),
        small.heading("kernel weights", "kernel-ink"),
    ]
    marks.append(Rect(grid.x, grid.y, grid.width, grid.height, "none", "grid"))
    for i, line in enumerate(table):
        for j, value in enumerate(line):
            x, y = grid.corner(i, j)
            marks.append(
                Rect(x, y, side, side, "none", "grid") if value is None else cell(x, y, side, "kernel")
            )
    if side >= 16:
        marks += grid.values(table, SMALL)
    for at in range(0, len(table) + 1, across):
        marks.append(Path(((grid.x, grid.y + at * side), (grid.right, grid.y + at * side)), "ink", 1.5))
    for at in range(0, len(table[0]) + 1, width):
        marks.append(Path(((grid.x + at * side, grid.y), (grid.x + at * side, grid.bottom)), "ink", 1.5))
    head = Text(grid.x, grid.y - 8, "one column for each image cell →", SMALL, "start", "input-ink")
    foot = Text(grid.x, grid.bottom + 18, "one row for each output cell ↓", SMALL, "start", "output-ink")
    return Drawing.fitted(WIDTH, [*marks, head, foot])


@draws("im2col", height=Whole(1, 5), width=Whole(1, 5), kernel=Whole(1, 3))
def im2col_columns(*, height: int = 4, width: int = 4, kernel: int = 2) -> Sketch:
    """Draw how im2col lays each patch out as a column, so that convolution becomes one matrix product.

    Raises FigureError where the kernel does not fit.
    """
    down, across = _fitting(height, kernel, "im2col"), _fitting(width, kernel, "im2col")
    columns = [
        [(i + a) * width + j + b for a in range(kernel) for b in range(kernel)]
        for i in range(down)
        for j in range(across)
    ]
    repeated = len(columns) * kernel * kernel
    return Sketch(
        title=f"im2col: {plural(len(columns), 'patch', 'patches')} become columns",
        caption=f"Image cells are numbered row by row. Each of the {len(columns)} patches becomes a "
        f"column of {kernel * kernel}; one row of weights times this matrix is the whole convolution. "
        f"{height * width} numbers become {repeated}.",
        alt=f"An image of {height} by {width} cells numbered 0 to {height * width - 1} and a matrix of "
        f"{kernel * kernel} rows and {len(columns)} columns. The first column holds cells "
        f"{' '.join(map(str, columns[0]))}, the last {' '.join(map(str, columns[-1]))}. {height * width} "
        f"numbers become {repeated}.",
        data=Table(
            ("patch", "image cells"),
            tuple((at, " ".join(map(str, column))) for at, column in enumerate(columns)),
        ),
        drawing=_im2col_drawing((height, width, kernel), columns),
    )


def _im2col_drawing(shape: tuple[int, int, int], columns: list[list[int]]) -> Drawing:
    height, width, kernel = shape
    side = min(30.0, (WIDTH - 2 * MARGIN - 60) / max(width, len(columns)))
    image = Grid((WIDTH - 28.0 * width) / 2, 34, 28.0, height, width)
    matrix = Grid(
        (WIDTH - side * len(columns)) / 2,
        image.bottom + 52,
        side,
        kernel * kernel,
        len(columns),
    )
    marks: list[Mark] = [
        *image.cells("input"),
        *image.values([[i * width + j for j in range(width)] for i in range(height)], SMALL),
    ]
    marks += [image.outline(0, 0, kernel, kernel), image.heading("image", "input-ink")]
    marks += [
        *matrix.cells("input"),
        *matrix.values([list(line) for line in zip(*columns, strict=True)], SMALL),
    ]
    marks += [
        matrix.outline(0, 0, kernel * kernel, 1),
        matrix.heading("one column for each patch", "input-ink"),
    ]
    entries: list[tuple[Mark | None, str]] = [
        (Rect(0, 0, 11, 11, "none", "ink", 2.5), "the same patch, twice drawn")
    ]
    return Drawing.fitted(WIDTH, marks, legend(matrix.x, matrix.bottom + 28, entries))
