"""Convolution by hand: slide, multiply, add, with every product shown; as a picture and as an animation.

The numbers come from `exact`. Where windows lie on larger inputs, without numbers, is shown in `grids`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from cnnmath.errors import FigureError
from cnnmath.figures.exact import Rows, correlate, digits, pad, patch
from cnnmath.figures.layout import LABEL, MARGIN, WIDTH, Grid, cell, centered, number, plural
from cnnmath.figures.marks import Drawing, Mark, Rect, Text
from cnnmath.figures.parameters import Matrix, Parameter, Whole
from cnnmath.figures.registry import Sketch, Table, draws

__all__ = ["Work", "convolution_by_hand", "convolution_player", "flipped_kernel", "multi_channel_sum"]

BINARY = ((1, 1, 1, 0, 0), (0, 1, 1, 1, 0), (0, 0, 1, 1, 1), (0, 0, 1, 1, 0), (0, 1, 1, 0, 0))
CROSS = ((1, 0, 1), (0, 1, 0), (1, 0, 1))


@dataclass(frozen=True)
class Work:
    """A convolution worked by hand (cross-correlation, as in the frameworks)."""

    image: Rows
    kernel: Rows
    stride: int = 1
    padding: int = 0
    dilation: int = 1

    @property
    def padded(self) -> list[list[int]]:
        """The image inside its frame of zeros."""
        return pad(self.image, self.padding, self.padding)

    @property
    def result(self) -> list[list[int]]:
        """The output, empty where the kernel does not fit."""
        return correlate(self.padded, self.kernel, self.stride, self.dilation)

    @property
    def span(self) -> tuple[int, int]:
        """Rows and columns from the first tap of the kernel to its last, all counted."""
        down, across = len(self.kernel) - 1, len(self.kernel[0]) - 1
        return down * self.dilation + 1, across * self.dilation + 1

    def window(self, row: int, column: int) -> list[list[int]]:
        """Return the entries under the kernel for an output cell."""
        top, left = row * self.stride, column * self.stride
        return patch(self.padded, (top, left), (len(self.kernel), len(self.kernel[0])), self.dilation)

    def terms(self, row: int, column: int) -> list[list[tuple[int, int]]]:
        """Return the pairs (entry, weight) whose products make an output cell."""
        return [
            list(zip(line, weights, strict=True))
            for line, weights in zip(self.window(row, column), self.kernel, strict=True)
        ]

    def cells(self) -> Iterator[tuple[int, int]]:
        """Yield the output cells in reading order."""
        return ((i, j) for i, line in enumerate(self.result) for j in range(len(line)))


_PARAMETERS: dict[str, Parameter] = {
    "image": Matrix(8, 8),
    "kernel": Matrix(5, 5, 9),
    "stride": Whole(1, 4),
    "padding": Whole(0, 2),
    "dilation": Whole(1, 3),
}


@draws("convolution-by-hand", **_PARAMETERS, row=Whole(0, 11), column=Whole(0, 11))
def convolution_by_hand(
    *,
    image: Rows = BINARY,
    kernel: Rows = CROSS,
    stride: int = 1,
    padding: int = 0,
    dilation: int = 1,
    row: int = 0,
    column: int = 0,
) -> Sketch:
    """Draw a convolution with one patch worked out: image, kernel, output, and all products of one sum.

    Raises FigureError where the kernel does not fit or the chosen output cell does not exist.
    """
    work = _checked(Work(image, kernel, stride, padding, dilation), "convolution-by-hand")
    _check_cell(work, row, column)
    total = work.result[row][column]
    return Sketch(
        title=f"Output cell ({row}, {column}) by hand: {number(total)}",
        caption=f"{_sizes(work)} The outlined patch and the kernel are multiplied entry by entry and "
        f"added: output cell ({row}, {column}) is {number(total)}. Frameworks call this convolution; it "
        "is cross-correlation, since the kernel is not flipped.",
        alt=f"{_matrices(work)} The patch for output cell ({row}, {column}) is "
        f"{_words(work.window(row, column))}. {_sentence(work, row, column)}",
        data=_table(work),
        drawing=_drawing(work, row, column, known=len(list(work.cells()))),
    )


@draws("convolution-player", **_PARAMETERS)
def convolution_player(
    *, image: Rows = BINARY, kernel: Rows = CROSS, stride: int = 1, padding: int = 0, dilation: int = 1
) -> Sketch:
    """Animate a convolution by hand: the window slides, the output fills, each sum is written out.

    Raises FigureError where the kernel does not fit.
    """
    work = _checked(Work(image, kernel, stride, padding, dilation), "convolution-player")
    cells = list(work.cells())
    frames = tuple(_drawing(work, *place, known=at + 1) for at, place in enumerate(cells))
    return Sketch(
        title=f"A convolution by hand in {plural(len(cells), 'step')}",
        caption=f"{_sizes(work)} The window slides {plural(stride, 'cell')} at a time; each stop gives "
        "one output cell.",
        alt=f"{_matrices(work)} {_sentence(work, *cells[0])} The last of {plural(len(cells), 'step')}: "
        f"{_sentence(work, *cells[-1])}",
        data=_table(work),
        drawing=frames[-1],
        frames=frames,
        player=_player(work),
    )


def _player(work: Work) -> dict[str, object]:
    steps = [
        {
            "output": [row, column],
            "window": [row * work.stride, column * work.stride],
            "entries": work.window(row, column),
            "products": [[entry * weight for entry, weight in line] for line in work.terms(row, column)],
            "sum": work.result[row][column],
            "sentence": _sentence(work, row, column),
        }
        for row, column in work.cells()
    ]
    return {
        "image": [list(line) for line in work.image],
        "kernel": [list(line) for line in work.kernel],
        "padding": work.padding,
        "stride": work.stride,
        "dilation": work.dilation,
        "output": work.result,
        "steps": steps,
    }


def _checked(work: Work, name: str) -> Work:
    height, width = len(work.padded), len(work.padded[0])
    if work.span[0] > height or work.span[1] > width:
        raise FigureError(
            where=f"figure {name}",
            given=f"a kernel of {_shape(work.kernel)} on {height} × {width} cells with padding",
            expected="a kernel that fits",
        )
    if width > 10:
        raise FigureError(
            where=f"figure {name}",
            given=f"{width} columns with padding",
            expected="at most 10, to stay readable",
        )
    return work


def _check_cell(work: Work, row: int, column: int) -> None:
    rows, columns = len(work.result), len(work.result[0])
    if row >= rows or column >= columns:
        raise FigureError(
            where="figure convolution-by-hand",
            given=f"output cell ({row}, {column})",
            expected=f"row 0 to {rows - 1} and column 0 to {columns - 1}",
        )


def _sizes(work: Work) -> str:
    extras = [f"padding {work.padding}"] if work.padding else []
    extras += [f"stride {work.stride}"] if work.stride > 1 else []
    extras += [f"dilation {work.dilation}"] if work.dilation > 1 else []
    added = f", {' and '.join(extras)}," if extras else ""
    return (
        f"A {_shape(work.image)} image and a {_shape(work.kernel)} kernel{added} give a "
        f"{_shape(work.result)} output."
    )


def _matrices(work: Work) -> str:
    padding = f" with padding {work.padding}" if work.padding else ""
    return (
        f"Image{padding}: {_words(work.image)}. Kernel: {_words(work.kernel)}. Stride {work.stride}, "
        f"dilation {work.dilation}. Output: {_words(work.result)}."
    )


def _shape(rows: Rows) -> str:
    return f"{len(rows)} × {len(rows[0])}"


def _words(rows: Rows) -> str:
    return "; ".join(" ".join(map(number, line)) for line in rows)


def _sentence(work: Work, row: int, column: int) -> str:
    products = " + ".join(_product(pair) for line in work.terms(row, column) for pair in line)
    return f"Output cell ({row}, {column}): {products} = {number(work.result[row][column])}."


def _product(pair: tuple[int, int]) -> str:
    return "·".join(number(factor) if factor >= 0 else f"({number(factor)})" for factor in pair)


def _table(work: Work) -> Table:
    rows = [
        (f"({row}, {column})", _words(work.window(row, column)), work.result[row][column])
        for row, column in work.cells()
    ]
    return Table(("output cell", "patch", "sum of products"), tuple(rows))


_SIGN = 26.0
_TOP = 36.0


def _drawing(work: Work, row: int, column: int, known: int) -> Drawing:
    padded, result = work.padded, work.result
    columns = len(padded[0]) + len(work.kernel[0]) + len(result[0])
    side = min(30.0, (WIDTH - 2 * MARGIN - 2 * _SIGN) / columns)
    left = (WIDTH - 2 * _SIGN - side * columns) / 2
    tallest = max(len(padded), len(work.kernel), len(result))
    grids = []
    for table in (padded, work.kernel, result):
        top = _TOP + (tallest - len(table)) * side / 2
        grids.append(Grid(left, top, side, len(table), len(table[0])))
        left = grids[-1].right + _SIGN
    middle = _TOP + tallest * side / 2
    image, kernel, output = grids
    return Drawing.fitted(
        WIDTH,
        _image_marks(work, image, row, column),
        [
            *kernel.cells("kernel", "kernel"),
            *kernel.values(work.kernel),
            kernel.heading("kernel", "kernel-ink"),
        ],
        _output_marks(work, output, row, column, known),
        [
            centered(image.right + _SIGN / 2, middle, "∗", 18),
            centered(kernel.right + _SIGN / 2, middle, "=", 18),
        ],
        _sum_marks(work, row, column, _TOP + tallest * side + 34),
    )


def _image_marks(work: Work, grid: Grid, row: int, column: int) -> list[Mark]:
    height, width, edge = len(work.image), len(work.image[0]), work.padding

    def role(i: int, j: int) -> str:
        inside = edge <= i < edge + height and edge <= j < edge + width
        return "input" if inside else "padding"

    marks: list[Mark] = [grid.heading("image", "input-ink"), *grid.cells(role, "image")]
    top, left = row * work.stride, column * work.stride
    taps = [
        grid.outline(top + i * work.dilation, left + j * work.dilation)
        for i in range(len(work.kernel))
        for j in range(len(work.kernel[0]))
    ]
    return [
        *marks,
        *grid.values(work.padded),
        *([grid.outline(top, left, *work.span)] if work.dilation == 1 else taps),
    ]


def _output_marks(work: Work, grid: Grid, row: int, column: int, known: int) -> list[Mark]:
    marks: list[Mark] = [grid.heading("output", "output-ink")]
    for at, (i, j) in enumerate(work.cells()):
        box = cell(*grid.corner(i, j), grid.side, "output", part=f"output:{i},{j}")
        marks.append(box if at < known else replace(box, fill="none", dash=(2, 2)))
        if at < known:
            marks.append(centered(*grid.center(i, j), number(work.result[i][j])))
    return [*marks, grid.outline(row, column)]


def _sum_marks(work: Work, row: int, column: int, top: float) -> list[Mark]:
    """Return the products, one line for each row of the kernel, and their sum."""
    lines = work.terms(row, column)
    longest = max(len(_product(pair)) for line in lines for pair in line)
    step = 26.0 + 7.6 * longest
    left = (WIDTH - 40 - step * len(lines[0])) / 2
    marks: list[Mark] = []
    for down, line in enumerate(lines):
        y = top + 20 * down
        for across, pair in enumerate(line):
            x = left + step * (across + 0.5)
            quiet = "muted" if 0 in pair else "ink"
            marks.append(Text(x, y, _product(pair), LABEL, "middle", quiet))
            if down or across:
                marks.append(Text(left + step * across, y, "+", LABEL, "middle", "muted"))
    y = top + 20 * (len(lines) - 1)
    total = number(work.result[row][column])
    marks.append(
        Text(left + step * len(lines[0]) + 4, y, f"= {total}", LABEL, "start", "output-ink", bold=True)
    )
    return marks


@draws("multi-channel-sum", channels=Whole(1, 4), bias=Whole(-9, 9))
def multi_channel_sum(*, channels: int = 3, bias: int = 1) -> Sketch:
    """Draw one filter over several channels: a sum for each channel, then all of them and the bias."""
    works = [_example_channel(channel) for channel in range(channels)]
    total = [[sum(work.result[i][j] for work in works) + bias for j in range(2)] for i in range(2)]
    steps = " + ".join(_signed(work.result[0][0]) for work in works)
    sum_words = f"{steps} + {_signed(bias)} = {number(total[0][0])}"
    return Sketch(
        title=f"One filter over {plural(channels, 'channel')} makes one map",
        caption="Each channel is convolved with its own slice of the filter; the "
        f"{plural(channels, 'partial map')} and the bias {number(bias)} are added cell by cell. Top left: "
        f"{sum_words}.",
        alt=f"{plural(channels, 'row')}, one for each channel: a 4 × 4 channel, its 3 × 3 slice of the "
        f"filter, and their 2 × 2 partial map. The partial maps begin with {steps}. Adding them and the "
        f"bias {number(bias)} gives the output map {_words(total)}; top left {sum_words}.",
        data=Table(
            ("channel", "image", "filter slice", "partial map"),
            tuple(
                (at, _words(work.image), _words(work.kernel), _words(work.result))
                for at, work in enumerate(works)
            ),
        ),
        drawing=_channels_drawing(works, total, bias),
    )


def _example_channel(channel: int) -> Work:
    image = digits(f"channel {channel}", 16, 0, 3)
    kernel = digits(f"slice {channel}", 9, -1, 1)
    return Work(
        [image[at : at + 4] for at in range(0, 16, 4)], [kernel[at : at + 3] for at in range(0, 9, 3)]
    )


def _signed(value: int) -> str:
    return number(value) if value >= 0 else f"({number(value)})"


def _channels_drawing(works: list[Work], total: list[list[int]], bias: int) -> Drawing:
    side, left = 25.0, 84.0
    marks: list[Mark] = []
    for at, work in enumerate(works):
        top = 36.0 + at * 124
        image = Grid(left, top, side, 4, 4)
        kernel = Grid(image.right + 34, top + side / 2, side, 3, 3)
        partial = Grid(kernel.right + 34, top + side, side, 2, 2)
        middle = top + 2 * side
        marks += [*image.cells("input", f"image{at}"), *image.values(work.image), image.outline(0, 0, 3, 3)]
        marks += [*kernel.cells("kernel", f"kernel{at}"), *kernel.values(work.kernel)]
        marks += [*partial.cells("output", f"partial{at}"), *partial.values(work.result)]
        marks += [partial.outline(0, 0), Text(MARGIN, middle + 4.5, f"channel {at}", 12, "start", "muted")]
        marks += [centered(image.right + 17, middle, "∗", 18), centered(kernel.right + 17, middle, "=", 18)]
        if at == 0:
            marks += [image.heading("image", "input-ink"), kernel.heading("filter", "kernel-ink")]
            marks.append(partial.heading("partial maps", "output-ink"))
        else:
            marks.append(centered(partial.x + side, top - side / 2 + 1, "+", 16))
    return Drawing.fitted(WIDTH, marks, _channels_total(partial, total, bias))


def _channels_total(partial: Grid, total: list[list[int]], bias: int) -> list[Mark]:
    """Return the column's end: plus the bias, a rule, and the map."""
    side, middle = partial.side, partial.x + partial.side
    bias_top = partial.bottom + 32
    output = Grid(partial.x, bias_top + side + 26, side, 2, 2)
    return [
        centered(middle, bias_top - 16, "+", 16),
        Rect(middle - side / 2, bias_top, side, side, "kernel-fill", "kernel"),
        centered(middle, bias_top + side / 2, number(bias)),
        Text(partial.x - 12, bias_top + side / 2 + 4.5, "bias", 12, "end", "kernel-ink"),
        Rect(partial.x - 8, bias_top + side + 12, partial.width + 16, 1.5, "ink"),
        *output.cells("output", "output"),
        *output.values(total, bold=True),
        output.outline(0, 0),
        Text(partial.x - 12, output.y + side + 4.5, "output map", 12, "end", "output-ink"),
    ]


