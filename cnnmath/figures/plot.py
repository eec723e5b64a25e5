"""Axes for curves and points: a frame with few ticks, linear or logarithmic, as marks.

Only the geometry of plotting; which curve is drawn is decided in `topics`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cnnmath.figures.layout import SMALL
from cnnmath.figures.marks import Mark, Path, Text

__all__ = ["Plot"]


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


def _share(value: float, low: float, high: float, *, log: bool) -> float:
    if log:
        return math.log(value / low) / math.log(high / low)
    return (value - low) / (high - low)
