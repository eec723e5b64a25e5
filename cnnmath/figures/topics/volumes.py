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
        caption="Each filter is as deep as the input has channels and makes one map; the maps are the "
        f"channels of the output, {_by(output)}. Weights: {product}, and "
        f"{plural(biases, 'bias', 'biases')}.",
        alt=f"A stack of {plural(channels, 'sheet')}, input {_by(shape)}; "
        f"{plural(filters, 'small stack')} of {channels} sheets of {kernel} × {kernel}, the filters; and "
        f"a stack of {plural(filters, 'sheet')}, the output {_by(output)}, one sheet for each filter. "
        f"Weights {product}, biases {biases}.",
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


def sheets(corner: tuple[float, float], side: float, count: int, role: str, step: float = 6.0) -> list[Mark]:
    """Return a stack of sheets, each `step` further to the lower left, the last one with this corner."""
    x, y = corner
    return [
        Rect(x + at * step, y - at * step, side, side, f"{role}-fill", role, 1.25)
        for at in reversed(range(count))
    ]


def _volumes_drawing(shape: tuple[int, int, int], bank: tuple[int, int], output: tuple[int, ...]) -> Drawing:
    channels, size, _ = shape
    filters, kernel = bank
    scale = 84 / max(size, output[1])
    pitch = min(58.0, 240 / filters)
    small_step = min(4.0, 14 / channels)
    small = min(max(11.0, kernel * scale), pitch - small_step * (channels - 1) - 6, 46)
    deep, wide = min(6.0, 36 / channels), min(6.0, 36 / filters)
    middle = 30 + max(filters * pitch, 130) / 2
    marks: list[Mark] = sheets((24, middle - size * scale / 2 + 14), size * scale, channels, "input", deep)
    seen = min(kernel * scale, size * scale)
    window = Rect(24 + 6, middle - size * scale / 2 + 20, seen, seen, "none", "ink", 2.5)
    for at in range(filters):
        y = middle + (at - (filters - 1) / 2) * pitch
        across = small + small_step * (channels - 1)
        marks += sheets((198, y - small / 2 + small_step), small, channels, "kernel", small_step)
        marks += arrow((198 + across + 8, y), (306, middle + (at - (filters - 1) / 2) * 12), "grid")
    marks += arrow((154, middle), (188, middle))
    marks += sheets((316, middle - output[1] * scale / 2 + 14), output[1] * scale, filters, "output", wide)
    low = middle + max(filters * pitch, 130) / 2 + 24
    return Drawing.fitted(
        WIDTH,
        [*marks, window],
        _caption_pair(72, low, "input", _by(shape), "input-ink"),
        _caption_pair(
            222, low, plural(filters, "filter"), f"each {channels} × {kernel} × {kernel}", "kernel-ink"
        ),
        _caption_pair(366, low, "output", _by(output), "output-ink"),
    )


def _caption_pair(x: float, y: float, first: str, second: str, color: str) -> list[Mark]:
    return [
        Text(x, y, first, LABEL, "middle", color, bold=True),
        Text(x, y + 18, second, SMALL, "middle", "muted"),
    ]
