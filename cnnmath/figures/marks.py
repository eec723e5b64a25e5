"""What a drawing is made of: a handful of frozen marks in one coordinate system, colored by role.

The unit is the CSS pixel, y grows downward. No color codes (see `theme`) and no file formats (see `svg` and
`raster`) live here, so one drawing serves both schemes, every format, and the tests that measure it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

__all__ = [
    "Circle",
    "Drawing",
    "Image",
    "Mark",
    "Path",
    "Rect",
    "Run",
    "Text",
    "bottom",
    "runs",
    "text_width",
]

Point = tuple[float, float]


@dataclass(frozen=True)
class Rect:
    """A rectangle with its top left corner at (x, y); `hatch` is the distance of its diagonals."""

    x: float
    y: float
    width: float
    height: float
    fill: str = "none"
    stroke: str = "none"
    line: float = 1.0
    dash: tuple[float, ...] = ()
    radius: float = 0.0
    hatch: float = 0.0
    opacity: float = 1.0
    part: str = ""


@dataclass(frozen=True)
class Circle:
    """A circle around (x, y)."""

    x: float
    y: float
    radius: float
    fill: str = "none"
    stroke: str = "none"
    line: float = 1.0
    dash: tuple[float, ...] = ()
    opacity: float = 1.0
    part: str = ""


@dataclass(frozen=True)
class Path:
    """Straight lines (and cubic curves) through points.

    `curved` reads the points after the first in threes, as in SVG's `C`. A closed path may be filled.
    """

    points: tuple[Point, ...]
    stroke: str = "ink"
    line: float = 1.0
    fill: str = "none"
    dash: tuple[float, ...] = ()
    closed: bool = False
    curved: bool = False
    opacity: float = 1.0
    part: str = ""


@dataclass(frozen=True)
class Text:
    """One line of text whose baseline passes through (x, y).

    Light markup: `*n*` is italic, `_{i}` a subscript, `^{2}` a superscript. `anchor` is start, middle or end.
    """

    x: float
    y: float
    text: str
    size: float = 13.0
    anchor: str = "middle"
    color: str = "ink"
    bold: bool = False
    turned: bool = False
    part: str = ""


@dataclass(frozen=True)
class Image:
    """Gray or RGB pixels, row by row, stretched over a rectangle: `rows * columns * channels` bytes."""

    x: float
    y: float
    width: float
    height: float
    rows: int
    columns: int
    channels: int
    pixels: bytes = field(repr=False)
    smooth: bool = True


Mark = Rect | Circle | Path | Text | Image


@dataclass(frozen=True)
class Drawing:
    """Marks on a sheet of `width` by `height`, painted in order."""

    width: float
    height: float
    marks: tuple[Mark, ...]

    @classmethod
    def of(cls, width: float, height: float, *groups: Iterable[Mark]) -> Drawing:
        """Return a drawing of several groups of marks, later groups on top."""
        return cls(width, height, tuple(mark for group in groups for mark in group))

    @classmethod
    def fitted(cls, width: float, *groups: Iterable[Mark], margin: float = 14.0) -> Drawing:
        """Return a drawing that ends `margin` below its lowest mark."""
        marks = tuple(mark for group in groups for mark in group)
        return cls(width, round(max(map(bottom, marks)) + margin, 2), marks)


def bottom(mark: Mark) -> float:
    """Return the lowest point of a mark (for text, where descenders end).

    >>> bottom(Rect(0, 10, 5, 5)), bottom(Circle(0, 0, 3))
    (15, 3)
    """
    match mark:
        case Rect() | Image():
            return mark.y + mark.height
        case Circle():
            return mark.y + mark.radius
        case Path():
            return max(y for _, y in mark.points)
        case Text():
            return mark.y + 0.25 * mark.size


class Run(NamedTuple):
    """A stretch of text in one style; `shift` is 0 on the line, -1 for a subscript, 1 for a superscript."""

    text: str
    italic: bool = False
    shift: int = 0


_MARKUP = re.compile(r"\*(?P<italic>[^*\s]+)\*|_\{(?P<sub>[^}]*)\}|\^\{(?P<sup>[^}]*)\}")


def runs(text: str) -> tuple[Run, ...]:
    """Split marked-up text into runs.

    >>> [(run.text, run.italic, run.shift) for run in runs("*n*_{1} + 1")]
    [('n', True, 0), ('1', False, -1), (' + 1', False, 0)]
    """
    found: list[Run] = []
    end = 0
    for match in _MARKUP.finditer(text):
        if match.start() > end:
            found.append(Run(text[end : match.start()]))
        end = match.end()
        if match["italic"] is not None:
            found.append(Run(match["italic"], italic=True))
        elif match["sub"] is not None:
            found.append(Run(match["sub"], shift=-1))
        else:
            found.append(Run(match["sup"], shift=1))
    if end < len(text):
        found.append(Run(text[end:]))
    return tuple(found)


_NARROW = frozenset("iIjl.,:;'|!()[]/ t·f1r")
_WIDE = frozenset("mwMW@%→←×+−=")


def text_width(text: str, size: float) -> float:
    """Return a safe estimate of a line's width, in the text's unit: wide enough for the common sans faces.

    >>> text_width("", 12), text_width("7", 10)
    (0.0, 6.4)
    """
    total = 0.0
    for run in runs(text):
        scale = 1.0 if run.shift == 0 else 0.72
        total += scale * sum(map(_advance, run.text))
    return round(total * size, 2)


def _advance(character: str) -> float:
    if character in _NARROW:
        return 0.64 if character == "1" else 0.42
    if character in _WIDE:
        return 0.9
    return 0.72 if character.isupper() else 0.64
