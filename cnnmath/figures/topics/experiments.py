"""What experiments measured: digits with shuffled pixels, and how much pooled maps notice of a shift.

The experiments are in `ops.experiments`; what takes minutes is read from its records, the rest is measured
while drawing.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray

from cnnmath import ops
from cnnmath.figures.layout import MARGIN, SMALL, WIDTH, number
from cnnmath.figures.marks import Circle, Drawing, Mark, Path, Text
from cnnmath.figures.photos import PHOTOS, gray_photo
from cnnmath.figures.plot import Plot
from cnnmath.figures.presets import PRESETS
from cnnmath.figures.registry import Sketch, Table, draws
from cnnmath.figures.topics.kernels import PHOTO
from cnnmath.ops.experiments import shift_sensitivity
from cnnmath.ops.experiments.learning import Accuracy
from cnnmath.ops.experiments.recorded_permutation import SEEDS, recorded_permuted_digits

__all__ = ["permuted_digits_accuracy", "pooling_sensitivity"]


@draws("permuted-digits-accuracy")
def permuted_digits_accuracy() -> Sketch:
    """Draw the test accuracies of a convolutional and a dense network on digits and on permuted digits."""
    found = recorded_permuted_digits()
    groups = {
        "convolutional, as drawn": found.convolutional,
        "convolutional, permuted": found.convolutional_permuted,
        "dense, as drawn": found.dense,
        "dense, permuted": found.dense_permuted,
    }
    means = ", ".join(f"{name} {_percent(accuracy.mean)}" for name, accuracy in groups.items())
    return Sketch(
        title="Accuracy on digits and on permuted digits",
        caption=f"Test accuracy on 500 digits after 20 epochs; each small dot is one of {len(SEEDS)} runs, "
        f"the bar their mean. Means: {means}. The axis does not begin at 0.",
        alt=f"Four rows of dots, one for each network and kind of picture. Mean accuracies: {means}. When "
        "the pixels are permuted, the mean of the convolutional network falls by "
        f"{_points(found.convolutional, found.convolutional_permuted)}; that of the dense one changes by "
        f"{_points(found.dense, found.dense_permuted)}.",
        data=Table(
            ("network and pixels", "mean", *(f"seed {seed}" for seed in SEEDS)),
            tuple(
                (name, _percent(accuracy.mean), *map(_percent, accuracy.runs))
                for name, accuracy in groups.items()
            ),
        ),
        drawing=_accuracy_drawing(groups),
    )


def _percent(share: float) -> str:
    return f"{100 * share:.1f}%"


def _points(before: Accuracy, after: Accuracy) -> str:
    """Return by how many percentage points a mean changes."""
    return f"{100 * abs(before.mean - after.mean):.1f} points"


def _accuracy_drawing(groups: dict[str, Accuracy]) -> Drawing:
    low = min(min(accuracy.runs) for accuracy in groups.values())
    least = int(100 * low) / 100
    plot = Plot(178, 22, WIDTH - 178 - MARGIN - 12, 150, least, 1.0, 0, len(groups))
    steps = [least + at / 100 for at in range(round(100 * (1 - least)) + 1)]
    marks = plot.axes([(value, f"{100 * value:.0f}%") for value in steps], [])
    marks.append(Text(plot.left + plot.width / 2, plot.top + plot.height + 34, "test accuracy", SMALL))
    for at, (name, accuracy) in enumerate(groups.items()):
        y = plot.y(len(groups) - at - 0.5)
        role = "kernel" if name.startswith("convolutional") else "input"
        marks.append(Text(plot.left - 10, y + 4.3, name, SMALL, "end", f"{role}-ink"))
        marks.append(Path(((plot.left, y), (plot.left + plot.width, y)), "grid"))
        x = plot.x(accuracy.mean)
        marks.append(Path(((x, y - 12), (x, y + 12)), role, 3.5))
        marks += [Circle(plot.x(run), y, 4, "paper", role, 1.75) for run in accuracy.runs]
    return Drawing.fitted(WIDTH, marks)


Pixels = NDArray[np.float64]
POOLS = (1, 2, 4, 8)
FARTHEST = 8
_STYLES: tuple[tuple[str, tuple[float, ...]], ...] = (
    ("muted", ()),
    ("input", (7.0, 3.0)),
    ("kernel", (2.0, 2.0)),
    ("output", (9.0, 3.0, 2.0, 3.0)),
    ("accent", (4.0, 4.0)),
)


@draws("pooling-sensitivity", photo=PHOTO)
def pooling_sensitivity(*, photo: str = "camera") -> Sketch:
    """Draw how much a map of edges changes when the photograph moves, without pooling and max-pooled.

    Raises FigureError where scikit-image, which ships the photos, is not installed.
    """
    x = gray_photo(photo, 96).astype(np.float64)[None, None]
    curves = {
        "no pooling" if size == 1 else f"{size} × {size}": _sensitivity(
            x, partial(ops.max_pool2d, kernel=size)
        )
        for size in POOLS
    } | {"global": _sensitivity(x, ops.global_max_pool2d)}
    first = "; ".join(f"{name} {number(values[1])}" for name, values in curves.items())
    return Sketch(
        title="What max pooling hides of a shift",
        caption="A photograph moves to the right and comes in again at the left; how much does its map of "
        "edges (|Sobel|) change, cell by cell, relative to the map's spread? After a shift by one pixel: "
        f"{first}. At √2 = 1.41 the maps have nothing in common any more. {PHOTOS[photo].credit}",
        alt="Curves over shifts of 0 to 8 pixels, one for each size of pooling window, all beginning at 0. "
        f"For small shifts, larger windows give lower curves: after one pixel {first}. Global stays at 0.",
        data=Table(
            ("shift in pixels", *curves),
            tuple((at, *(number(values[at]) for values in curves.values())) for at in range(FARTHEST + 1)),
        ),
        drawing=_sensitivity_drawing(curves),
    )


def _sensitivity(x: Pixels, pool: Callable[[Pixels], Pixels]) -> list[float]:
    """Return how much the pooled map of edges changes after shifts by 0, 1, 2, … pixels."""
    return [shift_sensitivity(lambda image: pool(_edges(image)), x, shift) for shift in range(FARTHEST + 1)]


def _edges(image: Pixels) -> Pixels:
    """Return the size of the horizontal slope; wrapped around, so that borders move along with a shift."""
    kernel = np.array(PRESETS["sobel-x"].rows, dtype=np.float64)[None, None]
    slopes: Pixels = np.abs(ops.conv2d(ops.pad2d(image, ((1, 1), (1, 1)), "circular"), kernel))
    return slopes


def _sensitivity_drawing(curves: dict[str, list[float]]) -> Drawing:
    plot = Plot(44, 36, WIDTH - 44 - 92, 210, 0, FARTHEST, 0, 1.5)
    marks: list[Mark] = [
        *plot.axes([(at, str(at)) for at in range(FARTHEST + 1)], [(0, "0"), (0.5, "0.5"), (1, "1")]),
        *plot.names("shift in pixels", "change of the map"),
        Path(((plot.left, plot.y(2**0.5)), (plot.left + plot.width, plot.y(2**0.5))), "muted", dash=(2, 3)),
        Text(plot.left + 6, plot.y(2**0.5) - 5, "unrelated", SMALL, "start", "muted"),
    ]
    right, low = plot.left + plot.width, 0.0
    ends = sorted(zip(curves.items(), _STYLES, strict=True), key=lambda end: -end[0][1][-1])
    for (name, values), (role, dash) in ends:
        marks.append(plot.curve(enumerate(values), role, dash=dash))
        low = max(low + 16, plot.y(values[-1]) + 4)
        marks.append(Path(((right + 2, plot.y(values[-1])), (right + 10, low - 4)), role))
        color = role if role == "muted" else f"{role}-ink"
        marks.append(Text(right + 13, low, name, SMALL, "start", color))
    return Drawing.fitted(WIDTH, marks)
