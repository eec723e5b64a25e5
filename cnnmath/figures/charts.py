"""Charts of results that are computed elsewhere: curves, pictures, confusion tables in the look of the book.

For notebooks and experiments; what needs no data from outside is a registered figure in `topics`. Each
function returns a Figure with alt text made from the numbers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnmath.errors import FigureError
from cnnmath.figures.layout import LABEL, MARGIN, SMALL, WIDTH, Grid, centered, number
from cnnmath.figures.marks import Drawing, Image, Mark, Path, Rect, Text
from cnnmath.figures.plot import Plot, ticks
from cnnmath.figures.registry import Figure, Table

__all__ = ["confusion", "curves", "pictures"]

STYLES: tuple[tuple[str, tuple[float, ...]], ...] = (
    ("input", ()),
    ("gradient", (7.0, 3.0)),
    ("output", (2.0, 2.0)),
    ("accent", (9.0, 3.0, 2.0, 3.0)),
    ("kernel", (4.0, 4.0)),
)
"""Color and dashes of the first, second, ... curve."""


def curves(
    series: Mapping[str, Sequence[float]],
    *,
    title: str,
    caption: str,
    x_name: str = "epoch",
    y_name: str = "value",
    x: Sequence[float] | None = None,
) -> Figure:
    """Draw up to five curves over common x values (1, 2, 3, ... if none are given), each named at its end.

    >>> curves({"loss": [2.0, 1.0, 0.5]}, title="Training", caption="Loss by epoch.").alt
    'Training. loss over epoch 1 to 3: from 2 to 0.5, lowest 0.5 at 3, highest 2 at 1.'

    Raises FigureError for no or too many curves, unequal lengths, or values that are not finite.
    """
    names = list(series)
    places = [
        float(at) for at in (x if x is not None else range(1, len(next(iter(series.values()), ())) + 1))
    ]
    _check_series(series, places)
    heights = [float(value) for values in series.values() for value in values]
    spare = 0.06 * (max(heights) - min(heights)) or 1.0
    low, high = (0.0 if 0 <= min(heights) < spare * 8 else min(heights) - spare), max(heights) + spare
    plot = Plot(52, 36, WIDTH - 52 - 92, 220, places[0], places[-1], low, high)
    marks = plot.axes(
        [(at, number(at, 4)) for at in ticks(places[0], places[-1])],
        [(at, number(at, 4)) for at in ticks(low, high)],
    )
    marks += plot.names(x_name, y_name)
    for name, (role, dash) in zip(names, STYLES, strict=False):
        marks.append(plot.curve(zip(places, series[name], strict=True), role, dash=dash))
    marks += _end_names(plot, {name: float(series[name][-1]) for name in names})
    said = " ".join(_course(name, places, series[name], x_name) for name in names)
    table = Table((x_name, *names), tuple(zip(places, *series.values(), strict=True)))
    return _figure("curves", table, marks, title=title, caption=caption, alt=f"{title}. {said}")


def _check_series(series: Mapping[str, Sequence[float]], places: Sequence[float]) -> None:
    if not 1 <= len(series) <= len(STYLES):
        raise FigureError(where="curves", given=f"{len(series)} curves", expected=f"1 to {len(STYLES)}")
    for name, values in series.items():
        if len(values) != len(places) or len(values) < 2:
            raise FigureError(
                where=f"curve {name}",
                given=f"{len(values)} values for {len(places)} places",
                expected="as many, at least 2",
            )
        if not np.isfinite(values).all():
            raise FigureError(
                where=f"curve {name}", given="a value that is not finite", expected="finite numbers"
            )


def _course(name: str, places: Sequence[float], values: Sequence[float], x_name: str) -> str:
    least, most = int(np.argmin(values)), int(np.argmax(values))
    return (
        f"{name} over {x_name} {number(places[0], 3)} to {number(places[-1], 3)}: from "
        f"{number(float(values[0]), 3)} to {number(float(values[-1]), 3)}, lowest "
        f"{number(float(values[least]), 3)} at {number(places[least], 3)}, highest "
        f"{number(float(values[most]), 3)} at {number(places[most], 3)}."
    )


def _end_names(plot: Plot, ends: dict[str, float]) -> list[Mark]:
    """Return the names right of the curves' ends, moved down where they would lie on each other."""
    marks: list[Mark] = []
    low = 0.0
    roles = dict(zip(ends, (role for role, _ in STYLES), strict=False))
    for name, value in sorted(ends.items(), key=lambda end: -end[1]):
        low = max(low + 15, plot.y(value) + 4)
        right = plot.left + plot.width
        marks.append(Path(((right + 2, plot.y(value)), (right + 10, low - 4)), roles[name]))
        marks.append(Text(right + 13, low, name, SMALL, "start", f"{roles[name]}-ink"))
    return marks


