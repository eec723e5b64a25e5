"""Pieces that many figures share: cells, grids of cells, arrows, brackets, legends, and words for numbers.

Pure functions that return marks. What a figure says lives in `topics`; sizes that all figures obey are here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from cnnmath.figures.marks import Mark, Path, Rect, Text, text_width

__all__ = [
    "LABEL",
    "MARGIN",
    "SMALL",
    "WIDTH",
    "Grid",
    "arrow",
    "cell",
    "centered",
    "legend",
    "listing",
    "number",
    "plural",
    "swatch",
]

WIDTH = 440.0
"""Width of a sheet: on a phone of 340 pixels, text of size 12 is still 9 pixels tall."""

MARGIN = 14.0
LABEL = 13.0
SMALL = 12.0

HATCH = 5.0


def cell(
    x: float, y: float, side: float, role: str = "input", *, height: float = 0.0, part: str = ""
) -> Rect:
    """Return one cell; padding is hatched and dashed as well, so that it is not known by color alone."""
    if role == "padding":
        return Rect(
            x, y, side, height or side, "padding-fill", "padding", 1.0, (3, 2), hatch=HATCH, part=part
        )
    return Rect(x, y, side, height or side, f"{role}-fill", role, 1.0, part=part)


def centered(
    x: float,
    y: float,
    text: str,
    size: float = LABEL,
    color: str = "ink",
    *,
    bold: bool = False,
    part: str = "",
) -> Text:
    """Return text whose figures are centered on (x, y)."""
    return Text(x, y + 0.36 * size, text, size, "middle", color, bold=bold, part=part)


def arrow(
    start: tuple[float, float], end: tuple[float, float], role: str = "muted", line: float = 1.25
) -> list[Mark]:
    """Return a straight arrow with a filled head at its end."""
    (x0, y0), (x1, y1) = start, end
    length = max(1e-9, ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5)
    ux, uy = (x1 - x0) / length, (y1 - y0) / length
    size = 4.0 + 1.6 * line
    base = (x1 - ux * size, y1 - uy * size)
    half = 0.42 * size
    head = ((x1, y1), (base[0] - uy * half, base[1] + ux * half), (base[0] + uy * half, base[1] - ux * half))
    return [
        Path((start, base), stroke=role, line=line),
        Path(head, stroke="none", fill=role, closed=True),
    ]


def swatch(x: float, y: float, role: str) -> Rect:
    """Return the small cell that stands before a word of the legend."""
    return cell(x, y, 11, role)


def legend(
    x: float, y: float, entries: Sequence[tuple[Mark | None, str]], width: float = WIDTH
) -> list[Mark]:
    """Return swatches with words on one line (or more, where the width ends).

    Each swatch is drawn by the caller at (0, 0) with a size of 11; None leaves a word without one.
    """
    marks: list[Mark] = []
    left, line = x, y
    for shape, words in entries:
        needed = 17 + text_width(words, SMALL)
        if left + needed > width - MARGIN and left > x:
            left, line = x, line + 19
        if shape is not None:
            marks.append(moved(shape, left, line - 10))
        marks.append(Text(left + (17 if shape is not None else 0), line, words, SMALL, "start", "muted"))
        left += needed + 12
    return marks


def moved(mark: Mark, right: float, down: float) -> Mark:
    """Return the mark, moved."""
    if isinstance(mark, Path):
        return replace(mark, points=tuple((x + right, y + down) for x, y in mark.points))
    return replace(mark, x=mark.x + right, y=mark.y + down)


@dataclass(frozen=True)
class Grid:
    """Cells in rows and columns: where each one lies, and how to fill them."""

    x: float
    y: float
    side: float
    rows: int
    columns: int

    @property
    def width(self) -> float:
        """Width of all columns."""
        return self.side * self.columns

    @property
    def height(self) -> float:
        """Height of all rows."""
        return self.side * self.rows

    @property
    def right(self) -> float:
        """Right edge."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """Lower edge."""
        return self.y + self.height

    def corner(self, row: float, column: float) -> tuple[float, float]:
        """Return the top left corner of a cell."""
        return self.x + column * self.side, self.y + row * self.side

    def center(self, row: float, column: float) -> tuple[float, float]:
        """Return the middle of a cell."""
        return self.x + (column + 0.5) * self.side, self.y + (row + 0.5) * self.side

    def cells(self, role: str | Callable[[int, int], str], part: str = "") -> list[Mark]:
        """Return all cells, in one role or in the role that a function of (row, column) names."""
        return [
            cell(
                *self.corner(row, column),
                self.side,
                role if isinstance(role, str) else role(row, column),
                part=f"{part}:{row},{column}" if part else "",
            )
            for row in range(self.rows)
            for column in range(self.columns)
        ]

    def values(
        self,
        table: Sequence[Sequence[object]],
        size: float = LABEL,
        color: str = "ink",
        *,
        bold: bool = False,
    ) -> list[Mark]:
        """Return the entries of a table, each in the middle of its cell; None leaves a cell empty."""
        return [
            centered(*self.center(row, column), _entry(entry), size, color, bold=bold)
            for row, line in enumerate(table)
            for column, entry in enumerate(line)
            if entry is not None
        ]

    def outline(
        self, row: float, column: float, rows: float = 1, columns: float = 1, role: str = "ink"
    ) -> Rect:
        """Return the bold outline of a selected window."""
        x, y = self.corner(row, column)
        return Rect(x, y, columns * self.side, rows * self.side, "none", role, 2.5)

    def heading(self, text: str, color: str = "muted") -> Text:
        """Return a title over the grid."""
        return Text(self.x + self.width / 2, self.y - 8, text, SMALL, "middle", color)


def _entry(entry: object) -> str:
    return number(entry) if isinstance(entry, int | float) else str(entry)


def number(value: float, digits: int = 2) -> str:
    """Return a number for the eye: a true minus, no needless zeros.

    >>> number(-2), number(0.50), number(62378344)
    ('−2', '0.5', '62,378,344')
    """
    text = f"{value:,}" if isinstance(value, int) else f"{value:,.{digits}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text.replace("-", "\N{MINUS SIGN}")


def plural(count: int, noun: str, several: str = "") -> str:
    """Return a count with its noun.

    >>> plural(1, "window"), plural(4, "window")
    ('1 window', '4 windows')
    """
    return f"{number(count)} {noun if count == 1 else several or noun + 's'}"


def listing(items: Iterable[object], most: int = 12) -> str:
    """Return items with commas and a last "and"; a long list is cut in the middle.

    >>> listing([0, 2, 4])
    '0, 2 and 4'
    """
    words = [str(item) for item in items]
    if len(words) > most:
        words = [*words[: most - 2], "…", words[-1]]
        return ", ".join(words)
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)