@draws("flipped-kernel", kernel=Matrix(3, 3, 9))
def flipped_kernel(*, kernel: Rows = ((1, 2, 3), (4, 5, 6), (7, 8, 9))) -> Sketch:
    """Draw what correlation and true convolution make of a single bright pixel: the kernel, turned or not."""
    height, width = len(kernel), len(kernel[0])
    impulse = [
        [int((i, j) == (height - 1, width - 1)) for j in range(2 * width - 1)] for i in range(2 * height - 1)
    ]
    turned = [list(reversed(line)) for line in reversed(kernel)]
    works = {"correlation": Work(impulse, kernel), "convolution": Work(impulse, turned)}
    same = " This kernel is its own flip, so both agree." if turned == [list(line) for line in kernel] else ""
    said = (
        f"Correlation gives {_words(works['correlation'].result)}, convolution "
        f"{_words(works['convolution'].result)}."
    )
    return Sketch(
        title="Correlation flips, convolution keeps",
        caption="A single 1 in a field of zeros. Sliding the kernel as it is (correlation, what the "
        "frameworks compute) prints it turned by 180°; sliding the turned kernel (convolution) prints it "
        f"upright.{same}",
        alt="Two rows: an image with a single 1 in its middle, the kernel that slides, and the result. "
        f"{said}{same}",
        data=Table(
            ("operation", "kernel that slides", "result"),
            tuple((name, _words(work.kernel), _words(work.result)) for name, work in works.items()),
        ),
        drawing=_flip_drawing(works),
    )


