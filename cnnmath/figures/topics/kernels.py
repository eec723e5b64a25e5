"""What small kernels do to a photograph, and which of them are products of a column and a row.

The matrices are in `presets`, the photographs in `photos`; filtering is done by `ops`.
"""

from __future__ import annotations

from fractions import Fraction
from math import gcd

import numpy as np
from numpy.typing import NDArray

from cnnmath import ops
from cnnmath.figures.exact import Rows
from cnnmath.figures.layout import LABEL, MARGIN, SMALL, WIDTH, Grid, centered, number, plural
from cnnmath.figures.marks import Drawing, Image, Mark, Rect, Text
from cnnmath.figures.parameters import Choice, Matrix
from cnnmath.figures.photos import PHOTOS, gray_photo
from cnnmath.figures.presets import PRESETS, Preset
from cnnmath.figures.registry import Sketch, Table, draws

__all__ = ["gray_image", "kernel_effect", "kernel_gallery", "rank", "separability"]

GALLERY = (
    "identity",
    "gaussian",
    "sharpen",
    "emboss",
    "outline",
    "sobel-x",
    "sobel-y",
    "line-rising",
    "laplacian",
)
PHOTO = Choice(tuple(PHOTOS))
MAPPING = (
    "Kernels whose entries add up to 0 are shown around middle gray (128 + result/2), the others as they "
    "are; both are clamped to 0–255."
)


def gray_image(corner: tuple[float, float], side: float, values: NDArray[np.float64]) -> Image:
    """Return values from 0 to 255, clamped and rounded, as a square picture."""
    rows, columns = values.shape
    pixels = np.rint(np.clip(values, 0, 255)).astype(np.uint8).tobytes()
    return Image(*corner, side, side, rows, columns, 1, pixels)


def filtered(photo: NDArray[np.uint8], preset: Preset) -> NDArray[np.float64]:
    """Return the photo filtered by a preset without padding, ready to be shown."""
    kernel = np.array(preset.rows, dtype=np.float64) / preset.divisor
    result: NDArray[np.float64] = ops.conv2d(photo.astype(np.float64)[None, None], kernel[None, None])[0, 0]
    return 128 + result / 2 if preset.signed else result


