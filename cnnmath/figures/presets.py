"""Well-known 3×3 kernels by name, as whole numbers over a common divisor; applied as cross-correlation.

Only the matrices and what they are for; applying them is for `ops`, drawing them for `topics`.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

__all__ = ["PRESETS", "Preset"]

Rows = tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class Preset:
    """A kernel: `rows / divisor`, and what it does in a few words.

    >>> PRESETS["box"].gain, PRESETS["sobel-x"].gain
    (1.0, 0.0)
    """

    rows: Rows
    about: str
    divisor: int = 1

    @property
    def gain(self) -> float:
        """The sum of the entries: what the kernel makes of a constant image of ones."""
        return sum(map(sum, self.rows)) / self.divisor

    @property
    def signed(self) -> bool:
        """Whether a constant image gives 0, so that results of both signs are to be shown."""
        return self.gain == 0


PRESETS = MappingProxyType(
    {
        "identity": Preset(((0, 0, 0), (0, 1, 0), (0, 0, 0)), "changes nothing"),
        "box": Preset(((1, 1, 1), (1, 1, 1), (1, 1, 1)), "mean of nine pixels", 9),
        "gaussian": Preset(((1, 2, 1), (2, 4, 2), (1, 2, 1)), "weighted mean, smooth blur", 16),
        "sharpen": Preset(((0, -1, 0), (-1, 5, -1), (0, -1, 0)), "adds what differs from the neighbors"),
        "emboss": Preset(((-2, -1, 0), (-1, 1, 1), (0, 1, 2)), "light from the upper left"),
        "outline": Preset(((-1, -1, -1), (-1, 8, -1), (-1, -1, -1)), "differs from all eight neighbors"),
        "laplacian": Preset(((0, -1, 0), (-1, 4, -1), (0, -1, 0)), "differs from four neighbors"),
        "sobel-x": Preset(((-1, 0, 1), (-2, 0, 2), (-1, 0, 1)), "brighter to the right"),
        "sobel-y": Preset(((-1, -2, -1), (0, 0, 0), (1, 2, 1)), "brighter below"),
        "prewitt-x": Preset(((-1, 0, 1), (-1, 0, 1), (-1, 0, 1)), "brighter to the right, unweighted"),
        "prewitt-y": Preset(((-1, -1, -1), (0, 0, 0), (1, 1, 1)), "brighter below, unweighted"),
        "line-horizontal": Preset(((-1, -1, -1), (2, 2, 2), (-1, -1, -1)), "bright horizontal lines"),
        "line-vertical": Preset(((-1, 2, -1), (-1, 2, -1), (-1, 2, -1)), "bright vertical lines"),
        "line-rising": Preset(((-1, -1, 2), (-1, 2, -1), (2, -1, -1)), "bright lines that rise to the right"),
        "line-falling": Preset(
            ((2, -1, -1), (-1, 2, -1), (-1, -1, 2)), "bright lines that fall to the right"
        ),
    }
)
"""Sobel and Prewitt are written so that a step from dark to bright along the axis gives a positive result."""
