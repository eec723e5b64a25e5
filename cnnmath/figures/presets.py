"""Well-known kernels by name, as whole numbers over a common divisor; applied as cross-correlation.

Only the matrices and what they are for; applying them is for `ops`, drawing them for `topics`.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import comb, cos, exp, pi, radians, sin
from types import MappingProxyType

__all__ = ["LARGER", "PRESETS", "Preset", "gabor"]

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
    def words(self) -> str:
        """The rows in one line, with the divisor where there is one.

        >>> PRESETS["box"].words
        '1 1 1; 1 1 1; 1 1 1 (all / 9)'
        """
        rows = "; ".join(" ".join(map(str, row)) for row in self.rows).replace("-", "\N{MINUS SIGN}")
        return rows if self.divisor == 1 else f"{rows} (all / {self.divisor})"

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


def gabor(angle: int) -> Preset:
    """Return a Gabor kernel of 7 × 7: a wave of 4 pixels under a Gaussian (σ = 1.7), in ninths, sum 0.

    Its bright middle stripe is upright at 0° and rises to the right at 45°. What rounding leaves of the sum
    is taken from the middle.

    >>> gabor(0).rows[3], gabor(45).gain
    ((0, -5, 0, 8, 0, -5, 0), 0.0)
    """
    turned, reach = radians(angle), range(-3, 4)
    bell = {(y, x): exp(-(x * x + y * y) / (2 * 1.7**2)) for y in reach for x in reach}
    wave = {
        (y, x): height * cos(2 * pi * (x * cos(turned) + y * sin(turned)) / 4)
        for (y, x), height in bell.items()
    }
    mean = sum(wave.values()) / sum(bell.values())
    entries = {at: round(9 * (wave[at] - mean * bell[at])) for at in wave}
    entries[0, 0] -= sum(entries.values())
    rows = tuple(tuple(entries[y, x] for x in reach) for y in reach)
    return Preset(rows, f"bright stripes turned by {angle}°")


def _box(size: int) -> Preset:
    return Preset(((1,) * size,) * size, f"mean of {size * size} pixels", size * size)


def _binomial(size: int) -> Preset:
    """Return the Gaussian's whole-number cousin: binomial coefficients down times across."""
    line = [comb(size - 1, at) for at in range(size)]
    rows = tuple(tuple(down * across for across in line) for down in line)
    return Preset(rows, f"weighted mean of {size * size} pixels", 4 ** (size - 1))


LARGER = MappingProxyType(
    {
        **{f"box-{size}": _box(size) for size in range(4, 8)},
        **{f"gaussian-{size}": _binomial(size) for size in range(4, 8)},
        "laplacian-of-gaussian": Preset(
            (
                (0, 0, -1, 0, 0),
                (0, -1, -2, -1, 0),
                (-1, -2, 16, -2, -1),
                (0, -1, -2, -1, 0),
                (0, 0, -1, 0, 0),
            ),
            "spots and edges, noise smoothed",
        ),
        **{f"gabor-{angle}": gabor(angle) for angle in (0, 45, 90, 135)},
    }
)
"""Kernels of 4 × 4 to 7 × 7, for the explorer; the figures show the 3 × 3 ones."""
