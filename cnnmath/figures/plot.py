"""Axes for curves and points: a frame with few ticks, linear or logarithmic, as marks.

Only the geometry of plotting; which curve is drawn is decided in `topics`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cnnmath.figures.layout import SMALL
from cnnmath.figures.marks import Circle, Mark, Path, Text, text_width

__all__ = ["Plot", "place_names", "ticks"]


@dataclass(frozen=True)
class Plot:
    """A rectangle of the sheet that shows x from `x_low` to `x_high` and y from `y_low` to `y_high`."""

    left: float
    top: float
    width: float
    height: float
    x_low: float
    x_high: float
    y_low: float
    y_high: float
    x_log: bool = False
    y_log: bool = False

    def x(self, value: float) -> float:
        """Return where a value lies on the sheet, from left to right."""
        return self.left + self.width * _share(value, self.x_low, self.x_high, log=self.x_log)

    def y(self, value: float) -> float:
        """Return where a value lies on the sheet, from top to bottom."""
        return self.top + self.height * (1 - _share(value, self.y_low, self.y_high, log=self.y_log))

    def axes(self, x_ticks: Sequence[tuple[float, str]], y_ticks: Sequence[tuple[float, str]]) -> list[Mark]:
        """Return grid lines at the y ticks, the x axis, and the ticks' labels."""
        bottom, right = self.top + self.height, self.left + self.width
        marks: list[Mark] = []
        for value, label in y_ticks:
            y = self.y(value)
            marks.append(Path(((self.left, y), (right, y)), stroke="grid"))
            marks.append(Text(self.left - 6, y + 4.3, label, SMALL, "end", "muted"))
        marks.append(Path(((self.left, bottom), (right, bottom)), stroke="muted"))
        for value, label in x_ticks:
            x = self.x(value)
            marks.append(Path(((x, bottom), (x, bottom + 4)), stroke="muted"))
            marks.append(Text(x, bottom + 17, label, SMALL, "middle", "muted"))
        return marks

    def names(self, x_name: str, y_name: str) -> list[Mark]:
        """Return the name of the x axis under it and the name of the y axis above it, both upright."""
        below = self.top + self.height + 34
        return [
            Text(self.left + self.width / 2, below, x_name, SMALL, "middle", "ink"),
            Text(self.left, self.top - 10, y_name, SMALL, "start", "ink"),
        ]

    def curve(
        self,
        points: Iterable[tuple[float, float]],
        role: str,
        *,
        line: float = 2.0,
        dash: tuple[float, ...] = (),
    ) -> Path:
        """Return a curve through points given in the plot's own values."""
        placed = tuple((self.x(x), self.y(y)) for x, y in points)
        return Path(placed, stroke=role, line=line, dash=dash)


def ticks(low: float, high: float, most: int = 5) -> list[float]:
    """Return about `most` round numbers from low to high: steps of 1, 2 or 5 times a power of ten.

    >>> ticks(0, 1), ticks(0, 47)
    ([0.0, 0.2, 0.4, 0.6, 0.8, 1.0], [0.0, 10.0, 20.0, 30.0, 40.0])
    """
    power = 10.0 ** math.floor(math.log10((high - low) / most))
    step = next(power * factor for factor in (1, 2, 5, 10) if (high - low) / (power * factor) <= most + 1e-9)
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [round(at * step, 12) for at in range(first, last + 1)]


def _share(value: float, low: float, high: float, *, log: bool) -> float:
    if log:
        return math.log(value / low) / math.log(high / low)
    return (value - low) / (high - low)


Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""


def place_names(circles: Sequence[Circle], names: Sequence[str], sides: tuple[float, float]) -> list[Mark]:
    """Return each circle's name at the first free place around it, nearest places first.

    A name that has to go further away gets a thin line to its circle. `sides` are the left and right limits.
    """
    taken: list[Box] = [
        (disc.x - disc.radius, disc.y - disc.radius, disc.x + disc.radius, disc.y + disc.radius)
        for disc in circles
    ]
    marks: list[Mark] = []
    for own, (disc, name) in enumerate(zip(circles, names, strict=True)):
        text = _first_free(disc, name, [box for at, box in enumerate(taken) if at != own], sides)
        taken.append(_box(text))
        if abs(text.y - 4 - disc.y) - disc.radius > 17:
            below = text.y - 11 if text.y > disc.y else text.y + 3
            marks.append(Path(((disc.x, disc.y), (text.x, below)), "muted", 0.75))
        marks.append(text)
    return marks


def _first_free(disc: Circle, name: str, taken: Sequence[Box], sides: tuple[float, float]) -> Text:
    candidates: list[Text] = []
    for gap in (5.0, 9.0, 16.0, 24.0, 34.0, 46.0):
        reach = disc.radius + gap
        if gap < 10:
            candidates.append(Text(disc.x + reach, disc.y + 4, name, SMALL, "start"))
            candidates.append(Text(disc.x - reach, disc.y + 4, name, SMALL, "end"))
        for by in (0, 12, -12, 24, -24):
            candidates.append(Text(disc.x + by, disc.y - reach, name, SMALL))
            candidates.append(Text(disc.x + by, disc.y + reach + 9, name, SMALL))
    free = [text for text in candidates if _is_free(_box(text), taken, sides)]
    return (free or candidates)[0]


def _box(text: Text) -> Box:
    width = text_width(text.text, text.size)
    left = text.x - {"start": 0.0, "middle": 0.5, "end": 1.0}[text.anchor] * width
    return left, text.y - 0.8 * text.size, left + width, text.y + 0.25 * text.size


def _is_free(box: Box, taken: Sequence[Box], sides: tuple[float, float]) -> bool:
    left, top, right, bottom = box
    if left < sides[0] or right > sides[1]:
        return False
    return all(right < other[0] or other[2] < left or bottom < other[1] or other[3] < top for other in taken)