@draws("kernel-gallery", photo=PHOTO)
def kernel_gallery(*, photo: str = "camera") -> Sketch:
    """Draw a photo through nine well-known 3×3 kernels.

    Raises FigureError where scikit-image, which ships the photos, is not installed.
    """
    pixels = gray_photo(photo, 84)
    tile = (WIDTH - 2 * MARGIN - 20) / 3
    marks: list[Mark] = []
    for at, name in enumerate(GALLERY):
        x, y = MARGIN + (at % 3) * (tile + 10), 16 + (at // 3) * (tile + 32)
        marks.append(gray_image((x, y), tile, filtered(pixels, PRESETS[name])))
        marks.append(Text(x + tile / 2, y + tile + 18, name, LABEL))
    named = "; ".join(f"{name}: {PRESETS[name].about}" for name in GALLERY)
    return Sketch(
        title="One photograph, nine kernels",
        caption=f"Each 3 × 3 kernel slides over the same photograph. {MAPPING} {PHOTOS[photo].credit}",
        alt=f"Nine versions of a photograph of {PHOTOS[photo].shows}, in three rows. {named}.",
        data=Table(
            ("kernel", "rows", "divisor", "sum of entries", "what it does"),
            tuple(
                (name, _words(kernel.rows), kernel.divisor, kernel.gain, kernel.about)
                for name, kernel in _shown()
            ),
        ),
        drawing=Drawing.fitted(WIDTH, marks),
    )


def _shown() -> list[tuple[str, Preset]]:
    return [(name, PRESETS[name]) for name in GALLERY]


def _words(rows: Rows) -> str:
    return "; ".join(" ".join(map(number, line)) for line in rows)


@draws("kernel-effect", kernel=Choice(tuple(PRESETS)), photo=PHOTO)
def kernel_effect(*, kernel: str = "sobel-x", photo: str = "camera") -> Sketch:
    """Draw one kernel with a photograph before and after it.

    Raises FigureError where scikit-image, which ships the photos, is not installed.
    """
    preset = PRESETS[kernel]
    pixels = gray_photo(photo, 128)
    shown = "128 + result/2" if preset.signed else "the result"
    divided = f", divided by {preset.divisor}" if preset.divisor > 1 else ""
    return Sketch(
        title=f"The kernel {kernel}: {preset.about}",
        caption=f"Entries{divided} add up to {number(preset.gain)}; the picture shows {shown}, clamped to "
        f"0–255. {PHOTOS[photo].credit}",
        alt=f"A photograph of {PHOTOS[photo].shows}, the kernel {_words(preset.rows)}{divided}, and the "
        f"photograph after it: {preset.about}. The entries add up to {number(preset.gain)}.",
        data=Table(
            ("row", *(f"column {at}" for at in range(3))),
            tuple((at, *line) for at, line in enumerate(preset.rows)),
        ),
        drawing=_effect_drawing(pixels, preset),
    )


def _effect_drawing(pixels: NDArray[np.uint8], preset: Preset) -> Drawing:
    side, top = 148.0, 32.0
    grid = Grid(WIDTH / 2 - 45, top + side / 2 - 45, 30.0, 3, 3)
    right = WIDTH - MARGIN - side
    marks: list[Mark] = [
        gray_image((MARGIN, top), side, pixels.astype(np.float64)),
        gray_image((right, top), side, filtered(pixels, preset)),
        *grid.cells("kernel"),
        *grid.values(preset.rows),
        Text(MARGIN + side / 2, top - 9, "before", SMALL, color="input-ink"),
        Text(right + side / 2, top - 9, "after", SMALL, color="output-ink"),
        Text(WIDTH / 2, grid.y - 9, "kernel", SMALL, color="kernel-ink"),
    ]
    if preset.divisor > 1:
        marks.append(Text(WIDTH / 2, grid.bottom + 20, f"all / {preset.divisor}", LABEL, color="kernel-ink"))
    return Drawing.fitted(WIDTH, marks)


def rank(rows: Rows) -> int:
    """Return the rank of a matrix, by exact elimination.

    >>> rank(((1, 2, 1), (2, 4, 2), (1, 2, 1))), rank(((0, -1, 0), (-1, 4, -1), (0, -1, 0)))
    (1, 2)
    """
    lines = [[Fraction(entry) for entry in line] for line in rows]
    found = 0
    for column in range(len(lines[0])):
        pivot = next((at for at in range(found, len(lines)) if lines[at][column]), None)
        if pivot is None:
            continue
        lines[found], lines[pivot] = lines[pivot], lines[found]
        for at in range(found + 1, len(lines)):
            share = lines[at][column] / lines[found][column]
            lines[at] = [low - share * high for low, high in zip(lines[at], lines[found], strict=True)]
        found += 1
    return found


def factors(rows: Rows) -> tuple[list[int], list[int]]:
    """Return the column and the row whose product a matrix of rank 1 is, the row in smallest whole numbers.

    >>> factors(((1, 2, 1), (2, 4, 2), (1, 2, 1)))
    ([1, 2, 1], [1, 2, 1])
    """
    leading = next(line for line in rows if any(line))
    divisor = gcd(*leading)
    across = [entry // divisor for entry in leading]
    at = next(index for index, entry in enumerate(across) if entry)
    return [line[at] // across[at] for line in rows], across


@draws("separability", kernel=Matrix(5, 5))
def separability(*, kernel: Rows = ((1, 2, 1), (2, 4, 2), (1, 2, 1))) -> Sketch:
    """Draw a kernel as the product of a column and a row, if its rank is 1."""
    found, height, width = rank(kernel), len(kernel), len(kernel[0])
    cost = (
        f"{height} + {width} = {height + width} products a pixel instead of {height}·{width} = "
        f"{height * width}"
    )
    if found == 1:
        column, row = factors(kernel)
        verdict = f"Rank 1: column {_line(column)} times row {_line(row)}. Two passes need {cost}."
    else:
        verdict = (
            f"Rank {found}: no single column times a single row gives this kernel; a sum of {found} such "
            "products does."
        )
    return Sketch(
        title=f"A {height} × {width} kernel of rank {found}" + (": separable" if found == 1 else ""),
        caption=verdict,
        alt=f"The kernel {_words(kernel)}. {verdict}",
        data=Table(
            ("row", *(f"column {at}" for at in range(width))),
            tuple((at, *line) for at, line in enumerate(kernel)),
        ),
        drawing=_separability_drawing(kernel, found),
    )


def _line(values: list[int]) -> str:
    return " ".join(map(number, values))


def _separability_drawing(kernel: Rows, found: int) -> Drawing:
    height, width = len(kernel), len(kernel[0])
    side = 34.0
    if found != 1:
        grid = Grid((WIDTH - side * width) / 2, 34, side, height, width)
        label = Text(
            WIDTH / 2,
            grid.bottom + 28,
            f"rank {found}: {plural(found, 'product')} of a column and a row",
            LABEL,
        )
        heading = grid.heading("kernel", "kernel-ink")
        return Drawing.fitted(WIDTH, [*grid.cells("kernel"), *grid.values(kernel), heading, label])
    column, row = factors(kernel)
    left = (WIDTH - side * (2 * width + 1) - 90) / 2
    upright = Grid(left, 34, side, height, 1)
    level = Grid(upright.right + 36, 34 + side * (height - 1) / 2, side, 1, width)
    whole = Grid(level.right + 54, 34, side, height, width)
    middle = 34 + side * height / 2
    return Drawing.fitted(
        WIDTH,
        [*upright.cells("accent"), *upright.values([[entry] for entry in column])],
        [*level.cells("accent"), *level.values([row]), *whole.cells("kernel"), *whole.values(kernel)],
        [centered(upright.right + 18, middle, "·", 22), centered(level.right + 27, middle, "=", 18)],
        [
            upright.heading("column", "accent-ink"),
            level.heading("row", "accent-ink"),
            whole.heading("kernel", "kernel-ink"),
        ],
        [Rect(whole.x, whole.y, whole.width, whole.height, "none", "kernel", 2.0)],
    )