def _flip_drawing(works: dict[str, Work]) -> Drawing:
    marks: list[Mark] = []
    top = 54.0
    for name, work in works.items():
        side = min(28.0, (WIDTH - 2 * MARGIN - 2 * _SIGN) / (2 * len(work.kernel[0]) + len(work.image[0])))
        image = Grid(MARGIN + 4, top, side, len(work.image), len(work.image[0]))
        middle = top + image.height / 2
        slides = Grid(
            image.right + 34,
            middle - side * len(work.kernel) / 2,
            side,
            len(work.kernel),
            len(work.kernel[0]),
        )
        result = Grid(slides.right + 34, slides.y, side, len(work.result), len(work.result[0]))
        marks += [Text(MARGIN + 4, top - 26, name, LABEL, "start", bold=True)]
        marks += [*image.cells("input"), *image.values(work.image), image.heading("image", "input-ink")]
        marks += [*slides.cells("kernel"), *slides.values(work.kernel), *result.cells("output")]
        marks += [*result.values(work.result), result.heading("result", "output-ink")]
        marks.append(slides.heading("turned kernel" if name == "convolution" else "kernel", "kernel-ink"))
        marks += [centered(image.right + 17, middle, "∗", 18), centered(slides.right + 17, middle, "=", 18)]
        top = image.bottom + 66
    return Drawing.fitted(WIDTH, marks)
