"""How far back one number sees: receptive fields cell by cell, on a photograph, and path by path.

Fields of whole networks come from `measure`; the networks themselves are drawn in `networks`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import comb, sqrt
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray

from cnnmath import arch, measure, rules, zoo
from cnnmath.errors import FigureError
from cnnmath.figures.exact import Rows
from cnnmath.figures.layout import MARGIN, SMALL, WIDTH, cell, number, plural
from cnnmath.figures.marks import Drawing, Mark, Path, Rect, Text
from cnnmath.figures.parameters import Matrix, Whole
from cnnmath.figures.photos import PHOTOS, gray_photo
from cnnmath.figures.plot import Plot
from cnnmath.figures.registry import Sketch, Table, draws
from cnnmath.figures.topics.kernels import PHOTO, gray_image
from cnnmath.figures.topics.networks import Model, backbone, short_name

__all__ = [
    "Stack",
    "effective_receptive_field",
    "path_counts",
    "receptive_field_growth",
    "receptive_field_on_photo",
]

WIDEST = 33


@dataclass(frozen=True)
class Stack:
    """Layers from the input on, each (kernel, stride); in every layer cell 0 sees input cell 0 first."""

    layers: Rows

    def fields(self) -> list[list[int]]:
        """Return, from the input on, the cells on which output cell 0 depends, by following the connections.

        >>> Stack(((3, 1), (2, 2))).fields()
        [[0, 1, 2, 3], [0, 1], [0]]
        """
        found = [{0}]
        for kernel, stride in reversed(self.layers):
            found.insert(0, {position * stride + tap for position in found[0] for tap in range(kernel)})
        return [sorted(field) for field in found]

    def jumps(self) -> list[int]:
        """Return, from the input on, how many input cells neighboring cells are apart.

        >>> Stack(((3, 1), (2, 2))).jumps()
        [1, 1, 2]
        """
        found = [1]
        for _, stride in self.layers:
            found.append(found[-1] * stride)
        return found

    def centers(self) -> list[float]:
        """Return, from the input on, over which input position cell 0 is centered.

        >>> Stack(((3, 1), (2, 2))).centers()
        [0.0, 1.0, 1.5]
        """
        found = [0.0]
        for (kernel, _), jump in zip(self.layers, self.jumps(), strict=False):
            found.append(found[-1] + jump * (kernel - 1) / 2)
        return found


@draws("receptive-field-growth", layers=Matrix(6, 2, 7))
def receptive_field_growth(*, layers: Rows = ((3, 1), (3, 1), (3, 1))) -> Sketch:
    """Draw which cells of each layer one output cell depends on; a row of `layers` is kernel, stride.

    Raises FigureError where kernel or stride is below 1, or the field is wider than 33 cells.
    """
    stack = _checked(layers)
    sizes = [len(field) for field in stack.fields()]
    jumps = stack.jumps()
    back = " → ".join(map(str, reversed(sizes)))
    listed = "; ".join(f"kernel {kernel}, stride {stride}" for kernel, stride in layers)
    geometry: list[tuple[int | str, int | str]] = [("", ""), *((kernel, stride) for kernel, stride in layers)]
    return Sketch(
        title=f"One output cell sees {plural(sizes[0], 'input cell')}",
        caption=f"Layers from the input on: {listed}. Followed back layer by layer, one output cell "
        f"depends on {back} cells. Neighboring outputs look {plural(jumps[-1], 'input cell')} apart.",
        alt=f"{plural(len(sizes), 'row')} of cells, output above, input below; lines lead from one output "
        f"cell to the cells it depends on: {back}. Layers: {listed}. The receptive field has "
        f"{plural(sizes[0], 'cell')}, neighboring outputs look {plural(jumps[-1], 'cell')} apart.",
        data=Table(
            ("layer", "kernel", "stride", "cells that the output depends on", "jump"),
            tuple((at or "input", *geometry[at], sizes[at], jumps[at]) for at in range(len(sizes))),
        ),
        drawing=_growth_drawing(stack),
    )


def _checked(layers: Rows) -> Stack:
    if any(len(layer) != 2 or min(layer) < 1 for layer in layers):
        raise FigureError(
            where="figure receptive-field-growth",
            given=str(layers),
            expected="rows of kernel and stride, both at least 1",
        )
    reach = Stack(layers).fields()[0][-1] + 1
    if reach > WIDEST:
        raise FigureError(
            where="figure receptive-field-growth",
            given=f"a receptive field of {reach}",
            expected=f"at most {WIDEST} cells",
            remedy="Use fewer layers, or smaller kernels and strides.",
        )
    return Stack(layers)


_LABELS = 66.0


def _growth_drawing(stack: Stack) -> Drawing:
    fields, jumps, centers = stack.fields(), stack.jumps(), stack.centers()
    reach = fields[0][-1] + 1
    side = min(30.0, (WIDTH - 2 * MARGIN - _LABELS) / reach)
    left = MARGIN + _LABELS + (WIDTH - 2 * MARGIN - _LABELS - side * reach) / 2
    boxes = [
        {
            position: cell(
                left + (centers[layer] + position * jumps[layer]) * side,
                20 + 66.0 * (len(fields) - 1 - layer),
                side,
                "output" if layer else "input",
                height=min(side, 24.0),
            )
            for position in field
        }
        for layer, field in enumerate(fields)
    ]
    lines: list[Mark] = []
    for layer, (kernel, stride) in enumerate(stack.layers, 1):
        for position, box in boxes[layer].items():
            first, last = (boxes[layer - 1][position * stride + tap] for tap in (0, kernel - 1))
            foot = box.y + box.height
            lines.append(Path(((box.x, foot), (first.x, first.y)), "kernel", 1.0))
            lines.append(Path(((box.x + side, foot), (last.x + side, last.y)), "kernel", 1.0))
    cells = [box for row in boxes for box in row.values()]
    return Drawing.fitted(WIDTH, lines, cells, *(_row_name(layer, row) for layer, row in enumerate(boxes)))


def _row_name(layer: int, boxes: dict[int, Rect]) -> list[Mark]:
    """Return the name of a layer and the number of its cells, at the left edge."""
    middle = boxes[0].y + boxes[0].height / 2
    name, color = (f"layer {layer}", "output-ink") if layer else ("input", "input-ink")
    return [
        Text(MARGIN, middle - 1, name, SMALL, "start", color),
        Text(MARGIN, middle + 14, plural(len(boxes), "cell"), SMALL, "start", "muted"),
    ]


@draws("receptive-field", model=Model(), photo=PHOTO)
def receptive_field_on_photo(*, model: str = "vgg16", photo: str = "camera") -> Sketch:
    """Draw what the middle cell of each map sees of a photograph: squares that grow with depth.

    Raises FigureError where the network has no maps, or where scikit-image, which ships the photos, is
    missing.
    """
    network = zoo.model(model)
    side = network.input_shape[-1]
    fields = _fields_by_size(network)
    listed = ", ".join(f"{name} {number(size)}" for name, size in fields)
    widest = fields[-1][1]
    compared = f"more than the {side} of the whole image" if widest > side else f"of {side} in all"
    return Sketch(
        title=f"What {zoo.entry(model).title} sees, map by map",
        caption=f"Side of the square that one cell of each map depends on, in pixels: {listed}, "
        f"{compared}. {PHOTOS[photo].credit}",
        alt=f"A photograph of {PHOTOS[photo].shows}, {side} by {side} pixels, with {len(fields)} nested "
        f"squares around its middle: {listed} pixels wide, {compared}.",
        data=Table(
            ("map", "receptive field", "share of the image side"),
            tuple((*row, round(row[1] / side, 3)) for row in fields),
        ),
        drawing=_photo_drawing(fields, side, gray_photo(photo, 112).astype(float)),
    )


def _fields_by_size(network: arch.Network) -> list[tuple[str, int]]:
    """Return the receptive field of the last map of each side length, by stage where a stage branches."""
    shapes, fields = rules.shapes(network), measure.receptive_fields(network)
    found: dict[int, tuple[str, int]] = {}
    for node in backbone(network):
        shape = shapes[node.name]
        inner = len(shape) == 3 and 1 < shape[-1] < network.input_shape[-1]
        if inner and not isinstance(node.layer, arch.Pointwise):
            name = node.stage if "/" in node.name and node.stage else node.name
            found[shape[-1]] = (name, fields[node.name].size)
    return sorted(found.values(), key=itemgetter(1))


def _photo_drawing(fields: list[tuple[str, int]], side: int, pixels: NDArray[np.float64]) -> Drawing:
    extent = 268.0
    largest = max(side, min(fields[-1][1], 2 * side))
    scale = extent / largest
    middle = MARGIN + extent / 2
    left = middle - side * scale / 2
    marks: list[Mark] = [gray_image((left, left), side * scale, pixels)]
    low = 10.0
    for name, size in sorted([*fields, ("image", side)], key=lambda field: -field[1]):
        role = "input" if name == "image" else "kernel"
        half = min(size, largest) * scale / 2
        dash = (6.0, 4.0) if size > largest else ()
        frame = Rect(middle - half, middle - half, 2 * half, 2 * half, "none", role, 2.0, dash)
        marks += [replace(frame, stroke="paper", line=4.5, dash=()), frame]
        low = max(low + 17, middle - half + 4.3)
        marks.append(Path(((middle + half, middle - half), (MARGIN + extent + 8, low - 4.3)), role, 1.0))
        marks.append(
            Text(MARGIN + extent + 12, low, f"{short_name(name)}: {size}", SMALL, "start", f"{role}-ink")
        )
    return Drawing.fitted(WIDTH, marks)


@draws("effective-receptive-field", layers=Whole(1, 12))
def effective_receptive_field(*, layers: int = 5) -> Sketch:
    """Draw by how many paths each input cell reaches the output through a stack of 3-wide layers.

    The number of paths is a trinomial coefficient; for many layers the shape is a bell (Luo et al. 2016).
    """
    counts = {depth: path_counts(depth) for depth in (1, 2, layers)}
    last = counts[layers]
    total = sum(last)
    reach = len(last)
    middle = sum(last[at] for at in range(reach) if abs(at - layers) <= sqrt(2 * layers / 3))
    share = number(100 * middle / total, 0)
    within = number(sqrt(2 * layers / 3), 1)
    return Sketch(
        title=f"How often each of {reach} cells reaches the output",
        caption=f"After {plural(layers, 'layer')} of width 3 the receptive field has {reach} cells, but "
        f"not all count alike: {share}% of the {number(total)} paths come from within {within} cells of "
        "the center, and only one of them from either end. The effective receptive field grows with the "
        "square root of the depth (Luo et al. 2016).",
        alt=f"Bars for {reach} input cells; the height is the number of paths to one output cell, from 1 "
        f"at the ends to {number(max(last))} in the middle. {share}% of the {number(total)} paths come "
        f"from within {within} cells of the center.",
        data=Table(
            ("distance from the center", "paths", "share"),
            tuple((at - layers, count, round(count / total, 6)) for at, count in enumerate(last)),
        ),
        drawing=_paths_drawing(last, layers),
    )


def path_counts(depth: int) -> list[int]:
    """Return in how many ways each input cell reaches one output cell through `depth` layers of width 3.

    >>> path_counts(2)
    [1, 2, 3, 2, 1]
    """
    return [
        sum((-1) ** j * comb(depth, j) * comb(at - 3 * j + depth - 1, depth - 1) for j in range(at // 3 + 1))
        for at in range(2 * depth + 1)
    ]


def _paths_drawing(counts: list[int], layers: int) -> Drawing:
    top = max(counts)
    plot = Plot(58, 36, WIDTH - 58 - MARGIN, 190, -layers - 0.5, layers + 0.5, 0, top)
    step = max(1, layers // 4)
    ticks = [(at, number(at)) for at in range(-layers // step * step, layers + 1, step) if abs(at) <= layers]
    marks = plot.axes(
        [(float(at), words) for at, words in ticks],
        [(0, "0"), (top, number(top))],
    )
    marks += plot.names("distance from the center", "paths to the output")
    width = plot.x(1) - plot.x(0)
    for at, count in enumerate(counts):
        x, y = plot.x(at - layers), plot.y(count)
        base = plot.top + plot.height
        marks.append(Rect(x - 0.4 * width, y, 0.8 * width, base - y, "input-fill", "input", 1.25))
    return Drawing.fitted(WIDTH, marks)
