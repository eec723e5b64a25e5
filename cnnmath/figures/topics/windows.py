"""Windows sliding over a row: where each one lies, what padding adds, what stride skips, what does not fit.

Positions are found by walking the row, not by the formula that the figure illustrates.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from cnnmath.errors import FigureError
from cnnmath.figures.layout import (
    LABEL,
    MARGIN,
    SMALL,
    WIDTH,
    arrow,
    cell,
    centered,
    legend,
    listing,
    plural,
)
from cnnmath.figures.marks import Drawing, Mark, Path, Rect, Text
from cnnmath.figures.parameters import Choice, Sides, Whole
from cnnmath.figures.registry import Sketch, Table, draws

__all__ = ["Row", "sliding_window"]


@dataclass(frozen=True)
class Row:
    """A padded row of cells and the windows that slide over it; positions include the padding."""

    cells: int
    kernel: int
    stride: int
    before: int
    after: int
    dilation: int
    ceil_mode: bool = False

    @property
    def padded(self) -> int:
        """Cells and padding together."""
        return self.before + self.cells + self.after

    @property
    def span(self) -> int:
        """Cells from the first tap of a window to its last, both counted."""
        return (self.kernel - 1) * self.dilation + 1

    def starts(self) -> list[int]:
        """Return where the windows start, by walking to the right as long as one fits.

        With `ceil_mode` a window may hang over the end, as long as it starts on a cell or on the padding
        before it.
        """
        found = []
        at = 0
        while at + self.span <= self.padded:
            found.append(at)
            at += self.stride
        if self.ceil_mode and found and at < self.before + self.cells and found[-1] + self.span < self.padded:
            found.append(at)
        return found

    def taps(self, start: int) -> list[int]:
        """Return the positions that a window reads, padding and overhang included."""
        return [start + tap * self.dilation for tap in range(self.kernel)]

    def unread(self) -> list[int]:
        """Return the input cells (numbered without padding) that no window reads."""
        read = {position for start in self.starts() for position in self.taps(start)}
        return [index for index in range(self.cells) if index + self.before not in read]


@draws(
    "sliding-window",
    input=Whole(1, 32),
    kernel=Whole(1, 12),
    stride=Whole(1, 12),
    padding=Sides(6),
    dilation=Whole(1, 6),
    rounding=Choice(("floor", "ceil")),
)
def sliding_window(
    *,
    input_: int = 7,
    kernel: int = 3,
    stride: int = 2,
    padding: tuple[int, int] = (1, 1),
    dilation: int = 1,
    rounding: str = "floor",
) -> Sketch:
    """Draw a row of cells with every window under it.

    Each line below the row is one window: filled cells are read, the number at the right is the output cell
    it makes. A dashed window is the next one, which does not fit. Raises FigureError where not even one
    window fits.
    """
    row = Row(input_, kernel, stride, *padding, dilation, ceil_mode=rounding == "ceil")
    if not row.starts():
        raise FigureError(
            where="figure sliding-window",
            given=f"{row.padded} cells with padding and a window of {row.span}",
            expected="room for at least one window",
            remedy="Make the input or the padding larger, or kernel and dilation smaller.",
        )
    return Sketch(
        title=f"{plural(len(row.starts()), 'window')} of {kernel} on {plural(input_, 'cell')}",
        caption=_caption(row),
        alt=_alt(row),
        data=_table(row),
        drawing=_drawing(row),
    )


def formula_in_numbers(row: Row) -> str:
    """Return the output size with numbers in place, such as ⌊(7 + 2·1 − 3)/2⌋ + 1 = 4.

    >>> formula_in_numbers(Row(7, 3, 2, 1, 1, 1))
    '⌊(7 + 2·1 − 3)/2⌋ + 1 = 4'
    """
    if row.before == row.after:
        padding = f" + 2·{row.before}" if row.before else ""
    else:
        padding = f" + {row.before} + {row.after}"
    extent = str(row.kernel) if row.dilation == 1 else f"{row.dilation}·({row.kernel} − 1) − 1"
    left, right = "⌈⌉" if row.ceil_mode else "⌊⌋"
    naive = row.padded - row.span
    by_rounding = (-(-naive // row.stride) if row.ceil_mode else naive // row.stride) + 1
    clipped = " − 1" if len(row.starts()) < by_rounding else ""
    return f"{left}({row.cells}{padding} − {extent})/{row.stride}{right} + 1{clipped} = {len(row.starts())}"


def _caption(row: Row) -> str:
    sides = (
        f"{row.before} on each side"
        if row.before == row.after
        else f"{row.before} before and {row.after} after"
    )
    geometry = [
        f"kernel {row.kernel}",
        f"stride {row.stride}",
        *([f"padding {sides}"] if row.padded > row.cells else []),
    ]
    geometry += [f"dilation {row.dilation}"] if row.dilation > 1 else []
    sentences = [
        f"{plural(row.cells, 'cell')}, {', '.join(geometry)}.",
        f"Each line is one window and the output cell it makes: {formula_in_numbers(row)}.",
    ]
    if row.unread():
        sentences.append(f"No window reads {_cells(row.unread())}.")
    return " ".join(sentences)


def _alt(row: Row) -> str:
    starts = row.starts()
    if row.padded > row.cells:
        edges = f"{row.before} of padding before and {row.after} after: {row.padded} cells in all"
    else:
        edges = "no padding"
    reach = f", which span {row.span} cells at dilation {row.dilation}" if row.dilation > 1 else ""
    sentences = [
        f"A row of {plural(row.cells, 'input cell')}, numbered from 0, with {edges}.",
        f"Windows of {plural(row.kernel, 'cell')}{reach} start every {plural(row.stride, 'cell')}, at "
        f"{'position' if len(starts) == 1 else 'positions'} {listing(starts)} of the padded row.",
        f"{plural(len(starts), 'window')}, so {plural(len(starts), 'output cell')}: "
        f"{formula_in_numbers(row)}.",
    ]
    over = starts[-1] + row.span - row.padded
    if over > 0:
        sentences.append(f"The last window hangs over the end by {plural(over, 'cell')}.")
    if row.unread():
        sentences.append(f"No window reads {_cells(row.unread())}.")
    return " ".join(sentences)


def _cells(indices: list[int]) -> str:
    return f"{'cell' if len(indices) == 1 else 'cells'} {listing(indices)}"


def _table(row: Row) -> Table:
    rows = []
    for output, start in enumerate(row.starts()):
        taps = [position - row.before for position in row.taps(start)]
        reads = [str(tap) if 0 <= tap < row.cells else "padding" for tap in taps]
        rows.append((output, taps[0], taps[-1], ", ".join(reads)))
    return Table(("output cell", "first input cell", "last input cell", "reads"), tuple(rows))


_OUTPUT_COLUMN = 52.0
_LINE = 20.0
_TOP = 34.0


@dataclass(frozen=True)
class _Sheet:
    """Where things lie: the row's left edge and cell size, the first window's line, the column of outputs."""

    row: Row
    reach: int
    missing: int | None

    @classmethod
    def of(cls, row: Row) -> _Sheet:
        following = row.starts()[-1] + row.stride
        missing = following if not row.ceil_mode and following < row.padded else None
        last = row.starts()[-1] if missing is None else missing
        return cls(row, max(row.padded, last + row.span), missing)

    @property
    def side(self) -> float:
        return min(34.0, (WIDTH - 2 * MARGIN - _OUTPUT_COLUMN) / self.reach)

    @property
    def height(self) -> float:
        return min(self.side, 30.0)

    @property
    def column(self) -> float:
        return self.x(self.reach) + 22

    def x(self, position: int) -> float:
        spare = WIDTH - 2 * MARGIN - _OUTPUT_COLUMN - self.side * self.reach
        return MARGIN + spare / 2 + position * self.side

    def y(self, line: int) -> float:
        return _TOP + self.height + 14 + line * _LINE


def _drawing(row: Row) -> Drawing:
    sheet = _Sheet.of(row)
    starts = row.starts()
    marks: list[Mark] = [
        *_cells_of(sheet),
        Text(sheet.column + 11, _TOP - 10, "output", SMALL, color="output-ink"),
    ]
    for line, start in enumerate(starts):
        middle = sheet.y(line) + 7
        marks += _window(sheet, start, sheet.y(line))
        marks += arrow((sheet.x(sheet.reach) + 4, middle), (sheet.column - 3, middle))
        marks.append(cell(sheet.column, sheet.y(line), 22, "output", height=14, part=f"output:{line}"))
        marks.append(centered(sheet.column + 11, middle, str(line), SMALL))
    if sheet.missing is not None:
        marks += _missing(sheet, sheet.missing, sheet.y(len(starts)))
    bottom = sheet.y(len(starts) + (sheet.missing is not None))
    marks += legend(MARGIN, bottom + 22, _legend(sheet))
    return Drawing.fitted(WIDTH, marks)


def _cells_of(sheet: _Sheet) -> list[Mark]:
    row = sheet.row
    unread = set(row.unread())
    every = 1 if sheet.side >= 16 else 5
    size = LABEL if sheet.side >= 20 else SMALL
    marks: list[Mark] = [Text(sheet.x(0), _TOP - 10, "input", SMALL, "start", "input-ink")]
    for position in range(row.padded):
        index = position - row.before
        inside = 0 <= index < row.cells
        box = cell(sheet.x(position), _TOP, sheet.side, "input" if inside else "padding", height=sheet.height)
        if index in unread:
            box = replace(box, fill="paper", dash=(2, 2))
        marks.append(replace(box, part=f"input:{index}"))
        if inside and index % every == 0:
            middle = (box.x + box.width / 2, box.y + box.height / 2)
            marks.append(centered(*middle, str(index), size, "muted" if index in unread else "ink"))
    return marks


def _window(sheet: _Sheet, start: int, y: float) -> list[Mark]:
    ends = (sheet.x(start) + 2, y + 7), (sheet.x(start + sheet.row.span) - 2, y + 7)
    marks: list[Mark] = [Path(ends, stroke="kernel", line=1.5)]
    for position in sheet.row.taps(start):
        tap = Rect(sheet.x(position) + 1, y, sheet.side - 2, 14, "kernel-fill", "kernel", 1.5, radius=2)
        if position >= sheet.row.padded:
            tap = replace(tap, fill="paper", dash=(2, 2))
        marks.append(replace(tap, part=f"window:{start}"))
    return marks


def _missing(sheet: _Sheet, start: int, y: float) -> list[Mark]:
    marks: list[Mark] = [
        Rect(sheet.x(position) + 1, y, sheet.side - 2, 14, "none", "muted", 1.0, (2, 2), radius=2)
        for position in sheet.row.taps(start)
    ]
    edge, column = sheet.x(sheet.row.padded), sheet.column
    return [
        *marks,
        Path(((edge, y - 3), (edge, y + 17)), stroke="muted", line=1.5),
        Path(((column + 7, y + 3), (column + 15, y + 11)), stroke="muted", line=1.5),
        Path(((column + 7, y + 11), (column + 15, y + 3)), stroke="muted", line=1.5),
    ]


def _legend(sheet: _Sheet) -> list[tuple[Mark | None, str]]:
    tap = Rect(0, 0, 11, 11, "kernel-fill", "kernel", 1.5, radius=2)
    entries: list[tuple[Mark | None, str]] = [(cell(0, 0, 11, "input"), "input")]
    if sheet.row.padded > sheet.row.cells:
        entries.append((cell(0, 0, 11, "padding"), "padding"))
    entries.append((tap, "read by the window"))
    if sheet.row.unread():
        entries.append((Rect(0, 0, 11, 11, "paper", "input", 1.0, (2, 2)), "read by none"))
    if sheet.missing is not None:
        entries.append((replace(tap, fill="none", stroke="muted", line=1.0, dash=(2, 2)), "does not fit"))
    return entries