def pictures(
    images: Mapping[str, ArrayLike], *, title: str, caption: str, columns: int = 4, symmetric: bool = False
) -> Figure:
    """Draw small gray pictures (H, W) in rows, each with its name, all on one scale.

    With `symmetric`, 0 is middle gray and the largest size is black or white: the right choice for
    filters and gradients. Otherwise the smallest value of all is black and the largest white.

    >>> pictures({"a": [[0, 1]], "b": [[2, 4]]}, title="Two", caption="Rows.").alt
    'Two. 2 pictures on one gray scale from 0 (black) to 4 (white): a, b.'

    Raises FigureError for no picture, one without two axes, or values that are not finite.
    """
    arrays = {name: np.asarray(image, dtype=np.float64) for name, image in images.items()}
    for name, array in arrays.items():
        if array.ndim != 2 or not array.size or not np.isfinite(array).all():
            raise FigureError(
                where=f"picture {name}", given=f"shape {array.shape}", expected="finite values (H, W)"
            )
    if not arrays:
        raise FigureError(where="pictures", given="none", expected="at least one")
    low, high = min(array.min() for array in arrays.values()), max(array.max() for array in arrays.values())
    if symmetric:
        high = max(abs(low), abs(high))
        low = -high
    across = min(columns, len(arrays))
    tile = (WIDTH - 2 * MARGIN - 10 * (across - 1)) / across
    marks: list[Mark] = []
    for at, (name, array) in enumerate(arrays.items()):
        x, y = MARGIN + at % across * (tile + 10), 14 + at // across * (tile + 28)
        marks += [_gray(array, (x, y), tile, (low, high)), Text(x + tile / 2, y + tile + 16, name, SMALL)]
    said = f"{len(arrays)} pictures on one gray scale from {number(low)} (black) to {number(high)} (white): "
    rows = tuple((name, *array.shape, array.min(), array.max()) for name, array in arrays.items())
    table = Table(("picture", "rows", "columns", "smallest", "largest"), rows)
    alt = f"{title}. {said}{', '.join(arrays)}."
    return _figure("pictures", table, marks, title=title, caption=caption, alt=alt)


def _gray(
    array: NDArray[np.float64], corner: tuple[float, float], tile: float, ends: tuple[float, float]
) -> Image:
    """Return a picture inside a square tile, its longer side filling it."""
    rows, columns = array.shape
    scale = tile / max(rows, columns)
    x, y = corner[0] + (tile - columns * scale) / 2, corner[1] + (tile - rows * scale) / 2
    shade = np.rint(255 * (array - ends[0]) / ((ends[1] - ends[0]) or 1)).astype(np.uint8)
    return Image(
        x, y, columns * scale, rows * scale, rows, columns, 1, shade.tobytes(), smooth=max(rows, columns) > 40
    )


def confusion(
    counts: Sequence[Sequence[int]], *, title: str, caption: str, labels: Sequence[str] = ()
) -> Figure:
    """Draw a confusion table: rows are true classes, columns predicted ones; mistakes stand out.

    >>> confusion([[8, 2], [1, 9]], title="Test", caption="Two classes.").alt
    'Test. 20 cases, 17 on the diagonal: 85% right. Most frequent mistake: 0 taken for 1, 2 times.'

    Raises FigureError unless the table is square, of 2 to 12 classes.
    """
    size = len(counts)
    if not 2 <= size <= 12 or any(len(row) != size for row in counts):
        raise FigureError(
            where="confusion", given=f"{size} rows", expected="a square table of 2 to 12 classes"
        )
    names = list(labels) or [str(at) for at in range(size)]
    right, total = sum(counts[at][at] for at in range(size)), sum(map(sum, counts))
    wrong = {(i, j): counts[i][j] for i in range(size) for j in range(size) if i != j}
    worst = max(wrong, key=lambda at: wrong[at])
    mistake = (
        f"Most frequent mistake: {names[worst[0]]} taken for {names[worst[1]]}, {wrong[worst]} times."
        if wrong[worst]
        else "No mistakes."
    )
    share = number(100 * right / max(1, total), 1)
    alt = f"{title}. {total} cases, {right} on the diagonal: {share}% right. {mistake}"
    table = Table(("true class", *names), tuple((names[at], *row) for at, row in enumerate(counts)))
    marks = _confusion_marks(counts, names)
    return _figure("confusion", table, marks, title=title, caption=caption, alt=alt)


def _confusion_marks(counts: Sequence[Sequence[int]], names: Sequence[str]) -> list[Mark]:
    size = len(counts)
    side = min(36.0, (WIDTH - 2 * MARGIN - 46) / size)
    grid = Grid((WIDTH - side * size + 46) / 2, 52, side, size, size)
    marks: list[Mark] = [Text(grid.x + grid.width / 2, 20, "predicted", SMALL, color="muted")]
    marks.append(Text(grid.x - 34, grid.y + grid.height / 2, "true", SMALL, color="muted", turned=True))
    marks += [Rect(*grid.corner(i, j), side, side, "none", "grid") for i in range(size) for j in range(size)]
    for i, row in enumerate(counts):
        marks.append(Text(grid.x - 10, grid.center(i, 0)[1] + 4.3, names[i], SMALL, "end"))
        marks.append(centered(grid.center(0, i)[0], grid.y - 14, names[i], SMALL))
        for j, count in enumerate(row):
            role = "output" if i == j else "gradient"
            if count:
                marks.append(Rect(*grid.corner(i, j), side, side, f"{role}-fill", role))
                marks.append(
                    centered(*grid.center(i, j), str(count), SMALL if count > 99 else LABEL, bold=i == j)
                )
    return marks


def _figure(name: str, data: Table, marks: list[Mark], *, title: str, caption: str, alt: str) -> Figure:
    digest = hashlib.sha256(repr((data, caption)).encode()).hexdigest()[:12]
    params = MappingProxyType({"title": title, "data": digest})
    return Figure(name, params, title, caption, alt, data, Drawing.fitted(WIDTH, marks))
