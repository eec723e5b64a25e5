"""Channels as stacks of maps: filters as deep as their input, and one map for each filter.

The sums inside one filter are worked out in `by_hand`.
"""

from __future__ import annotations

from cnnmath import arch, rules
from cnnmath.figures.layout import LABEL, SMALL, WIDTH, arrow, number, plural
from cnnmath.figures.marks import Drawing, Mark, Rect, Text
from cnnmath.figures.parameters import Whole
from cnnmath.figures.registry import Sketch, Table, draws

__all__ = ["feature_maps"]


@draws(
    "feature-maps",
    channels=Whole(1, 8),
    filters=Whole(1, 8),
    size=Whole(3, 64),
    kernel=Whole(1, 7),
    padding=Whole(0, 3),
)
def feature_maps(
    *, channels: int = 3, filters: int = 4, size: int = 32, kernel: int = 5, padding: int = 2
) -> Sketch:
    """Draw a stack of input channels, filters of the same depth, and the stack of maps they make.

    Raises ShapeError where the kernel does not fit.
    """
    layer = arch.Conv2d(filters, kernel, padding=padding)
    shape = (channels, size, size)
    output = rules.output_shape(layer, shape)
    stored = rules.weights(layer, shape)
    weights, biases = stored["weight"].size, stored["bias"].size
    product = f"{filters}·{channels}·{kernel}·{kernel} = {number(weights)}"
    return Sketch(
        title=f"{plural(filters, 'filter')} of depth {channels} make {plural(filters, 'map')}",
        caption="Each filter is as deep as the input has channels and makes one map; "
        f"{plural(filters, 'map')} are the "
        f"channels of the output, {_by(output)}. Weights: {product}, and {plural(biases, 'bias', 'biases')}.",
        alt=f"A stack of {plural(channels, 'sheet')}, input {_by(shape)}; "
        f"{plural(filters, 'small stack')} of {channels} "
        f"sheets of {kernel} × {kernel}, the filters; and a stack of {plural(filters, 'sheet')}, the output "
        f"{_by(output)}, one sheet for each filter. Weights {product}, biases {biases}.",
        data=Table(
            ("tensor", "shape", "numbers"),
            (
                ("input", _by(shape), channels * size * size),
                ("filters", f"{filters} × {channels} × {kernel} × {kernel}", weights),
                ("biases", str(filters), biases),
                ("output", _by(output), output[0] * output[1] * output[2]),
            ),
        ),
        drawing=_volumes_drawing(shape, (filters, kernel), output),
    )


def _by(shape: tuple[int, ...]) -> str:
    return " × ".join(map(str, shape))


def sheets(x: float, y: float, side: float, count: int, role: str) -> list[Mark]:
    """Return a stack of sheets, the last one in front at the lower left."""
    step = min(7.0, 42 / count)
    return [
        Rect(x + (count - 1 - at) * step, y - (count - 1 - at) * step, side, side, f"{role}-fill", role, 1.25)
        for at in range(count)
    ]


def _volumes_drawing(shape: tuple[int, int, int], bank: tuple[int, int], output: tuple[int, ...]) -> Drawing:
    channels, size, _ = shape
    filters, kernel = bank
    scale = 84 / max(size, output[1])
    top, base = 70.0, 84.0
    small = max(12.0, kernel * scale)
    pitch = min(64.0, 230 / filters)
    height = max(base + 40, filters * pitch)
    middle = top + height / 2 - 14
    marks: list[Mark] = sheets(22, middle - size * scale / 2, size * scale, channels, "input")
    window = Rect(22 + 8, middle - size * scale / 2 + 8, small, small, "none", "ink", 2.5)
    right = 320.0
    for at in range(filters):
        y = middle + (at - (filters - 1) / 2) * pitch - small / 2
        marks += sheets(196, y, small, channels, "kernel")
        marks += arrow(
            (196 + small + 26, y + small / 2), (right - 14, middle + (at - (filters - 1) / 2) * 14), "grid"
        )
    marks += arrow((150, middle), (184, middle))
    marks += sheets(right, middle - output[1] * scale / 2, output[1] * scale, filters, "output")
    low = middle + max(filters * pitch, base) / 2 + 40
    return Drawing.fitted(
        WIDTH,
        [*marks, window],
        _caption_pair(66, low, "input", _by(shape), "input-ink"),
        _caption_pair(
            206, low, plural(filters, "filter"), f"each {channels} × {kernel} × {kernel}", "kernel-ink"
        ),
        _caption_pair(368, low, "output", _by(output), "output-ink"),
    )


def _caption_pair(x: float, y: float, first: str, second: str, color: str) -> list[Mark]:
    return [
        Text(x, y, first, LABEL, "middle", color, bold=True),
        Text(x, y + 18, second, SMALL, "middle", "muted"),
    ]
